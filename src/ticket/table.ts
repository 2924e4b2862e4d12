import type { RequestKind, RowName } from './requests.ts';
import { openStates, type State, states } from './states.ts';

/*
 * The state machine. Data, not branches: `decide` looks a request up here, and the documentation, the board's columns
 * and the exhaustive test are made from it. A request that finds no row for the ticket's state is refused, `no-row`.
 */

/**
 * Where a row leads. `same`: the state stays. `next phase`: todo in the next phase, review where a gate stands
 * before it or it is a person's, done where none is left. `retry`: todo after a back-off while the ticket's lifetime retries last, else
 * blocked. `as signalled`: where the row of the signal leads. `as reported`: the state that is said. Every arrow into todo (`todo`, `next phase`, `retry`) first asks `hold` and the desk's switches.
 */
export type Landing = State | 'same' | 'next phase' | 'retry' | 'as signalled' | 'as reported';

/** Who may ask. People's roles are GitHub's; the others are parts of Signalbox or the worker itself. */
export type Asker = 'triage' | 'write' | 'scheduler' | 'gate' | 'worker' | 'engine';

export interface Row {
  request: RowName;
  from: readonly State[];
  to: Landing;
  by: Asker;
  /** Beyond the state, in words; `acts.ts` has it in code. */
  only?: string;
}

export const table: readonly Row[] = [
  { request: 'release', from: ['inbox', 'waiting', 'blocked'], to: 'todo', by: 'write' },
  {
    request: 'release',
    from: ['in_progress', 'review'],
    to: 'same',
    by: 'write',
    only: 'held; clears the hold',
  },
  { request: 'park', from: ['inbox', 'todo', 'in_progress', 'waiting'], to: 'waiting', by: 'triage' },
  {
    request: 'park',
    from: ['review', 'blocked'],
    to: 'same',
    by: 'triage',
    only: 'nothing runs there; sets hold',
  },
  { request: 'hold', from: ['inbox', 'todo'], to: 'waiting', by: 'triage' },
  { request: 'hold', from: ['in_progress', 'waiting', 'blocked', 'review'], to: 'same', by: 'triage' },
  {
    request: 'claim',
    from: ['todo'],
    to: 'in_progress',
    by: 'scheduler',
    only: 'nothing of it runs, and there is capacity',
  },
  { request: 'bind', from: ['in_progress'], to: 'same', by: 'gate', only: 'this claim, no run bound' },
  { request: 'done', from: ['in_progress'], to: 'next phase', by: 'worker', only: 'bound, with its key' },
  { request: 'review', from: ['in_progress'], to: 'review', by: 'worker', only: 'bound, with its key' },
  {
    request: 'approved',
    from: ['in_progress'],
    to: 'next phase',
    by: 'worker',
    only: 'bound, with its key, in a reviewing phase; of the present head, else that is reviewed anew',
  },
  {
    request: 'rejected',
    from: ['in_progress'],
    to: 'todo',
    by: 'worker',
    only: 'the same, in the phase that it goes back to; blocked where it was sent back too often',
  },
  { request: 'question', from: ['in_progress'], to: 'waiting', by: 'worker', only: 'bound, with its key' },
  { request: 'failed', from: ['in_progress'], to: 'retry', by: 'worker', only: 'bound, with its key' },
  {
    request: 'lost',
    from: ['in_progress'],
    to: 'retry',
    by: 'engine',
    only: 'this attempt, no signal of it pending',
  },
  {
    request: 'quota',
    from: ['in_progress'],
    to: 'todo',
    by: 'engine',
    only: 'this attempt, no signal of it pending; costs no retry, and its profile pauses',
  },
  { request: 'stopped_by_person', from: ['in_progress'], to: 'waiting', by: 'engine', only: 'this attempt' },
  {
    request: 'undispatchable',
    from: ['in_progress'],
    to: 'blocked',
    by: 'engine',
    only: 'this attempt, unbound',
  },
  {
    request: 'interrupt',
    from: ['in_progress'],
    to: 'todo',
    by: 'write',
    only: 'a run is bound that was there when it was asked; else as tell',
  },
  {
    request: 'interrupt',
    from: ['inbox', 'todo', 'waiting', 'blocked', 'review'],
    to: 'same',
    by: 'write',
    only: 'nothing runs there; as tell',
  },
  { request: 'tell', from: openStates, to: 'same', by: 'write', only: 'the message waits in the ticket' },
  {
    request: 'delivered',
    from: ['in_progress'],
    to: 'same',
    by: 'worker',
    only: 'bound, with its key; messages that its agent was given',
  },
  { request: 'due', from: ['waiting'], to: 'todo', by: 'engine', only: 'its own condition holds' },
  {
    request: 'answer',
    from: ['waiting'],
    to: 'todo',
    by: 'write',
    only: 'a question; recorded alone where also parked',
  },
  {
    request: 'expire',
    from: ['waiting', 'in_progress', 'todo'],
    to: 'blocked',
    by: 'engine',
    only: 'its question has waited too long, or a breaker or a budget of it is reached, at this head or as its runner saw',
  },
  {
    request: 'approve',
    from: ['review'],
    to: 'next phase',
    by: 'write',
    only: 'meets the gate `person`, of the present head, by somebody whose work it is not',
  },
  { request: 'decide', from: ['review'], to: 'next phase', by: 'write', only: 'meets the gate `decision`' },
  {
    request: 'passed',
    from: ['review'],
    to: 'next phase',
    by: 'engine',
    only: 'meets the gate `checks`, of the present head',
  },
  { request: 'merged', from: ['review'], to: 'next phase', by: 'engine', only: 'meets the gate `merged`' },
  {
    request: 'pushed',
    from: ['todo', 'review'],
    to: 'todo',
    by: 'engine',
    only: 'a head of the ticket branch that voids a review; else it is noted',
  },
  {
    request: 'pushed',
    from: ['inbox', 'in_progress', 'waiting', 'blocked'],
    to: 'same',
    by: 'engine',
    only: 'a head of the ticket branch that was not seen before; what runs goes on',
  },
  {
    request: 'merged',
    from: ['inbox', 'todo', 'waiting', 'blocked'],
    to: 'done',
    by: 'engine',
    only: 'in its last phase, where nothing but a merge is left to do',
  },
  { request: 'unmerged', from: ['done'], to: 'review', by: 'engine', only: 'with a note' },
  {
    request: 'unmerged',
    from: openStates,
    to: 'same',
    by: 'engine',
    only: 'a note alone: closing a pull request stops nothing and starts nothing',
  },
  { request: 'reject', from: ['review'], to: 'todo', by: 'write' },
  { request: 'retry', from: ['blocked'], to: 'todo', by: 'write' },
  {
    request: 'after',
    from: openStates,
    to: 'same',
    by: 'write',
    only: 'no circle; where it is worked on none is added, unless it is parked by the same words',
  },
  {
    request: 'phases',
    from: ['inbox', 'todo', 'waiting', 'blocked', 'review'],
    to: 'same',
    by: 'write',
    only: 'phases that the config has, while no attempt is in hand',
  },
  { request: 'priority', from: openStates, to: 'same', by: 'triage' },
  { request: 'cancel', from: openStates, to: 'cancelled', by: 'write' },
  {
    request: 'report',
    from: openStates,
    to: 'as reported',
    by: 'write',
    only: 'a mirror ticket; what waits here by an act of people waits on',
  },
  { request: 'reopen', from: ['done', 'cancelled'], to: 'inbox', by: 'write' },
  {
    request: 'accept',
    from: ['todo', 'in_progress', 'waiting', 'blocked', 'review'],
    to: 'as signalled',
    by: 'write',
    only: 'a signal in quarantine that was read, of the phase in hand; nothing of the ticket runs',
  },
  { request: 'discard', from: states, to: 'same', by: 'write', only: 'what lies in quarantine' },
  // keeping the books: no state changes
  {
    request: 'stopped',
    from: states,
    to: 'same',
    by: 'engine',
    only: 'a closed attempt still being stopped',
  },
  { request: 'edit', from: states, to: 'same', by: 'triage', only: 'text not yet released' },
  { request: 'link', from: states, to: 'same', by: 'engine', only: 'no issue yet' },
  { request: 'mirrored', from: states, to: 'same', by: 'engine' },
  { request: 'detach', from: ['inbox', 'todo', 'in_progress', 'waiting'], to: 'waiting', by: 'engine' },
  { request: 'detach', from: ['review', 'blocked', 'done', 'cancelled'], to: 'same', by: 'engine' },
];

/** The row for a request in a state, or none. */
export function rowFor(request: RowName, state: State): Row | undefined {
  return table.find((row) => row.request === request && row.from.includes(state));
}

/** What somebody must be to ask `kind` of a ticket; undefined where no person asks it. */
export function roleFor(kind: RequestKind): 'triage' | 'write' | undefined {
  const by = table.find((row) => row.request === kind)?.by;
  return by === 'triage' || by === 'write' ? by : undefined;
}
