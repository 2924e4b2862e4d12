import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test, vi } from 'vitest';
import { bundled } from '../support/bundled.ts';
import { evidenceOf, lives, runOf, untilWorking, type Working } from '../support/runs.ts';
import { type Remains, World, type WorldOptions } from '../support/world.ts';

/*
 * S7: `kill -9` of everything at once, as on a machine where `npm start` runs it all in one process. The agents live on.
 */

vi.setConfig({ testTimeout: 240_000 });

const options: WorldOptions = { intervals: { head: 1_000, sweep: 3_600_000 } };

interface Left {
  remains: Remains;
  going: Working;
  parked: Working;
  /** The issue of a ticket whose run had not begun. */
  queued: number;
}

/** A desk at work, killed. */
async function killed(): Promise<Left> {
  const child = spawn(process.execPath, [await bundled('test/support/world-process.ts')], {
    env: { ...process.env, STORY_TIMES: '', WORLD_OPTIONS: JSON.stringify(options) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const gone = once(child, 'exit');
  const said = once(createInterface(child.stdout), 'line');
  const [line] = await Promise.race([said, gone.then(() => Promise.reject(new Error('the desk ended')))]);
  child.kill('SIGKILL');
  await gone;
  return JSON.parse(line as string) as Left;
}

test('S7: GitHub and app are killed while agents work: the next start ends them, and every ticket comes to its right end', async () => {
  const { remains, going, parked, queued } = await killed();
  expect([lives(going), lives(parked)]).toEqual([true, true]);

  const desk = await World.resume(remains, options);
  onTestFinished(() => desk.end());
  expect([lives(going), lives(parked)]).toEqual([false, false]);
  for (const { run } of [going, parked])
    expect(await runOf(desk, run)).toMatchObject({ status: 'completed', conclusion: 'failure' });

  // Asked before the kill and never heard: it waits, and is not worked again.
  const waits = await desk.untilState(parked.id, 'waiting');
  expect(waits).toMatchObject({
    waiting: { kind: 'parked', by: 'elmar' },
    attempts: [{ outcome: 'parked' }],
  });
  // Its machine is gone: lost, and worked again, once the first is known to be over.
  const second = await untilWorking(desk, going.issue, 2);
  expect(desk.ticket(going.id)?.attempts).toMatchObject([{ number: 1, outcome: 'lost' }]);
  expect(desk.ticket(going.id)?.attempts[0]?.stopped).not.toBeNull();
  expect(second.agent.met).toEqual([]);
  desk.say(going.id, 2, 'DONE: at the second go');
  await desk.untilState(going.id, 'done');
  // Its run had not begun: that very run is worked.
  const done = await desk.untilState(`MC-${queued}`, 'done');
  expect(done.attempts).toMatchObject([{ number: 1, outcome: 'done' }]);
  expect(await desk.runs(`MC-${queued} `)).toHaveLength(1);

  expect(await evidenceOf(desk, parked.issue)).toContain('By: elmar');
  await desk.until('each is shown where it stands', async () => {
    const shown = await Promise.all([parked.issue, going.issue, queued].map((issue) => desk.labels(issue)));
    return `${shown}` === 'ticket,ticket: waiting,ticket,ticket: done,ticket,ticket: done';
  });
  const starts = [`${going.id}-1`, `${going.id}-2`, `${parked.id}-1`, `MC-${queued}-1`];
  expect(desk.starts().sort()).toEqual(starts.sort());
});
