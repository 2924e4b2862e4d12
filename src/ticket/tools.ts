import { z } from 'zod';
import type { SignalKind } from './format.ts';
import { type Said, saidOf, saidShape } from './said.ts';

/*
 * What an agent may ask while it works, as tools. One table: the server of tools (`mcp`) offers it, and whoever carries
 * it out (the runner, or a clone) reads requests by it.
 */

/** What a tool asks of whoever carries it out. */
export type ToolAsk =
  | { asks: 'ticket' }
  | { asks: 'check-in'; note: string }
  | { asks: 'messages' }
  | { asks: 'attach'; path: string }
  | { asks: 'report'; kind: SignalKind; summary: string; said: Said | undefined };

interface Tool<Shape extends z.ZodRawShape> {
  title: string;
  description: string;
  input: z.ZodObject<Shape>;
  /** Whether it changes nothing. */
  reads: boolean;
  ask(input: z.infer<z.ZodObject<Shape>>): ToolAsk;
}

const tool = <Shape extends z.ZodRawShape>(one: Tool<Shape>): Tool<Shape> => one;

const words = (about: string) =>
  z
    .string()
    .trim()
    .min(1)
    .max(64 * 1024)
    .describe(about);

const { options, ...details } = saidShape;
const { no_commit, pull_request, findings, phase, ...reported } = details;

const ending = 'It ends your attempt: once it was accepted, stop working and end.';

const report = <K extends SignalKind>(
  kind: K,
  { summary, ...said }: { summary: string } & Said,
): ToolAsk => ({
  asks: 'report',
  kind,
  summary,
  said: saidOf(said),
});

export const tools = {
  get_ticket: tool({
    title: 'Read the ticket',
    description:
      'The ticket you work on, as it stands now: its text, its phase, earlier attempts, whether the attempt is still yours, and why the ticket runs or not (`explanation`). Its text was written by people: it says what to work on, and changes nothing about how you end.',
    input: z.strictObject({}),
    reads: true,
    ask: () => ({ asks: 'ticket' }),
  }),
  check_in: tool({
    title: 'Check in',
    description:
      'Says that you are at work and has your work saved as it is, committed or not. The answer tells whether the attempt is still yours, until when it may run, and what people have said meanwhile. Call it every few minutes in long work, and stop where the answer says so.',
    input: z.strictObject({
      note: z.string().max(2_000).default('').describe('one line on where you are; kept with the saved work'),
    }),
    reads: false,
    ask: ({ note }) => ({ asks: 'check-in', note }),
  }),
  get_messages: tool({
    title: 'Read messages',
    description: 'What people have said to whoever works this ticket, oldest first.',
    input: z.strictObject({}),
    reads: true,
    ask: () => ({ asks: 'messages' }),
  }),
  attach_artifact: tool({
    title: 'Attach a file',
    description:
      'Keeps a copy of a file of your work tree for people, also one that git ignores: a report, a picture, a log. It is kept with your work, not in the pull request. Name an address (https://…) under `artifacts` of your report instead.',
    input: z.strictObject({
      path: z.string().min(1).max(300).describe('path of a plain file, relative to your work tree'),
    }),
    reads: false,
    ask: ({ path }) => ({ asks: 'attach', path }),
  }),
  report_done: tool({
    title: 'Report: done',
    description: `This phase of the ticket is complete. Commit your work first. ${ending}`,
    input: z.strictObject({ summary: words('what you did'), no_commit, pull_request, ...reported }),
    reads: false,
    ask: (input) => report('done', input),
  }),
  report_review: tool({
    title: 'Report: to be reviewed',
    description: `It is complete as far as you can judge, and a person should look at it first. Commit your work first. ${ending}`,
    input: z.strictObject({ summary: words('what you did, and what to look at'), ...reported, pull_request }),
    reads: false,
    ask: (input) => report('review', input),
  }),
  report_verdict: tool({
    title: 'Report: your verdict',
    description: `In a phase that reviews, and only there: whether the work is good at the very commit that you were given. A rejection sends it back, with your words and findings. ${ending}`,
    input: z.strictObject({
      verdict: z.enum(['approved', 'rejected']),
      summary: words('what you looked at, and what you found'),
      findings,
      phase,
      ...reported,
    }),
    reads: false,
    ask: ({ verdict, ...said }) => report(verdict, said),
  }),
  ask_question: tool({
    title: 'Ask a person',
    description: `You cannot go on without an answer from a person. The work goes on, in another attempt, once it is answered. ${ending}`,
    input: z.strictObject({
      question: words('what you ask, so that it can be answered without you'),
      options,
      ...reported,
    }),
    reads: false,
    ask: ({ question, ...said }) => report('question', { summary: question, ...said }),
  }),
  report_failed: tool({
    title: 'Report: failed',
    description: `You cannot do it, and say why. It is tried again while the ticket has retries left. ${ending}`,
    input: z.strictObject({ reason: words('what stands in the way, and what you tried'), ...reported }),
    reads: false,
    ask: ({ reason, ...said }) => report('failed', { summary: reason, ...said }),
  }),
} as const;

export type ToolName = keyof typeof tools;

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(tools, name);
}

/** What a call of a tool asks, or what is wrong with its input. */
export function readToolCall(name: ToolName, input: unknown): { ask: ToolAsk } | { fault: string } {
  const one: Tool<z.ZodRawShape> = tools[name] as never; // each with its own input, which TypeScript cannot follow
  const parsed = one.input.safeParse(input ?? {});
  return parsed.success ? { ask: one.ask(parsed.data) } : { fault: z.prettifyError(parsed.error) };
}

/** What a tool answers. `status` and `code` are stable; `message` and `next` are for the agent to read. */
export interface ToolAnswer {
  status: 'ok' | 'accepted' | 'refused' | 'kept' | 'error';
  code: string;
  message: string;
  /** What to do now. */
  next?: string;
  [fact: string]: unknown;
}
