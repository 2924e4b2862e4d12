import { z } from 'zod';
import { amounts, spentShape, usage } from './budget-format.ts';
import { condition } from './condition-format.ts';
import { commit, hexDigest, instant, line, text, ticketId } from './fields.ts';
import { lifetime } from './lifetime-format.ts';
import { outsideShape } from './outside-shape.ts';
import { judged, progressShape } from './progress-shape.ts';
import { saidShape } from './said.ts';
import { states } from './states.ts';

/*
 * The files on the state branch. One zod schema each: source of the types, of validation, and of the published
 * JSON Schemas. Every object is strict: an unknown field is a person's slip of the pen or a newer Signalbox, and
 * in both cases better said than dropped.
 */

/** The newest file format this code reads. A newer one is refused, never guessed. */
export const formatVersion = 1;

const format = z.literal(formatVersion);

export const priorities = ['urgent', 'high', 'normal', 'low'] as const;
export type Priority = (typeof priorities)[number];

const waiting = z.strictObject({
  kind: z.enum(['parked', 'deferred', 'question']),
  when: condition.optional(),
  question: text.optional(),
  options: z.array(line).max(20).optional().describe('answers that the agent offers'),
  reason: text.default(''),
  by: line,
  since: instant,
  outside: z.literal(true).optional().describe('a report of work elsewhere said so; another may end it'),
});
export type Waiting = z.infer<typeof waiting>;

/** What keeps an agent from its job's files and token. */
const isolation = z
  .enum(['user', 'none'])
  .describe(
    '`user`: its agent has a user of its own; `none`: it can read what its job can, the token included',
  );
export type Isolation = z.infer<typeof isolation>;

/** The run bound to an attempt at the gate: the Actions run, its `run_attempt`, and the hash of the runner's key. */
const boundRun = z.strictObject({
  id: z.number().int().positive(),
  run_attempt: z.number().int().positive(),
  key_sha256: hexDigest,
  url: line,
  started: instant,
  isolation: isolation.optional(),
});

const bundled = z.boolean().optional();

const attempt = z.strictObject({
  number: z.number().int().positive(),
  claim: line,
  phase: line,
  agent: line,
  commit: judged,
  claimed: instant,
  check_in_by: instant,
  run: boundRun.nullable(),
});
export type Attempt = z.infer<typeof attempt>;

export const outcomes = [
  'done',
  'review',
  'approved',
  'rejected',
  'question',
  'failed',
  'lost',
  'parked',
  'cancelled',
  'interrupted',
  'merged',
  'undispatchable',
  'blocked',
  'quota',
] as const;
export type Outcome = (typeof outcomes)[number];

const message = z.strictObject({
  id: line
    .default('')
    .describe('of the request that brought it: a comment `c204`, or one of the command line'),
  by: line,
  at: instant,
  text,
  delivered: z
    .strictObject({ attempt: z.number().int().positive(), at: instant })
    .optional()
    .describe('the first attempt whose agent was given it'),
});
export type Message = z.infer<typeof message>;

const report = z.strictObject({
  status: z.enum(outcomes),
  summary: text.describe('the last words of its agent, or what is known'),
  root_cause: line.describe('a reason code, and what it means'),
  stop_condition: line.describe('what was seen that ended it'),
  safe_retry: z.boolean().describe('whether another attempt may go well though nobody mends anything'),
  human_input_required: z.boolean().describe('whether it goes on only by what a person does'),
  next_actions: z.array(line).max(10),
  artifacts: z.array(line).max(10).describe('where what is left of it is to be found'),
});
export type Report = z.infer<typeof report>;

const closedAttempt = z.strictObject({
  number: z.number().int().positive(),
  claim: line,
  phase: line,
  agent: line,
  commit: judged,
  run: boundRun.nullable(),
  outcome: z.enum(outcomes),
  by: line.describe('who or what ended it'),
  reason: text.default(''),
  signal: hexDigest.nullable().describe('digest of the accepted signal'),
  work: commit.optional().describe('commit that the accepted signal named as its work'),
  report: report
    .optional()
    .describe('of an attempt that ended without a completion of its own, as things were then'),
  bundled: bundled.describe('whether its work could not be pushed and is an artifact of its run'),
  usage: usage.optional().describe('what its agent reported to have used'),
  said: z.strictObject(saidShape).optional().describe('what else its accepted signal said, cut'),
  accepted: z
    .strictObject({
      kind: z.enum(['done', 'review', 'question']),
      summary: text,
      work: commit.optional(),
      said: z.strictObject(saidShape).optional(),
      digest: hexDigest,
      by: line,
      at: instant,
    })
    .optional()
    .describe('a signal of it that was refused at first, and what a person took it for who accepted it'),
  started: instant,
  ended: instant,
  stopped: instant
    .nullable()
    .describe('when its run was seen to have ended; null means: still being stopped'),
});
export type ClosedAttempt = z.infer<typeof closedAttempt>;

export const ticket = z.strictObject({
  format,
  id: ticketId,
  title: z.string().min(1).max(256),
  issue: z.number().int().positive().nullable().default(null),
  state: z.enum(states).default('inbox'),
  waiting: waiting.nullable().default(null),
  blocked: z.strictObject({ code: line, reason: text, since: instant }).nullable().default(null),
  hold: z.boolean().default(false),
  owner: line.nullable().default(null).describe("an agent profile, or a person's login"),
  priority: z.enum(priorities).default('normal'),
  created: instant.nullable().default(null),
  phases: z.array(line).min(1).max(20).default(['dev']),
  phase: line.default('dev'),
  ...progressShape,
  budget: amounts
    .nullable()
    .default(null)
    .describe('what it may use in its lifetime, where that is less than the config says'),
  not_before: instant.nullable().default(null),
  todo_since: instant
    .nullable()
    .default(null)
    .describe('since when an agent could take it, as far as it is up to the ticket'),
  start_when: condition.nullable().default(null).describe('asked again at the claim'),
  woken: z
    .strictObject({ when: condition, at: instant })
    .nullable()
    .default(null)
    .describe('its own condition that released it last'),
  after: z
    .array(ticketId)
    .max(50)
    .default([])
    .describe('tickets that must be done before an agent takes this one'),
  parent: ticketId.nullable().default(null).describe('the ticket that this one is a part of'),
  children: z
    .record(ticketId, z.enum(['done', 'cancelled']))
    .default({})
    .describe('how parts of it ended that are closed; the open ones name it as their parent'),
  body: text.default(''),
  released: z.strictObject({ by: line, at: instant }).nullable().default(null),
  messages: z.array(message).max(200).default([]).describe('what people say to its agents'),
  attempt: attempt.nullable().default(null),
  attempts: z.array(closedAttempt).default([]),
  seen: z
    .record(line, instant)
    .default({})
    .describe('requests already carried out: source id to its time; and digests of what was discarded'),
  restricted_at: instant.nullable().default(null).describe('the latest park, hold or cancel carried out'),
  mirrored: hexDigest.nullable().default(null).describe('digest of the title and body last mirrored'),
  ...outsideShape,
  lifetime: lifetime.prefault({}),
});
export type Ticket = z.infer<typeof ticket>;

const signalKinds = ['done', 'review', 'approved', 'rejected', 'question', 'failed'] as const;
export type SignalKind = (typeof signalKinds)[number];

/** What a worker says, on whichever channel. `key` proves which run speaks; `run`, where given, must be the bound one. */
export const signal = z.strictObject({
  format,
  ticket: ticketId,
  attempt: z.number().int().positive(),
  kind: z.enum(signalKinds),
  summary: text,
  run: z
    .strictObject({ id: z.number().int().positive(), run_attempt: z.number().int().positive() })
    .nullable()
    .default(null),
  key: z.string().max(200).default(''),
  agent_gone: z
    .boolean()
    .default(false)
    .describe("the runner's word that every process of the agent has ended"),
  work: commit.optional().describe('commit of the work it speaks of; only that is ever shown'),
  unchanged: z.boolean().optional().describe("the runner's word that this work adds no commit"),
  bundled: bundled.describe('whether the work could not be pushed and is an artifact of the run'),
  usage: usage.optional().describe('what the agent reported to have used'),
  ...saidShape,
});
export type Signal = z.infer<typeof signal>;

/** A refused signal, whole, as `quarantine/<ID>/<attempt>-<digest>.yaml` keeps it. Its key is burnt, not kept. */
export const quarantined = z.strictObject({
  format,
  ticket: z.string().max(200),
  attempt: z.number().int().nonnegative(),
  digest: hexDigest,
  code: line,
  reason: text,
  state: line.describe("the ticket's state at the head that refused it"),
  channel: line,
  actor: line,
  at: instant,
  signal: z.union([signal, z.strictObject({ unreadable: text })]),
});
export type Quarantined = z.infer<typeof quarantined>;

const pausedProfile = z.strictObject({
  until: instant.nullable(),
  reason: text,
  by: line,
  since: instant.optional(),
  draining: z.boolean().optional().describe('what it works is parked, too'),
  breaker: z.boolean().optional().describe('paused since its attempts failed one after another'),
  probe: z
    .boolean()
    .optional()
    .describe("paused by its provider's limit: from `until` on one attempt at a time, until one has worked"),
});

export const desk = z.strictObject({
  format,
  serving_since: instant
    .nullable()
    .default(null)
    .describe('written once, by Signalbox; what people asked before means nothing'),
  paused: z.boolean().default(false).describe('nothing starts'),
  draining: z.boolean().default(false).describe('nothing starts, and what runs is parked'),
  by: line.nullable().default(null),
  since: instant.nullable().default(null),
  profiles: z.record(line, pausedProfile).default({}).describe('paused agent profiles'),
  last_ran: z
    .record(line, z.array(instant).max(1000))
    .default({})
    .describe('for each agent, when 1, 2, … of its attempts last ran at the same time, within a week'),
  failures: z
    .record(line, z.number().int().positive())
    .default({})
    .describe('of each profile, how many attempts failed in a row'),
  spent: z
    .strictObject({ day: z.string().regex(/^\d{4}-\d\d-\d\d$/), ...spentShape })
    .optional()
    .describe('by attempts that ended on this day (UTC)'),
  starts: z.array(instant).max(10_000).default([]).describe('claims of the last hour'),
  seen: z.record(line, instant).default({}),
});
export type Desk = z.infer<typeof desk>;

/** A desk with every switch off. */
export const openDesk: Desk = desk.parse({ format: formatVersion });

/** What a broken `desk.yaml` means: who broke it may have meant to stop everything, so nothing starts. */
export const pausedDesk: Desk = { ...openDesk, paused: true };
