import { SignalboxError } from '../../src/base/errors.ts';
import type { Comment, Forge, Issue, PullRequest, Run } from '../../src/engine/ports.ts';
import type { SimGitHub } from './github.ts';
import { judgementCalls } from './judged.ts';
import type { Machine } from './machine.ts';
import { mainRef, people, workflow } from './names.ts';

/** GitHub's limits for texts, in characters. */
const [longestText, longestTitle] = [65_536, 256];

/**
 * GitHub as one process sees it: every call takes its time, and may fail. Files of the default branch are not modelled,
 * nor when a commit was made.
 */
export function simForge(github: SimGitHub, machine: Machine): Forge {
  const call = <T>(name: string, does: () => T | Promise<T>) => machine.call(name, does);
  return {
    now: () => github.schedule.now,
    file: (path) => call(`file ${path}`, () => null),
    commitsOf: (path) => call(`commits of ${path}`, () => []),
    commitTime: (sha) => call(`commit ${sha}`, () => null),
    isPrivate: () => call('repository', () => false),
    rateLimit: () => null,
    commitWords: (sha) => call(`words of ${sha}`, () => null),
    runSteps: (run) => call(`steps of ${run}`, () => []),
    runLog: (run) => call(`log of ${run}`, () => null),
    defaultBranch: () => call('default branch', () => 'main'),
    permission: (who) => call(`permission ${who}`, () => people[who.toLowerCase()] ?? 'none'),
    ...issueCalls(github, machine, call),
    ...commentCalls(github, machine, call),
    ...runCalls(github, call),
    ...refCalls(github, machine, call),
    ...pullCalls(github, machine, call),
    ...judgementCalls(github, call),
  };
}

type Call = <T>(name: string, does: () => T | Promise<T>) => Promise<T>;

type IssueCalls =
  | 'issue'
  | 'issuesLabelled'
  | 'issuesSince'
  | 'createIssue'
  | 'updateIssue'
  | 'assign'
  | 'events'
  | 'addLabels'
  | 'removeLabel'
  | 'repositoryLabels'
  | 'createLabel';

function issueCalls(github: SimGitHub, machine: Machine, call: Call): Pick<Forge, IssueCalls> {
  const { login } = machine;
  const listed = (isListed: (issue: Issue) => boolean) =>
    structuredClone([...github.issues.values()].filter((issue) => !issue.is_pull_request && isListed(issue)));
  /** A call about an issue that is there. */
  const on = <T>(doing: string, number: number, does: () => T) =>
    call(`${doing} ${number}`, () => {
      github.present(number);
      return does();
    });
  return {
    issue: (number) =>
      call(`issue ${number}`, () => {
        machine.lookedAt = github.id();
        return structuredClone(github.issues.get(number) ?? 'gone');
      }),
    issuesLabelled: (label) =>
      call(`issues labelled ${label}`, () =>
        listed(({ state, labels }) => state === 'open' && labels.some((one) => isSame(one, label))),
      ),
    issuesSince: (since) =>
      call(`issues since ${since}`, () =>
        listed(({ number }) => (github.updated.get(number) ?? '') >= since),
      ),
    createIssue: (title, body, labels) =>
      call('create issue', () => github.openIssue(login, title, body, labels)),
    updateIssue: (number, change) => on('update issue', number, () => github.update(number, change, login)),
    assign: (number, logins) => on('assign', number, () => github.assign(number, logins)),
    events: (number) => on('events', number, () => structuredClone(github.events.get(number) ?? [])),
    addLabels: (number, labels) =>
      on('label', number, () => {
        for (const label of labels) github.label(number, label, login);
      }),
    removeLabel: (number, label) => on('unlabel', number, () => github.unlabel(number, label, login)),
    repositoryLabels: () => call('labels', () => [...github.labels.values()]),
    createLabel: (name, _, description) =>
      call(`create label ${name}`, () => void github.labelNamed(name, description)),
  };
}

type CommentCalls = 'comments' | 'createComment' | 'updateComment' | 'deleteComment' | 'react' | 'hasReacted';

function commentCalls(github: SimGitHub, machine: Machine, call: Call): Pick<Forge, CommentCalls> {
  const { login } = machine;
  return {
    comments: (number) =>
      call(`comments ${number}`, () => {
        github.present(number);
        return structuredClone(github.comments.get(number) ?? []);
      }),
    createComment: (number, body) =>
      call(`comment ${number}`, () => {
        github.present(number);
        checkLength('body', body, longestText);
        return github.comment(number, body, login).id;
      }),
    updateComment: (id, body) =>
      call(`update comment ${id}`, () => {
        checkLength('body', body, longestText);
        theComment(github, id).body = body;
      }),
    deleteComment: (id) => call(`delete comment ${id}`, () => github.deleteComment(id)),
    react: (id, content) =>
      call(`react ${id}`, () => {
        theComment(github, id);
        github.react(id, login, content);
      }),
    hasReacted: (id) =>
      call(`reactions ${id}`, () => {
        theComment(github, id);
        return [...(github.reactions.get(id) ?? [])].some((one) => one.startsWith(`${login} `));
      }),
  };
}

type RunCalls = 'dispatch' | 'runs' | 'run' | 'cancel' | 'forceCancel';

function runCalls(github: SimGitHub, call: Call): Pick<Forge, RunCalls> {
  const asRun = ({ id, run_attempt, title, status, conclusion, url, created, updated }: Run): Run => {
    return { id, run_attempt, title, status, conclusion, url, created, updated };
  };
  const allRuns = () => [...github.runs.values()].map(asRun).reverse();
  return {
    dispatch: (name, inputs) =>
      call('dispatch', () => {
        if (github.hasNoWorkflow || name !== workflow)
          return { refused: { code: 'no-workflow', message: 'there is none' } } as const;
        if (github.swallowing === 0) return { run: github.dispatch(inputs).id };
        github.swallowing -= 1;
        return { run: null };
      }),
    runs: (name, since) =>
      call('runs', () => allRuns().filter(({ created }) => name === workflow && created >= since)),
    run: (id) => call(`run ${id}`, () => allRuns().find((run) => run.id === id) ?? null),
    cancel: (id) => call(`cancel ${id}`, () => cancel(github, id, false)),
    forceCancel: (id) => call(`force-cancel ${id}`, () => cancel(github, id, true)),
  };
}

function refCalls(
  github: SimGitHub,
  { login }: Machine,
  call: Call,
): Pick<Forge, 'ref' | 'moveBranch' | 'isAhead' | 'pushes'> {
  const { refs, objects } = github.remote;
  const full = (name: string) => (name.startsWith('refs/') ? name : `refs/heads/${name}`);
  return {
    ref: (name) => call(`ref ${name}`, () => refs.get(full(name)) ?? null),
    moveBranch: (branch, sha) =>
      call(`move ${branch}`, async () => {
        if ((await objects.get(sha)) === null) throw refusal('Object does not exist');
        const now = refs.get(full(branch));
        if (now !== undefined && !(await objects.ancestors(sha)).has(now)) return false;
        if (now !== sha) github.push(full(branch), sha, login);
        return true;
      }),
    isAhead: (sha, base) =>
      call('compare', async () => {
        if ((await objects.get(sha)) === null) return false;
        return !(await objects.ancestors(base ?? refs.get(mainRef) ?? null)).has(sha);
      }),
    pushes: (ref) =>
      call(`activity of ${ref}`, () =>
        github.activity
          .filter((one) => one.ref === full(ref))
          .map(({ before, after, actor }) => ({ before, after, actor })),
      ),
  };
}

type PullCalls =
  | 'pullRequest'
  | 'pullRequestNumbered'
  | 'pullRequestsSince'
  | 'openPullRequest'
  | 'updatePullRequest';

function pullCalls(github: SimGitHub, { login }: Machine, call: Call): Pick<Forge, PullCalls> {
  /** Newest first; a list does not say who merged. */
  const listed = () =>
    [...github.pulls.keys()]
      .flatMap((number) => github.pull(number) ?? [])
      .map((pull) => ({ ...pull, merged: pull.merged && { ...pull.merged, by: 'ghost' } }))
      .reverse();
  const ofBranch = (branch: string): PullRequest | null => {
    const own = listed().filter(({ head }) => head === branch);
    return own.find(({ state }) => state === 'open') ?? own[0] ?? null;
  };
  return {
    pullRequest: (branch) => call(`pull of ${branch}`, () => ofBranch(branch)),
    pullRequestNumbered: (number) => call(`pull ${number}`, () => structuredClone(github.pull(number))),
    pullRequestsSince: (since) =>
      call(`pulls since ${since}`, () =>
        listed().filter(({ number }) => (github.updated.get(number) ?? '') >= since),
      ),
    openPullRequest: (head, title, body) =>
      call(`open pull of ${head}`, () => {
        if (!github.remote.refs.has(`refs/heads/${head}`)) throw refusal(`there is no branch ${head}`);
        checkLength('title', title, longestTitle);
        const twin = ofBranch(head);
        if (twin?.state === 'open') return twin;
        return structuredClone(github.pull(github.openPull(login, head, title, body)) as PullRequest);
      }),
    updatePullRequest: (number, change) =>
      call(`update pull ${number}`, () => {
        github.present(number);
        github.update(number, change, login);
      }),
  };
}

const isSame = (label: string, other: string): boolean => label.toLowerCase() === other.toLowerCase();

const refusal = (words: string): SignalboxError => new SignalboxError('config', 'rejected', words);

function checkLength(what: string, text: string, longest: number): void {
  if ([...text].length > longest) throw refusal(`${what} is too long (maximum is ${longest} characters)`);
}

/** @throws SignalboxError where it was deleted. */
function theComment(github: SimGitHub, id: number): Comment {
  const found = [...github.comments.values()].flat().find((one) => one.id === id);
  if (!found) throw new SignalboxError('config', 'not-found', `comment ${id} is not there`);
  return found;
}

/** GitHub takes a cancel of what has not ended. What comes of it is the machine's affair. */
function cancel(github: SimGitHub, id: number, isForced: boolean): boolean {
  const run = github.runs.get(id);
  if (!run || run.status === 'completed') return false;
  if (github.refusing > 0) {
    github.refusing -= 1;
    if (github.refusing % 2 === 0) throw new SignalboxError('forge', 'unreachable', 'GitHub gave no answer');
    return false;
  }
  if (!run.isDeaf || run.status === 'queued') github.pressCancel(run);
  else if (isForced) run.givenUp = true;
  return true;
}
