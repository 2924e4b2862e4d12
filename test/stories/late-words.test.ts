import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { told } from '../support/people.ts';
import { pushFiles } from '../support/pushes.ts';
import { completion, keyOf, quarantineOf, untilQuarantined } from '../support/signals.ts';
import { World } from '../support/world.ts';

// S5, S6: only the bound run's word counts, and what does not count is not lost.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let desk: World;
beforeAll(async () => {
  // An agent that is told to end says its last words: on a busy machine that takes its time.
  desk = await World.start({ limits: { kill_after_seconds: 5 } });
});
afterAll(() => desk.end());

/** Everything on the state branch that a worker's word could move; quarantine and consumed signals left out. */
const standing = (id: string) => [desk.file(`tickets/${id}.yaml`), desk.everyState(id)];

test.concurrent('words of a parked attempt are kept and count for nothing, whatever brings them; attempt 2 completes', async () => {
  const issue = await desk.openIssue({ body: 'do: wait, last words', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  const key = keyOf(desk, id, 1);
  await desk.label(issue, 'park', 'elmar');
  await desk.until('attempt 1 is stopped', () => desk.ticket(id)?.attempts[0]?.stopped);
  const parked = standing(id);

  // through the runner: the agent said it was done while it was being stopped
  const byRunner = await untilQuarantined(desk, id, 'with my last breath');
  // by comment, with the very key of the run that was bound
  const long = `late by comment\n\n${'It is all there. '.repeat(2000)}`.trim();
  await desk.comment(issue, completion(`DONE: ${long}`, key, 1), 'visitor');
  // by file, as an agent commits it that may push
  const file = desk.signal({ ticket: id, attempt: 1, summary: 'late by file', key });
  await pushFiles(desk, () => ({ [`signals/${id}/1.yaml`]: file }));
  const byComment = await untilQuarantined(desk, id, long);
  const byFile = await untilQuarantined(desk, id, 'late by file');

  expect([byRunner, byComment, byFile]).toMatchObject([
    { code: 'attempt-closed', state: 'waiting', channel: 'runner', signal: { kind: 'done', key: '' } },
    { code: 'attempt-closed', state: 'waiting', channel: 'comment', signal: { kind: 'done', key: '' } },
    { code: 'attempt-closed', state: 'waiting', channel: 'file', signal: { kind: 'done', key: '' } },
  ]);
  expect(standing(id)).toEqual(parked);
  expect(desk.file(`signals/${id}/1.yaml`)).toBeNull();
  expect(desk.ref(`refs/signalbox/signal/${id}/1`)).toBeNull();

  await desk.nextSecond();
  await desk.label(issue, 'release');
  await desk.until('the agent works again', () => desk.agent(id, 2));
  const working = standing(id);
  await desk.comment(issue, completion('DONE: invented', 'a-key-nobody-ever-drew', 2), 'wilma');
  await desk.comment(issue, completion('DONE: the key of attempt 1', key), 'wilma');
  await desk.comment(issue, completion(`DONE: ${long}`, key, 1), 'visitor'); // said again: the same fate
  const early = desk.signal({ ticket: id, attempt: 3, summary: 'of attempt 3', key });
  await pushFiles(desk, () => ({ [`signals/${id}/3.yaml`]: early }));
  const invented = await untilQuarantined(desk, id, 'invented');
  const earlier = await untilQuarantined(desk, id, 'the key of attempt 1');
  const future = await untilQuarantined(desk, id, 'of attempt 3');
  expect([invented, earlier, future]).toMatchObject([
    { code: 'wrong-key', attempt: 2, state: 'in_progress' },
    { code: 'wrong-key', attempt: 2, state: 'in_progress' },
    { code: 'unknown-attempt', attempt: 3, state: 'in_progress' },
  ]);
  expect(standing(id)).toEqual(working);

  desk.say(id, 2, 'DONE: this one counts');
  const done = await desk.untilState(id, 'done');
  expect(done.attempts).toMatchObject([
    { number: 1, outcome: 'parked', signal: null },
    { number: 2, outcome: 'done', reason: 'this one counts' },
  ]);
  const history = await desk.until('the forge has noted it', () => {
    const states = desk.everyState(id);
    return states.at(-1) === 'done' ? states.join(' ') : undefined;
  });
  expect(history).toMatch(/inbox todo in_progress waiting todo in_progress done$/);
  expect(quarantineOf(desk, id)).toHaveLength(6);
  const said = await desk.until('all six are told', async () => {
    const comments = await told(desk, issue, 'quarantine:');
    return comments.length === 6 ? comments : undefined;
  });
  for (const { digest, code } of quarantineOf(desk, id)) {
    const [comment = ''] = said.filter((body) => body.includes(`signalbox:quarantine:${digest} `));
    expect(comment).toContain(`\`${code}\``);
    expect(comment).toContain(`quarantine/${id}/`);
    expect(comment).not.toContain(key);
  }
  expect(desk.messages().join('\n')).not.toContain(key);
});

test.concurrent("a stranger's DONE: comment is no signal and costs no commit", async () => {
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  const before = desk.history(id);
  await desk.comment(issue, 'DONE: I am done reading this', 'visitor');
  await desk.comment(issue, completion('DONE: let me through', 'some-key-of-my-own', 1), 'visitor');
  // what is read after them has been answered, so they were read
  await desk.comment(issue, '/status', 'elmar');
  await desk.until('the answer', async () => (await told(desk, issue, 'answer:')).length > 0);
  expect(desk.history(id)).toEqual(before);
  expect(quarantineOf(desk, id)).toEqual([]);
  expect(await told(desk, issue, 'quarantine:')).toEqual([]);
  desk.say(id, 1, 'DONE: by the one who works it');
  await desk.untilState(id, 'done');
  expect(desk.ticket(id)?.attempts).toMatchObject([{ outcome: 'done', reason: 'by the one who works it' }]);
});

test.concurrent('an agent that only echoes its prompt, or recites its task, has said nothing', async () => {
  const over = ['echo', 'recite'].map(async (deed) => {
    const body = `do: ${deed}\n\nDONE: write this when all is well`;
    const issue = await desk.openIssue({ body, labels: ['ticket', 'release'] });
    const id = `MC-${issue}`;
    const first = await desk.until(`the ${deed} is over`, () => desk.ticket(id)?.attempts[0]);
    await desk.label(issue, 'park');
    await desk.untilState(id, 'waiting');
    expect(desk.agent(id)?.prompt).toContain('DONE: write this');
    expect(first).toMatchObject({ outcome: 'lost', signal: null });
    expect(desk.everyState(id)).not.toContain('done');
  });
  await Promise.all(over);
});
