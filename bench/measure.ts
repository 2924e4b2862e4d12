/*
 * Two sides in turns, A B A B …, so that a busy machine hits both. Only their ratio means anything elsewhere.
 */

/** One way of doing something. `run` does it once and answers milliseconds for each change. */
export interface Side {
  name: string;
  run(): Promise<number>;
}

/** What the ratio should be; null where a figure only explains another. */
export type Target = { atLeast: number } | { atMost: number } | null;

export interface Row {
  measurement: string;
  fast: { name: string; ms: number };
  slow: { name: string; ms: number };
  /** Median of `slow` by median of `fast`; beside it the lowest and the highest of the rounds' own ratios. */
  ratio: number;
  lowest: number;
  highest: number;
  target: Target;
  met: boolean | null;
}

export interface Turns {
  rounds: number;
  /** How often each side runs in a round, in turns; the mean is the round's figure. Default 1. */
  times?: number;
  /** Runs of each side before anything is counted. Default 0. */
  warmUp?: number;
}

/** Runs both sides in turns and compares their medians. */
export async function compare(
  { measurement, target }: { measurement: string; target: Target },
  [fast, slow]: readonly [Side, Side],
  { rounds, times = 1, warmUp = 0 }: Turns,
): Promise<Row> {
  for (let run = 0; run < warmUp; run++) {
    await fast.run();
    await slow.run();
  }
  const taken: { fast: number; slow: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const sum = { fast: 0, slow: 0 };
    for (let run = 0; run < times; run++) {
      sum.fast += await fast.run();
      sum.slow += await slow.run();
    }
    taken.push({ fast: sum.fast / times, slow: sum.slow / times });
  }
  const ms = { fast: median(taken.map((each) => each.fast)), slow: median(taken.map((each) => each.slow)) };
  const ratio = ms.slow / ms.fast;
  const ratios = taken.map((each) => each.slow / each.fast);
  return {
    measurement,
    fast: { name: fast.name, ms: ms.fast },
    slow: { name: slow.name, ms: ms.slow },
    ratio,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    target,
    met: target && ('atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost),
  };
}

/** Milliseconds for each of `count` changes that `work` makes. */
export async function timed(count: number, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / count;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = low] = sorted.length % 2 ? [sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}
