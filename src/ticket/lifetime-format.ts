import { z } from 'zod';
import { raisedShape, spentShape } from './budget-format.ts';
import { instant } from './fields.ts';
import { roundsShape } from './progress-shape.ts';

/* What a ticket's attempts have come to, over its whole life: never set back, whoever releases it. */

const grant = z
  .strictObject({ at: instant, ...raisedShape })
  .describe(
    'the latest release of what a breaker or a budget had blocked: starts are counted from then on, and so much may be spent in all',
  );

export const lifetime = z.strictObject({
  attempts: z.number().int().nonnegative().default(0),
  retries: z.number().int().nonnegative().default(0),
  granted: z.number().int().nonnegative().default(0).describe('retries added by releases from blocked'),
  ...roundsShape,
  ...spentShape,
  grant: grant.optional(),
});
