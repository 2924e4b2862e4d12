import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { type SignalKind, signal as signalSchema } from '../ticket/format.ts';
import { type Said, saidOf, saidShape } from '../ticket/said.ts';
import { parseYaml } from '../ticket/yaml.ts';
import { hidden } from './output.ts';

/** What an agent ended with. */
export interface Verdict {
  kind: SignalKind;
  summary: string;
  /** What it says beside that. */
  said?: Said | undefined;
}

const words = {
  DONE: 'done',
  REVIEW: 'review',
  APPROVED: 'approved',
  REJECTED: 'rejected',
  QUESTION: 'question',
} as const;
const verdictLine = /^\s*(?:\*\*)?(DONE|REVIEW|APPROVED|REJECTED|QUESTION):(?:\*\*)?(?:\s+(.*))?$/;
const placeholder = /^(?:<[^<>]*>|\[[^[\]]*\]|\.{3}|…)?[.\s]*$/;

/**
 * The verdict in an agent's output: the last line of its last paragraph that begins with one of the words and a colon, with the
 * lines that follow it there. A line that stands in the prompt is an echo and counts for nothing, with or without the
 * prompt's `> `; so does a placeholder such as `DONE: <summary>`.
 */
export function readVerdict(output: string, prompt: string): Verdict | null {
  const echoes = new Set(linesOf(prompt).map(bare));
  const paragraph = lastParagraph(linesOf(stripVTControlCharacters(output)));
  for (let at = paragraph.length - 1; at >= 0; at--) {
    const line = paragraph[at] ?? '';
    const [, word, rest = ''] = verdictLine.exec(line) ?? [];
    if (!word || echoes.has(bare(line))) continue;
    const summary = [rest.trim(), ...paragraph.slice(at + 1)].join('\n').trim();
    if (placeholder.test(summary)) continue;
    return { kind: words[word as keyof typeof words], summary };
  }
  return null;
}

// Strict like every format: an unknown field is a slip better said than dropped.
const fileSchema = signalSchema
  .pick({ kind: true, summary: true })
  .extend(
    signalSchema
      .pick({ format: true, ticket: true, attempt: true, run: true, key: true, agent_gone: true })
      .partial().shape,
  )
  .extend(saidShape);

/**
 * The verdict in the text of a signal file: `kind`, `summary` and details, and whatever else a signal has. Null with the fault
 * where it cannot be read, or where it names another ticket or attempt (a file left over in the repository). `hide` goes
 * before anything is cut, since half a secret is not known.
 */
export function readSignalFile(
  text: string,
  job: { ticket: string; attempt: number },
  hide: (text: string) => string,
): { verdict: Verdict | null; fault: string | null } {
  const { value, broken } = parseYaml(text);
  if (broken) return { verdict: null, fault: broken.message };
  const parsed = fileSchema.safeParse(hidden(value, hide));
  if (!parsed.success) return { verdict: null, fault: z.prettifyError(parsed.error) };
  const { kind, summary, ticket = job.ticket, attempt = job.attempt, ...rest } = parsed.data;
  if (ticket !== job.ticket || attempt !== job.attempt) {
    return { verdict: null, fault: `it speaks for ${ticket} #${attempt}` };
  }
  if (placeholder.test(summary.trim())) return { verdict: null, fault: 'its summary says nothing' };
  return { verdict: { kind, summary: summary.trim(), said: saidOf(rest) }, fault: null };
}

/** From the one that lets the ticket go on least to the one that lets it go on most. */
const mostRestrictive: readonly SignalKind[] = [
  'failed',
  'question',
  'rejected',
  'review',
  'approved',
  'done',
];

/**
 * One verdict out of what was said on both channels. Where they differ the more restrictive counts (S2) and the other's
 * words are kept behind it.
 */
export function mergeVerdicts(spoken: Verdict | null, written: Verdict | null): Verdict | null {
  if (!spoken || !written) return spoken ?? written;
  if (spoken.summary === written.summary && spoken.kind === written.kind) return written;
  const rank = (verdict: Verdict) => mostRestrictive.indexOf(verdict.kind);
  const [chosen, other] = rank(spoken) < rank(written) ? [spoken, written] : [written, spoken];
  return { ...chosen, summary: withClaim(chosen.summary, 'It also said', other) };
}

/** `text`, followed by the words of a claim that does not count by itself. */
export function withClaim(text: string, lead: string, claim: Verdict | null): string {
  return claim ? `${text}\n\n${lead} ${claim.kind.toUpperCase()}: ${claim.summary}` : text;
}

const linesOf = (text: string): string[] => text.split(/\r\n|\r|\n/);

/** A line without quote marks, bold marks and space around it: how an echo is recognised. */
const bare = (line: string): string =>
  line
    .replace(/^[\s>]+/, '')
    .replaceAll('**', '')
    .trim();

function lastParagraph(lines: readonly string[]): string[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.trim() === '') end--;
  let start = end;
  while (start > 0 && lines[start - 1]?.trim() !== '') start--;
  return lines.slice(start, end);
}
