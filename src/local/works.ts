import type { Forge, RepositoryRow } from './data.ts';
import type { Misbehaviour } from './misbehave.ts';
import type { RateLimits } from './rates.ts';
import type { Webhooks } from './webhooks.ts';

/** The parts of the forge, as routes and direct verbs work with them. */
export interface Works {
  forge: Forge;
  webhooks: Webhooks;
  misbehaviour: Misbehaviour;
  rates: RateLimits;
  /** Records what happened to refs since they were last looked at, and tells whom it concerns. */
  refsMoved(repo: RepositoryRow, refs: readonly string[], by: string): Promise<void>;
}
