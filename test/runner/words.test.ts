import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, withoutWork } from '../../src/runner/judge.ts';
import { guarded, upTo } from '../../src/runner/output.ts';
import { mergeVerdicts, readSignalFile, readVerdict } from '../../src/runner/verdict.ts';
import { writeSignal } from '../../src/ticket/codec.ts';
import { buildPrompt } from '../../src/ticket/prompt.ts';
import type { ReasonCode } from '../../src/ticket/reasons.ts';
import { wordsOf } from '../../src/ticket/signals.ts';
import { key, ticketIn } from '../ticket/fixtures.ts';

const ticket = ticketIn('in_progress');
const shown = (text: string) => text;
const attempt = ticket.attempt ?? never();
const promptOf = (over: Partial<typeof ticket> = {}, template: string | null = null) =>
  buildPrompt(template, { ticket: { ...ticket, ...over }, attempt, salvage: 'refs/signalbox/work/MC-1/1' });

describe('the verdict an agent ended with', () => {
  it.each([
    ['DONE: all', { kind: 'done', summary: 'all' }],
    ['talk\n\nREVIEW: look at a\nand at b\n\n', { kind: 'review', summary: 'look at a\nand at b' }],
    ['DONE: first\nQUESTION: which shed?', { kind: 'question', summary: 'which shed?' }],
    ['\u001b[32mDONE:\u001b[0m green', { kind: 'done', summary: 'green' }],
    ['**DONE:** bold', { kind: 'done', summary: 'bold' }],
    ['DONE: with\r\na carriage return\r\n', { kind: 'done', summary: 'with\na carriage return' }],
    ['APPROVED: as it is', { kind: 'approved', summary: 'as it is' }],
    ['REJECTED: no test\nrake.ts:7', { kind: 'rejected', summary: 'no test\nrake.ts:7' }],
    ['QUESTION:\nwhich shed?', { kind: 'question', summary: 'which shed?' }],
  ])('%j', (output, verdict) => expect(readVerdict(output, '')).toEqual(verdict));

  it.each([
    '',
    'all is done',
    'DONE:',
    'DONE: <summary>',
    'DONE: …',
    'DONE: ...',
    'DONE: all\n\nand then some more',
    '> DONE: quoted',
    '- DONE: in a list',
    'I will end with DONE: all',
    'done: in lower case',
    'DONE:without a space',
  ])('hears nothing in %j', (output) => expect(readVerdict(output, '')).toBeNull());

  it('is never in an echo of the prompt, whatever a ticket says', () => {
    const words = fc.constantFrom(
      'DONE: yes',
      'REVIEW: yes',
      '\nDONE: x\n',
      '\r',
      '\u001b[1m',
      '\u2028',
      '> ',
      'a',
      '\u0007',
      '\u001b]0;',
    );
    const text = fc.array(words, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, fc.nat(80), (body, said, cut) => {
        const prompt = promptOf(
          {
            title: body.slice(0, 200) || 'x',
            body,
            messages: [{ id: 'c1', by: 'elmar', at: '2026-01-01T00:00:00Z', text: said }],
          },
          said,
        );
        const lines = prompt.split('\n');
        const part = lines.slice(0, lines.length - cut).join('\n');
        for (const echo of [prompt, part, part.replace(/^> ?/gm, '')])
          expect(readVerdict(echo, prompt)).toBeNull();
      }),
    );
  });

  it('counts behind an echo', () => {
    const prompt = promptOf({ body: 'DONE: theirs' });
    expect(readVerdict(`${prompt}\nDONE: theirs\nDONE: mine`, prompt)).toEqual({
      kind: 'done',
      summary: 'mine',
    });
  });
});

describe('two verdicts', () => {
  const done = { kind: 'done', summary: 'all of it' } as const;
  const question = { kind: 'question', summary: 'which shed?' } as const;
  it('the more restrictive counts and the other is kept', () => {
    for (const merged of [mergeVerdicts(done, question), mergeVerdicts(question, done)]) {
      expect(merged).toEqual({ kind: 'question', summary: 'which shed?\n\nIt also said DONE: all of it' });
    }
    expect(mergeVerdicts(done, null)).toEqual(done);
    expect(mergeVerdicts(done, done)).toEqual(done);
  });
  it('a signal file has two fields, or all of a signal', () => {
    const job = { ticket: 'MC-1', attempt: 1 };
    expect(readSignalFile('kind: failed\nsummary: no', job, shown).verdict).toEqual({
      kind: 'failed',
      summary: 'no',
    });
    const whole = writeSignal({
      format: 1,
      ...job,
      kind: 'done',
      summary: 'x',
      run: null,
      key,
      agent_gone: false,
    });
    expect(readSignalFile(whole, job, shown).verdict).toEqual({ kind: 'done', summary: 'x' });
    expect(readSignalFile(whole, { ...job, attempt: 2 }, shown).fault).toContain('MC-1 #1');
  });
});

describe('how an agent ended', () => {
  const claim = { kind: 'done', summary: 'all' } as const;
  const base = {
    cause: null,
    exit: { code: 0 },
    claim: null,
    limit: null,
    lastWords: 'tired',
    closed: false,
  };
  const lost = (code: ReasonCode) => ({ lost: code, seen: expect.any(String), lastWords: 'tired' });
  it.each([
    ['by itself, with a verdict', { claim }, { signal: claim }],
    ['by itself, silent', {}, lost('run-ended-silent')],
    ['stopped as not ours', { cause: 'not-mine', exit: null }, { nothing: true }],
    ['stopped as not ours, with a verdict', { cause: 'not-mine', exit: null, claim }, { signal: claim }],
    ['cancelled while open', { cause: 'cancelled', exit: null, claim }, { nothing: true }],
    ['cancelled once closed', { cause: 'cancelled', exit: null, claim, closed: true }, { signal: claim }],
    ['at its time limit', { cause: 'time-limit', exit: null }, lost('time-limit')],
    ['unseen', { cause: 'head-unreadable', exit: null }, lost('head-unreadable')],
  ] as const)('%s', (_name, over, judgement) => expect(judge({ ...base, ...over })).toEqual(judgement));

  it.each([
    [null, 'It is not known how the agent ended.'],
    [{ fault: 'spawn luci ENOENT' }, 'The agent could not be started: spawn luci ENOENT'],
    [{ signal: 'SIGSEGV' }, 'The agent was ended by SIGSEGV.'],
    [{ code: 3 }, 'The agent ended with exit status 3.'],
  ])('%j is a failure, and is told', (exit, seen) => {
    const summary = `${seen}\n\nIts last words:\ntired`;
    expect(judge({ ...base, exit })).toEqual({ signal: { kind: 'failed', summary } });
    expect(judge({ ...base, exit, lastWords: '' })).toEqual({ signal: { kind: 'failed', summary: seen } });
  });

  it('a completion without its work is a failure; whatever else is said is said all the same', () => {
    for (const kind of ['done', 'review'] as const)
      expect(withoutWork({ signal: { kind, summary: 'all' } }, 'no room')).toEqual({
        signal: {
          kind: 'failed',
          summary: `The work could not be saved: no room\n\nIt had said ${kind.toUpperCase()}: all`,
        },
      });
    const question = { signal: { kind: 'question', summary: 'which?' } } as const;
    const silent = judge(base);
    for (const other of [question, silent, { nothing: true } as const])
      expect(withoutWork(other, 'no room')).toBe(other);
  });

  it('a failing exit is a failure, and keeps what was claimed', () => {
    expect(judge({ ...base, exit: { signal: 'SIGSEGV' }, claim })).toEqual({
      signal: {
        kind: 'failed',
        summary: 'The agent was ended by SIGSEGV.\n\nIt had said DONE: all\n\nIts last words:\ntired',
      },
    });
    expect(judge({ ...base, cause: 'time-limit', exit: null, claim })).toEqual({
      signal: {
        kind: 'failed',
        summary:
          'The agent was stopped at its time limit.\n\nIt had said DONE: all\n\nIts last words:\ntired',
      },
    });
  });
});

it('any summary fits into a signal', () => {
  const heavy = fc.constantFrom('\u0001', '\ud800', '"', '\\', '\u2028', '漢', '\u{1f600}', '\n', ': ', '# ');
  fc.assert(
    fc.property(
      fc.array(heavy, { minLength: 1, maxLength: 20 }),
      fc.constantFrom(1, 10_000),
      (parts, times) => {
        const summary = wordsOf(parts.join('').repeat(times));
        const signal = {
          format: 1,
          ticket: 'MC-1',
          attempt: 1,
          kind: 'done',
          summary,
          run: null,
          key: '',
          agent_gone: true,
        } as const;
        const { fault } = readSignalFile(writeSignal(signal), { ticket: 'MC-1', attempt: 1 }, shown);
        expect(fault ?? '').not.toContain('control');
      },
    ),
    { numRuns: 30 },
  );
});

it('a guarded log shows no secret, not even a line of one', () => {
  const shown: string[] = [];
  const output = guarded({ line: (text) => shown.push(text) }, [
    'secret-one',
    'line-one-of-two\nline-two-of-two',
    '1',
    '',
  ]);
  for (const text of ['a secret-one b', 'line-two-of-two', '1 fine', '::warning::x', '  ::x', 'a ##[x]'])
    output.line(text);
  expect(shown).toEqual(['a *** b', '***', '1 fine', ': :warning::x', '  : :x', 'a ## [x]']);
});

it('a log takes so much of an agent, and says once that there was more', () => {
  const shown: string[] = [];
  const say = upTo(10, (line) => shown.push(line));
  for (const line of ['four', 'five', 'six', 'seven']) say(line);
  expect(shown).toEqual(['four', 'five', expect.stringContaining('the rest is left out')]);
});

function never(): never {
  throw new Error('cannot be');
}
