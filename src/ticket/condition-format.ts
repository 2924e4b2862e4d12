import { z } from 'zod';
import { branch, instant, line, ticketId } from './fields.ts';

/** For how long, in minutes, an agent can be asked to have been idle: a week. */
export const longestIdleMinutes = 7 * 24 * 60;

/** What a deferred ticket waits for. */
export type Condition =
  | { until: string; zone?: string | undefined }
  | { after: string[] }
  | { idle: string; below?: number | undefined; minutes?: number | undefined }
  | { checks: string }
  | { desk: 'open' }
  | { all: Condition[] }
  | { any: Condition[] };

export const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z
      .strictObject({
        until: instant,
        zone: line.optional().describe('the time zone it was written in; it is said back in it, too'),
      })
      .describe('a time has come'),
    z.strictObject({ after: z.array(ticketId).min(1).max(50) }).describe('all of these tickets are done'),
    z
      .strictObject({
        idle: line,
        below: z.number().int().positive().max(1000).optional().describe('1 where absent: it runs nothing'),
        minutes: z.number().int().nonnegative().max(longestIdleMinutes).optional().describe('0 where absent'),
      })
      .describe('this agent has run fewer than `below` attempts for `minutes`'),
    z
      .strictObject({ checks: branch })
      .describe('everything that is checked at the head of this branch is green, and something is'),
    z.strictObject({ desk: z.literal('open') }).describe('the desk is neither paused nor draining'),
    z.strictObject({ all: z.array(condition).min(1).max(20) }),
    z.strictObject({ any: z.array(condition).min(1).max(20) }),
  ]),
);
