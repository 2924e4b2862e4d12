import { z } from 'zod';
import { quoteWords } from './quotes.ts';

/*
 * What a ticket goes through. A phase is worked by an agent, who does something or judges what was done, or it is a
 * person's. Its gates are what must be met besides before the next begins; each is met by its own act and no other.
 */

/** In the place of a profile: a phase that no agent works. */
export const person = 'person';

export const gateNames = ['person', 'checks', 'merged', 'decision'] as const;
export type GateName = (typeof gateNames)[number];

const name = z.string().min(1).max(100);

const checks = z.strictObject({
  checks: z
    .array(name)
    .min(1)
    .max(50)
    .describe('names of checks and commit statuses that must be green at the head of the ticket branch'),
});

const decision = z.strictObject({
  decision: z
    .strictObject({ question: z.string().min(1).max(500), options: z.array(name).min(2).max(20) })
    .describe('a question that a person answers with one of its options'),
});

const oneGate = z.union([
  z
    .enum(['person', 'checks', 'merged'])
    .describe(
      '`person`: somebody with write access approves, and not of their own work; `checks`: all that ran at the commit are green; `merged`: its pull request is merged',
    ),
  checks,
  decision,
]);

/** A gate as the config has it. */
export type Gate = z.infer<typeof oneGate>;

export function gateName(gate: Gate): GateName {
  if (typeof gate === 'string') return gate;
  return 'checks' in gate ? 'checks' : 'decision';
}

// A list again as it is read, so that a config may be kept as it was read, and read once more.
const gate = z
  .union([z.literal('none'), oneGate, z.array(oneGate).max(4)])
  .default('none')
  .describe('what must be met, besides, before the next phase: one, or a list')
  .transform((given): readonly Gate[] => (given === 'none' ? [] : [given].flat()));

export const phase = z
  .strictObject({
    agent: name
      .optional()
      .describe('the profile that works this phase, or `person` for a sign-off; the owner where absent'),
    reviews: z
      .boolean()
      .default(false)
      .describe(
        'whether its agent judges what earlier phases did: another profile than theirs, on the very head of the ticket branch, and for that commit only',
      ),
    back_to: name.optional().describe('the phase that a rejection goes back to; the one before where absent'),
    gate,
    needs: z
      .literal('commit')
      .optional()
      .describe('what a `done` must bring: a commit on the ticket branch, or a stated reason for none'),
    prompt: z
      .string()
      .min(1)
      .max(300)
      .regex(/^[^/\\]/, 'a path in the repository')
      .optional()
      .describe(
        'a template on the default branch of what its agent is told, in the place of `.github/signalbox/prompt.md`',
      ),
    time_limit_minutes: z
      .number()
      .positive()
      .max(23 * 60)
      .optional()
      .describe("in the place of the profile's"),
  })
  .transform((one) =>
    one.agent === person && one.gate.length === 0 ? { ...one, gate: [person] as Gate[] } : one,
  );
export type Phase = z.infer<typeof phase>;
export type Phases = Readonly<Record<string, Phase>>;

/** What is wrong with phases beyond each of them alone: where, and what to do. */
export function phaseFaults(all: Phases): { path: string[]; message: string }[] {
  return Object.entries(all).flatMap(([of, { agent, reviews, back_to, gate, needs }]) => {
    const faults: { path: string[]; message: string }[] = [];
    const add = (field: string, message: string) => faults.push({ path: [of, field], message });
    if (reviews && agent === person)
      add('reviews', 'only where an agent works it: a person signs off anyway');
    if (reviews && needs) add('needs', 'not where it reviews: a review makes no commits');
    if (back_to !== undefined && !Object.hasOwn(all, back_to)) add('back_to', `there is no phase ${back_to}`);
    if (new Set(gate.map(gateName)).size < gate.length) add('gate', 'each gate stands there once');
    return faults;
  });
}

/** Why nothing goes on in a phase that the config does not have, and what to do; null where it has it. */
export function unknownPhase(phases: Phases, of: string): string | null {
  if (Object.hasOwn(phases, of)) return null;
  return `The configuration has no phase ${quoteWords(of)}. Add it there, or give the ticket other phases (/phases).`;
}

/** Whether the phase's agent judges, and does nothing. */
export function isReviewing(phases: Phases, of: string): boolean {
  return phases[of]?.reviews === true;
}

/** Whether a person works the phase. */
export function isPersons(phases: Phases, of: string): boolean {
  return phases[of]?.agent === person;
}

/** The phase that a rejection in `of` goes back to. */
export function backFrom(
  phases: Phases,
  { phases: order }: { phases: readonly string[] },
  of: string,
): string {
  const named = phases[of]?.back_to;
  if (named !== undefined && order.includes(named)) return named;
  const isJudging = (one: string) => isReviewing(phases, one) || isPersons(phases, one);
  if (!isJudging(of)) return of; // what is looked at is its own work
  return order.slice(0, order.indexOf(of)).findLast((one) => !isJudging(one)) ?? of;
}

/** Minutes that an attempt may take: its phase's, else its profile's. */
export function timeLimitMinutes(
  { phases, agents }: { phases: Phases; agents: Readonly<Record<string, { time_limit_minutes: number }>> },
  { phase, agent }: { phase: string; agent: string },
): number {
  return phases[phase]?.time_limit_minutes ?? agents[agent]?.time_limit_minutes ?? 60;
}
