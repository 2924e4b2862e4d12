import type { Blocker, Check, Finding, Forge, Issue, Judgements, Review } from '../../src/engine/ports.ts';

/** What others think of work, in the memory of a forge: as tests put it there. */
export class MemoryJudgements implements Judgements {
  readonly issues = new Map<number, Issue>();
  /** Calls that fail, by their name, and how. */
  readonly failing = new Map<keyof Forge, Error>();
  readonly checksThere = new Map<string, Check[]>();
  readonly reviewsThere = new Map<number, Review[]>();
  /** What reviews say of places, by the review's id. */
  readonly findingsThere = new Map<number, Finding[]>();
  /** Issues of this repository that block one. */
  readonly blockers = new Map<number, number[]>();

  async checks(commit: string): Promise<Check[]> {
    const error = this.failing.get('checks');
    if (error) throw error;
    return this.checksThere.get(commit) ?? [];
  }
  reviews = async (pull: number): Promise<Review[]> => this.reviewsThere.get(pull) ?? [];
  findings = async (_pull: number, review: number): Promise<Finding[]> =>
    this.findingsThere.get(review) ?? [];
  blockedBy = async (number: number): Promise<Blocker[]> =>
    (this.blockers.get(number) ?? []).map((issue) => ({
      issue,
      repository: 'acme/desk',
      isHere: true,
      isOpen: this.issues.get(issue)?.state === 'open',
    }));
}
