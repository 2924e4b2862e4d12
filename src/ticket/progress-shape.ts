import { z } from 'zod';
import { commit, instant, line } from './fields.ts';
import { gateNames } from './phases.ts';

/* What a ticket's file keeps of how far it has come: the head of its branch, and what was said of that. */

/** Of an attempt in a reviewing phase. */
export const judged = commit
  .nullable()
  .optional()
  .describe('of a reviewing phase: the head of the ticket branch that is judged; null where there is none');

/** So many of those who pushed to a ticket branch are kept. */
export const maxPushers = 50;

const branch = z.strictObject({
  commit: commit.nullable().describe('its last head that was seen; null where there was none yet'),
  by: line.describe('who pushed it; of accepted work the profile of its agent'),
  pushers: z
    .array(line)
    .max(maxPushers)
    .default([])
    .describe(
      'everybody who pushed since accepted work was shown, the latest first; `somebody unknown` until GitHub names them',
    ),
  at: instant.describe('when that head was seen first'),
  work: commit.nullable().describe('the accepted work that was shown there before it was looked at'),
});

const metGate = z.strictObject({
  gate: z.enum(gateNames),
  by: line,
  at: instant,
  commit: commit.nullable().describe('the head of the ticket branch that it speaks of'),
  choice: line.optional().describe('of a decision: the option that was chosen'),
});
export type MetGate = z.infer<typeof metGate>;

export const progressShape = {
  gates: z.array(metGate).max(20).default([]).describe('gates of the phase in hand that were met'),
  branch: branch.nullable().default(null).describe('the ticket branch, as it was seen last'),
};

const rounds = z.number().int().nonnegative().optional();
/** Of a lifetime. */
export const roundsShape = {
  rounds: rounds.describe('times that a review sent it back'),
  granted_rounds: rounds.describe('more of them, added by retries'),
};
