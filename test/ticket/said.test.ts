import { expect, test } from 'vitest';
import { decide } from '../../src/ticket/decide.ts';
import type { Signal } from '../../src/ticket/format.ts';
import { pullRequestText } from '../../src/ticket/pull-words.ts';
import type { RequestOf } from '../../src/ticket/requests.ts';
import { saidOf } from '../../src/ticket/said.ts';
import { saidLines } from '../../src/ticket/said-words.ts';
import { evidenceComment, questionCall } from '../../src/ticket/sentences.ts';
import { signalDigest } from '../../src/ticket/signals.ts';
import { wanted } from '../../src/ticket/wanted.ts';
import { config, noon, phase, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { ask, by, executing, told } from './telling.ts';

const work = 'c'.repeat(40);

/** A worker's signal of MC-1's first attempt, with these details. */
function signalled(kind: Signal['kind'], over: Partial<Signal>): RequestOf<'signal'> {
  const request = aRequest(kind) as RequestOf<'signal'>;
  if (!request.signal) throw new Error('a signal');
  return { ...request, signal: { ...request.signal, ...over } };
}

const evidence = [
  { command: 'npm test', exit: 0, output: '12 passed' },
  { command: 'echo `id`', exit: null, output: '```\n@everyone' },
];

test('what an accepted signal brings beside its words is kept with the attempt, and told on the issue and in its pull request', () => {
  const details = {
    evidence,
    artifacts: ['out/report.html', "it's; rm -rf ~", 'https://example.com/video'],
    pull_request: { title: 'Rake: put it back', body: 'Look at the hook first.\nFixes #99' },
    next_actions: ['oil the door', 'tell @elmar'],
  };
  const ticket = told(executing, signalled('done', { work, ...details }));
  const [attempt] = ticket.attempts;
  if (!attempt) throw new Error('an attempt was closed');
  expect(attempt.said).toEqual(details);
  expect(wanted(ticket).evidence).toEqual([attempt]);

  const comment = evidenceComment(ticket, attempt);
  expect(comment).toContain('**Attempt 1 of MC-1 ended: done.**');
  expect(comment).toContain('- It said:\n> words');
  expect(comment).toContain('`npm test`: exit status 0');
  expect(comment).toContain('`` echo `id` ``');
  expect(comment).toContain('````text\n    ```'); // what was printed cannot end the block that it stands in
  expect(comment).toContain(
    "`git fetch origin refs/signalbox/work/MC-1/1 && git show 'FETCH_HEAD:.signalbox/artifacts/out/report.html'`",
  );
  expect(comment).toContain("  - `it's; rm -rf ~`: with the work"); // no command of it that somebody might copy
  expect(comment).toContain('  - https://example.com/video');
  expect(comment).toContain('  - tell @\u200belmar');

  const { title, body } = pullRequestText(ticket, attempt);
  expect(title).toBe('MC-1: Rake: put it back');
  expect(body).toContain('> Look at the hook first.\n> Fixes #99');
  expect(body).toContain('`npm test`: exit status 0');
});

test('what was printed stays in its block, however its lines end', () => {
  const output = 'ok\r```\r@acme/all ![x](http://x)\r\nend';
  const ticket = told(executing, signalled('done', { work, evidence: [{ command: 'ls', exit: 0, output }] }));
  const [attempt] = ticket.attempts;
  const lines = (attempt ? evidenceComment(ticket, attempt) : '').split(/\r\n|\r|\n/);
  expect(lines).toContain('    @acme/all ![x](http://x)');
  expect(lines).toContain('    end');
});

test('without details nothing is told beyond what was, and the title is the ticket’s', () => {
  const ticket = told(executing, signalled('done', { work }));
  expect(wanted(ticket).evidence).toEqual([]);
  expect(ticket.attempts[0]).not.toHaveProperty('said');
  expect(pullRequestText(ticket, ticket.attempts[0] ?? never()).title).toBe('MC-1: A ticket');
});

test('details are cut, not refused: of what was printed the end is kept, and cutting again changes nothing', () => {
  const output = `${'begin '.repeat(2_000)}\u0007the end`;
  const many = Array.from({ length: 60 }, (_, at) => `step ${at}\n${'y'.repeat(1_000)}`);
  const cut = saidOf({
    evidence: many.map((command) => ({ command, exit: 1, output })),
    artifacts: many,
    options: many,
    next_actions: ['', ...many],
    pull_request: { title: 'x'.repeat(900), body: '🚂'.repeat(9_000) },
    no_commit: ' \n ',
  });
  expect(cut?.evidence).toHaveLength(10);
  expect(cut?.evidence?.[0]?.command).toMatch(/^step 0 y{100}/);
  expect(cut?.evidence?.[0]?.output).toMatch(/^\[…\].*the end$/);
  expect(cut?.evidence?.[0]?.output.length).toBeLessThanOrEqual(1_000);
  expect([cut?.artifacts, cut?.options, cut?.next_actions].map((one) => one?.length)).toEqual([20, 10, 10]);
  expect(cut?.pull_request?.title).toHaveLength(200);
  expect(cut?.pull_request?.body?.length).toBeLessThanOrEqual(6_000);
  expect(cut).not.toHaveProperty('no_commit');
  expect(saidOf(cut ?? {})).toEqual(cut);
  expect(saidOf({ evidence: [], artifacts: [], next_actions: [''], pull_request: {} })).toBeUndefined();
});

test('the digest stands for the verdict and its words, not for the channel, its line ends or its details', () => {
  const plain = signalled('done', { summary: 'put back\nthe rake' }).signal ?? never();
  const same: Partial<Signal>[] = [
    { summary: 'put back\r\nthe rake\r\n' },
    { summary: '\n put back\nthe rake\u0007 ' },
    { work, evidence, run: { id: 990, run_attempt: 1 }, agent_gone: false },
  ];
  for (const over of same) expect(signalDigest({ ...plain, ...over })).toBe(signalDigest(plain));
  const other: Partial<Signal>[] = [
    { summary: 'put back the rake' },
    { kind: 'review' },
    { attempt: 2 },
    { key: 'another' },
  ];
  for (const over of other) expect(signalDigest({ ...plain, ...over })).not.toBe(signalDigest(plain));
});

test('a question brings its options as a list; parked and answered it loses them', () => {
  const asking = told(executing, signalled('question', { summary: 'Which?', options: ['left', 'right'] }));
  expect(asking.waiting).toMatchObject({ kind: 'question', question: 'Which?', options: ['left', 'right'] });
  expect(questionCall('MC-1', asking.waiting ?? never())).toContain('> Which?\n\n1. left\n2. right\n');
  const parked = told(asking, by('e1', 'park', 1));
  expect(parked.waiting).toMatchObject({ kind: 'parked', options: ['left', 'right'] });
  expect(told(parked, by('e2', 'answer', 2)).waiting).not.toHaveProperty('options');
});

test("a failure's report names what its agent says should be done", () => {
  const ticket = told(executing, signalled('failed', { next_actions: ['install the rake'] }));
  expect(ticket.attempts[0]?.report?.next_actions).toContain('Its agent says: install the rake');
});

test('where the phase needs a commit, done is refused without one, and without a reason for none', () => {
  const needy = { ...config, phases: { dev: phase({ needs: 'commit' }) } };
  const asked = (kind: Signal['kind'], over: Partial<Signal>) =>
    decide(ticketIn('in_progress'), signalled(kind, over), view(), noon, needy);
  for (const over of [{}, { work, unchanged: true }, { no_commit: ' ' }]) {
    const refused = asked('done', over);
    expect(refused).toMatchObject({ accepted: false, code: 'needs-commit', ticket: null });
    expect(refused.quarantine).toMatchObject({ code: 'needs-commit', state: 'in_progress' });
  }
  expect(asked('done', { work }).ticket?.state).toBe('done');
  expect(asked('done', { no_commit: 'a question of taste' }).ticket?.attempts[0]?.said).toEqual({
    no_commit: 'a question of taste',
  });
  for (const kind of ['review', 'question', 'failed'] as const) expect(asked(kind, {}).accepted).toBe(true);
  expect(ask(executing, signalled('done', {})).accepted).toBe(true); // a phase that needs none
});

function never(): never {
  throw new Error('cannot be');
}

test('what it ran and what that printed leave neither their code nor their list, whatever ends a line', () => {
  const evidence = [
    { command: 'ls\n\n![x](//evil) @wilma', exit: 1, output: 'a\r```\r\r![x](//evil)\u001b[2J' },
  ];
  const lines = saidLines({ evidence, next_actions: ['one\n\n# two'] }, null);
  expect(lines).toContain('  - `ls  ![x](//evil) @wilma`: exit status 1');
  expect(lines).toContain('  - one  # two');
  expect(lines.join('')).not.toMatch(/[\r\n\u001b]/);
  expect(lines.filter((line) => line.includes('![x]')).every((line) => line.startsWith('  '))).toBe(true);
});
