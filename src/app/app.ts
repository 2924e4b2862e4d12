import type { Context, Probot } from 'probot';
import type { Log } from '../base/log.ts';
import { Deliveries } from './deliveries.ts';
import type { Desk } from './desk.ts';
import type { Desks } from './desks.ts';
import { commentOf, repositoryOf, runOf } from './payloads.ts';

export interface AppFunctionOptions {
  desks: Desks;
  /** The app's own slug: what `<slug>[bot]` did is not news to it. */
  slug: string;
  log: Log;
}

type Payload<
  E extends 'issues' | 'issue_comment' | 'push' | 'workflow_run' | 'pull_request' | 'pull_request_review',
> = Context<E>['payload'];

/**
 * The Probot app. Every event is only a hint where to look: a delivery is answered when a look that began after it
 * arrived has ended, and fails (so that it can be redelivered) when that look failed.
 */
export function makeApp({ desks, slug, log }: AppFunctionOptions): (probot: Probot) => void {
  const deliveries = new Deliveries();
  const self = `${slug}[bot]`.toLowerCase();

  const deskOf = (payload: {
    installation?: { id: number } | undefined;
    repository: Parameters<typeof repositoryOf>[0];
  }): Desk | null => {
    if (payload.installation) return desks.open(payload.installation.id, repositoryOf(payload.repository));
    log.warn('a webhook without an installation: not one of the app', {
      repository: payload.repository.full_name,
    });
    return null;
  };

  /** Only what this very app did is dropped: `github-actions[bot]` is a worker. */
  const byOthers = (payload: { sender?: { login: string } | undefined }): boolean =>
    payload.sender?.login.toLowerCase() !== self;

  return (probot) => {
    probot.on('issues', ({ id, payload }) =>
      deliveries.once(id, async () => {
        if (byOthers(payload)) await onIssues(deskOf(payload), payload);
      }),
    );
    probot.on('issue_comment.created', ({ id, payload }) =>
      deliveries.once(id, async () => {
        if (byOthers(payload)) await onComment(deskOf(payload), payload);
      }),
    );
    probot.on('push', ({ id, payload }) =>
      deliveries.once(id, async () => {
        if (!byOthers(payload)) return;
        const branch = payload.ref.replace('refs/heads/', '');
        if (branch.startsWith('ticket/')) await onTicketBranch(deskOf(payload), branch);
        else if (mayMatter(payload.ref)) await deskOf(payload)?.lookAtHead();
      }),
    );
    // A run that we dispatched has us as its sender, so runs are never dropped.
    probot.on('workflow_run', ({ id, payload }) => deliveries.once(id, () => onRun(deskOf, payload)));
    probot.on('pull_request_review.submitted', ({ id, payload }) =>
      deliveries.once(id, async () => {
        if (byOthers(payload)) await onPullRequest(deskOf, payload);
      }),
    );
    // The app's own pushes have their branch checked, so what judges it comes in the app's name as well.
    const onChecks = (payload: Parameters<typeof deskOf>[0]) =>
      deskOf(payload)?.hint('checks', 'look', (operator) => operator.lookAtChecks());
    probot.on('status', ({ id, payload }) => deliveries.once(id, async () => onChecks(payload)));
    probot.on('check_run', ({ id, payload }) => deliveries.once(id, async () => onChecks(payload)));
    probot.on('pull_request.closed', ({ id, payload }) =>
      deliveries.once(id, async () => {
        if (byOthers(payload)) await onPullRequest(deskOf, payload);
      }),
    );
    onInstallations(probot, desks, deliveries);
  };
}

async function onIssues(desk: Desk | null, payload: Payload<'issues'>): Promise<void> {
  const { number, updated_at } = payload.issue;
  const line = `issue ${number}`;
  switch (payload.action) {
    case 'opened':
    case 'labeled':
    case 'unlabeled':
    case 'edited':
    case 'closed':
    case 'reopened':
      return desk?.hint(line, 'look', (operator) => operator.lookAtIssue(number));
    case 'deleted':
    case 'transferred': {
      const { action } = payload;
      const actor = payload.sender?.login ?? 'ghost';
      return desk?.hint(line, action, (operator) => operator.issueGone(number, action, actor, updated_at));
    }
    default:
  }
}

async function onComment(desk: Desk | null, { issue, comment }: Payload<'issue_comment'>): Promise<void> {
  await desk?.hint(`issue ${issue.number}`, `comment ${comment.id}`, (operator) =>
    operator.lookAtComment(issue.number, commentOf(comment)),
  );
}

/**
 * Ours are dispatched, and their run-name ends with attempt and phase; whose run it is the engine says, by its id.
 */
async function onRun(
  deskOf: (payload: Payload<'workflow_run'>) => Desk | null,
  payload: Payload<'workflow_run'>,
): Promise<void> {
  const run = runOf(payload.workflow_run);
  if (payload.workflow_run.event !== 'workflow_dispatch' || !/ #\d+ /.test(run.title)) return;
  const name = `${run.run_attempt} ${run.status}`;
  await deskOf(payload)?.hint(`run ${run.id}`, name, (operator) => operator.lookAtRun(run));
}

async function onTicketBranch(desk: Desk | null, branch: string): Promise<void> {
  await desk?.hint(`branch ${branch}`, 'look', (operator) => operator.lookAtBranch(branch));
}

async function onPullRequest(
  deskOf: (payload: Payload<'pull_request' | 'pull_request_review'>) => Desk | null,
  payload: Payload<'pull_request' | 'pull_request_review'>,
): Promise<void> {
  const { head, base, number } = payload.pull_request as TheirPullRequest;
  if (!head.ref.startsWith('ticket/') || head.repo?.id !== base.repo.id) return; // a fork may name its branch so, too
  await deskOf(payload)?.hint(`issue ${number}`, 'look', (operator) => operator.lookAtIssue(number));
}

interface TheirPullRequest {
  number: number;
  head: { ref: string; repo: { id: number } | null };
  base: { repo: { id: number } };
}

/**
 * Any branch may be the state branch (its name is in the repository's config), and the default branch has the
 * config; tags are neither.
 */
function mayMatter(ref: string): boolean {
  return ref.startsWith('refs/heads/') || ref.startsWith('refs/signalbox/');
}

/** Where the app is installed, and what became of its repositories. */
function onInstallations(probot: Probot, desks: Desks, deliveries: Deliveries): void {
  const serve = async (
    installation: number,
    repositories: readonly { id: number; full_name: string }[] = [],
  ) => {
    await Promise.all(
      repositories.map((repository) => desks.open(installation, repositoryOf(repository)).sweep()),
    );
  };
  probot.on('installation', ({ id, payload }) =>
    deliveries.once(id, async () => {
      const { action, installation } = payload;
      if (action === 'created') await serve(installation.id, payload.repositories);
      else if (action === 'deleted' || action === 'suspend') desks.closeInstallation(installation.id);
      else await desks.refresh();
    }),
  );
  probot.on('installation_repositories', ({ id, payload }) =>
    deliveries.once(id, async () => {
      for (const { id: repository } of payload.repositories_removed) if (repository) desks.close(repository);
      await serve(payload.installation.id, payload.repositories_added);
    }),
  );
  probot.on('repository', ({ id, payload }) =>
    deliveries.once(id, async () => {
      const { action, repository, installation } = payload;
      if (action === 'archived' || action === 'deleted') desks.close(repository.id);
      else if (action === 'transferred') await desks.refresh();
      else if (installation && (action === 'renamed' || action === 'unarchived')) {
        await serve(installation.id, [repository]);
      }
    }),
  );
}
