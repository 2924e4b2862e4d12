import { z } from 'zod';

/*
 * What a signal says besides its verdict and its words. All of it is optional; none of it decides anything but
 * `no_commit` and `phase`. It is cut to what people read and a ticket's file can hold, never refused for its length.
 */

const line = z.string().max(2_000);
const text = z.string().max(64 * 1024);

export const saidShape = {
  evidence: z
    .array(
      z.strictObject({
        command: line,
        exit: z
          .number()
          .int()
          .nullable()
          .default(null)
          .describe('its exit status; null where it is not known'),
        output: text.default('').describe('what it printed; the end of it is kept'),
      }),
    )
    .max(100)
    .optional()
    .describe('commands that were run to see that it is so, and what they printed'),
  artifacts: z
    .array(line)
    .max(100)
    .optional()
    .describe('files of the work tree that people should have, or addresses (https://…)'),
  pull_request: z
    .strictObject({ title: line.optional(), body: text.optional() })
    .optional()
    .describe('what the pull request should say'),
  options: z.array(line).max(20).optional().describe('answers to choose from, of a question'),
  next_actions: z.array(line).max(20).optional().describe('what somebody should do next'),
  no_commit: line.optional().describe('why there is no commit, where the phase needs one'),
  findings: z
    .array(
      z.strictObject({
        path: line.describe('of the file, in the repository'),
        line: z.number().int().positive().nullable().default(null),
        text: text.describe('what is wrong there, and what would be right'),
      }),
    )
    .max(200)
    .optional()
    .describe('of a review: what is to be changed, and where'),
  phase: line.optional().describe('of a rejection: the phase that it goes back to'),
};

const said = z.strictObject(saidShape);
export type Said = z.infer<typeof said>;

/** Whether an artifact is an address, and no file. */
export function isAddress(artifact: string): boolean {
  return /^https?:\/\//i.test(artifact);
}

const most = {
  evidence: 10,
  command: 300,
  output: 1_000,
  artifacts: 20,
  options: 10,
  nextActions: 10,
  line: 300,
  body: 6_000,
  findings: 50,
  finding: 1_000,
};

/** The details of a signal, cut; undefined where it has none. Cutting what was cut changes nothing. */
export function saidOf(signal: Said): Said | undefined {
  const { evidence, artifacts, pull_request: pull, options, next_actions: next, no_commit: none } = signal;
  const { findings, phase } = signal;
  const cut: Said = {
    evidence: evidence?.slice(0, most.evidence).map(shortEvidence),
    artifacts: lines(artifacts, most.artifacts),
    pull_request: pull && shortPull(pull),
    options: lines(options, most.options),
    next_actions: lines(next, most.nextActions),
    no_commit: none && oneLine(none),
    findings: findings?.slice(0, most.findings).map(shortFinding),
    phase: phase && oneLine(phase),
  };
  const kept = Object.entries(cut).filter(([, value]) => value && Object.keys(value).length > 0);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function shortEvidence({ command, exit, output }: NonNullable<Said['evidence']>[number]) {
  return { command: oneLine(command), exit, output: endOf(lined(output).trimEnd(), most.output) };
}

function shortFinding({ path, line: at, text: words }: NonNullable<Said['findings']>[number]) {
  return { path: oneLine(path), line: at, text: beginOf(lined(words).trim(), most.finding) };
}

function shortPull({ title, body }: NonNullable<Said['pull_request']>): NonNullable<Said['pull_request']> {
  return {
    ...(title ? { title: oneLine(title).slice(0, 200) } : {}),
    ...(body ? { body: beginOf(lined(body).trim(), most.body) } : {}),
  };
}

const lines = (all: readonly string[] = [], limit: number): string[] =>
  all
    .map(oneLine)
    .filter((one) => one !== '')
    .slice(0, limit);

const oneLine = (words: string): string =>
  whole(plain(words).replace(/\s+/g, ' ').trim().slice(0, most.line)).trimEnd();

/** Without what no file of ours can hold. */
export function plain(words: string): string {
  return words.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/gu, '');
}

/** In lines: what begins one for Markdown is its only end here, or words could leave the block that they stand in. */
const lined = (words: string): string => plain(words.replace(/\r\n?/g, '\n'));

const cutMark = '[…]';

function endOf(words: string, limit: number): string {
  return words.length <= limit ? words : `${cutMark}${whole(words.slice(cutMark.length - limit))}`;
}

function beginOf(words: string, limit: number): string {
  return words.length <= limit ? words : `${whole(words.slice(0, limit - cutMark.length))}${cutMark}`;
}

/** No half of a character is left where a text was cut. */
const whole = (words: string): string => words.replace(/\p{Surrogate}/gu, '');
