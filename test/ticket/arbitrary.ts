import fc from 'fast-check';
import type { Condition } from '../../src/ticket/condition-format.ts';
import { outcomes, priorities, type Ticket, ticket } from '../../src/ticket/format.ts';
import { states } from '../../src/ticket/states.ts';

/* Tickets that mean to be troublesome: every field filled or not, and text that looks like YAML, numbers or nothing. */

/** How often a property is tried; less often where few tries are asked for everywhere. */
export function tries(most: number): { numRuns: number } {
  return { numRuns: Math.min(most, fc.readConfigureGlobal().numRuns ?? most) };
}

const traps = [
  '',
  ' ',
  'null',
  '~',
  'true',
  'no',
  '0',
  '1e3',
  '0x1f',
  '.inf',
  '.nan',
  '12:30',
  '2026-01-01',
  '- a',
  'a: b',
  '# c',
  'a # c',
  '*a',
  '&a',
  '!t',
  '!!str x',
  '|',
  '>',
  '%YAML 1.1',
  '---',
  '...',
  '--- a',
  '<<',
  '"',
  "'",
  '{',
  '[',
  ']',
  ',',
  '?',
  '? x',
  ':',
  '@',
  '`',
  '\t',
  'a\tb',
  ' a',
  'a ',
  'a\n',
  '\na',
  'a\n\n',
  '\n\n',
  'a\n b',
  '  a\nb',
  'a\n---\nb',
  'a\n...\n',
  'a\r\nb',
  '\r',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\u0000',
  '\u0007',
  '\u007f',
  '\\n',
  '__proto__',
  'constructor',
  'é',
  '🚂',
  'x'.repeat(200),
  `${'word '.repeat(40)}\n`,
  '# heading\n\n- item\n\n```yaml\na: |\n  b\n```\n',
];

export const nasty = fc
  .oneof(
    fc.constantFrom(...traps),
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.array(fc.constantFrom(...traps), { maxLength: 4 }).map((parts) => parts.join('\n').slice(0, 400)),
  )
  .map((text) => text.replace(/\p{Surrogate}/gu, ''));

const line = nasty.map((each) => each.slice(0, 300).replace(/\p{Surrogate}/gu, ''));
const instant = fc
  .integer({ min: 0, max: 4_000_000_000 })
  .map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);
const digest = fc
  .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 64, maxLength: 64 })
  .map((hex) => hex.join(''));
const number = fc.integer({ min: 1, max: 2 ** 40 });
const id = fc.constantFrom('MC-1', 'A', '1', '1e5', 'null', 'true', '0x1f', 'T-42', 'a-b-c');
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const outside = fc.record({
  state: fc.constantFrom('todo' as const, 'in_progress' as const, 'done' as const),
  summary: nasty,
  by: line,
  at: instant,
});

const condition: fc.Arbitrary<Condition> = fc.letrec<{ any: Condition }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ until: instant, zone: line }, { requiredKeys: ['until'] }),
    fc.record({ after: fc.array(id, { minLength: 1, maxLength: 3 }) }),
    fc.record(
      { idle: line, below: fc.integer({ min: 1, max: 9 }), minutes: fc.integer({ min: 0, max: 90 }) },
      { requiredKeys: ['idle'] },
    ),
    fc.record({ checks: fc.constantFrom('main', 'release/1.0', 'null', '1e3', 'a-b') }),
    fc.constant({ desk: 'open' as const }),
    fc.record({ all: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
  ),
})).any;

const run = fc.record({ id: number, run_attempt: number, key_sha256: digest, url: line, started: instant });
const attempt = { number, claim: line, phase: line, agent: line, run: maybe(run) };
const report = fc.record({
  status: fc.constantFrom(...outcomes),
  summary: nasty,
  root_cause: line,
  stop_condition: line,
  safe_retry: fc.boolean(),
  human_input_required: fc.boolean(),
  next_actions: fc.array(line, { maxLength: 3 }),
  artifacts: fc.array(line, { maxLength: 3 }),
});
const message = fc.record({
  id: line,
  by: line,
  at: instant,
  text: nasty,
  delivered: fc.option(fc.record({ attempt: number, at: instant }), { nil: undefined }),
});
const said = fc.record(
  {
    evidence: fc.array(fc.record({ command: line, exit: maybe(fc.integer()), output: nasty }), {
      maxLength: 2,
    }),
    artifacts: fc.array(line, { maxLength: 2 }),
    pull_request: fc.record({ title: line, body: nasty }, { requiredKeys: [] }),
    options: fc.array(line, { maxLength: 3 }),
    next_actions: fc.array(line, { maxLength: 2 }),
    no_commit: line,
  },
  { requiredKeys: [] },
);
const closed = fc.record({
  ...attempt,
  outcome: fc.constantFrom(...outcomes),
  by: line,
  reason: nasty,
  signal: maybe(digest),
  report: fc.option(report, { nil: undefined }),
  said: fc.option(said, { nil: undefined }),
  started: instant,
  ended: instant,
  stopped: maybe(instant),
});
const waiting = fc.record(
  {
    kind: fc.constantFrom('parked', 'deferred', 'question'),
    reason: nasty,
    by: line,
    since: instant,
    when: condition,
    question: nasty,
    options: fc.array(line, { maxLength: 3 }),
  },
  { requiredKeys: ['kind', 'reason', 'by', 'since'] },
);
const seen = fc.dictionary(
  line.filter((key) => key !== '__proto__'),
  instant,
  { maxKeys: 5, noNullPrototype: true },
);

/** Any ticket that the schema accepts, with its defaults filled in. */
export const anyTicket: fc.Arbitrary<Ticket> = fc
  .record(
    {
      format: fc.constant(1),
      id,
      title: line.map((each) => each || 'a title').map((each) => each.slice(0, 200)),
      issue: maybe(number),
      state: fc.constantFrom(...states),
      waiting: maybe(waiting),
      blocked: maybe(fc.record({ code: line, reason: nasty, since: instant })),
      hold: fc.boolean(),
      owner: maybe(line),
      priority: fc.constantFrom(...priorities),
      created: maybe(instant),
      phases: fc.array(line, { minLength: 1, maxLength: 4 }),
      phase: line,
      not_before: maybe(instant),
      start_when: maybe(condition),
      woken: maybe(fc.record({ when: fc.record({ idle: line }), at: instant })),
      after: fc.array(id, { maxLength: 3 }),
      parent: maybe(id),
      children: fc.dictionary(id, fc.constantFrom('done' as const, 'cancelled' as const), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      body: nasty,
      released: maybe(fc.record({ by: line, at: instant })),
      messages: fc.array(message, { maxLength: 3 }),
      attempt: maybe(fc.record({ ...attempt, claimed: instant, check_in_by: instant })),
      attempts: fc.array(closed, { maxLength: 4 }),
      seen,
      restricted_at: maybe(instant),
      mirrored: maybe(digest),
      mirror: fc.boolean(),
      reports: fc.array(outside, { maxLength: 3 }),
      lifetime: fc.record({ attempts: fc.nat(), retries: fc.nat(), granted: fc.nat(), minutes: fc.nat() }),
    },
    { requiredKeys: ['format', 'id', 'title'] },
  )
  .map((each) => ticket.parse(each));
