import type { HistoryEntry, NewCommit, Trailers } from '../engine/ports.ts';

/*
 * Commit messages: a subject, a body, and trailers, the history that git keeps for us. One commit may carry many
 * transitions: a group of trailers begins at its `Ticket` line.
 */

/** Says that a commit is this one and no other with the same content, made in the same second from the same parent. */
const changeTrailer = 'Change';

/** The whole message. `change` is random: two writers never make the same bytes, so a push that finds them there lost. */
export function writeMessage(
  commit: Pick<NewCommit, 'subject' | 'body' | 'trailers'>,
  change: string,
): string {
  const subject = oneLine(commit.subject) || 'change';
  const body = commit.body
    .replace(/\r\n?/g, '\n')
    .replace(/[\0-\x08\x0b-\x1f\x7f]/g, '')
    .trim();
  // Groups that belong to no ticket go first, or they would be read as part of the ticket before them.
  const groups = [...commit.trailers].sort((a, b) => Number('Ticket' in a) - Number('Ticket' in b));
  const trailers = [...groups.flatMap(group), `${changeTrailer}: ${change}`].join('\n');
  return `${[subject, body, trailers].filter((part) => part !== '').join('\n\n')}\n`;
}

function group(trailers: Trailers): string[] {
  const names = Object.keys(trailers).filter(
    (name) => /^[A-Za-z][A-Za-z0-9-]*$/.test(name) && name !== changeTrailer,
  );
  const ticketFirst = names.sort((a, b) => Number(b === 'Ticket') - Number(a === 'Ticket'));
  return ticketFirst.map((name) => `${name}: ${oneLine(trailers[name] ?? '')}`);
}

/** A value as one line: who could break the line could write trailers of their own. */
function oneLine(value: string): string {
  return value
    .replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim()
    .slice(0, 1000);
}

/** The transitions of ticket `id` (null: of all) in a commit message, in their order. Only the last paragraph counts: a body may say anything. */
export function readTransitions(
  message: string,
  id: string | null,
  commit: string,
  at: string,
): HistoryEntry[] {
  const last = message.trimEnd().split('\n\n').at(-1) ?? '';
  const groups: Map<string, string>[] = [];
  let change: string | null = null;
  for (const line of last.split('\n')) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9-]*): ?(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    if (name === 'Ticket') groups.push(new Map());
    if (name === changeTrailer) change = value;
    groups.at(-1)?.set(name, value);
  }
  return groups
    .map((each, index) => ({ each, number: index + 1 }))
    .filter(({ each }) => id === null || each.get('Ticket') === id)
    .map(({ each, number }) => ({
      commit,
      at,
      ticket: each.get('Ticket') ?? '',
      transition: each.get('Transition') ?? '',
      actor: each.get('Actor') ?? '',
      cause: each.get('Cause') ?? '',
      attempt: /^\d+$/.test(each.get('Attempt') ?? '') ? Number(each.get('Attempt')) : null,
      number,
      change,
    }));
}

/** The message of the one repair: the witness's tickets on top of a head that was moved back. */
export function restoreMessage(
  head: string | null,
  witness: string,
): Pick<NewCommit, 'subject' | 'body' | 'trailers'> {
  return {
    subject: 'restore the tickets of the witness',
    body: `The state branch was ${head === null ? 'deleted' : `moved to ${head}`}. These are the tickets of ${witness}.`,
    trailers: [{ Transition: 'restore', Cause: witness }],
  };
}

/** The message of a commit that holds one runner's signal. */
export function signalMessage(id: string, attempt: number): Pick<NewCommit, 'subject' | 'body' | 'trailers'> {
  return {
    subject: `signal of ${id} #${attempt}`,
    body: '',
    trailers: [{ Ticket: id, Attempt: String(attempt) }],
  };
}

/** The message of the mark that a whole sweep leaves. */
export const sweptMessage: Pick<NewCommit, 'subject' | 'body' | 'trailers'> = {
  subject: 'swept',
  body: 'Up to the parent of this commit everything was shown on GitHub, and read there.',
  trailers: [],
};
