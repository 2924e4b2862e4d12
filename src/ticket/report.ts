import type { Config } from './config.ts';
import type { ClosedAttempt, Report, Ticket } from './format.ts';
import { artifactPath, workArtifact, workRef } from './paths.ts';
import { quoteWords } from './quotes.ts';
import { type ReasonCode, reasons } from './reasons.ts';
import type { Request } from './requests.ts';

/*
 * The terminal report: what people and the next agent have to know of an attempt that ended without a completion of its
 * own. It is written into the closed attempt in the commit that closes it, as things were then; the comment on the
 * issue is made from it (`sentences.ts`).
 */

/** Why an attempt ended: a stable code, what was seen, and the last words of its agent (null where nobody can tell). */
interface Cause {
  code: ReasonCode;
  seen: string;
  words: string | null;
}

/** Characters of last words that a report keeps; the whole is in the log of the run. */
const wordsLimit = 1_000;
const lineLimit = 300;

/** What a runner says that stopped its agent, or kept it from a start: by it such an end is told from a failure of the agent's own. */
export const stopsSeen = {
  'time-limit': 'The agent was stopped at its time limit.',
  'head-unreadable': 'The agent was stopped because the head could not be read.',
  'setup-failed': "No agent was started, since the team's set-up of the machine failed.",
} as const;

/** What stands between the facts and the last words in the summary of a failure; written by the runner. */
export const lastWordsLead = 'Its last words:\n';

/** `after` with the report of the attempt that this request closed in `before`; as it is where none is due. */
export function withReport(before: Ticket, after: Ticket, request: Request, config: Config): Ticket {
  const closed = after.attempts.at(-1);
  const cause = causeOf(request);
  if (!cause || !closed || !before.attempt || after.attempt) return after;
  const report = terminalReport(after, closed, cause, config);
  return { ...after, attempts: [...after.attempts.slice(0, -1), { ...closed, report }] };
}

/** Null for a request after which nothing is to be explained: a completion, a question, a person's stop. */
function causeOf(request: Request): Cause | null {
  switch (request.kind) {
    case 'lost':
      return { code: request.code, seen: request.reason, words: request.last_words ?? null };
    case 'quota':
      return {
        code: 'quota',
        seen: `Until ${request.until}: ${request.line}`,
        words: request.last_words ?? null,
      };
    case 'undispatchable':
    case 'expire':
      return { code: codeOf(request.code), seen: request.reason, words: wordsIn(request) };
    case 'signal': {
      if (request.signal?.kind !== 'failed') return null;
      const { summary } = request.signal;
      const [seen = '', ...more] = summary.split('\n\n');
      const at = summary.indexOf(lastWordsLead);
      const words = at < 0 ? more.join('\n\n') : summary.slice(at + lastWordsLead.length);
      const stops = Object.keys(stopsSeen) as (keyof typeof stopsSeen)[];
      const code = stops.find((one) => stopsSeen[one] === seen) ?? 'agent-failed';
      return { code, seen, words: words || null };
    }
    default:
      return null;
  }
}

const wordsIn = (request: Request): string | null =>
  'last_words' in request ? (request.last_words ?? null) : null;

function codeOf(code: string): ReasonCode {
  return Object.hasOwn(reasons, code) ? (code as ReasonCode) : 'internal';
}

/** @param ticket as it stands after the attempt was closed */
function terminalReport(
  ticket: Ticket,
  attempt: ClosedAttempt,
  { code, seen, words }: Cause,
  config: Config,
): Report {
  const { hint, again = true } = advice[code] ?? {};
  const line = (text: string) => cutLine(text.replace(/\s+/g, ' ').trim());
  return {
    status: attempt.outcome,
    summary: words === null ? lastOf(seen) : lastOf(words) || 'Its agent printed nothing.',
    root_cause: line(`${code}: ${reasons[code]}`),
    stop_condition: line(seen) || line(reasons[code]),
    safe_retry: again,
    human_input_required: needsPerson(ticket),
    next_actions: [
      whatComes(ticket),
      ...(hint ? [hint(attempt, config)] : []),
      ...(attempt.said?.next_actions ?? []).map((one) => `Its agent says: ${one}`),
    ]
      .slice(0, 10)
      .map(line),
    artifacts: artifactsOf(ticket, attempt),
  };
}

/** What a person can do about a cause, and whether another attempt may go well (`again`) if nobody does. */
const advice: Partial<
  Record<
    ReasonCode,
    { hint: (attempt: Pick<ClosedAttempt, 'agent'>, config: Config) => string; again?: boolean }
  >
> = {
  'agent-failed': { hint: () => 'Its last words may name what to mend.' },
  'run-ended-silent': {
    hint: () =>
      'Read the log of its run: an agent has to end with `DONE:`, `REVIEW:` or `QUESTION:`. Where it says `unsaid`, what was said stands there, and the work may be an artifact of the run.',
  },
  'needs-commit': {
    hint: () =>
      'What it claimed lies in quarantine: `/accept` it there, or tell the next agent what to commit.',
  },
  'needs-verdict': {
    hint: () =>
      'Its phase reviews: an agent has to end with `APPROVED:` or `REJECTED:`. Look at what its prompt says of that.',
  },
  'run-gone': {
    hint: () => 'A run was deleted while its ticket was worked: cancel a run, or `/park`, instead.',
  },
  rerun: { hint: () => 'Do not run a run again in Actions; `/retry` or `/release` starts another attempt.' },
  'never-bound': {
    hint: (_, { workflow }) =>
      `See in Actions why no run of \`${workflow}\` came as far as its gate: no machine was free, or a step before it failed.`,
  },
  'time-limit': {
    hint: ({ agent }) =>
      `If ${agent} needs longer, raise its \`time_limit_minutes\`; else make the ticket smaller.`,
  },
  'head-unreadable': { hint: () => 'See whether its machine reaches the repository.' },
  'setup-failed': {
    hint: () =>
      'Mend `.github/signalbox/setup.sh` on the default branch; the log of the run has what it printed.',
  },
  quota: {
    hint: ({ agent }) =>
      `${agent} is paused until then, and tries one ticket first. It costs no retry. Whoever knows better says \`/resume ${agent}\`.`,
  },
  budget: {
    hint: () =>
      'See what it was used for. A retry or a release grants one more attempt; else raise `budgets` in the config, or lower what the ticket asks for.',
    again: false,
  },
  'breaker-starts': {
    hint: () => 'See in the evidence of its attempts why they end so soon, and mend that first.',
    again: false,
  },
  'no-workflow': {
    hint: (_, { workflow }) =>
      `Put \`.github/workflows/${workflow}\`, with \`workflow_dispatch\`, on the default branch; then \`/retry\`.`,
    again: false,
  },
  'dispatch-refused': { hint: () => 'Mend what GitHub names; then `/retry`.', again: false },
};

/** What a person can do about a cause, if there is a word on it. */
export function adviceOn(
  code: ReasonCode,
  attempt: ClosedAttempt | undefined,
  config: Config,
): string | null {
  return advice[code]?.hint({ agent: attempt?.agent ?? 'its agent' }, config) ?? null;
}

/** No half of a character is left at its end: a file could not be read with it. */
function cutLine(text: string): string {
  return text.slice(0, lineLimit).replace(/\p{Surrogate}/gu, '');
}

/** The end of a text that is too long. */
function lastOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length <= wordsLimit) return trimmed;
  return `[…] ${trimmed.slice(-wordsLimit).replace(/^\p{Surrogate}/u, '')}`;
}

function needsPerson({ state, waiting }: Ticket): boolean {
  return state === 'blocked' || (state === 'waiting' && !waiting?.when);
}

function whatComes({ state, not_before, waiting, lifetime }: Ticket): string {
  switch (state) {
    case 'todo':
      return not_before
        ? `Nobody has to do anything: it is tried again after ${not_before}, its retry ${lifetime.retries}.`
        : 'Nobody has to do anything: it is tried again.';
    case 'blocked':
      return 'It is not tried again by itself: `/retry` or `/release` by somebody with write access grants it more.';
    default:
      return `It waits (${waiting?.reason || waiting?.kind || state})${waiting?.when ? '' : ': `release` lets it go on'}.`;
  }
}

/** Where what is left of the attempt is to be found. */
function artifactsOf(ticket: Ticket, attempt: ClosedAttempt): string[] {
  const { run } = attempt;
  return run ? [`work: ${workPlace(ticket, attempt)}`, `log: ${run.url}`] : [];
}

/** Where the work of an attempt is, and the commands that fetch it. */
export function workPlace({ id }: Pick<Ticket, 'id'>, { number, run, bundled }: ClosedAttempt): string {
  const ref = workRef(id, number);
  if (!bundled) return `\`git fetch origin ${ref}\``;
  const { name, file } = workArtifact(id, number);
  const fetch = `gh run download ${run?.id} --name ${name} && git fetch ./${file} ${ref}`;
  return `its push was not taken, so it is an artifact of the run: \`${fetch}\``;
}

/** Where an artifact of an attempt is, and the command that shows it: not with a name that a shell would take for more. */
export function artifactPlace(
  ticket: Pick<Ticket, 'id'>,
  { number, bundled }: ClosedAttempt,
): (path: string) => string {
  const ref = workRef(ticket.id, number);
  const isPlain = (path: string) => /^[\w./@+ -]+$/.test(path);
  const fetch = (path: string) =>
    `\`git fetch origin ${ref} && git show 'FETCH_HEAD:${artifactPath(path)}'\``;
  return (path) => `${quoteWords(path, 300)}: ${!bundled && isPlain(path) ? fetch(path) : 'with the work'}`;
}
