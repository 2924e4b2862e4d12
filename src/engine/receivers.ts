import type { Config } from '../ticket/config.ts';

/*
 * Those who are told of each transition, as the engine needs them: who they are, and one way to tell.
 */

/** Somebody who is told. `name` is part of a ref's name; where the receiver cannot be told, `fault` says why. */
export interface Receiver {
  name: string;
  fault: string | null;
  /** Where it is, for people: the host alone, since an address may hold a secret. */
  host: string;
}

/** What is sent. `id` is the same however often it is sent. */
export interface Delivery {
  id: string;
  event: string;
  body: string;
}

export interface Receivers {
  /** Those of the repository with this config. A receiver stays the same object as long as it is the same. */
  of(config: Config): readonly Receiver[];
  /** Sends once. Null where it was taken, else in words what went wrong. Never rejects. */
  send(receiver: Receiver, delivery: Delivery, signal: AbortSignal): Promise<string | null>;
}

/** How far a receiver is. Times in milliseconds. */
export interface Told {
  name: string;
  host: string;
  /** Commits that it was not told yet, as far as was looked. */
  behind: number;
  /** When the first of them was made; null where there is none. */
  since: number | null;
  /** When it last took something, in this process. */
  last: number | null;
  /** Why it is not told now, how often that was so in a row, and when last. */
  failure: { at: number; why: string; count: number } | null;
  /** Transitions that it took, in this process. */
  taken: number;
}
