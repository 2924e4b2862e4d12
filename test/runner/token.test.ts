import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { type Desk, makeDesk } from './desk.ts';
import { until } from './world.ts';

/*
 * The job's token over an attempt of several hours. GitHub's lives as long as its job, 24 hours at most, so nothing renews it;
 * and where it is refused before that, what was done and said is still to be found.
 */

let desk: Desk | undefined;
afterEach(async () => {
  await desk?.close();
  desk = undefined;
});

const waits = `echo work > work.txt; echo "I am started"
while [ ! -e "$STORY_FOLDER/go" ]; do sleep 0.1; done
echo "DONE: after all this time"`;

async function started(
  given: Parameters<typeof makeDesk>[1] = {},
): Promise<{ desk: Desk; run: number; go(): void }> {
  const made = await makeDesk({ luci: waits }, given);
  desk = made;
  const claim = await made.claimed('MC-1', 'luci');
  const run = await made.dispatch('MC-1', 1, claim);
  await until('the agent', async () => (await made.log(run)).includes('I am started'));
  return { desk: made, run, go: () => writeFileSync(join(made.story, 'go'), '') };
}

it('S5: an agent that ends after hours is heard: the token of its job lives as long as the job', async () => {
  let later = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + later };
  const { desk, run, go } = await started({ clock });
  later = 22 * 3_600_000;
  go();
  const { conclusion } = await desk.ended(run);

  expect(conclusion).toBe('success');
  expect((await desk.ticket('MC-1')).attempts).toMatchObject([
    { outcome: 'done', reason: 'after all this time' },
  ]);
  expect(await desk.git('show', 'refs/signalbox/work/MC-1/1:work.txt')).toBe('work\n');
});

it('S6: where it is refused half-way, the words stand in the log, the work is an artifact of the run, and people are told what to do', async () => {
  const { desk, run, go } = await started({ limits: { finish_seconds: 24 } });
  desk.github.actions.endTokens(run);
  go();
  const { log, conclusion } = await desk.ended(run);

  expect(conclusion).toBe('failure');
  expect(log).toContain('summary: after all this time');
  expect(log).toContain('the work could not be saved: ');
  expect(log).toContain('MC-1, attempt 1: unsaid: ');
  expect(log).toContain('see that `token:` is the one of this job');
  const { data } = await desk.octokit.rest.actions.listWorkflowRunArtifacts({
    owner: 'acme',
    repo: 'desk',
    run_id: run,
  });
  expect(data.artifacts.map(({ name }) => name)).toEqual([expect.stringContaining('MC-1')]);
  const { state, attempt } = await desk.ticket('MC-1');
  expect([state, attempt?.number]).toEqual(['in_progress', 1]); // the app ends it once its run has
});
