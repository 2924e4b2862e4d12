import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { phase } from '../ticket/fixtures.ts';
import { configOf, makeWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

describe('what an agent says beside its verdict', () => {
  it('S5, S6: does not take a done without the commit that its phase needs: kept, and tried again', async () => {
    const needy = (command: string) => ({
      config: { ...configOf(command, {}), phases: { dev: phase({ needs: 'commit' }) } },
    });
    const outcome = await world.run('', needy('echo DONE: thought about it'));

    expect(outcome).toMatchObject({ outcome: 'refused', code: 'needs-commit' });
    expect(world.happened).toEqual(['bind', 'printed', 'durable', 'work is there', 'signal', 'lost']);
    expect(world.ticket()).toMatchObject({ state: 'todo', lifetime: { retries: 1 } });
    expect(world.ticket().attempts[0]).toMatchObject({
      outcome: 'lost',
      report: {
        summary: 'thought about it',
        root_cause: expect.stringMatching(/^needs-commit: /),
        next_actions: [expect.any(String), expect.stringContaining('`/accept`')],
      },
    });
  });

  it.each([
    ['an empty commit', 'git commit -q --allow-empty -m "looked"; echo DONE: x', undefined],
    ['files that are not committed', 'echo x > x; echo DONE: x', undefined],
    [
      'a reason for none',
      `printf 'kind: done\nsummary: x\nno_commit: it is so already\n' > "$SIGNALBOX_SIGNAL_FILE"`,
      { no_commit: 'it is so already' },
    ],
  ])('takes a done with %s where a commit is needed', async (_, command, said) => {
    const config = { ...configOf(command, {}), phases: { dev: phase({ needs: 'commit' }) } };
    await world.run('', { config });

    expect(world.ticket()).toMatchObject({ state: 'done' });
    expect(world.ticket().attempts[0]?.said).toEqual(said);
  });

  it("hides its agent's secrets in the details of a signal file", async () => {
    const environment = { PATH: process.env.PATH, API_KEY: 'secret-of-the-api' };
    const file = `printf "kind: question\nsummary: which\noptions: ['a', 'b $API_KEY']\nevidence: [{ command: env, output: 'API_KEY=$API_KEY' }]\n"`;
    const config = configOf(`${file} > "$SIGNALBOX_SIGNAL_FILE"`, {});
    Object.values(config.agents)[0]?.environment.push('API_KEY');
    await world.run('', { config, environment });

    expect(world.ticket().waiting?.options).toEqual(['a', 'b ***']);
    expect(world.ticket().attempts[0]?.said?.evidence).toEqual([
      { command: 'env', exit: null, output: 'API_KEY=***' },
    ]);
  });

  it('hides them before anything is cut: half a secret is not known', async () => {
    const environment = { PATH: process.env.PATH, API_KEY: 'secret-of-the-api' };
    const output = `\${API_KEY}${'x'.repeat(990)}`; // the end of it is kept
    const file = `printf "kind: question\nsummary: which\nevidence: [{ command: env, output: '${output}' }]\n"`;
    const config = configOf(`${file} > "$SIGNALBOX_SIGNAL_FILE"`, {});
    Object.values(config.agents)[0]?.environment.push('API_KEY');
    await world.run('', { config, environment });
    expect(JSON.stringify(world.ticket().attempts[0]?.said?.evidence)).not.toContain('api');
  });
});
