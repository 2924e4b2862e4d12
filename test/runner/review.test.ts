import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { phase } from '../ticket/fixtures.ts';
import { configOf, makeWorld, type World } from './world.ts';

/*
 * An attempt that judges: at the very commit that it was claimed for, wherever the ticket branch is by now.
 */

let world: World;
let judged: string;
beforeEach(async () => {
  world = await makeWorld();
  const branch = 'refs/heads/ticket/MC-1';
  judged = (await world.git('rev-parse', 'main')).trim();
  const author = ['-c', 'user.name=wilma', '-c', 'user.email=w@acme.invalid'];
  const later = await world.git(...author, 'commit-tree', 'main^{tree}', '-p', 'main', '-m', 'later');
  await world.git('update-ref', branch, later.trim());
  const { attempt } = world.ticket();
  const branchSeen = { commit: judged, by: 'ada', pushers: [], at: '2026-05-25T12:00:00Z', work: null };
  if (attempt) world.setTicket({ attempt: { ...attempt, commit: judged }, branch: branchSeen });
});
afterEach(() => world.close());

const config = (command: string) => ({
  config: { ...configOf(command, {}), phases: { dev: phase({ reviews: true, prompt: 'docs/review.md' }) } },
});
const promptTemplate = async (path: string) => (path === 'docs/review.md' ? 'Mind the rake.\n' : null);

describe('an attempt in a reviewing phase', () => {
  it('works at its commit, is told what to judge, and its verdict counts', async () => {
    const look = 'cat > /dev/null; test "$(git rev-parse HEAD)" = COMMIT && echo "APPROVED: as it is"';
    await world.run('', { ...config(look.replace('COMMIT', judged)), promptTemplate });
    expect(world.ticket()).toMatchObject({ state: 'done' });
    expect(world.ticket().attempts[0]).toMatchObject({
      outcome: 'approved',
      commit: judged,
      reason: 'as it is',
    });
    expect((await world.git('rev-parse', 'ticket/MC-1')).trim()).not.toBe(judged);
  });

  it('is told by the template of its phase; where that is not there no agent starts, and it is said', async () => {
    const outcome = await world.run('', config('echo APPROVED: unread'));
    expect(outcome.outcome).toBe('failed');
    expect(world.ticket().attempts[0]?.reason).toContain('docs/review.md');
  });

  it('sends back with findings', async () => {
    const file = `printf 'kind: rejected\nsummary: no test\nfindings: [{ path: rake.ts, line: 7, text: untested }]\n'`;
    await world.run('', { ...config(`${file} > "$SIGNALBOX_SIGNAL_FILE"`), promptTemplate });
    expect(world.ticket()).toMatchObject({ state: 'todo', lifetime: { rounds: 1, retries: 0 } });
    expect(world.ticket().attempts[0]).toMatchObject({
      outcome: 'rejected',
      said: { findings: [{ path: 'rake.ts', line: 7, text: 'untested' }] },
    });
  });

  it('that ends without a verdict is lost, and what was said is kept', async () => {
    const outcome = await world.run('', { ...config('echo DONE: I mended it myself'), promptTemplate });
    expect(outcome).toMatchObject({ outcome: 'refused', code: 'needs-verdict' });
    expect(world.ticket()).toMatchObject({ state: 'todo', lifetime: { retries: 1 } });
    expect(world.ticket().attempts[0]?.report).toMatchObject({
      stop_condition: 'The agent said DONE where a verdict was asked for.',
      summary: 'I mended it myself',
    });
  });
});
