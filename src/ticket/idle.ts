import { isoSeconds } from '../base/clock.ts';
import { longestIdleMinutes } from './condition-format.ts';

type LastRan = Readonly<Record<string, readonly string[]>>;
type Counts = ReadonlyMap<string, number>;

/**
 * When each agent last ran 1, 2, … attempts at the same time, after a commit that leaves `occupied` where there were
 * `began`. The same object where nothing of it changed. What is longer ago than anybody may ask for is forgotten.
 */
export function ranUntil<T extends LastRan>(
  before: T,
  began: Counts,
  occupied: Counts,
  now: number,
): T | Record<string, string[]> {
  const fallen = [...began].filter(([agent, count]) => (occupied.get(agent) ?? 0) < count);
  if (fallen.length === 0) return before;
  const forgotten = isoSeconds(now - longestIdleMinutes * 60_000);
  const after = new Map(
    Object.entries(before).map(([agent, moments]) => [agent, moments.filter((one) => one > forgotten)]),
  );
  // All of them ran until now. A higher level was reached no later than a lower one.
  for (const [agent, count] of fallen)
    after.set(agent, [
      ...Array.from({ length: count }, () => isoSeconds(now)),
      ...(after.get(agent) ?? []).slice(count),
    ]);
  return Object.fromEntries([...after].filter(([, moments]) => moments.length > 0));
}
