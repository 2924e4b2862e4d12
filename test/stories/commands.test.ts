import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { reactions, reopenIssue, standingOf, told } from '../support/people.ts';
import { isAlive, type Login, World } from '../support/world.ts';

// S10. Commands in comments: on the issue of a ticket, and on its pull request.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let desk: World;
beforeAll(async () => {
  desk = await World.start({ limits: { unreadable_seconds: 20, retries: 0 } });
});
afterAll(() => desk.end());

/** Comments a command; resolves when the app has answered it by a reaction, which it gives back. */
async function ask(issue: number, command: string, login: Login = 'wilma'): Promise<string> {
  if (/^\/(release|retry)/.test(command)) await desk.nextSecond(); // later than what stopped it
  const comment = await desk.comment(issue, command, login);
  const [answer] = await desk.until(`${command.split('\n')[0]} is answered`, async () => {
    const all = await reactions(desk, comment);
    return all.length > 0 ? all : undefined;
  });
  await desk.github.delivered();
  expect(await reactions(desk, comment)).toHaveLength(1);
  return answer ?? '';
}

const done = 'signalbox[bot] +1';
const notUnderstood = 'signalbox[bot] confused';
const mayNot = 'signalbox[bot] -1';

test('park with its conditions, hold, status and cancel do what they say', async () => {
  const issue = await desk.openIssue({});
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  const waiting = () => desk.ticket(id)?.waiting;

  expect(await ask(issue, '/park until 2099-01-01 9:00: the fair is on', 'wilma')).toBe(done);
  expect(waiting()).toMatchObject({
    kind: 'deferred',
    when: { until: '2099-01-01T09:00:00Z' },
    reason: 'the fair is on',
    by: 'wilma',
  });
  expect(await ask(issue, '/park when lucy is idle enough\n\nShe has a lot to do.', 'wilma')).toBe(done);
  expect(waiting()).toMatchObject({ when: { idle: 'lucy' }, reason: 'She has a lot to do.' });
  await desk.until('the slip of the pen is pointed out', async () =>
    (await told(desk, issue, 'status')).some((status) => status.includes('There is no agent lucy')),
  );
  expect(await ask(issue, '/park after MC-900 and MC-901 are done')).toBe(done);
  expect(waiting()).toMatchObject({ when: { after: ['MC-900', 'MC-901'] } });
  expect(await ask(issue, '/park Not before we have talked.', 'elmar')).toBe(done);
  expect(waiting()).toMatchObject({ kind: 'parked', reason: 'Not before we have talked.' });
  expect(waiting()?.when).toBeUndefined();

  expect(desk.ticket(id)?.hold).toBe(false);
  expect(await ask(issue, '/hold', 'elmar')).toBe(done);
  expect(desk.ticket(id)?.hold).toBe(true);

  const understood = await told(desk, issue, 'answer');
  expect(understood.map((body) => body.split('\n')[1])).toEqual([
    `@wilma: ${id} is waiting until 2099-01-01T09:00:00Z.`,
    expect.stringContaining('`bad-condition` There is no agent lucy, so this never comes true.'),
    expect.stringContaining('`bad-condition` There is no ticket MC-901, so this never comes true.'),
  ]);
  await desk.comment(issue, '/status', 'elmar');
  const answer = await desk.until('the status is told', async () => {
    const answers = await told(desk, issue, 'answer');
    return answers[understood.length];
  });
  expect(answer).toContain(`**${id}** is **waiting**`);
  expect(answer).toMatch(/- `parked` Parked by elmar: Not before we have talked\..*\n- `held` /);

  expect(await ask(issue, '/cancel It is not needed any more.')).toBe(done);
  expect(desk.ticket(id)).toMatchObject({ state: 'cancelled', hold: false });
  expect(desk.everyState(id).filter((state) => state !== 'absent')).toEqual([
    'inbox',
    'waiting',
    'cancelled',
  ]);
});

test('a blocked ticket begins again by /retry; a held one by /release alone', async () => {
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  desk.say(id, 1, 'I do not know what to say.');
  const blocked = await desk.untilState(id, 'blocked');
  expect(blocked.blocked?.code).toBe('retries-exhausted');
  expect(await ask(issue, '/hold', 'elmar')).toBe(done);
  expect(await ask(issue, '/retry')).toBe(done);
  expect(desk.ticket(id)).toMatchObject({ state: 'waiting', hold: true, waiting: { reason: 'held' } });
  expect(await ask(issue, '/release')).toBe(done);
  await desk.until('it works again', () => desk.agent(id, 2));
  expect(await ask(issue, '/release')).toBe(notUnderstood);
  desk.say(id, 2, 'DONE: at last');
  await desk.untilState(id, 'done');
  // what its state does not allow is told with the reason
  expect(await ask(issue, '/park')).toBe(notUnderstood);
  const [refused] = await told(desk, issue, 'refused');
  expect(refused).toContain('`no-row`');
  expect(desk.ticket(id)?.state).toBe('done');
});

test('on the pull request of a ticket the same words mean the same', async () => {
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  desk.say(id, 1, 'REVIEW: please look at it');
  await desk.untilState(id, 'review');
  const pull = await desk.until('its pull request', async () => {
    const { data } = await desk.as('lucienne').rest.pulls.list({ owner: 'acme', repo: 'desk' });
    return data.find(({ head }) => head.ref === `ticket/${id}`)?.number;
  });

  await desk.comment(pull, '/status', 'elmar');
  await desk.until('the status is told', async () =>
    (await told(desk, pull, 'answer')).some((body) => body.includes(`**${id}** is **in review**`)),
  );
  expect(await ask(pull, '/release', 'elmar')).toBe(mayNot);
  expect(await ask(pull, '/hold', 'elmar')).toBe(done);
  expect(desk.ticket(id)).toMatchObject({ state: 'review', hold: true });
  expect(await ask(pull, '/release')).toBe(done);
  expect(await ask(pull, '/reject There is no test.')).toBe(done);
  const agent = await desk.until('it works again', () => desk.agent(id, 2));
  expect(agent.prompt).toContain('There is no test.');
  expect(await ask(pull, '/park until 2099-01-01', 'elmar')).toBe(done);
  await desk.until('it is stopped', () => desk.ticket(id)?.attempts[1]?.stopped);
  expect(agent.pids.some(isAlive)).toBe(false);
  expect(desk.ticket(id)).toMatchObject({ state: 'waiting', waiting: { kind: 'deferred', by: 'elmar' } });
  await desk.until(
    'the evidence is on the issue',
    async () => (await told(desk, issue, 'evidence:2')).length === 1,
  );
  expect(await ask(pull, '/cancel')).toBe(done);
  expect(desk.ticket(id)?.state).toBe('cancelled');
});

test('a merge approves the review, heard or not; work that is done after it has a pull request of its own', async () => {
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  const at = { owner: 'acme', repo: 'desk' };
  const reviewed = async (attempt: number): Promise<number> => {
    await desk.until('the agent works', () => desk.agent(id, attempt));
    desk.say(id, attempt, 'REVIEW: please look at it');
    await desk.untilState(id, 'review');
    return desk.until('its pull request', async () => {
      const { data } = await desk.as('lucienne').rest.pulls.list(at);
      return data.find(({ head }) => head.ref === `ticket/${id}`)?.number;
    });
  };
  const merge = (pull_number: number) => desk.as('wilma').rest.pulls.merge({ ...at, pull_number });

  const first = await reviewed(1);
  await desk.stopApp();
  await merge(first);
  await desk.startApp();
  await desk.untilState(id, 'done');
  await desk.until('it is shown', async () => (await standingOf(desk, issue)) === 'completed');

  await desk.nextSecond();
  await reopenIssue(desk, issue, 'wilma');
  await desk.untilState(id, 'inbox');
  expect(await ask(issue, '/release')).toBe(done);
  const second = await reviewed(2);
  expect(second).toBeGreaterThan(first);
  await desk.github.delivered();
  expect(desk.ticket(id)?.state).toBe('review'); // the first merge says nothing of it, however often it is read
  await desk.nextSecond();
  await merge(second);
  await desk.untilState(id, 'done');
  expect(desk.messages().join('\n')).toContain(`Cause: p${second}`);
});

test('who may not gets one reaction and no word, and nothing happens', async () => {
  const issue = await desk.openIssue({});
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  await desk.until('it is shown', async () => (await told(desk, issue, 'status')).length === 1);
  const before = desk.file(`tickets/${id}.yaml`);
  for (const command of ['/release', '/retry', '/cancel', '/answer 42'])
    expect(await ask(issue, command, 'elmar'), command).toBe(mayNot);
  for (const command of ['/park', '/hold', '/status'])
    expect(await ask(issue, command, 'visitor'), command).toBe(mayNot);
  // another process finds them all again, and neither repeats itself nor changes its mind
  await desk.stopApp();
  await desk.startApp();
  const comment = await desk.comment(issue, '/release', 'visitor');
  await desk.until('that is answered', async () => (await reactions(desk, comment)).length > 0);
  expect(await reactions(desk, comment)).toEqual([mayNot]);
  expect(desk.file(`tickets/${id}.yaml`)).toBe(before);
  expect((await desk.comments(issue)).filter((body) => !body.startsWith('/'))).toHaveLength(1);
});

test('what was refused stays refused, also when its author is given the right later', async () => {
  const issue = await desk.openIssue({});
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  expect(await ask(issue, '/release', 'elmar')).toBe(mayNot);
  await desk.label(issue, 'release', 'elmar');
  await desk.until('the label is refused and off', async () => {
    const refused = (await told(desk, issue, 'refused')).some((body) => body.includes('`not-permitted`'));
    return refused && !(await desk.labels(issue)).includes('release');
  });
  desk.github.admin.setPermission('acme/desk', 'elmar', 'write');
  await desk.stopApp();
  await desk.startApp();
  await desk.comment(issue, 'Now he may.');
  await desk.github.delivered();
  expect(desk.everyState(id).filter((state) => state !== 'absent')).toEqual(['inbox']);
  expect(await ask(issue, '/release', 'elmar')).toBe(done);
  expect(desk.everyState(id)).toContain('todo');
  desk.github.admin.setPermission('acme/desk', 'elmar', 'triage');
});

test('what cannot be read is answered with how to write it, once, and a park parks all the same; talk is not', async () => {
  const issue = await desk.openIssue({});
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  for (const command of ['/park until the cows come home', '/park when pigs fly', '/park until 2001-01-01'])
    expect(await ask(issue, command, 'elmar'), command).toBe(done);
  expect(desk.ticket(id)?.waiting).toMatchObject({ kind: 'parked', reason: 'until 2001-01-01' });
  expect(await ask(issue, '/answer')).toBe(notUnderstood);
  const talk = [
    await desk.comment(issue, 'I would /park it'),
    await desk.comment(issue, '/assign @elmar'),
    await desk.comment(issue, '/parking is hard here'),
  ];
  await desk.github.delivered();
  const answers = await told(desk, issue, 'answer');
  expect(answers).toHaveLength(3);
  for (const answer of answers) {
    expect(answer).toMatch(
      /^<!-- signalbox:answer:c\d+ -->\n@elmar: \S+ is waiting, and only a release wakes it/,
    );
    expect(answer).toContain('`bad-condition`');
    expect(answer).toContain(
      '`/park until 2026-06-01 9:00 Europe/Berlin`, `/park when luci is idle for 30 minutes`',
    );
  }
  expect(answers[0]).toContain('the cows come home');
  expect(answers[2]).toContain('is past');
  const refused = await told(desk, issue, 'refused');
  expect(refused).toEqual([expect.stringMatching(/`bad-command` [\s\S]*`\/answer <text>`/)]);
  for (const comment of talk) expect(await reactions(desk, comment)).toEqual([]);
  await desk.stopApp();
  await desk.startApp();
  await ask(issue, '/hold', 'elmar');
  expect([await told(desk, issue, 'answer'), await told(desk, issue, 'refused')]).toEqual([answers, refused]);
});

test('a pull request that is closed unmerged is a note: the review stays, and the next attempt builds on what a person pushed', async () => {
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  const at = { owner: 'acme', repo: 'desk' };
  await desk.until('the agent works', () => desk.agent(id));
  desk.say(id, 1, 'REVIEW: please look at it');
  await desk.untilState(id, 'review');
  const pull = await desk.until('its pull request', async () => {
    const { data } = await desk.as('lucienne').rest.pulls.list(at);
    return data.find(({ head }) => head.ref === `ticket/${id}`);
  });
  await desk.github.admin.commit('acme/desk', {
    branch: `ticket/${id}`,
    by: 'wilma',
    files: { 'mine.txt': 'by wilma\n' },
    message: 'as I would have it',
  });
  await desk.as('wilma').rest.pulls.update({ ...at, pull_number: pull.number, state: 'closed' });
  const [note] = await desk.until('it is noted', async () => {
    const all = await told(desk, pull.number, 'answer');
    return all.length > 0 ? all : undefined;
  });
  expect(note).toContain(`@wilma: Noted: ${id} stays in review`);
  expect(desk.ticket(id)?.state).toBe('review');
  expect(await ask(issue, '/reject Smaller, please.')).toBe(done);
  const agent = await desk.until('it works again', () => desk.agent(id, 2));
  expect(agent.prompt).toContain(`> Pull request #${pull.number}, which showed the work so far, was closed`);
  desk.say(id, 2, 'REVIEW: smaller now');
  await desk.until('another shows it', async () => {
    const { data } = await desk.as('lucienne').rest.pulls.list(at);
    return data.some(({ head, number }) => head.ref === `ticket/${id}` && number > pull.number);
  });
  expect(desk.file('mine.txt', `ticket/${id}`)).toBe('by wilma\n');
  expect(desk.file('work.txt', `ticket/${id}`)).toBe('attempt 2 was here\n');
});
