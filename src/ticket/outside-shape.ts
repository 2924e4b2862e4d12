import { z } from 'zod';
import { instant, line, text } from './fields.ts';

/** How work that is done elsewhere may be said to stand. */
export const reportable = [
  'todo',
  'in_progress',
  'waiting',
  'blocked',
  'review',
  'done',
  'cancelled',
] as const;
export type Reportable = (typeof reportable)[number];

/** So many reports are kept in a ticket; the history of the branch has all of them. */
export const mostReports = 20;

export const outsideShape = {
  mirror: z
    .boolean()
    .default(false)
    .describe('its work is launched elsewhere: nothing of it is started here, and reports say how it stands'),
  reports: z
    .array(
      z.strictObject({
        state: z.enum(reportable),
        summary: text.default(''),
        link: line.optional().describe('where there is more to see'),
        by: line,
        at: instant,
      }),
    )
    .max(2 * mostReports)
    .default([])
    .describe('what was said of work that is done elsewhere, the newest last'),
};
export type OutsideReport = z.infer<(typeof outsideShape)['reports']>[number];
