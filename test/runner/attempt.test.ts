import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { configOf, makeWorld, until, type World, workRefOf } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

describe('an attempt', () => {
  it('runs its agent in a work tree of its own and hands in what it ended with', async () => {
    const outcome = await world.run(
      'cat > /dev/null; echo new > shed.txt; git add shed.txt; git commit -qm "tidy"; echo "DONE: tidied the shed"',
    );

    expect(outcome).toMatchObject({ outcome: 'done', code: 'ok' });
    expect(world.ticket()).toMatchObject({ state: 'done' });
    expect(world.ticket().attempts[0]).toMatchObject({
      outcome: 'done',
      reason: 'tidied the shed',
      by: 'luci',
    });
    expect(world.ticket().attempts[0]?.stopped).not.toBeNull();
    expect(await world.kept('shed.txt')).toBe('new\n');
    expect(await world.git('log', '--format=%s', workRefOf())).toBe('tidy\nfirst\n');
    expect(world.ticket().attempts[0]?.work).toBe((await world.git('rev-parse', workRefOf())).trim());
  });

  it('ends in this order: printed, work, durable, submitted; the accepted closing has proved the rest', async () => {
    await world.run('echo half > half.txt; echo DONE: all');

    expect(world.happened).toEqual(['bind', 'printed', 'durable', 'work is there', 'signal']);
  });

  it('says "stopped" last where the closing did not prove it', async () => {
    // Parked in the very moment the agent has ended: the signal is refused and the attempt still being stopped.
    world.before = (request) => {
      if (request.kind === 'signal') world.ask({ kind: 'park', reason: 'not now' });
    };
    const outcome = await world.run('echo DONE: all');

    expect(outcome).toMatchObject({ outcome: 'refused', code: 'attempt-closed' });
    expect(world.happened).toEqual(['bind', 'printed', 'durable', 'work is there', 'signal', 'stopped']);
    expect(world.ticket()).toMatchObject({ state: 'waiting', attempts: [{ outcome: 'parked' }] });
    expect(world.ticket().attempts[0]?.stopped).not.toBeNull();
  });

  it('S6: keeps uncommitted and untracked files, and leaves the signal file and ignored ones out', async () => {
    await world.run(`
      echo changed > README; echo '*.log' > .gitignore; echo x > a.log; mkdir -p deep; echo y > deep/new.txt
      printf 'kind: review\\nsummary: please look\\n' > "$SIGNALBOX_SIGNAL_FILE"`);

    expect(world.ticket().state).toBe('review');
    expect((await world.git('ls-tree', '-r', '--name-only', workRefOf())).trim().split('\n')).toEqual([
      '.gitignore',
      'README',
      'deep/new.txt',
    ]);
    expect(await world.kept('README')).toBe('changed\n');
  });

  it("starts from the ticket branch where there is one, and shows an earlier attempt's work", async () => {
    const first = (await world.git('rev-parse', 'main')).trim();
    const tree = (await world.git('rev-parse', 'main^{tree}')).trim();
    const commit = async (message: string) =>
      (
        await world.git(
          '-c',
          'user.name=a',
          '-c',
          'user.email=a@b',
          'commit-tree',
          tree,
          '-p',
          first,
          '-m',
          message,
        )
      ).trim();
    await world.git('update-ref', 'refs/heads/ticket/MC-1', await commit('accepted before'));
    await world.git('update-ref', workRefOf(1), await commit('left lying'));
    world.setTicket({
      attempt: { ...(world.ticket().attempt ?? never()), number: 2 },
      attempts: [
        {
          number: 1,
          claim: 'old',
          phase: 'dev',
          agent: 'luci',
          run: null,
          outcome: 'failed',
          by: 'luci',
          reason: 'fell over',
          signal: null,
          started: '2026-01-01T00:00:00Z',
          ended: '2026-01-01T00:00:00Z',
          stopped: '2026-01-01T00:00:00Z',
        },
      ],
    });
    world.job = { ...world.job, attempt: 2 };
    await world.run(
      'git log -1 --format=%s > base.txt; git log -1 --format=%s refs/signalbox/work/MC-1/1 > salvage.txt; cat > prompt.txt; git remote > remotes.txt; echo DONE: x',
    );

    expect(await world.kept('base.txt', 2)).toBe('accepted before\n');
    expect(await world.kept('salvage.txt', 2)).toBe('left lying\n');
    expect(await world.kept('remotes.txt', 2)).toBe('');
    const prompt = await world.kept('prompt.txt', 2);
    expect(prompt).toContain('> #1 dev, by luci: failed. fell over');
    expect(prompt).toContain('refs/signalbox/work/MC-1/1 in this repository');
  });

  it('takes the sample agent through', async () => {
    const outcome = await world.run(['node', resolve('agents/sample.mjs'), '0.1']);

    expect(outcome).toMatchObject({ outcome: 'done', code: 'ok' });
    expect(world.ticket().attempts[0]?.reason).toBe('wrote notes/MC-1.md');
    expect(await world.kept('notes/MC-1.md')).toContain('# Tidy the shed');
  });

  it('reports an agent that fails, with its words', async () => {
    const outcome = await world.run('echo "cannot find the shed" >&2; echo DONE: hardly; exit 3');

    expect(outcome.outcome).toBe('failed');
    const [attempt] = world.ticket().attempts;
    expect(attempt?.outcome).toBe('failed');
    expect(attempt?.reason).toMatch(
      /^The agent ended with exit status 3\.\n\nIt had said DONE: hardly\n\nIts last words:\n/,
    );
    expect(attempt?.report?.summary).toContain('cannot find the shed');
  });

  it('reports an agent that cannot be started', async () => {
    await world.run(['/nowhere/at/all']);

    expect(world.ticket().attempts[0]).toMatchObject({ outcome: 'failed' });
    expect(world.ticket().attempts[0]?.reason).toContain('could not be started');
  });

  it('takes silence for a loss', async () => {
    const outcome = await world.run('echo all is well');

    expect(outcome).toMatchObject({ outcome: 'lost', code: 'run-ended-silent' });
    expect(world.ticket().attempts[0]).toMatchObject({
      outcome: 'lost',
      reason: 'The agent ended with exit status 0, and without a verdict.',
      report: { summary: 'all is well', root_cause: 'run-ended-silent: The run ended without a verdict.' },
    });
    expect(world.ticket().attempts[0]?.stopped).not.toBeNull();
  });

  it('takes a limit of its provider for neither a loss nor a failure, and keeps no secret in its words', async () => {
    const environment = { PATH: process.env.PATH, API_KEY: 'secret-of-the-api' };
    const config = configOf('echo "limit of $API_KEY reached, again in 90 s" >&2; exit 1', {});
    const [luci] = Object.values(config.agents);
    luci?.environment.push('API_KEY');
    const quota = {
      patterns: ['limit .* reached, again in (?<until>\\d+)'],
      exit_codes: [],
      pause_minutes: 60,
    };
    Object.assign(luci ?? {}, { quota });
    const outcome = await world.run('', { config, environment });

    expect(outcome).toMatchObject({ outcome: 'quota', code: 'quota' });
    expect(world.ticket()).toMatchObject({ state: 'todo', lifetime: { retries: 0 } });
    const [attempt] = world.ticket().attempts;
    expect(attempt?.outcome).toBe('quota');
    expect(attempt?.reason).toMatch(/until \S+Z: limit of \*{3} reached, again in 90 s$/);
    expect(attempt?.stopped).not.toBeNull();
  });

  it('S9: reckons the end of a pause by the time of the desk, whatever the clock of its machine says', async () => {
    const config = configOf('echo "limit reached, again in 90 s" >&2; exit 1', {});
    const quota = { patterns: ['again in (?<until>\\d+)'], exit_codes: [], pause_minutes: 60 };
    Object.assign(Object.values(config.agents)[0] ?? {}, { quota });
    const before = systemClock.now();
    const clock = { ...systemClock, now: () => systemClock.now() + 365 * 24 * 3600_000 };
    await world.run('', { config, clock });

    const end = Date.parse(/until (\S+Z): limit/.exec(world.ticket().attempts[0]?.reason ?? '')?.[1] ?? '');
    expect(end).toBeGreaterThan(before + 80_000);
    expect(end).toBeLessThan(systemClock.now() + 91_000);
  });

  it('hears nothing in an echo of the prompt', async () => {
    const outcome = await world.run(
      `tee prompt.txt; echo; grep 'DONE: this' prompt.txt; grep 'DONE: this' prompt.txt | cut -c 3-`,
    );

    expect(outcome).toMatchObject({ outcome: 'lost', code: 'run-ended-silent' });
    expect(world.log.some((line) => line.includes('DONE: this line is in the ticket'))).toBe(true);
  });

  it("hides the agent's secrets in all that is kept or shown", async () => {
    const environment = { PATH: process.env.PATH, API_KEY: 'secret-of-the-api', OTHER: 'not granted' };
    const config = configOf(
      'echo "$API_KEY [$OTHER] $SIGNALBOX_KEY"; echo x > x; echo "DONE: used $API_KEY"',
      {},
    );
    const [luci] = Object.values(config.agents);
    luci?.environment.push('API_KEY');
    await world.run('', { config, environment });

    expect(world.ticket().attempts[0]?.reason).toBe('used ***');
    expect(world.log).toContain('agent | *** [] ***');
    expect(JSON.stringify([world.log, await world.git('log', '--format=%B', workRefOf())])).not.toContain(
      'secret-of',
    );
  });

  it.each([
    ['of its last words', `echo "$API_KEY"; for i in $(seq 101 130); do printf '%s%0129d\\n' $i 0; done`],
    ['of a line on the screen', `head -c 1990 /dev/zero | tr '\\0' y; echo "$API_KEY"`],
    ['of a line in the log', `head -c 16380 /dev/zero | tr '\\0' y; printf %s "$API_KEY"; seq -s " " 9999`],
  ])('hides a secret of which a cut would leave the half, by the length %s', async (_, script) => {
    const environment = { PATH: process.env.PATH, API_KEY: 'secret-of-the-api' };
    const config = configOf(`${script}; exit 1`, {});
    const [luci] = Object.values(config.agents);
    luci?.environment.push('API_KEY');
    await world.run('', { config, environment });

    const said = JSON.stringify([
      world.log,
      world.ticket(),
      await world.git('log', '--format=%B', workRefOf()),
    ]);
    expect(said).not.toMatch(/secret|-the-api|yys/);
  });

  it('says in a signal why nothing was started', async () => {
    await world.git('symbolic-ref', 'HEAD', 'refs/heads/nowhere');
    const outcome = await world.run('echo DONE: x');

    expect(outcome.outcome).toBe('failed');
    expect(world.ticket().attempts[0]?.reason).toContain('No agent was started');
  });

  it('saves the work at intervals', async () => {
    const run = world.run('echo early > early.txt; while [ ! -e go ]; do sleep 0.02; done; echo DONE: x', {
      saveEveryMs: 50,
    });
    await until('an early save', async () => (await world.kept('early.txt')) !== null);
    const message = await world.git('log', '-1', '--format=%B', workRefOf());
    world.ask({ kind: 'park', reason: '' });
    await run;

    expect(message).toContain('work in progress');
    expect(message).toMatch(/Checked-in: \d{4}-/);
  });
});

function never(): never {
  throw new Error('cannot be');
}
