import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Config } from '../ticket/config.ts';
import type { Ticket } from '../ticket/format.ts';
import type { Context } from './context.ts';
import type { Forge, Store } from './ports.ts';
import type { Tellers } from './tellers.ts';

/** What an operator is made of. */
export interface OperatorOptions extends Pick<Context, 'seat'> {
  store: Store;
  forge: Forge;
  /** The repository's config, last good version. */
  config: () => Promise<Config>;
  /** Why its newest version is not in force; null where it is. */
  configBroken?: () => string | null;
  clock: Clock;
  random: Random;
  log: Log;
  /** When the app was installed on the repository (ISO). Label events before it mean nothing. */
  installedAt: string;
  /** Milliseconds to let requests gather between pushes; 0 pushes at once. */
  gatherMs?: number;
  /** Told of every open ticket once, and of each that a new head changed, as it stands there. */
  watch?: (ticket: Ticket) => void;
  /** Those who are told of each transition; ended with the operator. */
  tellers?: Tellers;
}
