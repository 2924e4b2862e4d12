import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/ticket/config.ts';
import { decide } from '../../src/ticket/decide.ts';
import type { Entry } from '../../src/ticket/decision.ts';
import type { RowName } from '../../src/ticket/requests.ts';
import { states } from '../../src/ticket/states.ts';
import { table } from '../../src/ticket/table.ts';
import { config, noon, phase, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import type { State, Ticket } from './types.ts';

/** A ticket for which `name`, if its state permits it, has everything it asks for. */
function fitting(name: RowName, state: State, hold: boolean): Ticket {
  const base = ticketIn(state, { hold, phases: ['dev', 'review'] });
  const waiting = base.waiting;
  if (name === 'due' && waiting)
    return { ...base, waiting: { ...waiting, kind: 'deferred', when: { idle: 'luci' } } };
  if (name === 'answer' && waiting)
    return { ...base, waiting: { ...waiting, kind: 'question', question: 'which?' } };
  if (name === 'delivered')
    return { ...base, messages: [{ id: 'c1', by: 'elmar', at: '2026-05-25T11:00:00Z', text: 'go on' }] };
  if (name === 'report') return { ...base, mirror: true };
  if (name === 'passed') {
    const branch = {
      commit: 'a'.repeat(40),
      by: 'luci',
      pushers: [],
      at: '2026-05-25T11:00:00Z',
      work: null,
    };
    return { ...base, phase: 'review', branch };
  }
  if (wantedPhase[name])
    return { ...base, phase: 'review', attempt: base.attempt && { ...base.attempt, phase: 'review' } };
  if ((name === 'bind' || name === 'undispatchable') && base.attempt)
    return { ...base, attempt: { ...base.attempt, run: null } };
  if (name === 'detach') return { ...base, issue: 7 };
  if (name === 'stopped' || name === 'accept') {
    const closed = {
      number: 1,
      claim: 'c',
      phase: 'dev',
      agent: 'luci',
      run: null,
      outcome: 'parked' as const,
      by: 'elmar',
      reason: '',
      signal: null,
      started: '2026-05-25T11:00:00Z',
      ended: '2026-05-25T11:00:00Z',
      stopped: name === 'stopped' ? null : '2026-05-25T11:00:00Z',
    };
    return { ...base, attempt: name === 'stopped' ? null : base.attempt, attempts: [closed] };
  }
  return base;
}

/** What attempt 1 said when it was closed, as it lies in quarantine. */
const lateDone: Entry = {
  path: `quarantine/MC-1/1-${'d'.repeat(64)}.yaml`,
  attempt: 1,
  digest: 'd'.repeat(64),
  kept: {
    format: 1,
    ticket: 'MC-1',
    attempt: 1,
    digest: 'd'.repeat(64),
    code: 'attempt-closed',
    reason: '',
    state: 'waiting',
    channel: 'runner',
    actor: 'luci',
    at: '2026-05-25T11:00:00Z',
    signal: {
      format: 1,
      ticket: 'MC-1',
      attempt: 1,
      kind: 'done',
      summary: 'words',
      run: null,
      key: '',
      agent_gone: true,
    },
  },
};

/** What the phase that a ticket is in must be, for a request to find what it asks for. */
const wantedPhase: Partial<Record<RowName, object>> = {
  approved: { reviews: true, agent: 'ada' },
  rejected: { reviews: true, agent: 'ada', back_to: 'dev' },
  decide: { gate: { decision: { question: 'Which?', options: ['red', 'blue'] } } },
  passed: { gate: 'checks' },
  merged: { gate: 'merged' },
};

function configFor(name: RowName): Config {
  const wanted = wantedPhase[name];
  return wanted ? { ...config, phases: { ...config.phases, review: phase(wanted) } } : config;
}

function outcome(name: RowName, state: State, hold: boolean): string {
  const ticket = fitting(name, state, hold);
  const facts = view({ quarantined: () => [lateDone] });
  const decision = decide(ticket, aRequest(name), facts, noon, configFor(name));
  if (!decision.accepted) {
    // A refusal moves nothing: at most it is remembered.
    if (decision.ticket)
      expect({ ...decision.ticket, seen: {}, restricted_at: null }).toEqual({
        ...ticket,
        seen: {},
        restricted_at: null,
      });
    return `(${decision.code})`;
  }
  const after = decision.ticket ?? ticket;
  return after.hold ? `${after.state}+hold` : after.state;
}

/** The whole machine as a grid: a row for each request, a cell for each state. */
function grid(hold: boolean): string {
  const names = [...new Set(table.map((row) => row.request))];
  return names
    .map((name) => `${name}: ${states.map((state) => outcome(name, state, hold)).join(' · ')}`)
    .join('\n');
}

describe('every state × every request', () => {
  test('not held', () => {
    expect(`\n${states.join(' · ')}\n${grid(false)}\n`).toMatchInlineSnapshot(`
      "
      inbox · todo · in_progress · waiting · blocked · review · done · cancelled
      release: todo · (no-row) · (already-so) · todo · todo · (already-so) · (no-row) · (no-row)
      park: waiting · waiting · waiting · waiting · blocked+hold · review+hold · (no-row) · (no-row)
      hold: waiting+hold · waiting+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · (no-row) · (no-row)
      claim: (no-row) · in_progress · (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · (no-row)
      bind: (not-executing) · (not-executing) · in_progress · (not-executing) · (not-executing) · (not-executing) · (not-executing) · (not-executing)
      done: (unknown-attempt) · (unknown-attempt) · todo · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      review: (unknown-attempt) · (unknown-attempt) · review · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      approved: (unknown-attempt) · (unknown-attempt) · done · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      rejected: (unknown-attempt) · (unknown-attempt) · todo · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      question: (unknown-attempt) · (unknown-attempt) · waiting · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      failed: (unknown-attempt) · (unknown-attempt) · todo · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      lost: (not-executing) · (not-executing) · todo · (not-executing) · (not-executing) · (not-executing) · (not-executing) · (not-executing)
      quota: (not-executing) · (not-executing) · todo · (not-executing) · (not-executing) · (not-executing) · (not-executing) · (not-executing)
      stopped_by_person: (not-executing) · (not-executing) · waiting · (not-executing) · (not-executing) · (not-executing) · (not-executing) · (not-executing)
      undispatchable: (no-row) · (no-row) · blocked · (no-row) · (no-row) · (no-row) · (no-row) · (no-row)
      interrupt: inbox · todo · todo · waiting · blocked · review · (no-row) · (no-row)
      tell: inbox · todo · in_progress · waiting · blocked · review · (no-row) · (no-row)
      delivered: (not-executing) · (not-executing) · in_progress · (not-executing) · (not-executing) · (not-executing) · (not-executing) · (not-executing)
      due: (no-row) · (no-row) · (no-row) · todo · (no-row) · (no-row) · (no-row) · (no-row)
      answer: (no-row) · (no-row) · (no-row) · todo · (no-row) · (no-row) · (no-row) · (no-row)
      expire: (no-row) · blocked · blocked · blocked · (no-row) · (no-row) · (no-row) · (no-row)
      approve: (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · todo · (no-row) · (no-row)
      decide: (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · done · (no-row) · (no-row)
      passed: (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · done · (no-row) · (no-row)
      merged: done · done · (no-row) · done · done · done · (no-row) · (no-row)
      pushed: inbox · todo · in_progress · waiting · blocked · review · (no-row) · (no-row)
      unmerged: inbox · todo · in_progress · waiting · blocked · review · review · (no-row)
      reject: (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · todo · (no-row) · (no-row)
      retry: (no-row) · (no-row) · (no-row) · (no-row) · todo · (no-row) · (no-row) · (no-row)
      after: inbox · todo · (running) · waiting · blocked · review · (no-row) · (no-row)
      phases: inbox · todo · (no-row) · waiting · blocked · review · (no-row) · (no-row)
      priority: inbox · todo · in_progress · waiting · blocked · review · (no-row) · (no-row)
      cancel: cancelled · cancelled · cancelled · cancelled · cancelled · cancelled · (no-row) · (no-row)
      report: in_progress · in_progress · in_progress · waiting · in_progress · in_progress · (no-row) · (no-row)
      reopen: (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · inbox · inbox
      accept: (no-row) · todo · (run-not-ended) · todo · todo · todo · (no-row) · (no-row)
      discard: inbox · todo · in_progress · waiting · blocked · review · done · cancelled
      stopped: inbox · todo · in_progress · waiting · blocked · review · done · cancelled
      edit: inbox · todo · in_progress · waiting · blocked · review · done · cancelled
      link: inbox · todo · in_progress · waiting · blocked · review · done · cancelled
      mirrored: inbox · todo · in_progress · waiting · blocked · review · done · cancelled
      detach: waiting · waiting · waiting · waiting · blocked · review · done · cancelled
      "
    `);
  });
  test('held: no arrow reaches todo but a release', () => {
    expect(`\n${states.join(' · ')}\n${grid(true)}\n`).toMatchInlineSnapshot(`
      "
      inbox · todo · in_progress · waiting · blocked · review · done · cancelled
      release: todo · (no-row) · in_progress · todo · todo · review · (no-row) · (no-row)
      park: waiting+hold · waiting+hold · waiting+hold · waiting+hold · blocked+hold · review+hold · (no-row) · (no-row)
      hold: waiting+hold · waiting+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · (no-row) · (no-row)
      claim: (no-row) · (held) · (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · (no-row)
      bind: (not-executing) · (not-executing) · in_progress+hold · (not-executing) · (not-executing) · (not-executing) · (not-executing) · (not-executing)
      done: (unknown-attempt) · (unknown-attempt) · waiting+hold · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      review: (unknown-attempt) · (unknown-attempt) · review+hold · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      approved: (unknown-attempt) · (unknown-attempt) · done · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      rejected: (unknown-attempt) · (unknown-attempt) · waiting+hold · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      question: (unknown-attempt) · (unknown-attempt) · waiting+hold · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      failed: (unknown-attempt) · (unknown-attempt) · waiting+hold · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt) · (unknown-attempt)
      lost: (not-executing) · (not-executing) · waiting+hold · (not-executing) · (not-executing) · (not-executing) · (not-executing) · (not-executing)
      quota: (not-executing) · (not-executing) · waiting+hold · (not-executing) · (not-executing) · (not-executing) · (not-executing) · (not-executing)
      stopped_by_person: (not-executing) · (not-executing) · waiting+hold · (not-executing) · (not-executing) · (not-executing) · (not-executing) · (not-executing)
      undispatchable: (no-row) · (no-row) · blocked+hold · (no-row) · (no-row) · (no-row) · (no-row) · (no-row)
      interrupt: inbox+hold · todo+hold · waiting+hold · waiting+hold · blocked+hold · review+hold · (no-row) · (no-row)
      tell: inbox+hold · todo+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · (no-row) · (no-row)
      delivered: (not-executing) · (not-executing) · in_progress+hold · (not-executing) · (not-executing) · (not-executing) · (not-executing) · (not-executing)
      due: (no-row) · (no-row) · (no-row) · waiting+hold · (no-row) · (no-row) · (no-row) · (no-row)
      answer: (no-row) · (no-row) · (no-row) · waiting+hold · (no-row) · (no-row) · (no-row) · (no-row)
      expire: (no-row) · blocked+hold · blocked+hold · blocked+hold · (no-row) · (no-row) · (no-row) · (no-row)
      approve: (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · waiting+hold · (no-row) · (no-row)
      decide: (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · done · (no-row) · (no-row)
      passed: (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · done · (no-row) · (no-row)
      merged: done · done · (no-row) · done · done · done · (no-row) · (no-row)
      pushed: inbox+hold · todo+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · (no-row) · (no-row)
      unmerged: inbox+hold · todo+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · review+hold · (no-row)
      reject: (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · waiting+hold · (no-row) · (no-row)
      retry: (no-row) · (no-row) · (no-row) · (no-row) · waiting+hold · (no-row) · (no-row) · (no-row)
      after: inbox+hold · todo+hold · (running) · waiting+hold · blocked+hold · review+hold · (no-row) · (no-row)
      phases: inbox+hold · todo+hold · (no-row) · waiting+hold · blocked+hold · review+hold · (no-row) · (no-row)
      priority: inbox+hold · todo+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · (no-row) · (no-row)
      cancel: cancelled · cancelled · cancelled · cancelled · cancelled · cancelled · (no-row) · (no-row)
      report: waiting+hold · waiting+hold · in_progress+hold · waiting+hold · waiting+hold · waiting+hold · (no-row) · (no-row)
      reopen: (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · (no-row) · inbox · inbox
      accept: (no-row) · waiting+hold · (run-not-ended) · waiting+hold · waiting+hold · waiting+hold · (no-row) · (no-row)
      discard: inbox+hold · todo+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · done+hold · cancelled+hold
      stopped: inbox+hold · todo+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · done+hold · cancelled+hold
      edit: inbox+hold · todo+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · done+hold · cancelled+hold
      link: inbox+hold · todo+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · done+hold · cancelled+hold
      mirrored: inbox+hold · todo+hold · in_progress+hold · waiting+hold · blocked+hold · review+hold · done+hold · cancelled+hold
      detach: waiting+hold · waiting+hold · waiting+hold · waiting+hold · blocked+hold · review+hold · done+hold · cancelled+hold
      "
    `);
  });
});
