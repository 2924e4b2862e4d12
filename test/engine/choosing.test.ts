import { expect, test, vi } from 'vitest';
import { sha256 } from '../../src/base/random.ts';
import { writeSignal } from '../../src/ticket/codec.ts';
import { config as schema } from '../../src/ticket/config.ts';
import type { Signal, Ticket } from '../../src/ticket/format.ts';
import { aTicket } from './desk.ts';
import { OperatedDesk } from './operated.ts';

// A hundred tickets, with priorities, ages and what each comes after, on agents of different capacity: who starts when
// is what a plainly written reference says, and all of them are done in the end.

vi.setConfig({ testTimeout: 120_000 });

const settings = schema.parse({
  format: 1,
  prefix: 'MC',
  agents: {
    luci: { command: ['true'], capacity: 3 },
    ada: { command: ['true'], capacity: 2 },
    otto: { command: ['true'], capacity: 4 },
  },
  limits: { capacity: 7, starts_per_hour: 1000 },
});
const capacities: Record<string, number> = { luci: 3, ada: 2, otto: 4 };
const together = 7;

/** The same numbers for the same seed (a linear congruential generator). */
function chanceOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function hundred(chance: (below: number) => number): Ticket[] {
  return Array.from({ length: 100 }, (_, index) => {
    const number = index + 1;
    const after = Array.from({ length: index === 0 ? 0 : chance(3) }, () => `MC-${1 + chance(index)}`);
    const hour = String(chance(24)).padStart(2, '0');
    return aTicket(`MC-${number}`, {
      state: 'todo',
      owner: ['luci', 'ada', 'otto'][chance(3)] ?? 'luci',
      priority: (['urgent', 'high', 'normal', 'low'] as const)[chance(4)] ?? 'normal',
      created: `2026-05-25T${hour}:00:00Z`,
      after: [...new Set(after)],
      mirrored: 'f'.repeat(64),
    });
  });
}

/** What starts next: one ticket after another, always the first of those that can. */
function reference(
  tickets: readonly Ticket[],
  done: ReadonlySet<string>,
  running: readonly Ticket[],
): string[] {
  const works = [...running];
  const started: Ticket[] = [];
  const rank = ['urgent', 'high', 'normal', 'low'];
  for (;;) {
    let best: Ticket | null = null;
    for (const one of tickets) {
      if (done.has(one.id) || works.includes(one)) continue;
      if (one.after.some((id) => !done.has(id))) continue;
      if (works.filter(({ owner }) => owner === one.owner).length >= (capacities[one.owner ?? ''] ?? 0))
        continue;
      if (works.length >= together) continue;
      if (best === null || isBefore(one, best)) best = one;
    }
    if (best === null) return started.map(({ id }) => id).sort();
    works.push(best);
    started.push(best);
  }
  function isBefore(a: Ticket, b: Ticket): boolean {
    const byRank = rank.indexOf(a.priority) - rank.indexOf(b.priority);
    if (byRank !== 0) return byRank < 0;
    if (a.created !== b.created) return (a.created ?? '') < (b.created ?? '');
    return Number(a.id.slice(3)) < Number(b.id.slice(3));
  }
}

/** The attempt in hand is bound, and its agent says that it is done. */
async function finish(desk: OperatedDesk, id: string): Promise<void> {
  const { number: attempt = 0, claim = '' } = (await desk.ticket(id))?.attempt ?? {};
  const key = `key-of-${id}`;
  const asked = { source: `${id}-done`, at: desk.now, actor: 'agent' };
  const run = { id: 10_000 + Number(id.slice(3)), run_attempt: 1, url: 'u' };
  await desk.operator.handle(id, { ...asked, kind: 'bind', attempt, claim, run, key_sha256: sha256(key) });
  const said = {
    ticket: id,
    attempt,
    kind: 'done',
    summary: 'so',
    run: null,
    key,
    agent_gone: true,
  } as const;
  const signal: Signal = { format: 1, ...said };
  const about = { channel: 'runner', ticket: id, attempt, text: writeSignal(signal) } as const;
  await desk.operator.handle(id, { ...asked, kind: 'signal', signal, ...about });
}

test.each([1, 2])(
  'a hundred tickets start in the order of the reference, and none is left (seed %i)',
  async (seed) => {
    const chance = chanceOf(seed);
    const tickets = hundred(chance);
    const byId = new Map(tickets.map((one) => [one.id, one]));
    const desk = await OperatedDesk.start(settings);
    await desk.put(...tickets);
    const done = new Set<string>();
    let running: string[] = [];
    for (let round = 0; done.size < tickets.length; round++) {
      expect(round).toBeLessThan(200);
      const known = running.map((id) => byId.get(id) as Ticket);
      const expected = reference(tickets, done, known);
      await desk.lookAtHead();
      const states = await Promise.all(
        tickets.map(async ({ id }) => [id, (await desk.ticket(id))?.state] as const),
      );
      const works = states.flatMap(([id, state]) => (state === 'in_progress' ? id : []));
      expect(works.filter((id) => !running.includes(id)).sort()).toEqual(expected);
      // Some of them end, at least one.
      const ended = works.filter((_, index) => index === 0 || chance(3) === 0);
      await Promise.all(ended.map((id) => finish(desk, id)));
      for (const id of ended) done.add(id);
      running = works.filter((id) => !ended.includes(id));
    }
    expect(running).toEqual([]);
  },
);
