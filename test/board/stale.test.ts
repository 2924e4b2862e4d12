import { describe, expect, test } from 'vitest';
import { isoSeconds } from '../../src/base/clock.ts';
import { ticketIn } from '../ticket/fixtures.ts';
import { type Answer, atWork, BoardWorld } from './world.ts';

/*
 * Forms that lay open while the ticket went on.
 */

const outcomeOf = ({ status, text }: Answer): string =>
  `${status} ${/role="alert"><code class="code">([a-z-]+)</.exec(text)?.[1] ?? ''}`.trim();

const pathOf = (act: string): string => `/acme/desk/tickets/MC-1/${act}`;

async function held(): Promise<{ world: BoardWorld; wilma: string; elmar: string }> {
  const world = await BoardWorld.start();
  await world.desk.put(ticketIn('inbox', { id: 'MC-1' }));
  return { world, wilma: await world.signIn('wilma'), elmar: await world.signIn('elmar') };
}

describe('S2: a form that was loaded before a park', () => {
  test('releases nothing after it; the page says why, and its new form does', async () => {
    const { world, wilma, elmar } = await held();
    const form = await world.formOf('MC-1', 'release', wilma);
    expect((await world.act('MC-1', 'park', elmar, 'not now')).status).toBe(303);
    expect(outcomeOf(await world.visit(pathOf('release'), { cookie: wilma, form }))).toBe('409 superseded');
    expect((await world.desk.ticket('MC-1'))?.waiting).toMatchObject({ kind: 'parked', by: 'elmar' });
    // In the second of the park itself the park would win.
    world.desk.later();
    expect((await world.act('MC-1', 'release', wilma)).status).toBe(303);
    expect((await world.desk.ticket('MC-1'))?.released).toMatchObject({ by: 'wilma' });
  });

  test('defers nothing that was parked for good', async () => {
    const { world, wilma, elmar } = await held();
    const form = await world.formOf('MC-1', 'park', wilma);
    await world.act('MC-1', 'park', elmar);
    const until = { ...form, words: `until ${isoSeconds(world.desk.forge.now() + 3600_000)}` };
    expect(outcomeOf(await world.visit(pathOf('park'), { cookie: wilma, form: until }))).toBe(
      '409 superseded',
    );
    expect((await world.desk.ticket('MC-1'))?.waiting?.kind).toBe('parked');
    // To stop is always heard, whatever was seen.
    expect(
      (await world.visit(pathOf('hold'), { cookie: wilma, form: { ...form, source: `b${'1'.repeat(24)}` } }))
        .status,
    ).toBe(303);
  });

  test('and was sent before it is not carried out again when it is sent once more', async () => {
    const { world, wilma, elmar } = await held();
    const form = await world.formOf('MC-1', 'release', wilma);
    expect((await world.visit(pathOf('release'), { cookie: wilma, form })).status).toBe(303);
    await world.act('MC-1', 'park', elmar);
    await world.visit(pathOf('release'), { cookie: wilma, form });
    expect((await world.desk.ticket('MC-1'))?.state).toBe('waiting');
  });
});

test('a release is of the text that its form showed', async () => {
  const { world, wilma } = await held();
  const form = await world.formOf('MC-1', 'release', wilma);
  await world.desk.push('lucienne', ticketIn('inbox', { id: 'MC-1', body: 'Something else altogether' }));
  expect(outcomeOf(await world.visit(pathOf('release'), { cookie: wilma, form }))).toBe('409 text-changed');
  expect((await world.desk.ticket('MC-1'))?.state).toBe('inbox');
});

test('an approval is of the work that its page showed', async () => {
  const { world, wilma } = await held();
  const closed = (number: number) => ({
    number,
    claim: 'c',
    phase: 'dev',
    agent: 'luci',
    run: null,
    outcome: 'review' as const,
    by: 'luci',
    reason: '',
    signal: null,
    started: '2026-05-25T11:00:00Z',
    ended: '2026-05-25T11:00:00Z',
    stopped: '2026-05-25T11:00:00Z',
  });
  await world.desk.put(ticketIn('review', { id: 'MC-1', attempts: [closed(1)] }));
  const form = await world.formOf('MC-1', 'approve', wilma);
  await world.desk.put(ticketIn('review', { id: 'MC-1', attempts: [closed(1), closed(2)] }));
  expect(outcomeOf(await world.visit(pathOf('approve'), { cookie: wilma, form }))).toBe('409 no-row');
  expect((await world.desk.ticket('MC-1'))?.state).toBe('review');
});

test('a message whose form is sent twice is said once', async () => {
  const { world, wilma } = await held();
  await world.desk.put(atWork(world.desk.now));
  const form = { ...(await world.formOf('MC-1', 'tell', wilma)), words: 'use the new signals' };
  for (const status of [303, 303]) {
    expect((await world.visit(pathOf('tell'), { cookie: wilma, form })).status).toBe(status);
  }
  expect((await world.desk.ticket('MC-1'))?.messages).toHaveLength(1);
});
