import type { Row, Target } from './measure.ts';

/** The rows as people read them: two sides, milliseconds for each change, and what became of the target. */
export function table(rows: readonly Row[]): string {
  const lines = rows.flatMap((row) => [
    `${row.measurement}`,
    `    ${side(row.fast)}   ${side(row.slow)}   ${verdict(row)}`,
  ]);
  return `${lines.join('\n')}\n`;
}

const side = ({ name, ms }: Row['fast']): string => `${name.padEnd(18)} ${number(ms)} ms`.padEnd(36);

function verdict({ ratio, lowest, highest, target, met }: Row): string {
  const words = `× ${number(ratio)} (${number(lowest)} to ${number(highest)})`;
  return target ? `${words}  wanted ${wanted(target)}: ${met ? 'met' : 'MISSED'}` : words;
}

const wanted = (target: NonNullable<Target>): string =>
  'atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;

const number = (value: number): string => value.toFixed(value < 100 ? 2 : 0);
