import type { Fixtures } from './fixture.ts';
import type { Row } from './measure.ts';

/** What a measurement is given. */
export interface Bench {
  fixtures: Fixtures;
  /** How often each side is measured. */
  rounds: number;
  /** A look whether it runs at all: small desks, one round, figures that mean nothing. */
  quick: boolean;
  /** Says on standard error what is being done. */
  say(progress: string): void;
}

/** One question with its answers. */
export interface Measurement {
  /** By which it is chosen on the command line. */
  name: string;
  run(bench: Bench): Promise<Row[]>;
}

/** Numbers 1 to `last`, again and again: each change is of another ticket. */
export function counter(last: number): () => number {
  let at = 0;
  return () => (at++ % last) + 1;
}
