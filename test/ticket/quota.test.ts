import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/ticket/codec.ts';
import { deskAfter, pauseEnd } from '../../src/ticket/quota.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { at, config, noon, ticketIn } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { ask, by, claim, executing, told } from './telling.ts';
import { type Desk, openDesk, type Ticket } from './types.ts';

const quota = aRequest('quota');
const todo = ticketIn('todo', { id: 'MC-2', owner: 'ada' });

/** The desk after a request closed the attempt of a ticket, `seconds` after noon. */
function deskOf(desk: Desk, request: Request, seconds = 0, before: Ticket = executing): Desk {
  return deskAfter(desk, {
    before,
    after: told(before, request),
    request,
    now: noon + seconds * 1000,
    config,
  });
}

/** ada may work two; paused by its provider until an hour after noon. */
const pausedAda: Desk = {
  ...openDesk,
  profiles: { ada: { until: at(3600), reason: 'limit reached', by: 'signalbox', probe: true } },
};
const withAda = ticketIn('in_progress', {
  attempt: executing.attempt && { ...executing.attempt, agent: 'ada' },
});

describe('a provider lets an agent do no more', () => {
  test('the ticket goes back uncharged, its agent is free at once, and the report says until when', () => {
    const ended = told(executing, quota);
    expect(ended).toMatchObject({
      state: 'todo',
      not_before: null,
      lifetime: { retries: 0 },
      attempts: [{ outcome: 'quota', stopped: at(0) }],
    });
    expect(ended.attempts[0]?.report).toMatchObject({
      status: 'quota',
      safe_retry: true,
      human_input_required: false,
      stop_condition: `Until ${at(3600)}: limit reached`,
    });
  });

  test('held meanwhile it waits; of an attempt that is over it says nothing', () => {
    expect(told(executing, by('e1', 'hold', 1), quota).state).toBe('waiting');
    expect(ask(told(executing, by('e1', 'park', 1)), quota).code).toBe('not-executing');
    expect(ask(executing, aRequest('quota', { attempt: 9 } as Partial<Request>)).code).toBe('attempt-closed');
  });

  test('its profile pauses until then; nothing of that profile is claimed before, all else is', () => {
    const { profiles } = deskOf(openDesk, quota);
    expect(profiles).toEqual({
      luci: { until: at(3600), reason: 'limit reached', by: 'signalbox', since: at(0), probe: true },
    });
    const refused = ask(ticketIn('todo', { id: 'MC-3' }), claim, { desk: { ...openDesk, profiles } });
    expect(refused).toMatchObject({ code: 'profile-paused', accepted: false });
    expect(refused.message).toContain(`luci is paused until ${at(3600)}: limit reached`);
    expect(ask(todo, claim, { desk: { ...openDesk, profiles } }).accepted).toBe(true);
  });

  test('a person’s pause and a longer one stay; a shorter one is made longer', () => {
    const entry = (until: string | null) => ({
      ...openDesk,
      profiles: { luci: { until, reason: 'no', by: 'wilma' } },
    });
    expect(deskOf(entry(null), quota)).toEqual(entry(null));
    expect(deskOf(entry(at(7200)), quota)).toEqual(entry(at(7200)));
    expect(deskOf(entry(at(60)), quota).profiles.luci?.until).toBe(at(3600));
  });

  test('at the end one attempt goes first, though the agent may work two', () => {
    const late = noon + 3_601_000;
    const first = ask(todo, claim, { desk: pausedAda }, late);
    expect(first.accepted).toBe(true);
    const second = ask(todo, claim, { desk: pausedAda, occupied: new Map([['ada', 1]]) }, late);
    expect(second).toMatchObject({ accepted: false, code: 'profile-paused' });
    expect(second.message).toContain('tries one ticket first');
  });

  test.each(['done', 'review', 'question', 'failed', 'lost'] as const)(
    'one that worked, and ended with %s, opens the profile',
    (name) => expect(deskOf(pausedAda, aRequest(name), 3601, withAda).profiles).toEqual({}),
  );

  test.each(['approved', 'rejected'] as const)('a reviewer that %s opens it, too', (outcome) => {
    const done = told(withAda, aRequest('done'));
    const after = { ...done, attempts: done.attempts.map((one) => ({ ...one, outcome })) };
    const here = { before: withAda, after, request: aRequest('done'), now: noon + 3_601_000, config };
    expect(deskAfter(pausedAda, here).profiles).toEqual({});
  });

  test.each([
    ['one that was stopped', by('e1', 'park', 1), 3601],
    ['one that was cancelled', by('e1', 'cancel', 1), 3601],
    ['one that no run took up', aRequest('undispatchable'), 3601],
    ['one from before, that ends while the profile is paused', aRequest('done'), 3599],
  ])('%s shows nothing: it stays', (_, request, seconds) => {
    const before = request.kind === 'undispatchable' ? unbound(withAda) : withAda;
    expect(deskOf(pausedAda, request, seconds, before)).toBe(pausedAda);
  });

  test('it opens with the second that was said; a pause of a person’s stays, and so does what closes nothing', () => {
    const done = aRequest('done');
    expect(deskOf(pausedAda, done, 3600, withAda).profiles).toEqual({});
    const persons = {
      ...openDesk,
      profiles: { ada: { until: at(3600), reason: 'no', by: 'wilma', probe: false } },
    };
    expect(deskOf(persons, done, 3601, withAda)).toBe(persons);
    expect(deskOf(openDesk, done, 3601, withAda)).toBe(openDesk);
    const late = { request: done, now: noon + 3_601_000, config };
    expect(deskAfter(pausedAda, { before: undefined, after: todo, ...late })).toBe(pausedAda);
    const worked = told(withAda, done);
    expect(deskAfter(pausedAda, { before: worked, after: worked, ...late })).toBe(pausedAda);
    expect(
      deskAfter(pausedAda, { before: withAda, after: { ...worked, attempt: withAda.attempt }, ...late }),
    ).toBe(pausedAda);
  });

  test('the probe meets the limit again: the next pause', () => {
    const again = aRequest('quota', { until: at(9000) } as Partial<Request>);
    expect(deskOf(pausedAda, again, 3601, withAda).profiles.ada).toMatchObject({
      until: at(9000),
      probe: true,
    });
  });
});

function unbound(ticket: Ticket): Ticket {
  return { ...ticket, attempt: ticket.attempt && { ...ticket.attempt, run: null } };
}

test('S9: no release, park or limit gives back a retry that was used', () => {
  const lost = aRequest('lost', { agent_gone: true } as Partial<Request>);
  const resume = (ticket: Ticket): Ticket => ({
    ...ticket,
    state: 'in_progress',
    attempt: executing.attempt,
  });
  const once = told(executing, lost);
  const through = told(resume(once), quota, by('e1', 'park', 1), aRequest('stopped'), by('e2', 'release', 2));
  expect(through).toMatchObject({ state: 'todo', lifetime: { retries: 1, granted: 0 } });
  const parked = told(resume(through), by('e3', 'park', 3), by('e4', 'release', 4));
  expect(parked.lifetime).toMatchObject({ retries: 1, granted: 0 });
  expect(told(resume(told(resume(parked), lost)), lost).state).toBe('blocked');
});

describe('until when a provider says', () => {
  const end = (words: string | null) => pauseEnd(words, { now: noon, pauseMs: 1_800_000 });
  test.each([
    ['90', at(90)],
    ['3600.5', at(3600)],
    ['3600.25', at(3600)],
    [' 90 ', at(90)],
    [`${noon / 1000 + 7200}`, at(7200)],
    [`${noon + 7_200_000}`, at(7200)],
    ['3pm', at(3 * 3600)],
    ['2026-05-25T14:30:00Z', at(2.5 * 3600)],
    ['2 hours', at(7200)],
    ['in 45 minutes', at(2700)],
    ['11am', at(23 * 3600)],
  ])('%s', (words, when) => expect(end(words)).toBe(when));

  test.each([null, '', 'soon', '2026-05-25T09:00:00Z', 'x'.repeat(100_000)])(
    'what says nothing, or is past, is the usual pause: %#',
    (words) => expect(end(words)).toBe(at(1800)),
  );

  test('never shorter than ten seconds, never longer than a week', () => {
    expect(end('0')).toBe(at(1800));
    expect(end('5')).toBe(at(10));
    expect(end('2031-01-01')).toBe(at(7 * 24 * 3600));
  });
});

test('a pattern that is none is a fault of the config, by the name of its field', () => {
  const text =
    'format: 1\nagents:\n  luci:\n    command: [x]\n    quota: { patterns: ["fine", "(never closed"] }\n';
  expect(readConfig(text).broken?.message).toBe(
    'agents.luci.quota.patterns.1: not a regular expression (line 5)',
  );
});
