import { SignalboxError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Forge, Issue, Run, Store } from '../../src/engine/ports.ts';
import type { Backend } from '../../src/store/backend.ts';
import { CommitStore } from '../../src/store/commit-store.ts';
import { MemoryBackend } from '../../src/store/memory-store.ts';
import type { Chance } from './chance.ts';
import { people, type SimGitHub, self } from './github.ts';
import type { Machine } from './machine.ts';

/** The store of one process: the real one, each look and push of it a call over the network. */
export function simStore(github: SimGitHub, machine: Machine, chance: Chance): Store {
  const memory = new MemoryBackend(github.remote);
  const backend: Backend = {
    objects: memory.objects,
    stateRef: memory.stateRef,
    look: () => machine.call('look', () => memory.look()),
    lookAt: (ref) => machine.call(`look at ${ref}`, () => memory.lookAt(ref)),
    fetch: () => machine.call('fetch', () => memory.fetch()),
    write: (commit) => memory.write(commit),
    push: (moves) =>
      machine
        .call('push', () => {
          github.pusher = machine.login;
          return memory.push(moves);
        })
        .catch(() => ({ kind: 'unknown', words: 'the line is dead' })),
    isAncestor: (ancestor, commit) => memory.isAncestor(ancestor, commit),
    commitsBetween: (from, to) => memory.commitsBetween(from, to),
    log: (head, paths, id, limit) => memory.log(head, paths, id, limit),
    close: async () => {},
  };
  return new CommitStore(backend, {
    clock: { now: () => github.schedule.now },
    random: chance,
    log: silentLog,
  });
}

/** GitHub as one process sees it: every call takes its time, and may fail. */
export function simForge(github: SimGitHub, machine: Machine): Forge {
  const { login } = machine;
  const call = <T>(name: string, does: () => T) => machine.call(name, does);
  const asRun = ({ id, run_attempt, title, status, conclusion, url, created, updated }: Run): Run => {
    return { id, run_attempt, title, status, conclusion, url, created, updated };
  };
  const allRuns = () => [...github.runs.values()].map(asRun).reverse();
  const find = (id: number) => [...github.comments.values()].flat().find((one) => one.id === id);
  const listed = (isListed: (issue: Issue) => boolean) =>
    structuredClone([...github.issues.values()].filter(isListed));
  return {
    now: () => github.schedule.now,
    file: (path) => call(`file ${path}`, () => null),
    commitsOf: (path) => call(`commits of ${path}`, () => []),
    permission: (who) => call(`permission ${who}`, () => people[who] ?? 'none'),
    issue: (number) =>
      call(`issue ${number}`, () => {
        machine.lookedAt = github.id();
        return structuredClone(github.issues.get(number) ?? pullAsIssue(github, number) ?? 'gone');
      }),
    issuesLabelled: (label) =>
      call(`issues labelled ${label}`, () =>
        listed(({ state, labels }) => state === 'open' && labels.includes(label)),
      ),
    issuesSince: (since) =>
      call(`issues since ${since}`, () =>
        listed(({ number }) => (github.updated.get(number) ?? '') >= since),
      ),
    createIssue: (title, body, labels) =>
      call('create issue', () => github.openIssue(login, title, body, labels)),
    updateIssue: (number, change) =>
      call(`update issue ${number}`, () =>
        github.update(number, { ...change, state_reason: change.state_reason ?? null }, login),
      ),
    assign: (number, logins) => call(`assign ${number}`, () => github.assign(number, logins)),
    events: (number) => call(`events ${number}`, () => structuredClone(github.events.get(number) ?? [])),
    addLabels: (number, labels) =>
      call(`label ${number}`, () => {
        for (const label of labels) github.label(number, label, login);
      }),
    removeLabel: (number, label) => call(`unlabel ${number}`, () => github.unlabel(number, label, login)),
    repositoryLabels: () => call('labels', () => [...github.labels]),
    createLabel: (name) => call(`create label ${name}`, () => void github.labels.add(name)),
    comments: (number) =>
      call(`comments ${number}`, () => structuredClone(github.comments.get(number) ?? [])),
    createComment: (number, body) => call(`comment ${number}`, () => github.comment(number, body, login).id),
    updateComment: (id, body) =>
      call(`update comment ${id}`, () => void Object.assign(find(id) ?? {}, { body })),
    deleteComment: (id) =>
      call(`delete comment ${id}`, () => {
        for (const [number, all] of github.comments)
          github.comments.set(
            number,
            all.filter((one) => one.id !== id),
          );
      }),
    react: (id, content) =>
      call(
        `react ${id}`,
        () => void github.reactions.set(id, [...(github.reactions.get(id) ?? []), `${login} ${content}`]),
      ),
    hasReacted: (id) =>
      call(`reactions ${id}`, () =>
        (github.reactions.get(id) ?? []).some((one) => one.startsWith(`${login} `)),
      ),
    dispatch: (_workflow, inputs) =>
      call('dispatch', () => {
        if (github.hasNoWorkflow)
          return { refused: { code: 'no-workflow', message: 'there is none' } } as const;
        if (github.swallowing === 0) return { run: github.dispatch(inputs).id };
        github.swallowing -= 1;
        return { run: null };
      }),
    runs: (_workflow, since) => call('runs', () => allRuns().filter(({ created }) => created >= since)),
    run: (id) => call(`run ${id}`, () => allRuns().find((run) => run.id === id) ?? null),
    cancel: (id) => call(`cancel ${id}`, () => cancel(github, id, false)),
    forceCancel: (id) => call(`force-cancel ${id}`, () => cancel(github, id, true)),
    ref: (name) =>
      call(`ref ${name}`, () => github.branches.get(name) ?? github.remote.refs.get(name) ?? null),
    commitTime: (sha) => call(`commit ${sha}`, () => null),
    moveBranch: (branch, sha) =>
      call(`move ${branch}`, () => {
        github.branches.set(`refs/heads/${branch}`, sha);
        return true;
      }),
    defaultBranch: () => call('default branch', () => 'main'),
    isAhead: () => call('compare', () => true),
    pullRequest: (branch) =>
      call(`pull of ${branch}`, () =>
        structuredClone(github.pulls.findLast(({ head }) => head === branch) ?? null),
      ),
    pullRequestNumbered: (number) =>
      call(`pull ${number}`, () =>
        structuredClone(github.pulls.find((one) => one.number === number) ?? null),
      ),
    pullRequestsSince: (since) =>
      call(`pulls since ${since}`, () =>
        structuredClone(
          github.pulls.filter(
            ({ merged, number }) => (merged?.at ?? github.updated.get(number) ?? '') >= since,
          ),
        ),
      ),
    openPullRequest: (head, title, body) =>
      call(`open pull of ${head}`, () => {
        const head_sha = github.branches.get(`refs/heads/${head}`) ?? '';
        const about = { title, body, head, head_sha, base: 'main', url: 'u' };
        const pull = { number: 10_000 + github.id(), ...about, state: 'open', merged: null } as const;
        github.pulls.push({ ...pull });
        github.updated.set(pull.number, github.at);
        return pull;
      }),
    updatePullRequest: (number) => call(`update pull ${number}`, () => {}),
    pushes: () => call('activity', () => [...github.activity]),
  };
}

/** GitHub takes a cancel of what has not ended. What comes of it is the machine's affair. */
function cancel(github: SimGitHub, id: number, isForced: boolean): boolean {
  const run = github.runs.get(id);
  if (!run || run.status === 'completed') return false;
  if (github.refusing > 0) {
    github.refusing -= 1;
    if (github.refusing % 2 === 0) throw new SignalboxError('forge', 'server-error', 'GitHub answered 500');
    return false;
  }
  if (run.status === 'queued') github.setRun(run, { status: 'completed', conclusion: 'cancelled' });
  else if (!run.isDeaf) run.cancelAsked = true;
  else if (isForced) run.givenUp = true;
  return true;
}

/** A pull request is an issue, too. */
function pullAsIssue(github: SimGitHub, number: number): Issue | null {
  const pull = github.pulls.find((one) => one.number === number);
  if (!pull) return null;
  const about = { number, title: pull.head, body: '', author: self, ours: true, created: github.at };
  return { ...about, state: pull.state, state_reason: null, labels: [], is_pull_request: true };
}
