import { chmodSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { type AgentUser, takeUser } from '../../src/runner/user.ts';
import { ownUserIsPossible } from './own-user.ts';
import { makeWorld, processIn, type World } from './world.ts';

/*
 * The agent as a user of its own. Where there is neither root nor sudo these tests are skipped: there is no such user.
 */

let world: World;
/** A folder in which any user may write. */
let open: string;
beforeEach(async () => {
  world = await makeWorld();
  open = mkdtempSync(join(world.folder, 'open-'));
  chmodSync(world.folder, 0o755);
  chmodSync(open, 0o777);
});
afterEach(() => world.close());

/** A daemon that has left nothing to be found by: twice forked, its environment cleaned, its folder left. */
const daemon = (leaves: string) => `
  setsid env -i PATH=$PATH sh -c '${leaves} (exec setsid sh -c "echo \\$\\$ > ${open}/pid; trap : TERM HUP; while :; do sleep 0.2; done" </dev/null >/dev/null 2>&1 &)' </dev/null >/dev/null 2>&1
  while [ ! -s ${open}/pid ]; do sleep 0.02; done; echo DONE: x`;

describe.skipIf(!ownUserIsPossible)('an agent with a user of its own', () => {
  let user: AgentUser;
  beforeEach(async () => {
    const mine = await takeUser(systemClock, silentLog);
    if (!mine) throw new Error('there was one a moment ago');
    user = mine;
  });
  afterEach(() => user.release());

  it('S4: a daemon that left nothing to be found by is gone when "gone" is said', async () => {
    const run = world.run(daemon('cd /;'), { user });
    const left = await processIn(join(open, 'pid'));
    await run;
    const alive = left.isAlive();
    left.kill();

    expect(alive).toBe(false);
    expect(world.requests.at(-1)).toMatchObject({
      kind: 'signal',
      signal: { kind: 'done', agent_gone: true },
    });
  });

  it('works in a tree of its own, and its work is kept, committed or not', async () => {
    const outcome = await world.run(
      'id -un > who; git commit -q --allow-empty -m mine; echo x > "$TMPDIR/x"; mkdir deep; echo y > deep/y; umask 077; echo z > locked; echo DONE: x',
      { user },
    );

    expect(outcome).toMatchObject({ outcome: 'done' });
    expect(await world.kept('who')).toBe(`${user.name}\n`);
    expect(await world.kept('deep/y')).toBe('y\n');
    expect(await world.kept('locked')).toBe('z\n');
    expect(await world.git('log', '--format=%s', '-2', world.ticket().attempts[0]?.work ?? '')).toContain(
      'mine',
    );
  });

  it("can neither read nor write what is the runner's", async () => {
    const workFolder = mkdtempSync(join(world.folder, 'run-'));
    const answers = join(world.folder, 'answers');
    writeFileSync(answers, '', { mode: 0o600 });
    await world.run(
      `for one in ${workFolder} ${workFolder}/own.git ${answers} /proc/$PPID/environ /proc/$PPID/mem; do
         cat "$one"/* "$one" > /dev/null 2>&1 && echo "read $one"; (: >> "$one") 2> /dev/null && echo "wrote $one"
       done; kill -0 $PPID 2> /dev/null && echo "may signal"; echo DONE: looked`,
      { user, workFolder },
    );

    expect(world.log.filter((line) => /read|wrote|may signal/.test(line))).toEqual([]);
    expect(world.ticket().attempts[0]).toMatchObject({ outcome: 'done', reason: 'looked' });
  });

  it.each([
    ['its tree', 'cd ..; mv tree old; ln -s SECRET tree', 'token'],
    [
      'a folder of it',
      'mkdir deep; echo x > deep/token; git add .; git commit -qm x; rm -r deep; ln -s SECRET deep',
      'deep/token',
    ],
  ])(
    "cannot have the runner's files saved for its work by a link in the place of %s",
    async (_, plant, path) => {
      const secret = mkdtempSync(join(world.folder, 'runners-'));
      writeFileSync(join(secret, 'token'), 'a secret of the job', { mode: 0o600 });
      const file =
        'printf "kind: done\\nsummary: x\\nartifacts: [token, deep/token]\\n" > "$SIGNALBOX_SIGNAL_FILE"';
      await world.run(`${file}; echo mine > mine; ${plant.replace('SECRET', secret)}; echo DONE: x`, {
        user,
      });

      expect(await world.kept(path)).toBeNull();
      const objects = await world.git('cat-file', '--batch-all-objects', '--batch');
      expect(objects).not.toContain('a secret of the job');
    },
  );

  it('S6: has all of its files kept where it destroyed its repository, and the objects of its head', async () => {
    const outcome = await world.run(
      'echo kept > kept; chmod 700 .; rm -rf .git; echo x > .git; echo DONE: x',
      { user },
    );

    expect(outcome).toMatchObject({ outcome: 'done' });
    expect(await world.kept('kept')).toBe('kept\n');
    expect(await world.kept('README')).toBe('hello\n');
  });

  it('is another one for each job of a machine', async () => {
    const other = await takeUser(systemClock, silentLog);
    expect(other?.name).toMatch(/^signalbox-agent-\d+$/);
    expect(other?.uid).not.toBe(user.uid);
    await other?.release();
  });
});

describe('an agent without one', () => {
  it('is told of in the log', async () => {
    await world.run('echo DONE: x');
    expect(world.log).toContainEqual(
      expect.stringContaining('warning: the agent gets no user of its own here'),
    );
  });

  it('S4: a daemon in its tree is gone where the folder of the job lies behind a link', async () => {
    const link = join(world.folder, 'link');
    symlinkSync(mkdtempSync(join(world.folder, 'real-')), link);
    const run = world.run(daemon(''), { workFolder: link });
    const left = await processIn(join(open, 'pid'));
    await run;
    const alive = left.isAlive();
    left.kill();

    expect(alive).toBe(false);
  });
});
