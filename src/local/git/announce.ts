import type { ActivityRow, Forge, RepositoryRow } from '../data.ts';
import { fullNameOf, gitDirOf } from '../data.ts';
import type { PushedRef } from '../host.ts';
import { actorOf } from '../people.ts';
import { repositoryPage, repositoryUrl } from '../shapes/repository.ts';
import type { CommitFacts } from './commits.ts';
import { readCommits } from './commits.ts';
import { noCommit } from './repository.ts';

/** GitHub's limit on the commits that a push event carries. */
const commitsPerEvent = 2048;

export interface Announcer {
  forge: Forge;
  /** Sends a webhook about the push. */
  emit(repo: RepositoryRow, event: string, payload: Record<string, unknown>, sender: string): void;
  /** Tells Actions. */
  pushed(fullName: string, push: PushedRef): void;
  /** Brings open pull requests of the branch up to date. */
  followBranch(repo: RepositoryRow, move: ActivityRow): Promise<void>;
  /** Tells which commits a branch got. */
  reached(repo: RepositoryRow, move: ActivityRow, commits: CommitFacts[]): void;
}

/** What a moved ref sets off: `push`, `create` and `delete` webhooks for branches and tags, nothing for other refs. */
export async function announce(to: Announcer, repo: RepositoryRow, move: ActivityRow): Promise<void> {
  const { forge } = to;
  const kind = /^refs\/(heads|tags)\//.exec(move.ref)?.[1];
  if (!kind) return;
  const present = forge.repositories.get(String(repo.id)) ?? repo;
  forge.repositories.put(String(repo.id), { ...present, pushed: move.at, updated: move.at });
  const name = move.ref.slice(`refs/${kind}/`.length);
  const refType = kind === 'heads' ? 'branch' : 'tag';
  const commits = move.after === noCommit ? [] : await pushedCommits(forge, repo, move);
  to.emit(repo, 'push', await pushJson(forge, repo, move, commits), move.actor);
  if (move.before === noCommit) {
    const payload = {
      ref: name,
      ref_type: refType,
      master_branch: repo.defaultBranch,
      description: repo.description,
    };
    to.emit(repo, 'create', { ...payload, pusher_type: 'user' }, move.actor);
  }
  if (move.after === noCommit) {
    to.emit(repo, 'delete', { ref: name, ref_type: refType, pusher_type: 'user' }, move.actor);
  }
  const { ref, before, after } = move;
  const forced = move.type === 'force_push';
  to.pushed(fullNameOf(repo), { ref, before, after, forced, actor: actorOf(forge, move.actor) });
  if (kind !== 'heads') return;
  to.reached(repo, move, commits);
  await to.followBranch(repo, move);
}

async function pushJson(
  forge: Forge,
  repo: RepositoryRow,
  move: ActivityRow,
  commits: CommitFacts[],
): Promise<Record<string, unknown>> {
  const { ref, before, after } = move;
  const created = before === noCommit;
  const deleted = after === noCommit;
  const head = deleted ? undefined : (await readCommits(gitDirOf(forge, repo), '--max-count=1', after)).at(0);
  const range = created ? after.slice(0, 12) : `${before.slice(0, 12)}...${after.slice(0, 12)}`;
  return {
    ref,
    before,
    after,
    created,
    deleted,
    forced: move.type === 'force_push',
    base_ref: null,
    compare: `${repositoryPage(forge, repo)}/compare/${range}`,
    commits: commits.map((commit) => commitJson(forge, repo, commit)),
    head_commit: head ? commitJson(forge, repo, head) : null,
    pusher: { name: move.actor, email: `${move.actor}@users.noreply.github.com` },
  };
}

/** Oldest first: what the ref did not have before; of a new ref, what no other branch has. */
function pushedCommits(forge: Forge, repo: RepositoryRow, move: ActivityRow): Promise<CommitFacts[]> {
  const known =
    move.before === noCommit ? ['--not', `--exclude=${move.ref}`, '--branches'] : [`^${move.before}`];
  const limits = ['--reverse', `--max-count=${commitsPerEvent}`];
  return readCommits(gitDirOf(forge, repo), ...limits, move.after, ...known);
}

function commitJson(forge: Forge, repo: RepositoryRow, commit: CommitFacts): Record<string, unknown> {
  const paths = (status: string) =>
    commit.files.filter((file) => file.status === status).map((file) => file.path);
  const person = ({ name, email, date }: CommitFacts['author']) => ({ name, email, date });
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repositoryUrl(forge, repo).replace('/api/v3/repos', '')}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: paths('A'),
    removed: paths('D'),
    modified: [...paths('M'), ...paths('T')],
  };
}
