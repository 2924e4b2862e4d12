import { expect, test } from 'vitest';
import type { LocalGitHub } from '../../src/local/server.ts';
import { clone, desk, makeDesk } from './support.ts';

/*
 * A connection that breaks at a call that a test picks, before or after it is done, and what happens at that moment.
 */

const issues = 'POST /repos/:owner/:repo/issues';
const titles = async ({ as }: Awaited<ReturnType<typeof makeDesk>>) => {
  const { data } = await as.lucienne.rest.issues.listForRepo({ ...desk });
  return data.map(({ title }) => title);
};
const mainOf = (github: LocalGitHub) => github.admin.refHistory('acme/desk', 'refs/heads/main').at(-1)?.sha;

test.each(['before', 'after'] as const)('a call is cut off %s it is done', async (when) => {
  const world = await makeDesk();
  const { github, as } = world;
  const seen: string[][] = [];
  github.misbehave.cut({ route: issues, when, deed: async () => void seen.push(await titles(world)) });
  await expect(as.dora.rest.issues.create({ ...desk, title: 'one' })).rejects.toMatchObject({ status: 500 });
  const landed = when === 'before' ? [] : ['one'];
  expect(seen).toEqual([landed]);
  expect(await titles(world)).toEqual(landed);
  await as.dora.rest.issues.create({ ...desk, title: 'two' });
  expect(await titles(world)).toEqual(['two', ...landed]);
});

test('a call is picked by who makes it and by what it says', async () => {
  const world = await makeDesk();
  const { github, as } = world;
  const only = ({ body }: { body: string }) => JSON.parse(body).title === 'bad';
  const off = github.misbehave.cut({ route: issues, when: 'before', by: 'dora', only });
  await as.dora.rest.issues.create({ ...desk, title: 'good' });
  await as.lucienne.rest.issues.create({ ...desk, title: 'bad' });
  await expect(as.dora.rest.issues.create({ ...desk, title: 'bad' })).rejects.toMatchObject({ status: 500 });
  await as.dora.rest.issues.create({ ...desk, title: 'bad' }); // once, unless told otherwise
  github.misbehave.cut({ route: issues, when: 'before' })();
  off();
  await as.dora.rest.issues.create({ ...desk, title: 'called off' });
  expect(await titles(world)).toEqual(['called off', 'bad', 'bad', 'good']);
});

test.each(['before', 'after'] as const)(
  'a push is cut off %s it has landed, and is sent once',
  async (when) => {
    const { github, tokens } = await makeDesk();
    const local = await clone(github, tokens.dora);
    const first = mainOf(github);
    const sha = await local.commit('mine');
    const seen: unknown[] = [];
    const only = ({ refs }: { refs: readonly { ref: string }[] }) =>
      refs.some(({ ref }) => ref === 'refs/heads/main');
    const deed = () => void seen.push(mainOf(github));
    github.misbehave.cut({ route: 'git-receive-pack', when, only, deed });
    expect((await local.git('push', 'origin', 'HEAD:other')).code).toBe(0);
    expect((await local.git('push', 'origin', 'HEAD:main')).code).not.toBe(0);
    const landed = when === 'before' ? first : sha;
    expect(seen).toEqual([landed]);
    expect(mainOf(github)).toBe(landed);
  },
);
