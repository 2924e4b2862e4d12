import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { takeUser } from '../../src/runner/user.ts';
import { ownUserIsPossible } from './own-user.ts';
import { makeWorld, processIn, until, type World } from './world.ts';

/*
 * What a team installs for its agents: `.github/signalbox/setup.sh` of its default branch, before an agent starts.
 */

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

/** What `npm install -g a-client@1.2.3` does, without a registry. */
const install = `
mkdir -p "$npm_config_prefix/bin"
printf '#!/bin/sh\\necho "DONE: by the client, for $1"\\n' > "$npm_config_prefix/bin/a-client"
chmod +x "$npm_config_prefix/bin/a-client"
echo "installed for $SIGNALBOX_AGENT, $SIGNALBOX_TICKET, $SIGNALBOX_PHASE"`;

describe.each([
  ['as the user of the job', false],
  ['as a user of its own', true],
])("the team's set-up, %s", (_, own) => {
  it.skipIf(own && !ownUserIsPossible)(
    'installs what the agent then finds, with no secret in sight',
    async () => {
      const user = own ? await takeUser(systemClock, silentLog) : null;
      const environment = { PATH: process.env.PATH, LUCIS_KEY: 'a-key-of-luci', INPUT_TOKEN: 'a-token' };
      const setup = `${install}\nenv | grep -E "LUCIS_KEY|TOKEN|SIGNALBOX_KEY" || echo "no secret"; echo "I am $(id -un)"; cat README`;
      const outcome = await world.run('a-client "$(cat README)"', { setup, environment, user });
      const name = user?.name ?? 'root';
      await user?.release();

      expect(world.log).toEqual(
        expect.arrayContaining([
          'setup | installed for luci, MC-1, dev',
          'setup | no secret',
          'setup | hello',
        ]),
      );
      if (own) expect(world.log).toContain(`setup | I am ${name}`);
      expect(outcome).toMatchObject({ outcome: 'done' });
      expect(world.ticket().attempts[0]?.reason).toBe('by the client, for hello');
    },
  );
});

it('that fails keeps the agent from its start, and people are told why, with its last words', async () => {
  const begun = join(world.folder, 'begun');
  const outcome = await world.run(`touch ${begun}; echo DONE: x`, {
    setup: 'echo "fetching"\necho "npm ERR! no such package" >&2\nfalse\necho "not reached"',
  });

  expect(outcome).toMatchObject({ outcome: 'failed' });
  expect(existsSync(begun)).toBe(false);
  const [attempt] = world.ticket().attempts;
  expect(attempt).toMatchObject({ outcome: 'failed', report: { safe_retry: true } });
  expect(attempt?.report?.root_cause).toMatch(/^setup-failed: /);
  expect(attempt?.report?.summary).toContain('exit status 1');
  expect(attempt?.report?.summary).toContain('npm ERR! no such package');
  expect(attempt?.report?.next_actions.join(' ')).toContain('.github/signalbox/setup.sh');
});

it('S9: that takes too long is ended with all it started', async () => {
  await world.close();
  world = await makeWorld({ setup_seconds: 0.5 });
  const pid = join(world.folder, 'pid');
  const running = world.run('echo DONE: x', { setup: `(echo $BASHPID > ${pid}; exec sleep 600) & wait` });
  const left = await processIn(pid);

  expect(await running).toMatchObject({ outcome: 'failed' });
  expect(left.isAlive()).toBe(false);
  expect(world.ticket().attempts[0]?.report?.summary).toContain('longer than 0.5 seconds');
});

it('S4: a park ends it, and no agent starts', async () => {
  const pid = join(world.folder, 'pid');
  const running = world.run('echo DONE: x', { setup: `echo $$ > ${pid}; exec sleep 600` });
  const left = await processIn(pid);
  world.ask({ kind: 'park', reason: 'not now' });

  expect(await running).toMatchObject({ outcome: 'not-started' });
  expect(left.isAlive()).toBe(false);
  await until('it is stopped', () => world.ticket().attempts[0]?.stopped !== null);
  expect(world.happened).toEqual(['bind', 'stopped']);
});

it('what it leaves running is ended before the agent starts', async () => {
  const pid = join(world.folder, 'pid');
  await world.run(
    `grep -q '^State:.[^ZX]' /proc/$(cat ${pid})/status && echo DONE: alive || echo DONE: gone`,
    {
      setup: `setsid sh -c 'echo $$ > ${pid}; exec sleep 600' > /dev/null 2>&1 &\nwhile [ ! -s ${pid} ]; do sleep 0.02; done`,
    },
  );

  expect(world.ticket().attempts[0]?.reason).toBe('gone');
  expect(readFileSync(pid, 'utf8')).not.toBe('');
});
