import { expect, test } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { git } from '../../src/base/git.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { gitDirOf, openForge } from '../../src/local/data.ts';
import { RefMoves } from '../../src/local/git/moves.ts';
import { initRepository, moveRef, moverEnvironment, noCommit } from '../../src/local/git/repository.ts';
import { temporaryFolder } from './support.ts';

const ref = 'refs/heads/side';

/** One branch that lucienne made, its record written. */
async function aBranch() {
  const forge = openForge({
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    dataFolder: temporaryFolder(),
  });
  const at = isoSeconds(systemClock.now());
  const repo = {
    ...{ id: 7, owner: 'lucienne', name: 'desk', private: false, archived: false, description: null },
    ...{ defaultBranch: 'main', collaborators: {}, formerNames: [], created: at, updated: at, pushed: at },
  };
  for (const login of ['lucienne', 'wilma', 'app'])
    forge.users.put(login, { id: login.length, login, type: 'User', name: login, email: '' } as never);
  const folder = gitDirOf(forge, repo);
  await initRepository(folder, 'main');
  const tree = (await git(['mktree'], { cwd: folder, input: '' })).stdout.trim();
  const commit = async (message: string) => {
    const env = moverEnvironment('lucienne', systemClock.now());
    return (await git(['commit-tree', tree, '-m', message], { cwd: folder, env })).stdout.trim();
  };
  const moves = new RefMoves(forge);
  const move = async (after: string, by: string) => {
    const env = moverEnvironment(by, systemClock.now());
    expect(await moveRef(folder, ref, after, { env })).toBeFalsy();
  };
  const record = async (after: string, by: string) =>
    (await moves.catchUp(repo, [{ ref, after }], by)).map(({ type, actor }) => `${type} ${actor}`);
  const first = await commit('first');
  await move(first, 'lucienne');
  expect(await record(first, 'lucienne')).toEqual(['branch_creation lucienne']);
  return { commit, move, record };
}

test('a branch that is deleted right after a push was deleted by who did that, and not by who pushed', async () => {
  const { commit, move, record } = await aBranch();
  const pushed = await commit('pushed');
  await move(pushed, 'app');
  await move(noCommit, 'wilma');
  expect(await record(pushed, 'app')).toEqual([]); // who pushed comes first, and finds it gone
  expect(await record(noCommit, 'wilma')).toEqual(['branch_deletion wilma']);
});

test('so it is where somebody makes it anew meanwhile: nothing is lost, and in its order', async () => {
  const { commit, move, record } = await aBranch();
  const anew = await commit('anew');
  await move(noCommit, 'wilma');
  await move(anew, 'app');
  expect(await record(anew, 'app')).toEqual([]);
  expect(await record(noCommit, 'wilma')).toEqual(['branch_deletion wilma', 'branch_creation app']);
});
