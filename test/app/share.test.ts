import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Share } from '../../src/app/share.ts';

// How many attempts one process starts for each of its repositories.

/** A share of `capacity`, whose repositories have said long ago what they work: nothing. */
function shared(capacity: number, ...names: string[]) {
  const time = { now: 0 };
  const share = new Share(capacity, { now: () => time.now });
  const seats = names.map((name) => share.join(name));
  for (const seat of seats) seat.starts({ occupied: 0, wants: 0 });
  return { share, seats, time };
}

describe('a free place', () => {
  test('is given as long as there is one, and what was given counts until its repository says what became of it', () => {
    const { seats } = shared(3, 'a', 'b');
    const [a, b] = seats;
    expect(a?.starts({ occupied: 0, wants: 2 })).toBe(2);
    expect(b?.full()).toBeNull();
    expect(b?.starts({ occupied: 0, wants: 2 })).toBe(1);
    expect(a?.full()).toEqual({ occupied: 3, capacity: 3 });
    expect(b?.starts({ occupied: 1, wants: 1 })).toBe(0);
    expect(a?.starts({ occupied: 1, wants: 1 })).toBe(1); // one of it came to nothing
  });

  test('goes to who started least recently of those that want one', () => {
    const { seats } = shared(1, 'a', 'b', 'c');
    const [a, b, c] = seats;
    expect(a?.starts({ occupied: 0, wants: 9 })).toBe(1);
    for (const seat of [b, c]) expect(seat?.starts({ occupied: 0, wants: 9 })).toBe(0);
    expect(a?.starts({ occupied: 0, wants: 9 })).toBe(0); // its own ended; it is the turn of others
    expect(c?.starts({ occupied: 0, wants: 9 })).toBe(0);
    expect(b?.starts({ occupied: 0, wants: 9 })).toBe(1);
  });

  test('is not kept for one that says nothing any more, or is served no more', () => {
    const { seats, time } = shared(1, 'a', 'b');
    const [a, b] = seats;
    expect(a?.starts({ occupied: 0, wants: 1 })).toBe(1);
    expect(b?.starts({ occupied: 0, wants: 1 })).toBe(0);
    expect(a?.starts({ occupied: 0, wants: 1 })).toBe(0);
    time.now += 30_000;
    expect(a?.starts({ occupied: 0, wants: 1 })).toBe(1);
    a?.leave();
    expect(b?.starts({ occupied: 0, wants: 1 })).toBe(1);
  });

  test('is not given before all have said what they work, unless they take too long', () => {
    const { share, seats, time } = shared(2, 'a');
    const [a] = seats;
    const late = share.join('late');
    expect(a?.starts({ occupied: 0, wants: 2 })).toBe(0);
    expect(late.starts({ occupied: 1, wants: 0 })).toBe(0);
    expect(a?.starts({ occupied: 0, wants: 2 })).toBe(1);
    share.join('stuck');
    time.now += 15_000;
    expect(a?.starts({ occupied: 0, wants: 1 })).toBe(1);
  });
});

test('whatever ends when, there are never more than may be, and nobody who wants one waits for a third start of another', () => {
  const step = fc.record({ seat: fc.nat(3), ends: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
      const { seats } = shared(capacity, 'a', 'b', 'c', 'd');
      const works = [0, 0, 0, 0];
      // Each always wants one more.
      for (const seat of seats) seat.starts({ occupied: 0, wants: 1 });
      works.splice(0, 4, ...seats.map((seat) => seat.starts({ occupied: 0, wants: 1 })));
      const waited = [0, 1, 2, 3].map(() => new Map<number, number>());
      for (const { seat, ends } of steps) {
        if (ends && (works[seat] ?? 0) > 0) works[seat] = (works[seat] ?? 0) - 1;
        const started = seats[seat]?.starts({ occupied: works[seat] ?? 0, wants: 1 }) ?? 0;
        works[seat] = (works[seat] ?? 0) + started;
        expect(works.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(capacity);
        if (started > 0) waited[seat]?.clear();
        for (const [other, seen] of waited.entries())
          if (started > 0 && other !== seat) seen.set(seat, (seen.get(seat) ?? 0) + started);
        // A start that was given away before it wanted may come in between: then it is one more.
        for (const seen of waited) for (const count of seen.values()) expect(count).toBeLessThanOrEqual(2);
      }
    }),
  );
});
