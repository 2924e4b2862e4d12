import { z } from 'zod';
import { instant, line, text } from './fields.ts';
import { states } from './states.ts';

/** How work that is done elsewhere may be said to stand: anywhere but in the inbox, where nobody works. */
const standing = z.enum(states).exclude(['inbox']);
export const reportable = standing.options;
export type Reportable = z.infer<typeof standing>;

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
        state: standing,
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
