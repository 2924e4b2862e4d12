import { describe, expect, test } from 'vitest';
import type { Obstacle } from '../../src/ticket/claim.ts';
import { explain } from '../../src/ticket/explain.ts';
import { explanationWords } from '../../src/ticket/explain-words.ts';
import { type ReasonCode, reasons } from '../../src/ticket/reasons.ts';
import { desk, type Over, well, why, works } from './explaining.ts';
import { at, config, noon, ticketIn, view } from './fixtures.ts';
import { by, executing, told } from './telling.ts';
import { openDesk, type Ticket } from './types.ts';

const todo = ticketIn('todo');
const parked = told(executing, by('e1', 'park', 0, { reason: 'Not\nnow.' }));
const deferred = (when: object) => told(executing, by('e1', 'park', 0, { when } as never));
const blocked = (code: string, reason = 'It failed.') =>
  ticketIn('blocked', { blocked: { code, reason, since: at(-60) } });
const paused = (until: string | null, probe = false): Over => ({
  view: view({
    desk: { ...openDesk, profiles: { luci: { until, reason: 'no', by: 'wilma', probe } } },
    ...(probe ? { occupied: new Map([['luci', 1]]), occupants: new Map([['luci', new Set(['MC-7'])]]) } : {}),
  }),
});
const released = told(parked, by('e2', 'release', 1));
const asked = ticketIn('waiting', {
  waiting: {
    kind: 'question',
    question: 'Which shed?',
    options: ['red', 'blue'],
    reason: '',
    by: 'luci',
    since: at(-60),
  },
});
const hourFull: Over = {
  ...desk({ starts: [at(-60), at(-1800), at(-7200)] }),
  config: { ...config, limits: { ...config.limits, starts_per_hour: 2 } },
};

/** Obstacles are known to the compiler: a new one without a case does not compile. */
type Known =
  | Exclude<Obstacle['code'], 'no-row'>
  | 'not-released'
  | 'parked'
  | 'deferred'
  | 'question'
  | 'starting'
  | 'running'
  | 'in-review'
  | 'blocked'
  | 'done'
  | 'cancelled'
  | 'bad-condition'
  | 'no-workflow'
  | 'head-moved-back'
  | 'not-judged'
  | 'bad-config';
type Case = [ticket: Ticket, over: Over, message: string, since: string | null, change: string];

const cases: Record<Known, Case> = {
  'not-released': [
    ticketIn('inbox'),
    {},
    'The ticket lies in the inbox',
    at(-3600),
    'write access releases it',
  ],
  parked: [parked, {}, 'Parked by lucienne: Not now.', at(0), 'Only a new release wakes it'],
  deferred: [
    deferred({ after: ['MC-7', 'MC-8'] }),
    { view: view({ stateOf: (id) => (id === 'MC-7' ? 'in_progress' : undefined) }) },
    'Deferred after MC-7, MC-8 are done by lucienne. Now: MC-7 is in progress, there is no MC-8.',
    at(0),
    'By itself, once that holds.',
  ],
  question: [
    asked,
    {},
    'The agent asks: Which shed? (1: red; 2: blue)',
    at(-60),
    'answers it. Without an answer it is blocked at 2026-06-01T11:59:00Z.',
  ],
  starting: [
    { ...executing, attempt: executing.attempt && { ...executing.attempt, run: null } },
    {},
    'Attempt 1 (dev) was claimed for luci, and its run has not passed the gate.',
    at(-60),
    `one that does not come is given up after ${at(600)}`,
  ],
  running: [
    executing,
    {},
    'Attempt 1 (dev) by luci is worked in run 990: http://run/990',
    at(-30),
    `at ${at(600)} at the latest. A park stops it now.`,
  ],
  'in-review': [ticketIn('review'), {}, 'A person looks at its phase dev.', null, 'approves it, or rejects'],
  blocked: [blocked('of-another-time'), {}, 'Blocked: It failed.', at(-60), 'retries or releases it'],
  done: [ticketIn('done'), {}, 'It is done.', null, 'may reopen it'],
  cancelled: [ticketIn('cancelled', { restricted_at: at(-9) }), {}, 'It is cancelled.', at(-9), 'reopen it'],
  'bad-condition': [
    deferred({ idle: 'lucy' }),
    {},
    'There is no agent lucy, so its condition never comes true.',
    at(0),
    'parks it with another condition',
  ],
  mirror: [
    ticketIn('todo', { mirror: true, reports: [{ state: 'todo', summary: '', by: 'ada', at: at(-9) }] }),
    {},
    'Its work is launched elsewhere.',
    at(-9),
    'Whoever works it says how it stands',
  ],
  held: [ticketIn('todo', { hold: true, restricted_at: at(-9) }), {}, 'MC-1 is held.', at(-9), 'releases it'],
  'run-not-ended': [released, {}, 'Attempt 1 (run 990) has not', at(0), '(http://run/990)'],
  'desk-draining': [
    todo,
    desk({ paused: true, draining: true, by: 'wilma', since: at(-9) }),
    'The desk is draining.',
    at(-9),
    "It was wilma's act. Somebody with write access comments /resume.",
  ],
  'desk-paused': [todo, desk({ paused: true }), 'The desk is paused.', null, 'comments /resume'],
  'not-before': [
    ticketIn('todo', { not_before: at(60) }),
    {},
    `Backs off until ${at(60)}.`,
    null,
    `By itself, at ${at(60)}.`,
  ],
  'condition-unmet': [
    ticketIn('todo', { start_when: { idle: 'ada' } }),
    works('ada', 'MC-7'),
    'It waits when ada is idle',
    null,
    'once it holds again',
  ],
  'too-large': [todo, { view: view({ isFull: () => true }) }, 'The file of MC-1 is full', null, 'shortens'],
  'starts-per-hour': [
    todo,
    hourFull,
    '2 attempts started',
    null,
    `at ${at(1800)}; or whoever keeps the config`,
  ],
  'owner-is-a-person': [ticketIn('todo', { owner: 'elmar' }), {}, 'elmar is no', null, 'elmar works it, or'],
  'no-agent': [ticketIn('todo', { owner: null }), {}, 'MC-1 has no owner', null, 'gets an agent profile'],
  'profile-paused': [
    todo,
    paused(at(60)),
    `luci is paused until ${at(60)}: no`,
    null,
    `By itself, at ${at(60)}; or whoever may push takes luci out of profiles in desk.yaml.`,
  ],
  'no-capacity': [
    todo,
    works('luci', 'MC-7', 'MC-8'),
    'luci works or still stops 2 of 1.',
    null,
    'One of MC-7, MC-8 ends, or the config gives luci more capacity.',
  ],
  'no-workflow': [
    todo,
    { lacksWorkflow: true },
    'The workflow is not',
    null,
    'Put `.github/workflows/signalbox.yml`',
  ],
  'head-moved-back': [
    todo,
    { movedBack: true },
    reasons['head-moved-back'],
    null,
    'signalbox doctor --restore',
  ],
  'not-judged': [todo, { unjudged: true }, reasons['not-judged'], null, 'The app, when it looks'],
  'bad-config': [todo, { configBroken: 'agents: no' }, 'stays in force. agents: no', null, 'mends it'],
};

describe('S10: why it does not run, for each reason', () => {
  test.each(Object.entries(cases))('%s', (code, [ticket, over, message, since, change]) => {
    const { state, mayRun, reasons: found, next } = why(ticket, over);
    expect({ state, mayRun }).toEqual({ state: ticket.state, mayRun: code === 'bad-config' });
    expect(found).toContainEqual({
      code,
      message: expect.stringContaining(message),
      since,
      change: expect.stringContaining(change),
    });
    expect(next).not.toBe('');
  });

  test('the file of a ticket, or of the desk, cannot be read', () => {
    const broken = { code: 'bad-yaml', message: 'line 3: a tab' } as const;
    const file = { id: 'MC-1', path: 'tickets/MC-1.yaml', ticket: null, broken };
    const here = { view: view(), now: noon, config, ...well };
    const change = expect.stringContaining('mends');
    expect(explain(file, { ...here, deskBroken: { ...broken, code: 'too-large' } })).toEqual({
      id: 'MC-1',
      state: 'broken',
      mayRun: false,
      reasons: [
        { code: 'bad-yaml', message: 'tickets/MC-1.yaml cannot be read: line 3: a tab', since: null, change },
        {
          code: 'too-large',
          message: expect.stringContaining('the desk is paused: line 3'),
          since: null,
          change,
        },
      ],
      next: change,
    });
  });

  test('what blocked it, with what helps against that', () => {
    for (const code of [
      'retries-exhausted',
      'question-expired',
      'dispatch-refused',
      'no-workflow',
    ] as ReasonCode[])
      expect(why(blocked(code)).reasons).toMatchObject([
        { code, message: 'Blocked: It failed.', since: at(-60) },
      ]);
    expect(why(blocked('no-workflow')).next).toMatch(/^Put `.github.*Somebody with write access retries/);
    expect(why(ticketIn('blocked', { blocked: null })).reasons).toMatchObject([
      { code: 'blocked', since: null },
    ]);
  });
});

describe('of several reasons', () => {
  const codes = (ticket: Ticket, over: Over = {}) => why(ticket, over).reasons.map(({ code }) => code);

  test('every one is said, its own state first', () => {
    const both = { ...works('luci', 'MC-7'), lacksWorkflow: true };
    expect(codes(todo, both)).toEqual(['no-capacity', 'no-workflow']);
    expect(codes({ ...parked, hold: true }, both)).toEqual([
      'parked',
      'held',
      'run-not-ended',
      'no-capacity',
    ]);
    expect(codes(parked, { movedBack: true })[0]).toBe('head-moved-back');
  });

  test('what is worked, reviewed or closed is not said to lack what it does not need', () => {
    const full = works('luci', 'MC-1');
    expect(codes({ ...executing, hold: true }, full)).toEqual(['running', 'held']);
    expect(codes(ticketIn('review'), full)).toEqual(['in-review']);
    expect(codes(ticketIn('done'), full)).toEqual(['done']);
    expect(codes(told(executing, by('e1', 'cancel', 1)), full)).toEqual(['cancelled', 'run-not-ended']);
  });
});

test('a ticket that may run says who takes it', () => {
  expect(why(todo)).toEqual({
    id: 'MC-1',
    state: 'todo',
    mayRun: true,
    reasons: [],
    next: 'luci takes it when the app looks next.',
  });
});

describe('a deferral', () => {
  const words = (when: object, over: Over = {}) => why(deferred(when), over).reasons[0]?.message;
  test('says which part does not hold, and that the app wakes it once all do', () => {
    expect(words({ until: at(60) })).toContain(`Now: ${at(60)} has not come.`);
    expect(words({ idle: 'luci' }, works('luci', 'MC-7'))).toContain('Now: luci works or still stops MC-7.');
    expect(words({ desk: 'open' }, desk({ paused: true, draining: true }))).toContain(
      'the desk is draining.',
    );
    const all = { all: [{ idle: 'ada' }, { until: at(60) }] };
    expect(words(all)).toContain(`Now: ${at(60)} has not come.`);
    expect(words({ any: [{ idle: 'ada' }, { until: at(60) }] })).toContain('That holds now.');
    expect(why(deferred({ idle: 'ada' })).next).toBe('The app wakes it when it looks next.');
  });
});

test('a profile that its provider paused lets one attempt go first; one that a person paused waits for a person', () => {
  expect(why(todo, paused(at(0), true)).next).toBe('The attempt that goes first (MC-7) ends well.');
  expect(why(todo, paused(null)).next).toMatch(/^It was wilma's act: whoever may push takes luci out/);
});

test('as a comment it has each code, and words of people call nobody', () => {
  const said = explanationWords(why(told(executing, by('e1', 'park', 0, { reason: '@wilma <b>' }))));
  expect(said).toMatch(
    /^\*\*MC-1\*\* is \*\*waiting\*\*\.\n- `parked` Parked by lucienne: @\u200bwilma <\u200bb>/,
  );
  expect(said).toMatch(
    /- `run-not-ended` .*Since 2026-05-25T12:00:00Z\..*\n\nNext: Only a new release wakes it/,
  );
  expect(explanationWords(why(todo))).toContain('**todo**, and may run now.');
});
