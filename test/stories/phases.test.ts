import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { told } from '../support/people.ts';
import { evidenceOf, untilWorking } from '../support/runs.ts';
import { World } from '../support/world.ts';

/*
 * S2, S8: a ticket through its phases. An agent does the work, another judges the very commit and sends it back, the first
 * sees why; what is approved is void once somebody pushes, and is judged again; a person signs off, another merges.
 */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const at = { owner: 'acme', repo: 'desk' };

let desk: World;
beforeAll(async () => {
  desk = await World.start({
    agents: { rex: {} },
    phases: `
  dev: { needs: commit }
  review: { agent: rex, reviews: true, prompt: agents/review.md }
  signoff: { agent: person, gate: [person, merged] }`,
    files: { 'agents/review.md': '{{assignment}}\n\nOur reviewers look for a rake.\n' },
  });
});
afterAll(() => desk.end());

test('from dev over a rejection, an approval and a push that voids it, to a sign-off and a merge', async () => {
  const issue = await desk.openIssue({ body: 'do: wait' });
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  await desk.comment(issue, '/phases dev, qa', 'wilma');
  await desk.until('an unknown phase is refused', async () => (await told(desk, issue, 'refused'))[0]);
  expect((await told(desk, issue, 'refused'))[0]).toContain('`bad-phase` There is no phase `qa`.');
  await desk.comment(issue, '/phases dev, review, signoff', 'wilma');
  await desk.until('it has phases', () => desk.ticket(id)?.phases.length === 3);
  await desk.label(issue, 'release');

  await untilWorking(desk, issue, 1);
  desk.say(id, 1, 'DONE: the report is there');
  const first = await untilWorking(desk, issue, 2);
  const judged = headOf(id);
  expect(desk.ticket(id)).toMatchObject({
    branch: { commit: judged, by: 'luci' },
    attempt: { agent: 'rex', phase: 'review', commit: judged },
  });
  expect(first.agent.head).toBe(judged);
  expect(first.agent.prompt).toContain(`You judge the commit ${judged}`);
  expect(first.agent.prompt).toContain('Our reviewers look for a rake.');
  expect(first.agent.prompt).not.toContain('`DONE:`');
  desk.say(
    id,
    2,
    'kind: rejected\nsummary: There is no test.\nfindings: [{ path: work.txt, line: 1, text: Say who was here. }]',
  );

  const again = await untilWorking(desk, issue, 3);
  expect(desk.ticket(id)).toMatchObject({ phase: 'dev', lifetime: { rounds: 1 } });
  expect(again.agent.prompt).toMatch(/^> There is no test\.$/m);
  expect(again.agent.prompt).toMatch(/^> work\.txt:1: Say who was here\.$/m);
  expect(await evidenceOf(desk, issue, 2)).toContain('work.txt:1: Say who was here.');
  expect(headOf(id)).toBe(judged); // a review moves no branch
  desk.say(id, 3, 'DONE: with a test');
  await untilWorking(desk, issue, 4);
  const better = headOf(id);
  expect(better).not.toBe(judged);
  desk.say(id, 4, 'APPROVED: as it should be');

  await desk.untilState(id, 'review');
  expect(desk.ticket(id)?.attempts.at(-1)).toMatchObject({ outcome: 'approved', commit: better });
  const [asked] = await desk.until('a person is asked', async () => {
    const all = await told(desk, issue, 'sign-off:');
    return all.length > 0 ? all : undefined;
  });
  expect(asked).toContain(`The work is ${better.slice(0, 10)} on`);
  expect(asked).toContain('**review**: approved (attempt 4 by rex');
  expect(asked).toContain('It had sent the work back once.');

  await desk.push(`ticket/${id}`, { 'rake.txt': 'minded\n' }, 'wilma', 'the rake');
  const third = await untilWorking(desk, issue, 5);
  expect(third.agent.head).toBe(headOf(id));
  expect(desk.ticket(id)).toMatchObject({
    branch: { by: 'wilma' },
    attempt: { phase: 'review', agent: 'rex' },
  });
  expect((await told(desk, issue, 'void:4'))[0]).toContain('counts no more');
  desk.say(id, 5, 'APPROVED: the rake, too');
  await desk.untilState(id, 'review');

  const own = await desk.comment(issue, '/approve', 'wilma');
  const refused = await desk.until('who pushed may not approve', async () =>
    (await told(desk, issue, `refused:c${own}`)).at(0),
  );
  expect(refused).toContain('`own-work`');
  await desk.label(issue, 'approve', 'elmar');
  await desk.until('who may not, does not', async () =>
    (await told(desk, issue, 'refused:e')).find((body) => body.includes('`not-permitted`')),
  );
  await desk.until('the label is off', async () => !(await desk.labels(issue)).includes('approve'));
  await desk.label(issue, 'approve', 'lucienne');
  await desk.until('it is signed off', () => desk.ticket(id)?.gates.length === 1);
  expect(desk.ticket(id)).toMatchObject({
    state: 'review',
    gates: [{ gate: 'person', by: 'lucienne', commit: headOf(id) }],
  });
  const { data: pulls } = await desk.as('wilma').rest.pulls.list({ ...at, state: 'open' });
  await desk.as('wilma').rest.pulls.merge({ ...at, pull_number: pulls[0]?.number ?? 0 });
  const done = await desk.untilState(id, 'done');
  expect(done.attempts.map(({ phase, outcome }) => `${phase} ${outcome}`)).toEqual([
    'dev done',
    'review rejected',
    'dev done',
    'review approved',
    'review approved',
  ]);
  expect(desk.starts(id)).toHaveLength(5);
  expect(desk.file('rake.txt', 'main')).toBe('minded\n');
});

const headOf = (id: string): string => desk.ref(`refs/heads/ticket/${id}`) ?? '';
