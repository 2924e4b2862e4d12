const steps: readonly [limit: number, size: number, word: string][] = [
  [60_000, 1_000, 's'],
  [3_600_000, 60_000, 'min'],
  [48 * 3_600_000, 3_600_000, 'h'],
  [Number.POSITIVE_INFINITY, 24 * 3_600_000, 'd'],
];

/** How long ago, or in how long: `4 min ago`, `in 3 h`. The script of the pages says it in the same words. */
export function relativeTime(ms: number): string {
  const size = Math.abs(ms);
  if (size < 5_000) return 'now';
  const [, unit, word] = steps.find(([limit]) => size < limit) ?? [0, 1_000, 's'];
  const count = `${Math.floor(size / unit)} ${word}`;
  return ms > 0 ? `in ${count}` : `${count} ago`;
}
