// Stryker disable StringLiteral: words for people, not rules
import type { Config } from './config.ts';
import type { Ticket } from './format.ts';
import { gatesOf, metGate, unmetGates } from './gates.ts';
import { type Gate, gateName } from './phases.ts';
import { harmless } from './quotes.ts';

/* Gates, as people are told of them. */

/** What a gate asks for: `a person approves`. */
export function gateAsks(gate: Gate): string {
  if (gate === 'person') return 'a person approves';
  if (gate === 'merged') return 'its pull request is merged';
  if (gate === 'checks') return 'all its checks are green';
  if ('checks' in gate) return `green: ${gate.checks.join(', ')}`;
  return `${gate.decision.question} (${gate.decision.options.join(' / ')})`;
}

/** Characters of a commit that people are shown. */
const shortCommit = 10;

export const short = (commit: string | null): string => commit?.slice(0, shortCommit) ?? 'no commit';

/** A gate of the phase in hand, and how it was met; `met` is null where it was not. */
export interface GateLine {
  name: string;
  asks: string;
  met: string | null;
}

/** Gates of the phase in hand: of one in review, or of one whose turn comes; none where there is none. */
export function gateLines(ticket: Ticket, config: Config): GateLine[] {
  return gatesOf(ticket, config).map((gate) => {
    const name = gateName(gate);
    const met = metGate(ticket, name);
    const choice = met?.choice === undefined ? '' : `: ${met.choice}`;
    const words = met && `by ${met.by} at ${met.at}, of ${short(met.commit)}${choice}`;
    return { name, asks: gateAsks(gate), met: words ?? null };
  });
}

/** What a ticket in review waits for, as a list on its issue, and how somebody meets what is open. */
export function reviewWords(ticket: Ticket, config: Config): string {
  const list = gateLines(ticket, config).map(
    ({ name, asks, met }) =>
      `- [${met ? 'x' : ' '}] \`${name}\`: ${harmless(met ? `${asks}: ${met}` : asks)}`,
  );
  const ways = unmetGates(ticket, config).map(wayOf).join('; ');
  return [
    ...list,
    '',
    `Next, for phase ${harmless(ticket.phase)}: ${ways}; or \`/reject <what is missing>\`.`,
  ].join('\n');
}

function wayOf(gate: Gate): string {
  switch (gateName(gate)) {
    case 'person':
      return '`/approve`, by somebody whose work it is not';
    case 'merged':
      return 'somebody merges its pull request';
    case 'checks':
      return 'its checks turn green';
    case 'decision':
      return `\`/decide <option>\`: ${harmless(gateAsks(gate))}`;
  }
}
