import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { told } from '../support/people.ts';
import { slowness } from '../support/repository.ts';
import { evidenceOf, lives, untilConcluded, untilWorking } from '../support/runs.ts';
import { untilQuarantined } from '../support/signals.ts';
import { World } from '../support/world.ts';

// S4, S6: what people say to an agent before, during and after an attempt reaches one, and an interrupt stops what runs first.

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let desk: World;
beforeAll(async () => {
  desk = await World.start({ limits: { look_seconds: 1, question_days: (20 * slowness()) / 86_400 } });
});
afterAll(() => desk.end());

/** Says it as wilma, and waits for the reply that it gets. */
async function say(issue: number, words: string): Promise<string> {
  const comment = await desk.comment(issue, words, 'wilma');
  const reply = await desk.until(`${words} is answered`, async () => {
    const all = await told(desk, issue, `answer:c${comment} `);
    return all[0];
  });
  return reply.split('\n').slice(1).join('\n');
}

/** Which attempt was given each message: the numbers, null for none. */
const given = (id: string) =>
  desk.ticket(id)?.messages.map(({ text, delivered }) => [text, delivered?.attempt ?? null]);

test.concurrent('what is said before, during and after an attempt is in the next prompt, and seen to be', async () => {
  const issue = await desk.openIssue({ body: 'do: wait' });
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  expect(await say(issue, '/tell Before.')).toBe(
    `@wilma: Waiting: nothing of ${id} is at work. The next attempt is given the message.`,
  );
  await desk.label(issue, 'release');
  const first = await untilWorking(desk, issue);
  expect(first.agent.prompt).toMatch(/^> wilma, \S+:\n> Before\.$/m);
  await desk.until('it was given it', () => given(id)?.[0]?.[1] === 1);

  expect(await say(issue, '/tell During.')).toContain('Queued: attempt 1 is not interrupted.');
  expect(desk.agent(id)?.pids).toEqual(first.agent.pids);
  expect(desk.starts(id)).toEqual([`${id}-1`]);
  desk.say(id, 1, 'REVIEW: as far as I can see');
  await desk.untilState(id, 'review');
  expect(given(id)).toEqual([
    ['Before.', 1],
    ['During.', null],
  ]);
  expect(await say(issue, '/tell After.')).toContain('Waiting: ');
  const [status] = await desk.until('the status says so', async () => {
    const all = await told(desk, issue, 'status');
    return all[0]?.includes('After.') ? all : undefined;
  });
  expect(status?.match(/not delivered yet: wilma/g)).toHaveLength(2);
  expect(status).toMatch(/given to attempt 1 at \S+: wilma at \S+: `Before\.`/);

  await desk.comment(issue, '/reject Once more.', 'wilma');
  const second = await untilWorking(desk, issue, 2);
  expect(second.agent.prompt).toMatch(/^> wilma, \S+ \(attempt 1 was given it\):\n> Before\.$/m);
  for (const words of ['During', 'After', 'Once more'])
    expect(second.agent.prompt).toMatch(new RegExp(`^> wilma, \\S+:\\n> ${words}\\.$`, 'm'));
  await desk.until('it was given all', () => given(id)?.every(([, attempt]) => attempt !== null));
  expect(given(id)?.map(([, attempt]) => attempt)).toEqual([1, 2, 2, 2]);
  desk.say(id, 2, 'DONE: so be it');
  await desk.untilState(id, 'done');
});

test.concurrent('an interrupt ends the agent, whose last word counts for nothing, before the next begins with it', async () => {
  const issue = await desk.openIssue({ body: 'do: wait, last words', labels: ['ticket', 'release'] });
  const one = await untilWorking(desk, issue);
  const { id } = one;
  expect(await say(issue, '/interrupt The other shed.')).toContain(
    'Interrupted: attempt 1 is being stopped.',
  );
  const next = await untilWorking(desk, issue, 2);
  expect(lives(one)).toBe(false);
  expect(next.agent.met).not.toContain(`${id}-1`);
  expect(next.agent.prompt).toMatch(/^> wilma, \S+:\n> The other shed\.$/m);
  await untilConcluded(desk, one.run);
  const late = await untilQuarantined(desk, id, 'with my last breath');
  expect(late).toMatchObject({ code: 'attempt-closed', attempt: 1, signal: { kind: 'done' } });
  const evidence = await evidenceOf(desk, issue);
  expect(evidence).toContain(`**Attempt 1 of ${id} was stopped: interrupted.**`);
  expect(evidence).toContain('> The other shed.');
  const states = desk.history(id).map(({ transition }) => transition);
  const from = states.indexOf('interrupt: in_progress -> todo');
  expect(states.slice(from).filter((words) => /^(interrupt|stopped|claim)/.test(words))).toEqual([
    'interrupt: in_progress -> todo',
    'stopped: todo',
    'claim: todo -> in_progress',
  ]);
  desk.say(id, 2, 'DONE: in the other shed');
  const done = await desk.untilState(id, 'done');
  expect(done.lifetime).toMatchObject({ attempts: 2, retries: 0 });
  expect(done.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'done']);
});

test.concurrent('the answer to a question is in the next prompt; a question without one blocks its ticket', async () => {
  const [answered, expired] = await Promise.all(
    ['do: wait', 'do: wait, and again'].map(async (body) => {
      const issue = await desk.openIssue({ body, labels: ['ticket', 'release'] });
      await untilWorking(desk, issue);
      return { issue, id: `MC-${issue}` };
    }),
  );
  if (!answered || !expired) throw new Error('there are two');
  for (const { id } of [answered, expired]) desk.say(id, 1, 'QUESTION: Which shed?');
  await Promise.all([answered, expired].map(({ id }) => desk.untilState(id, 'waiting')));
  const [call] = await desk.until('somebody is called', async () => {
    const all = await told(desk, answered.issue, 'question:');
    return all.length > 0 ? all : undefined;
  });
  expect(call).toContain('@lucienne: **The agent of');
  expect(call).toContain('> Which shed?');
  expect(await say(answered.issue, '/answer The blue one.')).toMatch(/^@wilma: Answered: MC-\d+ is todo/);
  const next = await untilWorking(desk, answered.issue, 2);
  expect(next.agent.prompt).toMatch(/^> wilma, \S+:\n> The blue one\.$/m);
  expect(next.agent.prompt).toContain('> #1 dev, by luci: question. Which shed?');
  desk.say(answered.id, 2, 'DONE: the blue one');
  await desk.untilState(answered.id, 'done');
  const blocked = await desk.untilState(expired.id, 'blocked');
  expect(blocked.blocked).toMatchObject({ code: 'question-expired' });
});
