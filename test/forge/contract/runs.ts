import { describe, expect, test } from 'vitest';
import type { Forge } from '../../../src/engine/ports.ts';
import { aTime, moment, type Use, workflow } from './subject.ts';

let last = 0;
/** Runs of the tests are told apart by the numbers of their attempts. */
const inputs = () => ({ ticket: 'MC-4159', attempt: String(++last), phase: 'dev' });

export async function dispatched(forge: Forge): Promise<number> {
  const answer = await forge.dispatch(workflow, inputs());
  if (!('run' in answer) || answer.run === null) throw new Error(`no run: ${JSON.stringify(answer)}`);
  return answer.run;
}

export function runs(use: Use): void {
  const stands = (run: number, shape: object) =>
    expect.poll(() => use().forge.run(run), { timeout: 20_000 }).toMatchObject(shape);
  const cancelled = { status: 'completed', conclusion: 'cancelled' };

  test('a dispatch answers the run that it started, and the run has the name of its attempt', async () => {
    const { forge } = use();
    const given = inputs();
    const answer = await forge.dispatch(workflow, given);
    const id = 'run' in answer ? (answer.run ?? 0) : 0;
    expect(await forge.run(id)).toEqual({
      id,
      run_attempt: 1,
      title: `MC-4159 #${given.attempt} dev`,
      status: 'queued',
      conclusion: null,
      url: expect.stringMatching(/^https?:.*\/runs\/\d+$/),
      created: aTime,
      updated: aTime,
    });
  });

  test('runs are listed since a moment, newest first', async () => {
    const { forge } = use();
    const before = await dispatched(forge);
    const since = await moment(use());
    const [first, second] = [await dispatched(forge), await dispatched(forge)];
    const listed = await forge.runs(workflow, since);
    expect(listed.map(({ id }) => id)).toEqual([second, first]);
    expect(listed[0]).toEqual(await forge.run(second));
    const earlier = await forge.runs(workflow, (await forge.run(before))?.created ?? '');
    expect(earlier.map(({ id }) => id)).toEqual(expect.arrayContaining([second, first, before]));
  });

  test('a workflow that is not there is refused, and has no runs; a run that never was is none', async () => {
    const { forge } = use();
    expect(await forge.dispatch('missing.yml', inputs())).toMatchObject({ refused: { code: 'no-workflow' } });
    expect(await forge.runs('missing.yml', '2020-01-01T00:00:00Z')).toEqual([]);
    expect(await forge.run(999_999)).toBeNull();
  });

  describe.each(['cancel', 'forceCancel'] as const)('%s', (stop) => {
    test('is taken of a run that is queued, until it has ended', async () => {
      const { forge } = use();
      const run = await dispatched(forge);
      expect(await forge[stop](run)).toBe(true);
      await stands(run, cancelled);
      expect(await forge[stop](run)).toBe(false);
    });

    test('is taken of a run in progress', async () => {
      const { forge, others } = use();
      const run = await dispatched(forge);
      await others.begin(run);
      await stands(run, { status: 'in_progress', conclusion: null });
      expect(await forge[stop](run)).toBe(true);
      await stands(run, cancelled);
    });

    test('is refused of a run that ended by itself, or never was', async () => {
      const { forge, others } = use();
      const run = await dispatched(forge);
      await others.begin(run);
      await others.finish(run);
      await stands(run, { status: 'completed', conclusion: 'success' });
      expect([await forge[stop](run), await forge[stop](999_999)]).toEqual([false, false]);
      await stands(run, { conclusion: 'success' });
    });
  });

  test('a Cancel that somebody presses reads as one of ours', async () => {
    const { forge, others } = use();
    const run = await dispatched(forge);
    await others.cancel(run, 'wilma');
    await stands(run, cancelled);
  });

  test('a run that somebody starts again keeps its id and its beginning, and is alive', async () => {
    const { forge, others } = use();
    const run = await dispatched(forge);
    await forge.cancel(run);
    await stands(run, cancelled);
    const ended = await forge.run(run);
    const since = await moment(use());
    await others.runAgain(run, 'wilma');
    const again = { run_attempt: 2, status: 'queued', conclusion: null };
    await stands(run, { ...ended, ...again, updated: aTime });
    expect((await forge.runs(workflow, since)).map(({ id }) => id)).not.toContain(run);
    expect(await forge.cancel(run)).toBe(true);
    await stands(run, { ...cancelled, run_attempt: 2 });
  });
}
