import { describe, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import type { Snapshot } from '../../src/engine/ports.ts';
import { lookOut } from '../../src/runner/lookout.ts';
import type { Process } from '../../src/runner/processes.ts';
import { makeBrake, type StopLimits, stopAll } from '../../src/runner/stop.ts';
import { watchdog } from '../../src/runner/watchdog.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { HandClock, settled } from '../support/hand-clock.ts';
import { ticketIn } from '../ticket/fixtures.ts';

/*
 * Who pulls the brake, when, and how what runs is ended then: on a clock driven by hand, without any process.
 */

test('the first cause of a stop counts, and whoever waits is told once', () => {
  const brake = makeBrake();
  let told = 0;
  brake.signal.addEventListener('abort', () => told++);
  expect(brake).toMatchObject({ cause: null, signal: { aborted: false } });
  brake.pull('time-limit');
  brake.pull('cancelled');
  expect(brake).toMatchObject({ cause: 'time-limit', signal: { aborted: true } });
  expect(told).toBe(1);
});

describe('the watchdog', () => {
  function guarded({ endBy = 10_000_000, unreadableMs = 300_000 } = {}) {
    const [clock, brake, sighting] = [new HandClock(1_000), makeBrake(), { at: 1_000 }];
    const callOff = watchdog({ clock, brake, sighting, endBy, unreadableMs });
    return { clock, brake, sighting, callOff };
  }

  test('ends the agent at its time limit, on the very moment', async () => {
    const { clock, brake } = guarded({ endBy: 200_000 });
    await clock.until(199_999);
    expect(brake.cause).toBe(null);
    await clock.until(200_000);
    expect(brake.cause).toBe('time-limit');
    expect(clock.next).toBe(null);
  });

  test('ends it once the head was not seen for as long as it may be', async () => {
    const { clock, brake } = guarded();
    await clock.until(300_999);
    expect(brake.cause).toBe(null);
    await clock.until(301_000);
    expect(brake.cause).toBe('head-unreadable');
    expect(clock.next).toBe(null);
  });

  test('does not end it while the head is seen again and again', async () => {
    const { clock, brake, sighting } = guarded();
    for (let now = 100_000; now <= 2_000_000; now += 100_000) {
      sighting.at = now - 100_000;
      await clock.until(now);
    }
    expect(brake.cause).toBe(null);
    await clock.until(1_900_000 + 299_999);
    expect(brake.cause).toBe(null);
    await clock.until(1_900_000 + 300_000);
    expect(brake.cause).toBe('head-unreadable');
  });

  test('asks at least each minute, and not in every turn', async () => {
    const { clock } = guarded();
    expect(clock.next).toBe(61_000);
    const late = guarded({ unreadableMs: 20_000 });
    expect(late.clock.next).toBe(21_000);
    expect(guarded({ endBy: 1_000.5 }).clock.next).toBe(1_001);
  });

  test('has nothing to say once it was called off', async () => {
    const { clock, brake, callOff } = guarded();
    await clock.until(150_000);
    callOff();
    await clock.until(10_000_000);
    expect(brake.cause).toBe(null);
  });
});

describe('the look-out', () => {
  const mine = ticketIn('in_progress');
  const job = { ticket: 'MC-1', attempt: 1, claim: 'claim-1', run: { id: 990, run_attempt: 1, url: 'u' } };

  /** A head with this ticket on it; null: one that was moved back. */
  function headWith(ticket: Ticket | null) {
    const file = { ticket, broken: null };
    return { head: 'h', movedBack: !ticket, tickets: new Map([['MC-1', file]]) } as unknown as Snapshot;
  }

  function posted() {
    const [clock, brake, sighting] = [new HandClock(), makeBrake(), { at: 0 }];
    const over = new AbortController();
    const desk: { read: () => Promise<Snapshot>; asked: object[] } = {
      read: async () => headWith(mine),
      asked: [],
    };
    const read = (how: object) => {
      desk.asked.push(how);
      return desk.read();
    };
    const store = { read, saveSignal: async () => {} } as Parameters<typeof lookOut>[0]['store'];
    const watch = { store, job, brake, sighting, clock, log: silentLog, lookMs: 5_000, until: over.signal };
    const ended = { is: false };
    void lookOut(watch).then(() => (ended.is = true));
    return { clock, brake, sighting, desk, over, ended };
  }

  test('looks at the remote’s head, and notes when it asked', async () => {
    const { clock, brake, sighting, desk } = posted();
    desk.read = async () => {
      await new Promise<void>((answer) => clock.after(700, answer));
      return headWith(mine);
    };
    await clock.until(4_999);
    expect(desk.asked).toEqual([]);
    await clock.until(5_700);
    expect(desk.asked).toEqual([{ fresh: true }]);
    expect(sighting.at).toBe(5_000); // what was true while the answer came nobody can tell
    await clock.until(10_700);
    expect(desk.asked).toHaveLength(2);
    expect(brake.cause).toBe(null);
  });

  test('pulls the brake at the first look after the attempt was lost, and looks no more', async () => {
    const { clock, brake, sighting, desk, ended } = posted();
    await clock.until(7_000);
    desk.read = async () => headWith(ticketIn('waiting'));
    await clock.until(10_000);
    expect(brake.cause).toBe('not-mine');
    expect(sighting.at).toBe(5_000);
    expect(ended.is).toBe(true);
    expect(clock.next).toBe(null);
  });

  test('goes on where the head cannot be read or was moved back, and takes neither for a sighting', async () => {
    const { clock, brake, sighting, desk } = posted();
    await clock.until(5_000);
    desk.read = async () => Promise.reject(new Error('no answer'));
    await clock.until(15_000);
    desk.read = async () => headWith(null);
    await clock.until(30_000);
    expect(brake.cause).toBe(null);
    expect(sighting.at).toBe(5_000);
    desk.read = async () => headWith(mine);
    await clock.until(35_000);
    expect(sighting.at).toBe(35_000);
  });

  test('ends with the agent, also in the middle of a look, and stops nothing then', async () => {
    const waiting = posted();
    await waiting.clock.until(3_000);
    waiting.over.abort();
    await settled();
    expect(waiting.ended.is).toBe(true);
    expect(waiting.desk.asked).toEqual([]);

    const looking = posted();
    let answer = (_: Snapshot) => {};
    looking.desk.read = () => new Promise((resolve) => (answer = resolve));
    await looking.clock.until(5_000);
    looking.over.abort();
    answer(headWith(ticketIn('waiting')));
    await settled();
    expect(looking.ended.is).toBe(true);
    expect(looking.brake.cause).toBe(null);
  });
});

describe('ending all processes', () => {
  const one = (pid: number, start = '1'): Process => ({
    pid,
    start,
    parent: 1,
    group: pid,
    session: pid,
    terminal: false,
  });

  const begun = 900_000;

  /** Processes that end by the signals of `endsBy`, and what was sent to them, when. */
  function crowd(all: Process[], endsBy: Record<number, NodeJS.Signals> = {}) {
    const clock = new HandClock(begun);
    const hurry = new AbortController();
    const sent: string[] = [];
    const living = new Set(all);
    const send = (to: readonly Process[], signal: NodeJS.Signals) => {
      sent.push(`${clock.now() - begun} ${signal} ${to.map(({ pid }) => pid)}`);
      for (const process of to) if (endsBy[process.pid] === signal) living.delete(process);
    };
    const stop = (over: Partial<StopLimits> = {}) => {
      const limits = { killAfterMs: 1_000, hurriedMs: 200, giveUpMs: 100, hurry: hurry.signal, ...over };
      return stopAll(() => [...living], clock, limits, send);
    };
    return { clock, hurry, sent, living, stop };
  }

  test('who ends when asked is not killed, and nobody is asked where nobody is left', async () => {
    const { clock, sent, stop } = crowd([one(7), one(8)], { 7: 'SIGTERM', 8: 'SIGTERM' });
    const left = stop();
    await clock.until(begun + 60_000);
    expect(await left).toEqual([]);
    expect(sent).toEqual(['0 SIGTERM 7,8']);
    expect(await stop()).toEqual([]);
    expect(sent).toHaveLength(1);
  });

  test('each is asked once, also who is found later, or has the number of one that ended', async () => {
    const { clock, sent, living, stop } = crowd([one(7)], { 7: 'SIGKILL', 8: 'SIGKILL' });
    const left = stop();
    await clock.until(begun + 120);
    for (const later of [one(8), one(7, '2')]) living.add(later);
    await clock.until(begun + 60_000);
    expect(await left).toEqual([]);
    expect(sent).toEqual(['0 SIGTERM 7', '150 SIGTERM 8,7', '1000 SIGKILL 7,8,7']);
  });

  test('who is deaf is killed, and killed again until it is given up and named', async () => {
    const stuck = one(9);
    const { clock, sent, stop } = crowd([one(7), stuck], { 7: 'SIGKILL' });
    const left = stop();
    await clock.until(begun + 999);
    expect(sent).toEqual(['0 SIGTERM 7,9']);
    await clock.until(begun + 60_000);
    expect(await left).toEqual([stuck]);
    expect(sent.slice(1, 3)).toEqual(['1000 SIGKILL 7,9', '1010 SIGKILL 9']);
    expect(sent.at(-1)).toBe('1090 SIGKILL 9');
  });

  test('who is in a hurry waits less, though it began with patience, and never longer', async () => {
    const { clock, hurry, sent, stop } = crowd([one(7)], { 7: 'SIGKILL' });
    void stop();
    await clock.until(begun + 120);
    hurry.abort();
    await clock.until(begun + 60_000);
    expect(sent).toEqual(['0 SIGTERM 7', '200 SIGKILL 7']);

    const already = crowd([one(7)], { 7: 'SIGKILL' });
    already.hurry.abort();
    void already.stop({ killAfterMs: 20 });
    await already.clock.until(begun + 60_000);
    expect(already.sent).toEqual(['0 SIGTERM 7', '20 SIGKILL 7']);
  });

  test('where there is no patience at all they are killed at once', async () => {
    const { sent, stop } = crowd([one(7)], { 7: 'SIGKILL' });
    void stop({ killAfterMs: 0 });
    expect(sent).toEqual(['0 SIGKILL 7']);
  });
});
