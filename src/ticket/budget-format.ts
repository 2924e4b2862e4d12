import { z } from 'zod';

/*
 * What may be spent, and what was: in minutes of running agents, which are always known, and in tokens and money as far
 * as agents report them.
 */

export const units = ['minutes', 'tokens', 'dollars'] as const;
export type Unit = (typeof units)[number];

/** The most of any unit that a file holds: doubles still count it in ones. More than that is that much. */
export const mostAmount = 1e15;

const amount = z.number().nonnegative().max(mostAmount);
const limit = z.number().positive().max(mostAmount);

/** Limits; a unit that is left out has none. */
export const amounts = z.strictObject({
  minutes: limit.optional(),
  tokens: limit.optional(),
  dollars: limit.optional(),
});
export type Amounts = z.infer<typeof amounts>;

/** Limits that were raised by so much beyond what is spent: where that is the most of all, they lie beyond it. */
const raised = z.number().positive().optional();
export const raisedShape = { minutes: raised, tokens: raised, dollars: raised };

/** What an agent reports of one attempt. */
export const usage = z.strictObject({ tokens: amount.optional(), dollars: amount.optional() });
export type Usage = z.infer<typeof usage>;

const reportedUnit = z.strictObject({ amount, minutes: amount.describe('of the attempts that reported it') });

/** What was reported over several attempts, and in how many of their minutes. */
const reported = z.strictObject({ tokens: reportedUnit.optional(), dollars: reportedUnit.optional() });
export type Reported = z.infer<typeof reported>;

export const spentShape = {
  minutes: z.number().nonnegative().default(0),
  reported: reported.optional().describe('what its agents reported of tokens and money'),
};

/** Minutes, and what was reported in them. */
export interface Spent {
  minutes: number;
  reported?: Reported | undefined;
}

/** What is used by an attempt that reports nothing: so much for each minute, never nothing. */
const unreported = z.strictObject({
  tokens_per_minute: amount.default(20_000),
  dollars_per_minute: amount.default(0.25),
});

export const budgets = z.strictObject({
  attempt: amounts
    .prefault({})
    .describe('of one attempt: at the limit it is stopped, and its ticket blocked'),
  ticket: amounts
    .prefault({})
    .describe(
      "of a ticket's lifetime; its own `budget` may be lower. A release of what it blocked grants one more attempt's worth",
    ),
  day: amounts
    .prefault({})
    .describe(
      'of all tickets of the repository in a day (UTC): at the limit nothing starts any more, and what runs goes on',
    ),
  unreported: unreported
    .prefault({})
    .describe('what counts for each minute of an attempt whose agent reported nothing'),
});
export type Budgets = z.infer<typeof budgets>;
