import { describe, expect, test } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { sha256 } from '../../src/base/random.ts';
import { writeSignal } from '../../src/ticket/codec.ts';
import type { Profile } from '../../src/ticket/config.ts';
import type { Signal, Ticket } from '../../src/ticket/format.ts';
import { aTicket, config, Desk } from './desk.ts';
import { run as bound, working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

const own = { actor: 'luci', source: 'run-990-1-quota', at: isoSeconds(systemClock.now()) };
const hour = 3_600_000;
const until = isoSeconds(systemClock.now() + hour);
const quota = { ...own, kind: 'quota', attempt: 1, until, line: 'limit reached', agent_gone: true } as const;

describe('a provider’s limit, at one head', () => {
  test('the ticket goes back and its profile pauses in the same commit', async () => {
    const desk = await Desk.with(aTicket('MC-1', working));
    const before = await desk.head();
    await desk.writer.handle('MC-1', quota);
    const { head, desk: switches } = await desk.head();
    expect(await desk.store.commitsBetween(before.head, head ?? '')).toHaveLength(1);
    expect((await desk.ticket('MC-1'))?.state).toBe('todo');
    expect(switches.profiles).toMatchObject({
      luci: { until, reason: 'limit reached', by: 'signalbox', probe: true },
    });
  });

  test('S5: a completion that waits to be decided goes first', async () => {
    const key = 'key-of-990';
    const attempt = { ...working.attempt, run: { ...bound, key_sha256: sha256(key) } };
    const desk = await Desk.with(aTicket('MC-1', { ...working, attempt }));
    const said: Signal = {
      format: 1,
      ticket: 'MC-1',
      attempt: 1,
      kind: 'done',
      summary: 'all',
      run: null,
      key,
      agent_gone: true,
    };
    await desk.store.saveSignal('MC-1', 1, writeSignal(said));
    expect((await desk.writer.handle('MC-1', quota)).accepted).toBe(false);
    expect((await desk.ticket('MC-1'))?.state).toBe('done');
    expect((await desk.head()).desk.profiles).toEqual({});
  });

  test('a desk.yaml that somebody broke is left as it is', async () => {
    const desk = await Desk.with(aTicket('MC-1', working));
    const broken = 'format: 1\npaused: [never closed\n';
    await desk.push('wilma', { 'desk.yaml': broken });
    expect((await desk.writer.handle('MC-1', quota)).accepted).toBe(true);
    expect((await desk.ticket('MC-1'))?.attempts).toMatchObject([{ outcome: 'quota' }]);
    expect(await desk.textAtHead('desk.yaml')).toBe(broken);
  });
});

describe('a paused profile', () => {
  const ids = ['MC-1', 'MC-2', 'MC-3'] as const;

  /** MC-1 met the limit; MC-2 and MC-3, of the same profile, wait in todo. All have issues of their numbers. */
  async function paused(): Promise<OperatedDesk> {
    const desk = await OperatedDesk.start();
    for (const id of ids) {
      const issue = desk.forge.open('lucienne', { labels: [] });
      const state = id === 'MC-1' ? working : ({ state: 'todo', hold: true } as const);
      await desk.put(aTicket(id, { ...state, issue }));
    }
    await desk.operator.handle('MC-1', quota);
    for (const id of ['MC-2', 'MC-3'])
      await desk.put({ ...((await desk.ticket(id)) as Ticket), hold: false, state: 'todo' });
    await desk.sweep();
    return desk;
  }

  const states = async (desk: OperatedDesk) =>
    Promise.all(ids.map(async (id) => (await desk.ticket(id))?.state));

  /** The open attempt of a ticket is bound, and ends with `kind`. */
  async function works(desk: OperatedDesk, id: string, kind: Signal['kind']): Promise<void> {
    const open = (await desk.ticket(id))?.attempt;
    const key = `key-of-${id}`;
    const run = { id: 1000, run_attempt: 1, url: 'u' };
    const asked = { source: `${id}-${kind}`, at: desk.now, actor: 'luci' };
    const { number: attempt = 0, claim = '' } = open ?? {};
    await desk.operator.handle(id, { ...asked, kind: 'bind', attempt, claim, run, key_sha256: sha256(key) });
    const said = { ticket: id, attempt, kind, summary: 'so', run: null, key, agent_gone: true } as const;
    const signal: Signal = { format: 1, ...said };
    const text = writeSignal(signal);
    const channel = 'runner';
    await desk.operator.handle(id, { ...asked, kind: 'signal', signal, channel, ticket: id, attempt, text });
    await desk.lookAtHead();
  }

  test('says on each issue until when and why, and claims nothing before', async () => {
    const single = { ...config, agents: { luci: { ...config.agents.luci, capacity: 1 } as Profile } };
    const desk = await OperatedDesk.start(single);
    for (const id of ids) {
      const issue = desk.forge.open('lucienne', { labels: [] });
      await desk.put(aTicket(id, { ...(id === 'MC-1' ? working : { state: 'todo' }), issue }));
    }
    await desk.sweep();
    expect(desk.forge.told(3, 'status').join()).toContain('`no-capacity`');
    await desk.operator.handle('MC-1', quota);
    await desk.lookAtHead();
    expect(await states(desk)).toEqual(['todo', 'todo', 'todo']);
    for (const issue of [1, 2, 3])
      expect(desk.forge.told(issue, 'status').join()).toContain(
        `\`profile-paused\` luci is paused until ${until}: limit reached`,
      );
    expect(desk.forge.told(1, 'evidence').join()).toContain('- Root cause: `quota`');
  });

  test('S9: then one attempt goes first, and the others once it has worked', async () => {
    const desk = await paused();
    desk.later(hour + 1000);
    await desk.lookAtHead();
    expect(await states(desk)).toEqual(['in_progress', 'todo', 'todo']);
    await works(desk, 'MC-1', 'done');
    expect(await states(desk)).toEqual(['done', 'in_progress', 'in_progress']);
    expect((await desk.desk()).profiles).toEqual({});
  });

  test('the first meets the limit again: the next pause, and no other was tried', async () => {
    const desk = await paused();
    desk.later(hour + 1000);
    await desk.lookAtHead();
    const again = isoSeconds(desk.forge.now() + hour);
    await desk.operator.handle('MC-1', { ...quota, attempt: 2, until: again, source: 'again' });
    await desk.lookAtHead();
    expect(await states(desk)).toEqual(['todo', 'todo', 'todo']);
    expect((await desk.desk()).profiles.luci?.until).toBe(again);
    expect((await desk.ticket('MC-1'))?.lifetime).toMatchObject({ attempts: 1, retries: 0 });
  });
});
