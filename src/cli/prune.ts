import { SignalboxError } from '../base/errors.ts';
import type { Snapshot } from '../engine/ports.ts';
import { entriesOf } from '../engine/quarantine.ts';
import type { ClosedAttempt, Ticket } from '../ticket/format.ts';
import { parseQuarantinePath, parseWorkRef, workRefs } from '../ticket/paths.ts';
import { isOpen } from '../ticket/states.ts';
import { wanted } from '../ticket/wanted.ts';
import type { CloneDesk } from './clone-desk.ts';

const dayMs = 24 * 3600 * 1000;

/** What is kept how long, in days. */
export interface Retention {
  work: number;
  quarantine: number;
}

/** What was pruned, or would be. */
export interface Pruned {
  /** Refs of agents' work. */
  work: string[];
  /** Paths of what lay in quarantine. */
  quarantine: string[];
}

/** How often a prune that was overtaken is worked out again. */
const rounds = 5;

/**
 * Takes away what is older than the retention. The refs go first: a quarantine file whose signal names work keeps that
 * work's ref until the next time.
 */
export async function prune(
  desk: CloneDesk,
  retention: Retention,
  { dryRun }: { dryRun: boolean },
): Promise<Pruned> {
  const head = await desk.head();
  const old = await oldWork(head, await desk.refs(workRefs), desk.now() - retention.work * dayMs);
  if (dryRun) {
    const quarantine = await oldEntries(head, desk.now() - retention.quarantine * dayMs);
    return { work: [...old.keys()], quarantine };
  }
  const work = old.size === 0 ? [] : await desk.dropRefs(old);
  return { work, quarantine: await pruneQuarantine(desk, retention.quarantine) };
}

/** Refs of work that nothing needs any more, with their commits. */
async function oldWork(
  head: Snapshot,
  refs: ReadonlyMap<string, string>,
  before: number,
): Promise<Map<string, string>> {
  const byTicket = new Map<string, Map<number, string>>();
  for (const ref of refs.keys()) {
    const named = parseWorkRef(ref);
    if (!named) continue;
    byTicket.set(named.id, (byTicket.get(named.id) ?? new Map()).set(named.attempt, ref));
  }
  const needed = workInQuarantine(head);
  const old = new Map<string, string>();
  for (const [id, attempts] of byTicket) {
    const ticket = (head.tickets.get(id) ?? (await head.archived(id)))?.ticket;
    if (!ticket) continue; // one that cannot be read, or is nobody's: not ours to judge
    // One that the ticket knows nothing of is nothing to build on, and no reason to drop what is.
    const kept = [...attempts.keys()].filter((number) => isKnown(ticket, number));
    for (const [number, ref] of attempts) {
      const attempt = ticket.attempts.find((one) => one.number === number);
      const sha = refs.get(ref) ?? '';
      if (attempt && isOver(attempt, before) && !isNeeded(ticket, attempt, kept) && !needed.has(ref))
        old.set(ref, sha);
    }
  }
  return old;
}

function isKnown({ attempt, attempts }: Ticket, number: number): boolean {
  return attempt?.number === number || attempts.some((one) => one.number === number);
}

/** Whether an attempt is closed, its run was seen to end, and both long ago. */
function isOver({ ended, stopped }: ClosedAttempt, before: number): boolean {
  return stopped !== null && Date.parse(ended) < before && Date.parse(stopped) < before;
}

/** While a ticket is open: the work that its next attempt would build on, and the work that is to be shown. */
function isNeeded(ticket: Ticket, { number }: ClosedAttempt, kept: readonly number[]): boolean {
  if (!isOpen(ticket.state)) return false;
  return number === Math.max(...kept) || wanted(ticket).publish?.number === number;
}

/** Refs of the work that signals in quarantine name: somebody may accept one, and it is to be shown then. */
function workInQuarantine(head: Snapshot): Set<string> {
  const refs = head.quarantine.flatMap((path) => {
    const named = parseQuarantinePath(path);
    return named && named.id !== '_' ? [`${workRefs}${named.id}/${named.attempt}`] : [];
  });
  return new Set(refs);
}

/** Paths of what lies in quarantine since before then. What cannot be read has no time, and stays. */
async function oldEntries(head: Snapshot, before: number): Promise<string[]> {
  const entries = await entriesOf(head);
  return entries.flatMap(({ path, kept }) => (kept && Date.parse(kept.at) < before ? [path] : []));
}

/** One commit, by the person; the branch's history keeps what was there. */
async function pruneQuarantine(desk: CloneDesk, days: number): Promise<string[]> {
  for (let round = 0; round < rounds; round++) {
    const head = await desk.head();
    const paths = await oldEntries(head, desk.now() - days * dayMs);
    if (paths.length === 0) return [];
    const trailers = paths.map((path) => {
      const { id = '_', attempt = 0, digest = '' } = parseQuarantinePath(path) ?? {};
      const transition = `prune ${digest.slice(0, 8)}`;
      return {
        Ticket: id,
        Transition: transition,
        Actor: desk.actor,
        Cause: `older than ${days} days`,
        Attempt: String(attempt),
      };
    });
    const swap = await desk.swap(head, {
      subject: `prune: ${paths.length} from quarantine`,
      body: paths.join('\n'),
      trailers,
      changes: new Map(paths.map((path) => [path, null])),
    });
    if (swap.status === 'swapped') return paths;
  }
  throw new SignalboxError('conflict', 'overtaken', 'the branch is written again and again', {
    hint: 'Try again.',
  });
}
