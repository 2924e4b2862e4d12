import { z } from 'zod';
import { budgets } from './budget-format.ts';
import { formatVersion } from './format.ts';
import { phase, phaseFaults } from './phases.ts';
import { chosenFault, presetNames, withPreset } from './presets.ts';
import { isTimeZone } from './times.ts';
import { configured } from './webhooks.ts';

/*
 * `.github/signalbox.yml` on the default branch: how this repository wants its tickets worked. Never read from a
 * ticket branch, where an agent could change it.
 */

const name = z.string().min(1).max(100);
const minutes = z
  .number()
  .positive()
  .max(60 * 24 * 5);
const seconds = z
  .number()
  .positive()
  .max(24 * 3600);

/** A regular expression, as JavaScript writes it. */
const pattern = z
  .string()
  .min(1)
  .max(500)
  .refine((source) => {
    try {
      return new RegExp(source, 'i') !== null;
    } catch {
      return false;
    }
  }, 'not a regular expression');

/** How long a profile pauses where its provider names no time. */
const pauseMinutes = 60;

const quota = z.strictObject({
  exit_codes: z
    .array(z.number().int().min(1).max(255))
    .max(50)
    .default([])
    .describe('exit statuses by which the agent says that its provider lets it do no more'),
  patterns: z
    .array(pattern)
    .max(20)
    .default([])
    .describe(
      'regular expressions, in any case, each over one of the last 40 lines of an agent that did not complete; a named group `until` may capture a time (UTC unless it says otherwise), a Unix time, or seconds from now',
    ),
  pause_minutes: minutes.default(pauseMinutes).describe('where no time is captured'),
});

const profile = z
  .strictObject({
    preset: z
      .enum(presetNames)
      .optional()
      .describe('a known command-line agent: started so that it works alone, and handed the tools'),
    model: name.optional().describe('the model that the preset is to use; its own choice where absent'),
    arguments: z.array(z.string()).max(50).optional().describe("further arguments for the preset's program"),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('program and arguments, where no preset fits; the prompt comes on standard input'),
    capacity: z.number().int().positive().max(1000).default(1).describe('attempts at the same time'),
    time_limit_minutes: minutes
      .max(23 * 60)
      .default(60)
      .describe("a job's token lives for 24 hours, and without it nothing more is heard of an agent"),
    check_in_minutes: minutes
      .default(15)
      .describe(
        'how long its runner may give no sign of life before people are told; it saves the work every three',
      ),
    quota: quota
      .optional()
      .describe(
        "how its provider's limit looks, beside what its preset knows; it pauses the profile, and no ticket pays for it",
      ),
    usage: z
      .array(pattern)
      .max(20)
      .default([])
      .describe(
        'regular expressions, in any case, over the lines that the agent prints; a named group `tokens` or `dollars` captures what it has used so far. An agent may as well write `{ "tokens": 1, "dollars": 0.1 }` to the file named by `SIGNALBOX_USAGE`',
      ),
    environment: z
      .array(name)
      .default([])
      .describe("names of variables the agent may see, beside those that hold its preset's login"),
  })
  .superRefine((one, context) => {
    const fault = chosenFault(one);
    if (fault) context.addIssue({ code: 'custom', path: [fault.field], message: fault.message });
  })
  // For editors, which see no more of the check above.
  .meta({ oneOf: [{ required: ['preset'] }, { required: ['command'] }] })
  .transform((one) => withPreset(one, pauseMinutes));
/** A profile as it is worked by: what its preset stands for is in its command, its environment and its quota. */
export type Profile = z.infer<typeof profile>;

const limits = z.strictObject({
  retries: z
    .number()
    .int()
    .nonnegative()
    .default(2)
    .describe("failed or lost attempts over a ticket's lifetime"),
  granted_retries: z
    .number()
    .int()
    .nonnegative()
    .default(1)
    .describe('retries that a release from blocked adds'),
  retry_after_seconds: seconds.default(60).describe('first back-off; doubles with each retry'),
  rounds: z
    .number()
    .int()
    .nonnegative()
    .default(5)
    .describe('how often reviews may send a ticket back over its lifetime; a retry grants one more'),
  starts_per_hour: z.number().int().positive().default(60).describe('of all tickets of the desk'),
  ticket_starts_per_hour: z
    .number()
    .int()
    .positive()
    .default(12)
    .describe('of one ticket; one that would start more often is blocked, `breaker-starts`'),
  failures_in_row: z
    .number()
    .int()
    .positive()
    .default(6)
    .describe(
      'attempts of one profile, of whatever tickets, that fail or are lost without one between them that was done, went into review or asked; then the profile is paused until somebody resumes it',
    ),
  capacity: z
    .number()
    .int()
    .positive()
    .max(10_000)
    .optional()
    .describe('attempts at the same time, of all agents together; else each has its own alone'),
  raise_after_hours: z
    .number()
    .positive()
    .max(24 * 365)
    .default(24)
    .describe(
      'a ticket that lies in todo for so long is offered as if its priority were one higher, and so on up to urgent',
    ),
  bind_within_seconds: seconds
    .default(900)
    .describe(
      'from a claim until its run must have passed the gate; a run that waits for a machine has longer',
    ),
  look_seconds: z.number().positive().max(300).default(5).describe('how often a runner looks at the head'),
  unreadable_seconds: seconds
    .default(120)
    .describe('how long an agent may go on when the head cannot be read'),
  kill_after_seconds: z.number().positive().max(60).default(3).describe('from SIGTERM to SIGKILL'),
  end_after_seconds: z
    .number()
    .nonnegative()
    .max(600)
    .default(20)
    .describe('how long an agent may take to end by itself once a report of its tools was accepted'),
  setup_seconds: seconds
    .default(600)
    .describe("how long the team's `.github/signalbox/setup.sh` may take before an agent starts"),
  finish_seconds: seconds
    .default(360)
    .describe(
      'how long a runner may take, once its agent has ended, to push the work and hand in what it said',
    ),
  force_cancel_seconds: seconds.default(360).describe('from a cancel without effect to a force-cancel'),
  question_days: z
    .number()
    .positive()
    .max(365)
    .default(7)
    .describe('how long a question waits for its answer until its ticket is blocked'),
  alarm_seconds: seconds.default(900).describe('from a stop asked to the alarm where it did not take'),
});
export type Limits = z.infer<typeof limits>;

const labels = z.strictObject({
  ticket: name.default('ticket'),
  park: name.default('park'),
  hold: name.default('hold'),
  release: name.default('release'),
  approve: name.default('approve'),
  state_prefix: name.default('ticket: '),
});

/** A login, or a team as `organization/team`. */
const callable = z
  .string()
  .max(140)
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*(?:\/[A-Za-z0-9][\w.-]*)?$/, 'a login, or organization/team');

export const config = z.strictObject({
  format: z.literal(formatVersion),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9]+$/)
    .max(20)
    .default('T')
    .describe('of ids born from issues: T-42'),
  branch: name.default('signalbox').describe('the state branch'),
  workflow: name.default('signalbox.yml').describe('file name of the workflow that runs an attempt'),
  agents: z.record(name, profile).default({}),
  time_zone: z
    .string()
    .refine(isTimeZone, 'not a time zone, as Europe/Berlin is one')
    .default('UTC')
    .describe('of the times that people write without one: a name of the IANA list'),
  default_agent: name.optional().describe('the profile that works tickets which name no owner'),
  phases: z
    .record(name, phase)
    .prefault({ dev: {} })
    .superRefine((all, context) => {
      for (const { path, message } of phaseFaults(all)) context.addIssue({ code: 'custom', path, message });
    })
    .describe('what a ticket may go through; without a choice of its own it has the first'),
  people: z
    .array(callable)
    .max(10)
    .default([])
    .describe(
      'logins, or organization/team: called where a ticket needs a person and who released it cannot be',
    ),
  board: z
    .string()
    .max(500)
    .regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, 'an address like https://signalbox.example.com')
    .optional()
    .describe('where people reach the board; what `signalbox board` opens'),
  webhooks: configured.describe(
    'who is told of each transition, by a name of their own; see docs/outward.md',
  ),
  limits: limits.prefault({}),
  budgets: budgets.prefault({}).describe('what may be used; nothing is limited where nothing is said'),
  labels: labels.prefault({}),
});
export type Config = z.infer<typeof config>;

/** What holds where the repository has no config: tickets are kept, and nothing can run. */
export const defaultConfig: Config = config.parse({ format: formatVersion });

/**
 * Seconds to wait after GitHub says "completed" before a run that did not say "stopped" itself counts as ended:
 * a machine that GitHub lost keeps its agent until it has seen the head or given up reading it (rule 11).
 */
export function stopGraceSeconds({ limits }: Config): number {
  return limits.unreadable_seconds + 2 * limits.look_seconds + 2 * limits.kill_after_seconds;
}

/**
 * Seconds to wait after an attempt's deadline before it counts as lost: an agent may end at its last moment, and its
 * runner then has to look after it, push its work and hand in what it said (rule 15).
 */
export function deadlineGraceSeconds(config: Config): number {
  return stopGraceSeconds(config) + config.limits.finish_seconds;
}

/** How a runner parts that time, in milliseconds: most goes to the push of the work, the rest to the signal's two ways. */
export function finishingTimes({ limits }: Config): { workMs: number; durableMs: number; submitMs: number } {
  const part = (limits.finish_seconds * 1000) / 6;
  return { workMs: 4 * part, durableMs: part, submitMs: part };
}
