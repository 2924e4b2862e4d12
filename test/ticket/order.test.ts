import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/ticket/codec.ts';
import { idsInWords, inLine, rankOf } from '../../src/ticket/order.ts';
import { why } from './explaining.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { by, executing, told } from './telling.ts';
import type { Ticket } from './types.ts';

const here = { now: noon, config };
const ids = (tickets: readonly Ticket[], now = noon) => inLine(tickets, { now, config }).map(({ id }) => id);

describe('the order in which tickets are offered', () => {
  test('is by priority, then age, then number, whatever the order in which they are found', () => {
    const offered = [
      ticketIn('todo', { id: 'MC-10' }),
      ticketIn('todo', { id: 'MC-9' }),
      ticketIn('todo', { id: 'MC-3', created: at(-60) }),
      ticketIn('todo', { id: 'MC-4', priority: 'low', created: at(-9000) }),
      ticketIn('todo', { id: 'MC-5', priority: 'urgent', created: at(0) }),
      ticketIn('todo', { id: 'MC-6', created: null }),
    ];
    const order = ['MC-5', 'MC-6', 'MC-9', 'MC-10', 'MC-3', 'MC-4'];
    expect(ids(offered)).toEqual(order);
    expect(ids(offered.reverse())).toEqual(order);
  });

  test('one that lies in todo for a day goes up by one, and so on up to urgent; what does not wait there does not', () => {
    const low = ticketIn('todo', { priority: 'low', todo_since: at(0) });
    const day = 24 * 3_600_000;
    const ranks = [0, day - 1, day, 2 * day, 3 * day, 30 * day];
    expect(ranks.map((ms) => rankOf(low, { ...here, now: noon + ms }))).toEqual([3, 3, 2, 1, 0, 0]);
    expect(rankOf(low, { ...here, now: noon - day })).toBe(3);
    expect(rankOf({ ...low, state: 'waiting' }, { ...here, now: noon + day })).toBe(3);
    expect(rankOf(ticketIn('todo', { priority: 'low' }), { ...here, now: noon + day })).toBe(3);
    const { config: quick } = readConfig('format: 1\nlimits: { raise_after_hours: 0.5 }\n');
    expect(rankOf(low, { now: noon + 3_600_000, config: quick ?? config })).toBe(1);
  });

  test('a day begins when the ticket comes into todo, and anew each time', () => {
    const again = told(executing, by('e1', 'park', 1), by('e2', 'release', 2));
    expect(again).toMatchObject({ state: 'todo', todo_since: at(0) });
    expect(told(again, by('e3', 'park', 3)).todo_since).toBe(at(0)); // of no meaning there
  });
});

const someTickets = fc
  .uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 40 })
  .chain((numbers) =>
    fc.tuple(
      ...numbers.map((number) =>
        fc.record({
          id: fc.constant(`MC-${number}`),
          priority: fc.constantFrom('urgent', 'high', 'normal', 'low'),
          created: fc.integer({ min: -50, max: 0 }).map((hours) => at(hours * 3600)),
          todo_since: fc.option(
            fc.integer({ min: -100, max: 0 }).map((hours) => at(hours * 3600)),
            {
              nil: null,
            },
          ),
        }),
      ),
    ),
  );

test('the order is that of a plainly written reference, for any tickets', () => {
  const plain = { urgent: 0, high: 1, normal: 2, low: 3 };
  const place = ({ id, priority, created, todo_since }: Partial<Ticket>) => {
    const days = todo_since ? Math.floor((noon - Date.parse(todo_since)) / 86_400_000) : 0;
    return [Math.max(0, plain[priority ?? 'normal'] - days), Date.parse(created ?? ''), Number(id?.slice(3))];
  };
  const isBefore = (a: number[], b: number[]): boolean => {
    for (const [nth, one] of a.entries()) if (one !== b[nth]) return one < (b[nth] ?? 0);
    return false;
  };
  fc.assert(
    fc.property(someTickets, (made) => {
      const tickets = made.map((over) => ticketIn('todo', over as Partial<Ticket>));
      const left = [...tickets];
      const expected: string[] = [];
      while (left.length > 0) {
        const first = left.reduce((best, one) => (isBefore(place(one), place(best)) ? one : best));
        expected.push(first.id);
        left.splice(left.indexOf(first), 1);
      }
      expect(ids(tickets)).toEqual(expected);
    }),
  );
});

test('no ticket starves: of an endless stream of urgent ones a low one lets pass those of three days, and no more', () => {
  const hour = 3_600_000;
  const iso = (ms: number) => at((ms - noon) / 1000);
  let line = [ticketIn('todo', { id: 'MC-1', priority: 'low', created: at(0), todo_since: at(0) })];
  let hours = 0;
  // One agent takes one an hour, and an urgent one comes each hour.
  for (let first = ''; first !== 'MC-1'; hours++) {
    expect(hours).toBeLessThan(100);
    const now = noon + hours * hour;
    const since = iso(now);
    const urgent = { id: `MC-${hours + 2}`, priority: 'urgent', created: since, todo_since: since } as const;
    line = inLine([...line, ticketIn('todo', urgent)], { now, config });
    first = line.shift()?.id ?? '';
  }
  expect(hours).toBe(3 * 24 + 1);
});

describe('explain says who goes before', () => {
  const line = [
    ticketIn('todo', { id: 'MC-2', priority: 'high' }),
    ticketIn('todo', { id: 'MC-3', priority: 'high', owner: 'ada' }),
    ticketIn('todo', { id: 'MC-4', priority: 'high', not_before: at(60) }),
    ticketIn('todo', { id: 'MC-5', priority: 'low' }),
    ticketIn('todo'),
  ];
  const full = { occupied: new Map([['luci', 1]]), occupants: new Map([['luci', new Set(['MC-9'])]]) };

  test('of the same agent, and of those that only wait in line', () => {
    const busy = why(ticketIn('todo'), { todo: line, view: view(full) });
    expect(busy.reasons).toMatchObject([
      { code: 'no-capacity', change: 'MC-9 ends, or the config gives luci more capacity. Before it: MC-2.' },
    ]);
    expect(why(ticketIn('todo'), { todo: line }).next).toBe(
      'luci takes it when the app looks next. Before it: MC-2.',
    );
  });

  test('of every agent where all share a capacity; nobody where it is the first', () => {
    const limited = { ...config, limits: { ...config.limits, capacity: 1 } };
    expect(why(ticketIn('todo'), { todo: line, config: limited }).next).toContain('Before it: MC-2, MC-3.');
    const first = ticketIn('todo', { id: 'MC-1', priority: 'urgent' });
    expect(why(first, { todo: line, view: view(full) }).reasons[0]?.change).not.toContain('Before');
  });

  test('some by name', () => {
    expect(idsInWords(['a', 'b'])).toBe('a, b');
    expect(idsInWords(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more');
  });
});
