// Stryker disable StringLiteral: words for people, not rules
import { findingLines } from './prompt-review.ts';
import { harmless, linesOf, quote } from './quotes.ts';
import { isAddress, type Said } from './said.ts';

/*
 * The details of a signal, as people read them on the issue and in the pull request.
 */

/** Answers that an agent offers, as a list to choose from; empty where there is none. */
export function optionLines(options: readonly string[] | undefined): string[] {
  return options?.length ? ['', ...options.map((one, at) => `${at + 1}. ${harmless(one)}`)] : [];
}

/** Lines of a list. `place` says where the copies of its files are to be found; null where there are none. */
export function saidLines(said: Said | undefined, place: ((path: string) => string) | null): string[] {
  if (!said) return [];
  const { evidence = [], artifacts = [], next_actions: next = [], no_commit: none } = said;
  return [
    ...(none ? [`- No commit, because: ${harmless(none)}`] : []),
    ...nested('What it found out by running', evidence.flatMap(evidenceLines)),
    ...nested(
      'Artifacts',
      artifacts.map((one) =>
        isAddress(one) || one.includes(' (not kept: ') || !place ? harmless(one) : place(one),
      ),
    ),
    ...nested('Findings', findingLines(said).map(harmless)),
    ...nested('What should be done next, it says', next.map(harmless)),
  ];
}

function evidenceLines({ command, exit, output }: NonNullable<Said['evidence']>[number]): string[] {
  const status = exit === null ? '' : `: exit status ${exit}`;
  const printed = output === '' ? [] : ['', ...fenced(output), ''];
  return [`${code(command)}${status}`, ...printed.map((line) => (line === '' ? '' : `  ${line}`))];
}

/** A block of code whose text cannot end it. */
function fenced(text: string): string[] {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map(({ length }) => length + 1)));
  return [`${fence}text`, ...linesOf(text), fence];
}

const code = (given: string): string => {
  const text = linesOf(given).join(' ');
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(1, ...runs.map(({ length }) => length + 1)));
  const pad = /^`|`$/.test(text) ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
};

function nested(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const item = (line: string) => (line === '' ? '' : line.startsWith('  ') ? `  ${line}` : `  - ${line}`);
  return [`- ${title}:`, ...lines.map(item)];
}

/** What a pull request says: the agent's own words for it, else its summary, and the details. */
export function pullWords(summary: string, said: Said | undefined, place: (path: string) => string): string {
  const body = said?.pull_request?.body;
  const lines = saidLines(said, place);
  return [
    quote(summary),
    ...(body ? ['', quote(body, 8_000)] : []),
    ...(lines.length > 0 ? ['', ...lines] : []),
  ].join('\n');
}
