import type { TicketFile } from '../engine/ports.ts';
import type { Config } from '../ticket/config.ts';
import type { Explanation } from '../ticket/explain.ts';
import { standsIn } from '../ticket/explain-words.ts';
import { type Part, partLines } from '../ticket/family.ts';
import type { ClosedAttempt, Ticket } from '../ticket/format.ts';
import { gateLines } from '../ticket/gate-words.ts';
import type { Circumstances } from '../ticket/landing.ts';
import { inLine } from '../ticket/quotes.ts';
import { stateWords } from '../ticket/states.ts';
import { moment } from './terminal.ts';

/** Why a ticket runs or not, as `signalbox explain` says it. */
export function whyLines(explanation: Explanation, now: number): string[] {
  const { id, mayRun, reasons, next } = explanation;
  return [
    `${id} is ${standsIn(explanation)}${mayRun ? ', and may run now' : ''}.`,
    ...reasons.flatMap(({ code, message, since, change }) => [
      `  ${code}: ${message}`,
      ...(since ? [`    since ${moment(since, now)}`] : []),
      `    ${change}`,
    ]),
    `Next: ${next}`,
  ];
}

/** A ticket whole, for people. */
export function shown(
  { path, text, ticket }: TicketFile,
  explanation: Explanation,
  { parts, now, config }: { parts: readonly Part[] } & Pick<Circumstances, 'now' | 'config'>,
): string {
  if (!ticket) return [...whyLines(explanation, now), '', path, '', text.trimEnd()].join('\n');
  const { id, title, body, messages, attempts, reports } = ticket;
  const gates = gateFacts(ticket, config);
  return [
    `${id}  ${inLine(title)}`,
    '',
    ...[...facts(ticket, now), ...gates].map(([name, value]) => `  ${name.padEnd(9)} ${value}`),
    '',
    ...whyLines(explanation, now),
    ...part('Parts', partLines(parts)),
    ...part('Text', body.trimEnd().split('\n')),
    ...part('Attempts', attempts.map(attemptLine)),
    ...part('Reports', reports.map(reportLine)),
    ...part(
      'Messages',
      messages.map(
        ({ by, at, text, delivered }) =>
          `${by} at ${at}${delivered ? `, given to attempt ${delivered.attempt}` : ''}: ${text}`,
      ),
    ),
  ].join('\n');
}

function facts(ticket: Ticket, now: number): [string, string][] {
  const { state, hold, priority, owner, phase, phases, issue, created, lifetime, after, parent } = ticket;
  return [
    ['state', `${state.replace('_', ' ')}${hold ? ', held' : ''}`],
    ['priority', priority],
    ['owner', owner ?? '-'],
    ['phase', phases.length > 1 ? `${phase} (of ${phases.join(', ')})` : phase],
    ...(after.length > 0 ? [['after', after.join(', ')] satisfies [string, string]] : []),
    ...(parent ? [['part of', parent] satisfies [string, string]] : []),
    ['issue', issue === null ? '-' : `#${issue}`],
    ['created', created ? moment(created, now) : '-'],
    ['attempts', `${lifetime.attempts}, retries ${lifetime.retries}, ${lifetime.minutes} min`],
  ];
}

/** Of a ticket in review: what its phase waits for, and what of it was met, by whom, at which commit. */
function gateFacts(ticket: Ticket, config: Config): [string, string][] {
  if (ticket.state !== 'review') return [];
  return gateLines(ticket, config).map(({ name, asks, met }) => [
    'gate',
    inLine(`${name}: ${met ?? `not met: ${asks}`}`),
  ]);
}

function attemptLine({ number, phase, agent, outcome, ended, run, reason }: ClosedAttempt): string {
  const words = reason.replace(/\s+/g, ' ').trim();
  return `#${number} ${phase} by ${agent}: ${outcome} at ${ended}${run ? `, ${run.url}` : ''}${words ? `: ${words.slice(0, 200)}` : ''}`;
}

function reportLine({ state, by, at, summary, link }: Ticket['reports'][number]): string {
  return `${stateWords(state)} by ${by} at ${at}${link ? `, ${link}` : ''}${summary ? `: ${summary}` : ''}`;
}

function part(name: string, lines: readonly string[]): string[] {
  const isEmpty = lines.every((line) => line === '');
  return isEmpty ? [] : ['', `${name}:`, ...lines.map((line) => `  ${line.replaceAll('\n', '\n  ')}`)];
}
