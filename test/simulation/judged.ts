import type { Check, Finding, Judgements, Review } from '../../src/engine/judgements.ts';
import type { SimGitHub } from './github.ts';
import { repository } from './names.ts';

export type StatusState = 'success' | 'failure' | 'error' | 'pending';

/** What is judged in the simulation's GitHub: commits by statuses, pull requests by reviews; and what blocks an issue. */
export class SimJudged {
  readonly #github: SimGitHub;
  readonly #statuses = new Map<string, Check[]>();
  /** When the head of a ref was green last, where it is so no more. */
  readonly #green = new Map<string, number>();
  readonly #reviews = new Map<number, Review[]>();
  readonly said = new Map<number, Finding[]>();
  readonly #blockers = new Map<number, number[]>();

  constructor(github: SimGitHub) {
    this.#github = github;
  }

  /** When everything that is checked at the head of a branch was green last, in milliseconds; infinity where it is. */
  lastGreen(branch: string): number {
    const ref = `refs/heads/${branch}`;
    if (this.#isGreen(this.#github.remote.refs.get(ref) ?? null)) return Number.POSITIVE_INFINITY;
    return this.#green.get(ref) ?? Number.NEGATIVE_INFINITY;
  }

  /** A ref leaves this commit. */
  left(ref: string, commit: string | null): void {
    if (this.#isGreen(commit)) this.#green.set(ref, this.#github.schedule.now);
  }

  #isGreen(commit: string | null): boolean {
    const all = this.#statuses.get(commit ?? '') ?? [];
    return all.length > 0 && all.every(({ state }) => state === 'green');
  }

  status(commit: string, name: string, state: StatusState, by: string): void {
    for (const [ref, head] of this.#github.remote.refs) if (head === commit) this.left(ref, commit);
    const meant = state === 'success' ? 'green' : state === 'pending' ? 'pending' : 'red';
    const others = this.checks(commit).filter((check) => check.name !== name);
    this.#statuses.set(commit, [...others, { name, state: meant, by }]);
    this.#github.emit('status', null, by, { sha: commit, context: name, state });
  }

  /** Of the head of a pull request. */
  review(pull: number, state: Review['state'], body: string, by: string): number {
    const commit = this.#github.pull(pull)?.head_sha ?? '';
    const { id, at } = { id: this.#github.id(), at: this.#github.at };
    const review = { id, by, by_is_bot: by.endsWith('[bot]'), state, commit, body, at };
    this.#reviews.set(pull, [...this.reviews(pull), review]);
    this.#github.updated.set(pull, at);
    const head = { ref: this.#github.pull(pull)?.head ?? '', repo: repository };
    const pull_request = { number: pull, head, base: { repo: repository } };
    this.#github.emit('pull_request_review', 'submitted', by, { review: { id }, pull_request });
    return id;
  }

  /** Of what one says of lines nothing is modelled but what a test gives it. */
  findings(review: number): Finding[] {
    return this.said.get(review) ?? [];
  }

  block(issue: number, blocker: number): void {
    this.#blockers.set(issue, [...(this.#blockers.get(issue) ?? []), blocker]);
  }

  checks(commit: string): Check[] {
    const all = this.#statuses.get(commit) ?? [];
    return all.toSorted((one, other) => one.name.localeCompare(other.name));
  }

  reviews(pull: number): Review[] {
    return this.#reviews.get(pull) ?? [];
  }

  blockers(issue: number): number[] {
    return this.#blockers.get(issue) ?? [];
  }
}

/** The same as one process sees it. No job of the simulation's runs shows on a commit. */
export function judgementCalls(
  { judged, issues }: SimGitHub,
  call: <T>(name: string, does: () => T) => Promise<T>,
): Judgements {
  return {
    checks: (commit) => call(`checks of ${commit}`, () => judged.checks(commit)),
    reviews: (pull) => call(`reviews of ${pull}`, () => structuredClone(judged.reviews(pull))),
    findings: (pull, review) => call(`findings of ${pull}`, () => judged.findings(review)),
    blockedBy: (issue) =>
      call(`blockers of ${issue}`, () =>
        judged.blockers(issue).map((blocker) => ({
          issue: blocker,
          repository: repository.full_name,
          isHere: true,
          isOpen: issues.get(blocker)?.state === 'open',
        })),
      ),
  };
}
