import type { Obstacle } from '../../src/ticket/claim.ts';
import { unknownPusher } from '../../src/ticket/pushers.ts';
import { reasons } from '../../src/ticket/reasons.ts';
import { limitCases } from './explain-limit-cases.ts';
import { desk, type Over, works } from './explaining.ts';
import { at, config, phase, ticketIn, view } from './fixtures.ts';
import { by, executing, told } from './telling.ts';
import { openDesk, type Ticket } from './types.ts';

/*
 * One case for each reason why a ticket does not run: the ticket, the world around it, and what is said of it.
 */

export const todo = ticketIn('todo');
export const parked = told(executing, by('e1', 'park', 0, { reason: 'Not\nnow.' }));
export const deferred = (when: object) => told(executing, by('e1', 'park', 0, { when } as never));
export const blocked = (code: string, reason = 'It failed.') =>
  ticketIn('blocked', { blocked: { code, reason, since: at(-60) } });
export const paused = (until: string | null, probe = false): Over => ({
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
const gated = (gate: unknown): Over => ({ config: { ...config, phases: { dev: phase({ gate }) } } });
const reviewed = (agent: string): Over => ({
  config: { ...config, phases: { dev: phase({ reviews: true, agent }) } },
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
  | 'pusher-unknown'
  | 'checks-unmet'
  | 'not-merged'
  | 'not-decided'
  | 'blocked'
  | 'done'
  | 'cancelled'
  | 'bad-condition'
  | 'no-workflow'
  | 'budget-near'
  | 'app-capacity'
  | 'head-moved-back'
  | 'not-judged'
  | 'bad-config';
export type Case = [ticket: Ticket, over: Over, message: string, since: string | null, change: string];

export const cases: Record<Known, Case> = {
  ...limitCases,
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
  'pusher-unknown': [
    ticketIn('review', {
      branch: { commit: 'a'.repeat(40), by: 'luci', pushers: [unknownPusher], at: at(-9), work: null },
    }),
    {},
    'GitHub has not said yet who pushed',
    at(-9),
    'asks GitHub again when it looks next',
  ],
  'checks-unmet': [
    ticketIn('review'),
    gated({ checks: ['build', 'lint'] }),
    'Phase dev waits until: green: build, lint.',
    null,
    'The checks of its commit turn green',
  ],
  'not-merged': [
    ticketIn('review'),
    gated('merged'),
    'Phase dev waits until: its pull request is merged.',
    null,
    'merges its pull request',
  ],
  'not-decided': [
    ticketIn('review'),
    gated({ decision: { question: 'Which shed?', options: ['red', 'blue'] } }),
    'Phase dev waits until: Which shed? (red / blue).',
    null,
    'chooses one: /decide <option>.',
  ],
  blocked: [blocked('of-another-time'), {}, 'Blocked: It failed.', at(-60), 'retries or releases it'],
  done: [ticketIn('done'), {}, 'It is done.', null, 'may reopen it'],
  cancelled: [ticketIn('cancelled', { restricted_at: at(-9) }), {}, 'It is cancelled.', at(-9), 'reopen it'],
  'bad-condition': [
    deferred({ idle: 'lucy' }),
    {},
    'There is no agent lucy, so this never comes true.',
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
  'blocked-by': [
    ticketIn('todo', { after: ['MC-7', 'MC-8', 'MC-9'] }),
    { view: view({ stateOf: (id) => (({ 'MC-7': 'in_progress', 'MC-8': 'cancelled' }) as const)[id] }) },
    'It waits for MC-7 (in progress), MC-8 (cancelled), MC-9 (not there).',
    null,
    'By itself, once they are done. MC-8 is cancelled; there is no ticket MC-9; /after with other ids',
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
  'bad-phase': [
    ticketIn('todo', { phases: ['dry'], phase: 'dry' }),
    {},
    'The configuration has no phase `dry`',
    null,
    'chooses others',
  ],
  'no-agent': [ticketIn('todo', { owner: null }), {}, 'MC-1 has no owner', null, 'gets an agent profile'],
  'profile-paused': [
    todo,
    paused(at(60)),
    `luci is paused until ${at(60)}: no`,
    null,
    `By itself, at ${at(60)}; or somebody with write access comments /resume luci.`,
  ],
  'profile-draining': [
    todo,
    desk({ profiles: { luci: { until: null, reason: '', by: 'wilma', since: at(-9), draining: true } } }),
    'luci is draining.',
    at(-9),
    "It was wilma's act: somebody with write access comments /resume luci.",
  ],
  'same-agent': [
    ticketIn('todo', { branch: { commit: 'a'.repeat(40), by: 'luci', pushers: [], at: at(-9), work: null } }),
    reviewed('luci'),
    'luci did the work that phase dev is to judge.',
    null,
    'The config names another agent for phase dev',
  ],
  'work-not-shown': [
    todo,
    reviewed('ada'),
    'What is to be judged is not on the branch of MC-1 yet.',
    null,
    'The app, when it looks at the ticket branch next.',
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
