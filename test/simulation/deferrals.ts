import { isoSeconds } from '../../src/base/clock.ts';
import type { Condition } from '../../src/ticket/condition-format.ts';
import type { World } from './world.ts';

/*
 * What people have tickets wait for: in words, and in files.
 */

/** The id of some ticket, which need not be open. */
export function someTicket({ chance, oracle }: World): string {
  return chance.pick([...oracle.lastAll()].map(({ id }) => id)) ?? 'MC-1';
}

/** What stands behind `/park`; `unread` parks, and is no condition. */
export function aDeferral(world: World): { words: string; defers: boolean } {
  const kind = world.chance.weighted({ one: 5, two: 1.5, unread: 0.5 });
  if (kind === 'unread') return { words: 'when the fair is over', defers: false };
  const one = () => inWords(aCondition(world));
  const words = kind === 'one' ? one() : `${one()} ${world.chance.pick(['and', 'or'])} ${one()}`;
  return { words, defers: true };
}

/** Something that a ticket may wait for, and now and then something that never comes true. */
export function aCondition(world: World): Condition {
  const { chance, schedule } = world;
  const kind = chance.weighted({ until: 3, idle: 2, lasting: 4, fewer: 1, after: 2, checks: 2, never: 0.5 });
  if (kind === 'until') return { until: isoSeconds(schedule.now + chance.below(20 * 60_000)) };
  if (kind === 'after') return { after: [someTicket(world)] };
  if (kind === 'checks') return { checks: 'main' };
  if (kind === 'lasting') return { idle: 'luci', minutes: chance.pick([1, 2, 5]) };
  if (kind === 'fewer') return { idle: 'luci', below: 2 };
  return { idle: kind === 'never' ? 'nobody' : 'luci' };
}

function inWords(condition: Condition): string {
  if ('until' in condition) return `until ${condition.until.replace('T', ' ').replace('Z', ' UTC')}`;
  if ('after' in condition) return `after ${condition.after.join(', ')} is done`;
  if ('checks' in condition) return `when checks: ${condition.checks}`;
  if (!('idle' in condition)) return '';
  const { idle, below, minutes } = condition;
  const lasting = minutes ? ` for ${minutes} minutes` : '';
  return below ? `when fewer than ${below} of ${idle} run${lasting}` : `when ${idle} is idle${lasting}`;
}
