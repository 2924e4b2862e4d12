import { describe, expect, test } from 'vitest';
import { judge } from '../../src/runner/judge.ts';
import { readTicket, writeTicket } from '../../src/ticket/codec.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { evidenceComment } from '../../src/ticket/sentences.ts';
import { fullFile } from '../../src/ticket/yaml.ts';
import { at, ticketIn } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { by, executing, told } from './telling.ts';
import type { Ticket } from './types.ts';

/** A ticket that may not be tried again by itself. */
const last = { ...executing, lifetime: { ...executing.lifetime, retries: 2 } };
const unbound = ticketIn('in_progress', {
  attempt: executing.attempt && { ...executing.attempt, run: null },
});

function lost(over: object = {}): Request {
  return aRequest('lost', { agent_gone: true, ...over } as Partial<Request>);
}

function failed(summary: string): Request {
  const request = aRequest('failed');
  if (request.kind !== 'signal' || !request.signal) throw new Error('a signal');
  return { ...request, signal: { ...request.signal, summary } };
}

const reportOf = (ticket: Ticket) => ticket.attempts.at(-1)?.report;

describe('S9: an attempt that ends without a completion leaves a terminal report', () => {
  test('its agent was killed: what was seen, what it said last, and that it is tried again', () => {
    const ended = told(
      executing,
      failed('The agent was ended by SIGKILL.\n\nIts last words:\nreading the map\nOut of memory'),
    );
    expect(reportOf(ended)).toEqual({
      status: 'failed',
      root_cause: 'agent-failed: The agent ended with a failure.',
      stop_condition: 'The agent was ended by SIGKILL.',
      summary: 'reading the map\nOut of memory',
      safe_retry: true,
      human_input_required: false,
      next_actions: [
        `Nobody has to do anything: it is tried again after ${at(60)}, its retry 1.`,
        'Its last words may name what to mend.',
      ],
      artifacts: ['work: `git fetch origin refs/signalbox/work/MC-1/1`', 'log: http://run/990'],
    });
  });

  test('lost for the last time: a person is needed, and told what grants it more', () => {
    const ended = told(last, lost({ code: 'time-limit', reason: 'It was stopped.', last_words: 'nearly' }));
    expect(ended.state).toBe('blocked');
    expect(reportOf(ended)).toMatchObject({
      status: 'lost',
      root_cause: 'time-limit: The attempt ran longer than its profile allows.',
      summary: 'nearly',
      safe_retry: true,
      human_input_required: true,
    });
    expect(reportOf(ended)?.next_actions.join(' ')).toMatch(/`\/retry` or `\/release`.*`time_limit_minutes`/);
  });

  test('it had said that it was done, and hung: the time limit ended it, not a failure of its own', () => {
    const judged = judge({
      cause: 'time-limit',
      exit: null,
      claim: { kind: 'done', summary: 'all' },
      limit: null,
      lastWords: 'DONE: all',
      closed: false,
    });
    const { summary } = 'signal' in judged ? judged.signal : { summary: '' };
    expect(reportOf(told(executing, failed(summary)))).toMatchObject({
      status: 'failed',
      root_cause: expect.stringMatching(/^time-limit: /),
      summary: 'DONE: all',
    });
  });

  test('no run could be started: another attempt would meet the same', () => {
    const ended = told(unbound, aRequest('undispatchable'));
    expect(reportOf(ended)).toMatchObject({
      status: 'undispatchable',
      safe_retry: false,
      human_input_required: true,
      artifacts: [],
    });
    expect(reportOf(ended)?.next_actions.join(' ')).toContain('.github/workflows/signalbox.yml');
  });

  test('held meanwhile: it waits for a release', () => {
    const ended = told(executing, by('e1', 'hold', 1), lost());
    expect(reportOf(ended)).toMatchObject({
      human_input_required: true,
      next_actions: ['It waits (held): `release` lets it go on.', expect.stringContaining('log of its run')],
    });
  });

  test.each(['done', 'review', 'question', 'park', 'cancel', 'interrupt', 'stopped_by_person'] as const)(
    'after %s nothing is to be explained',
    (name) => expect(reportOf(told(executing, aRequest(name)))).toBeUndefined(),
  );

  test('where nobody knows its last words the summary says what was seen; no words are no words', () => {
    expect(reportOf(told(executing, lost()))?.summary).toBe('silent');
    expect(reportOf(told(executing, lost({ last_words: '' })))?.summary).toBe('Its agent printed nothing.');
    expect(reportOf(told(executing, failed('no such shed')))).toMatchObject({
      stop_condition: 'no such shed',
      summary: 'no such shed',
    });
  });

  test('a long line is cut, and its file can still be read', () => {
    for (const pad of ['', 'x']) {
      const ended = told(executing, lost({ reason: pad + '🚂'.repeat(400) }));
      expect(reportOf(ended)?.stop_condition.length).toBeLessThanOrEqual(300);
      expect(readTicket('MC-1', writeTicket(ended)).broken).toBeNull();
    }
  });

  test('a request that closes no attempt writes no report', () => {
    const blocked = told(told(ticketIn('waiting'), by('e1', 'release', 1)), aRequest('expire'));
    expect(blocked.attempts).toEqual([]);
    const before = told(executing, aRequest('question'));
    expect(reportOf(told(before, aRequest('expire')))).toBeUndefined();
  });

  test('a hundred of them do not fill the file of a ticket', () => {
    const words = '"quoted: \u{1f600} \\ {words}" '.repeat(900).slice(0, 20_000);
    let ticket = executing;
    for (let number = 1; number <= 100; number++) {
      const attempt = executing.attempt && { ...structuredClone(executing.attempt), number };
      const next: Ticket = { ...ticket, state: 'in_progress', attempt };
      ticket = told(next, lost({ attempt: number, last_words: words }));
    }
    const text = writeTicket(ticket);
    expect(Buffer.byteLength(text)).toBeLessThan(fullFile);
    expect(readTicket('MC-1', text).broken).toBeNull();
    expect(readTicket('MC-1', text).ticket?.attempts.at(-1)?.report?.summary).toMatch(/^\[…\] [\s\S]{990}/);
  });
});

test('the comment says all of the report in plain words, and pings nobody', () => {
  const ended = told(
    executing,
    failed('The agent ended with exit status 1.\n\nIts last words:\n@wilma <!-- signalbox:status --> help'),
    aRequest('stopped'),
  );
  const [attempt] = ended.attempts;
  const comment = attempt ? evidenceComment(ended, attempt) : '';
  expect(comment.split('\n')).toEqual([
    '<!-- signalbox:evidence:1 -->',
    '**Attempt 1 of MC-1 ended without a completion: failed.**',
    '',
    '- Status: failed',
    '- Root cause: `agent-failed` The agent ended with a failure.',
    '- Stop condition: The agent ended with exit status 1.',
    '- Safe to retry: yes',
    '- Human input required: no',
    '- By: signalbox, at 2026-05-25T12:00:00Z',
    '- From: in progress (dev, by luci, started 2026-05-25T11:59:30Z)',
    '- Run: [990](http://run/990), run attempt 1',
    '- Stop asked 2026-05-25T12:00:00Z, seen to have ended 2026-05-25T12:00:00Z',
    '- Next actions:',
    `  - Nobody has to do anything: it is tried again after ${at(60)}, its retry 1.`,
    '  - Its last words may name what to mend.',
    '- Artifacts:',
    '  - work: `git fetch origin refs/signalbox/work/MC-1/1`',
    '  - log: http://run/990',
    '- Summary:',
    '> @\u200bwilma &lt;!-- signalbox:status --> help',
  ]);
});
