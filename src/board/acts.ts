import { priorities } from '../ticket/format.ts';
import type { GateName } from '../ticket/phases.ts';
import type { RequestKind } from '../ticket/requests.ts';
import type { State } from '../ticket/states.ts';
import { roleFor, rowFor } from '../ticket/table.ts';

/*
 * What people may do on the board. Which of it a state allows is read off the table; whether it really happens is decided
 * by the rules when it is asked, as a comment would ask it.
 */

type ActKind = Extract<
  RequestKind,
  | 'park'
  | 'hold'
  | 'after'
  | 'release'
  | 'retry'
  | 'priority'
  | 'cancel'
  | 'answer'
  | 'tell'
  | 'interrupt'
  | 'approve'
  | 'reject'
  | 'decide'
  | 'phases'
  | 'report'
  | 'reopen'
  | 'accept'
  | 'discard'
>;

export interface Act {
  name: ActKind;
  label: string;
  /** What may or must be said with it: in their own words, or one of `choices`. */
  field: { label: string; hint: string; isNeeded: boolean; choices?: readonly string[] } | null;
  /** Stands on the card's menu. */
  quick: boolean;
  /** May end something. */
  isGrave: boolean;
}

const saying = (label: string, hint: string, isNeeded: boolean): Act['field'] => ({ label, hint, isNeeded });

const act = (name: ActKind, label: string, more: Partial<Act> = {}): Act => ({
  name,
  label,
  field: null,
  quick: true,
  isGrave: false,
  ...more,
});

const conditions =
  'Empty, a reason, or a condition: “until monday 9:00”, “when luci is idle”, “after MC-7 is done”; some joined by “and”, or by “or”. A time may name its zone: “9:00 Europe/Berlin”.';
const acts: readonly Act[] = [
  act('release', 'Release'),
  act('answer', 'Answer', {
    field: saying('Your answer', 'Your own words, or the number of an option.', true),
    quick: false,
  }),
  act('approve', 'Approve'),
  act('decide', 'Decide', {
    field: saying('Your choice', 'One of the options, by its number or in its words.', true),
    quick: false,
  }),
  act('reject', 'Reject', {
    field: saying('What is missing', 'The next attempt is given these words.', true),
  }),
  act('retry', 'Retry'),
  act('reopen', 'Reopen'),
  act('park', 'Park', { field: saying('Why, or until when', conditions, false), isGrave: true }),
  act('hold', 'Hold'),
  act('after', 'After', {
    field: saying(
      'Tickets that must be done before',
      '“MC-1, MC-2”, or “nothing”; “and park” stops it, too.',
      true,
    ),
    quick: false,
  }),
  act('priority', 'Priority', {
    field: {
      label: 'How urgent it is',
      hint: 'Agents take the most urgent first.',
      isNeeded: true,
      choices: priorities,
    },
    quick: false,
  }),
  act('tell', 'Tell', {
    field: saying('Your message', 'For its agent, or the next one.', true),
    quick: false,
  }),
  act('interrupt', 'Interrupt', {
    field: saying('Your message', 'The next attempt begins with it.', true),
    quick: false,
    isGrave: true,
  }),
  act('report', 'Report', {
    field: saying(
      'How it stands',
      'In progress, waiting, blocked, review, done or cancelled, and what there is to say, with an address.',
      true,
    ),
    quick: false,
  }),
  act('phases', 'Phases', {
    field: saying('What it goes through', 'Phases of the config, in order, with commas.', true),
    quick: false,
  }),
  act('cancel', 'Cancel', { field: saying('Why', 'Kept with the ticket.', false), isGrave: true }),
];

/** What can be done with what lies in quarantine: asked beside it. */
const ofQuarantine: readonly Act[] = [act('accept', 'Accept'), act('discard', 'Discard', { isGrave: true })];

/** What can be asked of a ticket that stands so: a row of the table is there, and it would change something. */
export function actsFor(ticket: {
  state: State;
  hold: boolean;
  question: boolean;
  mirror: boolean;
  /** Gates that are open, where the ticket is in review; of a card nobody asks. */
  open?: readonly GateName[];
}): Act[] {
  const { state, hold, question, mirror, open } = ticket;
  const isRunning = state === 'in_progress';
  return acts.filter(({ name }) => {
    if (!rowFor(name, state)) return false;
    if (name === 'answer') return question;
    if (name === 'approve') return open?.includes('person') ?? true;
    if (name === 'decide') return open?.includes('decision') ?? true;
    if (name === 'phases') return !mirror;
    if (name === 'hold') return !hold;
    if (name === 'report') return mirror;
    if (name === 'tell' && mirror) return false; // no agent of ours would hear it
    if (name === 'interrupt') return isRunning && !mirror;
    if (name === 'release') return hold || !(isRunning || state === 'review');
    return true;
  });
}

/** The act of that name; undefined where there is none. */
export function actNamed(name: string): Act | undefined {
  return [...acts, ...ofQuarantine].find((act) => act.name === name);
}

/** `write access`: what somebody needs who asks this. */
export function neededFor(name: ActKind): 'triage' | 'write' {
  return roleFor(name) ?? 'write';
}
