import { SignalboxError } from '../base/errors.ts';
import type { Forge, Issue, IssueEvent } from '../engine/ports.ts';
import type { Api } from './api.ts';
import { isWorldError } from './failures.ts';
import { type AppIdentity, isOurs } from './identity.ts';

type IssueCalls = Pick<
  Forge,
  'issue' | 'issuesLabelled' | 'issuesSince' | 'createIssue' | 'updateIssue' | 'assign' | 'events'
>;

type IssueJson = Awaited<ReturnType<Api['octokit']['rest']['issues']['get']>>['data'];
type StateReason = 'completed' | 'not_planned' | 'duplicate' | 'reopened';

/** Issues and their events. */
export function issueCalls(api: Api, app: AppIdentity): IssueCalls {
  const { at, octokit } = api;

  const list = async (
    key: string,
    which: { labels?: string; state: 'open' | 'all'; since?: string; sort?: 'updated' },
  ): Promise<Issue[]> => {
    const issues = await api.readAll(
      key,
      (page) => octokit.rest.issues.listForRepo({ ...at, ...which, ...page }),
      (data) => data,
    );
    return issues.map((json) => issueOf(json, app)).filter((issue) => !issue.is_pull_request);
  };

  return {
    issue: (number) => readIssue(api, number, app),
    issuesLabelled: (label) => list(`open issues labelled ${label}`, { labels: label, state: 'open' }),
    issuesSince: (since) => list(`issues changed since ${since}`, { since, state: 'all', sort: 'updated' }),
    async createIssue(title, body, labels) {
      const data = await api.write('open an issue', (once) =>
        octokit.rest.issues.create({ ...at, title, body, labels, ...once }),
      );
      return data.number;
    },
    async updateIssue(number, { state_reason, ...change }) {
      const reason = state_reason === undefined ? {} : { state_reason: state_reason as StateReason };
      await api.write(`change issue ${number}`, (once) =>
        octokit.rest.issues.update({ ...at, issue_number: number, ...change, ...reason, ...once }),
      );
    },
    async assign(number, logins) {
      await api.write(`assign issue ${number}`, (once) =>
        octokit.rest.issues.addAssignees({ ...at, issue_number: number, assignees: [...logins], ...once }),
      );
    },
    async events(number) {
      const events = await api.readAll(
        `events of issue ${number}`,
        (page) => octokit.rest.issues.listEvents({ ...at, issue_number: number, ...page }),
        (data) => data,
      );
      return events.flatMap((json) => eventOf(json, app));
    },
  };
}

/**
 * A transferred issue answers with a redirect to where it is now; so does every issue of a renamed repository.
 * Which of the two it is only the target's repository id can tell, so redirects are followed by hand.
 */
async function readIssue(api: Api, number: number, app: AppIdentity): Promise<Issue | 'gone' | 'moved'> {
  const { at, octokit } = api;
  try {
    const answer = await api.answer(`issue ${number}`, (headers) =>
      octokit.rest.issues.get({ ...at, issue_number: number, headers, request: { redirect: 'manual' } }),
    );
    if (!isRedirect(answer.status)) return issueOf(answer.data, app);
    const target = (answer.headers as { location?: string }).location ?? '';
    if (!(await isInside(api, target, number))) return 'moved';
    const read = () => octokit.request({ method: 'GET', url: target });
    return issueOf(await api.read(`issue ${number}`, read), app);
  } catch (error) {
    if (isWorldError(error, 'gone') && /disabled/i.test(error.message)) {
      throw new SignalboxError('config', 'issues-disabled', error.message, {
        hint: "Turn on issues in the repository's settings.",
        cause: error,
      });
    }
    if (isWorldError(error, 'gone')) return 'gone';
    if (!isWorldError(error, 'not-found')) throw error;
    await api.repository(); // 404 for want of access throws here
    return 'gone';
  }
}

/** GitHub redirects to `/repositories/<id>/issues/<n>`; by name it is ours where the names are. */
async function isInside(api: Api, target: string, number: number): Promise<boolean> {
  const byId = /\/repositories\/(\d+)\/issues\/(\d+)$/.exec(target);
  if (byId) return Number(byId[1]) === (await api.repository()).id && Number(byId[2]) === number;
  const byName = /\/repos\/([^/]+)\/([^/]+)\/issues\/(\d+)$/.exec(target);
  if (!byName || Number(byName[3]) !== number) return false;
  const { owner, repo } = { owner: byName[1] ?? '', repo: byName[2] ?? '' };
  const there = await api.orNull(
    api.read(`repository ${owner}/${repo}`, (headers) =>
      api.octokit.rest.repos.get({ owner, repo, headers }),
    ),
  );
  return there !== null && there.id === (await api.repository()).id;
}

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

function issueOf(json: IssueJson, app: AppIdentity): Issue {
  return {
    number: json.number,
    title: json.title,
    body: json.body ?? '',
    state: json.state === 'closed' ? 'closed' : 'open',
    state_reason: json.state_reason ?? null,
    labels: json.labels.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? []))),
    author: json.user?.login ?? 'ghost',
    ours: isOurs(json.user, json.performed_via_github_app, app),
    created: json.created_at,
    is_pull_request: json.pull_request !== undefined,
  };
}

const told = ['labeled', 'unlabeled', 'closed', 'reopened'] as const;

interface EventJson {
  id: number;
  event: string;
  actor: { login: string; type: string } | null;
  created_at: string;
  label?: { name?: string | null };
  performed_via_github_app?: { id: number } | null | undefined;
}

function eventOf(json: EventJson, app: AppIdentity): IssueEvent[] {
  const event = told.find((name) => name === json.event);
  if (!event) return [];
  const label = event === 'labeled' || event === 'unlabeled' ? (json.label?.name ?? '') : '';
  const ours = isOurs(json.actor, json.performed_via_github_app, app);
  return [{ id: json.id, event, label, actor: json.actor?.login ?? 'ghost', ours, at: json.created_at }];
}
