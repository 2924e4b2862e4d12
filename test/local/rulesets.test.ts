import { expect, test } from 'vitest';
import { clone, type Desk, desk, makeDesk, refusal } from './support.ts';

const branch = 'refs/heads/kept';

const ruleset = (over: object = {}) => ({
  ...desk,
  name: 'Keep',
  target: 'branch' as const,
  enforcement: 'active' as const,
  conditions: { ref_name: { include: [branch], exclude: [] } },
  rules: [{ type: 'deletion' as const }, { type: 'non_fast_forward' as const }],
  ...over,
});

/** A branch `kept` of two commits, made by dora in a clone of hers. */
async function keptBranch({ github, tokens }: Pick<Desk, 'github' | 'tokens'>) {
  const hers = await clone(github, tokens.dora);
  const first = await hers.commit('one');
  const second = await hers.commit('two');
  expect(await hers.git('push', '-q', 'origin', `${second}:${branch}`)).toMatchObject({ code: 0 });
  return { hers, first, second };
}

test('a ruleset keeps a branch from being forced back or deleted, by git and by REST, whoever asks', async () => {
  const world = await makeDesk();
  const { hers, first, second } = await keptBranch(world);
  const { as, github } = world;
  await as.lucienne.rest.repos.createRepoRuleset(ruleset());
  const forced = await hers.git('push', '--force', 'origin', `${first}:${branch}`);
  expect(forced.stderr).toContain(`GH013: Repository rule violations found for ${branch}.`);
  expect(forced.stderr).toContain('Cannot force-push to this branch');
  expect((await hers.git('push', 'origin', `:${branch}`)).stderr).toContain('Cannot delete this branch');
  const at = { ...desk, ref: 'heads/kept' };
  expect(await refusal(as.lucienne.rest.git.updateRef({ ...at, sha: first, force: true }))).toMatchObject({
    status: 422,
    message: expect.stringContaining('Cannot force-push to this branch'),
  });
  expect(await refusal(as.lucienne.rest.git.deleteRef(at))).toMatchObject({
    status: 422,
    message: expect.stringContaining('Cannot delete this branch'),
  });
  expect(github.admin.refHistory('acme/desk', branch)).toHaveLength(1);
  // forward it moves, and other branches go as before
  const third = await hers.commit('three');
  const pushed = await hers.git('push', '-q', 'origin', `${third}:${branch}`, `${second}:refs/heads/other`);
  expect(pushed).toMatchObject({ code: 0 });
  expect(await hers.git('push', '-q', '--force', 'origin', `${first}:refs/heads/other`)).toMatchObject({
    code: 0,
  });
  expect(await hers.git('push', '-q', 'origin', ':refs/heads/other')).toMatchObject({ code: 0 });
});

test('only the rules of an active ruleset that means the branch hold, and they are listed for it', async () => {
  const { as, github, tokens } = await makeDesk();
  const { hers, first } = await keptBranch({ github, tokens });
  const { repos } = as.lucienne.rest;
  await repos.createRepoRuleset(ruleset({ name: 'Off', enforcement: 'disabled' }));
  await repos.createRepoRuleset(
    ruleset({ name: 'Main', conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } } }),
  );
  await repos.createRepoRuleset(
    ruleset({
      name: 'Others',
      conditions: { ref_name: { include: ['~ALL'], exclude: [branch] } },
      rules: [{ type: 'deletion' }],
    }),
  );
  expect(await hers.git('push', '-q', '--force', 'origin', `${first}:${branch}`)).toMatchObject({ code: 0 });
  const rulesOf = async (name: string) => {
    const { data } = await as.visitor.rest.repos.getBranchRules({ ...desk, branch: name });
    return data.map(({ type }) => type);
  };
  expect(await rulesOf('kept')).toEqual([]);
  expect(await rulesOf('main')).toEqual(['deletion', 'non_fast_forward', 'deletion']);
  expect(await rulesOf('not/yet')).toEqual(['deletion']);
});

test('only an administrator makes one, each name once; what is not known here is refused by name', async () => {
  const { as } = await makeDesk();
  const make = (over: object, who = as.lucienne) =>
    refusal(
      who.rest.repos.createRepoRuleset(
        ruleset(over) as Parameters<typeof who.rest.repos.createRepoRuleset>[0],
      ),
    );
  expect(await make({}, as.dora)).toMatchObject({ status: 403 });
  await as.lucienne.rest.repos.createRepoRuleset(ruleset());
  expect(await make({})).toMatchObject({ status: 422 });
  const wild = { conditions: { ref_name: { include: ['refs/heads/*'], exclude: [] } } };
  expect(await make({ name: 'b', ...wild })).toMatchObject({
    message: expect.stringContaining('the pattern refs/heads/*'),
  });
  expect(await make({ name: 'c', rules: [{ type: 'creation' }] })).toMatchObject({ status: 422 });
  const protection = as.lucienne.rest.repos.getBranchProtection({ ...desk, branch: 'main' });
  expect(await refusal(protection)).toEqual({ status: 404, message: 'Branch not protected' });
});
