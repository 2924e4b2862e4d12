import { expect, test } from 'vitest';
import { type DeliveryAttempt, Redelivery } from '../../src/app/redelivery.ts';
import { SignalboxError } from '../../src/base/errors.ts';
import { makeLog } from '../../src/base/log.ts';
import { HandClock } from './world.ts';

const minute = 60_000;
const day = 24 * 3600_000;

/** GitHub's delivery log, in memory, in pages of three. */
class FakeLog {
  readonly clock = new HandClock();
  readonly attempts: DeliveryAttempt[] = [];
  /** Deliveries that were asked for again. */
  readonly asked: string[] = [];
  pages = 0;
  /** What becomes of one that is sent again; null: it never shows in the log. */
  outcome: boolean | null = false;
  refusal: Error | null = null;
  readonly said: string[] = [];
  #last = 0;

  attempt(guid: string, ok: boolean, over: Partial<DeliveryAttempt> = {}): void {
    this.attempts.push({ id: ++this.#last, guid, ok, at: this.clock.now(), again: false, ...over });
  }

  deliveries = async (cursor: string | null) => {
    this.pages++;
    const newestFirst = this.attempts.toSorted((a, b) => b.id - a.id);
    const from = Number(cursor ?? 0);
    const older = from + 3 < newestFirst.length ? String(from + 3) : null;
    return { attempts: newestFirst.slice(from, from + 3), older };
  };

  redeliver = async (id: number) => {
    if (this.refusal) throw this.refusal;
    const guid = this.attempts.find((one) => one.id === id)?.guid ?? '';
    this.asked.push(guid);
    if (this.outcome !== null) this.attempt(guid, this.outcome, { again: true });
  };

  process(): Redelivery {
    const log = makeLog('warn', (line) => this.said.push(line));
    return new Redelivery({ github: this, clock: this.clock, log });
  }

  /** A pass after so many milliseconds; answers what was asked for. */
  async after(ms: number, redelivery: Redelivery): Promise<string> {
    this.clock.move(ms);
    this.asked.length = 0;
    await redelivery.pass();
    return this.asked.join();
  }
}

test('what failed while nobody was there is sent again, oldest first; what was taken is not, however often it failed', async () => {
  const github = new FakeLog();
  github.attempt('lost', false, { at: github.clock.now() - 4 * day });
  for (const guid of ['a', 'b', 'c']) github.attempt(guid, guid === 'b');
  github.attempt('taken later', false);
  github.attempt('taken later', true, { again: true });
  github.attempt('taken later', false, { again: true });
  github.outcome = true;
  const redelivery = github.process();
  expect(await github.after(minute, redelivery)).toBe('a,c');
  expect(await github.after(day, redelivery)).toBe('');
});

test('what was taken in the end is not sent again by hand of a later failure', async () => {
  const github = new FakeLog();
  github.attempt('a', true);
  const redelivery = github.process();
  await redelivery.pass();
  github.attempt('a', false, { again: true });
  expect(await github.after(minute, redelivery)).toBe('');
});

test('what fails again and again is sent five times in all, at longer and longer intervals, also across a restart', async () => {
  const github = new FakeLog();
  github.attempt('a', false);
  const moments: number[] = [];
  let redelivery = github.process();
  for (let minutes = 0; minutes < 24 * 60; minutes += 3) {
    if (minutes === 30) redelivery = github.process();
    if ((await github.after(3 * minute, redelivery)) === 'a') moments.push(minutes + 3);
  }
  expect(moments).toEqual([3, 9, 27, 93]);
  expect(github.attempts).toHaveLength(5);
  expect(github.said.filter((line) => line.includes('given up'))).toHaveLength(1);
  expect(await github.after(minute, github.process())).toBe('');
});

test('what is asked for and never shows in the log is not asked for without end', async () => {
  const github = new FakeLog();
  github.attempt('a', false);
  github.outcome = null;
  const redelivery = github.process();
  let times = 0;
  for (let passes = 0; passes < 500; passes++)
    if ((await github.after(3 * minute, redelivery)) !== '') times++;
  expect(times).toBe(4);
});

test('one that GitHub does not send, and does not say why, holds up no other', async () => {
  const github = new FakeLog();
  for (const guid of ['stuck', 'b']) github.attempt(guid, false);
  const { redeliver } = github;
  let tries = 0;
  github.redeliver = async (id) => {
    if (id !== 1) return redeliver(id);
    tries++;
    throw new SignalboxError('forge', 'unreachable', 'HTTP 500');
  };
  const redelivery = github.process();
  const sent: string[] = [];
  for (let passes = 0; passes < 500; passes++)
    sent.push(await github.after(3 * minute, redelivery).catch(() => 'failed'));
  expect(sent).toContain('b');
  expect(tries).toBe(4);
});

test('a pass reads what is new, and no page more', async () => {
  const github = new FakeLog();
  for (let n = 0; n < 30; n++) {
    github.clock.move(30 * minute);
    github.attempt(`g${n}`, true);
  }
  const redelivery = github.process();
  await redelivery.pass();
  expect(github.pages).toBe(10);
  github.clock.move(30 * minute);
  github.attempt('new', false);
  github.pages = 0;
  expect(await github.after(minute, redelivery)).toBe('new');
  expect(github.pages).toBe(1);
});

test('an attempt that the log shows late is read all the same', async () => {
  const github = new FakeLog();
  github.attempt('a', true);
  const redelivery = github.process();
  await redelivery.pass();
  github.attempt('slow', false, { at: github.clock.now() - minute });
  expect(await github.after(minute, redelivery)).toBe('slow');
});

test('after a long outage no more than fifty are asked for in one pass, and none is forgotten', async () => {
  const github = new FakeLog();
  github.outcome = true;
  for (let n = 0; n < 120; n++) github.attempt(`g${n}`, false);
  const redelivery = github.process();
  const counts: number[] = [];
  for (let passes = 0; passes < 4; passes++) {
    const asked = await github.after(3 * minute, redelivery);
    counts.push(asked === '' ? 0 : asked.split(',').length);
  }
  expect(counts).toEqual([50, 50, 20, 0]);
});

test('one that GitHub will not send again is left, and holds up no other; where GitHub is away all wait', async () => {
  const github = new FakeLog();
  for (const guid of ['a', 'b']) github.attempt(guid, false);
  const redelivery = github.process();
  github.refusal = new SignalboxError('forge', 'unreachable', 'no answer');
  await expect(github.after(minute, redelivery)).rejects.toMatchObject({ code: 'unreachable' });
  github.refusal = null;
  const { redeliver } = github;
  github.redeliver = async (id) => {
    if (id === 1) throw new SignalboxError('config', 'rejected', 'it is too old');
    return redeliver(id);
  };
  expect(await github.after(minute, redelivery)).toBe('b');
  expect(await github.after(minute, redelivery)).toBe('');
});
