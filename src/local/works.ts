import type { Forge, RepositoryRow } from './data.ts';
import type { Misbehaviour, RefUpdate } from './misbehave.ts';
import type { RateLimits } from './rates.ts';
import type { Webhooks } from './webhooks.ts';

/** A ref that somebody moved: to the commit `after`, or to none. */
export type MovedRef = Pick<RefUpdate, 'ref' | 'after'>;

/** The parts of the forge, as routes and direct verbs work with them. */
export interface Works {
  forge: Forge;
  webhooks: Webhooks;
  misbehaviour: Misbehaviour;
  rates: RateLimits;
  /**
   * Records what happened to refs since they were last looked at, and tells whom it concerns. To be called by whoever
   * moved them, with what they were to be: a deletion, which leaves no record in git, is theirs who asked for it.
   */
  refsMoved(repo: RepositoryRow, moved: readonly MovedRef[], by: string): Promise<void>;
}
