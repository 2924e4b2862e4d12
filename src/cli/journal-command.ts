import { type Command, InvalidArgumentError } from 'commander';
import { isoSeconds, sleep } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { HistoryEntry } from '../engine/ports.ts';
import { happeningOf, repositoryAt } from '../ticket/journal.ts';
import {
  addReadFlags,
  type CloneDesk,
  cloneStatuses,
  onReading,
  type ReadFlags,
  ticketNamed,
} from './clone-desk.ts';
import { guarded } from './guarded.ts';
import type { WatchPorts } from './watch-command.ts';

const help = `
A line of JSON for each transition of a ticket, oldest first, as the commits of the state branch recorded it. The shape is that of
outbound webhooks (schemas/transition.schema.json); "id" names a transition for good.
With --follow it goes on until Ctrl-C. Whoever stopped goes on with --since and the "commit" of the last line that was read.

Example:
  signalbox journal --since 2026-05-25
  signalbox journal --ticket MC-4159 | jq -r '[.at, .actor, .transition] | @tsv'
  signalbox journal --follow

Exit status: 0 done, ${cloneStatuses}
and the clone has never seen the tickets.

With --json, and without, each line is one object, and nothing else is on standard output:
{ format: 1, id, repository, branch, ticket, transition, request, refused, from, to, actor, cause, attempt, commit, change, at }`;

type Since = { commit: string } | { time: number };

interface Flags extends ReadFlags {
  ticket?: string;
  since?: Since;
  follow: boolean;
}

export function addJournal(program: Command, ports: WatchPorts): void {
  const command = program
    .command('journal')
    .description('what happened, for programs: JSON Lines')
    .option('--ticket <id>', 'of one ticket')
    .option('--since <time or commit>', 'what came after it: 2026-05-25T12:00:00Z, or a commit', since)
    .option('--follow', 'go on as it happens', false);
  addReadFlags(command)
    .addHelpText('after', help)
    .action((flags: Flags) =>
      guarded(ports, () => onReading(ports, flags, (desk) => journal(ports, desk, flags))),
    );
}

/** How often the remote is asked, in milliseconds. */
const everyMs = 5_000;

async function journal(ports: WatchPorts, desk: CloneDesk, flags: Flags): Promise<void> {
  const id = flags.ticket === undefined ? null : ticketNamed(flags.ticket);
  const where = { repository: repositoryAt(desk.remote), branch: desk.branch };
  const tell = (entries: readonly HistoryEntry[]) => {
    for (const entry of entries)
      if (id === null || entry.ticket === id) ports.print(JSON.stringify(happeningOf(entry, where)));
  };
  const { head } = await desk.look();
  tell(await past(desk, id, head, flags.since));
  if (!flags.follow || desk.asOf !== null) return;
  // Where there was no branch all of it is news, once there is one.
  await follow(ports, desk, head, { tell, whole: (all) => past(desk, id, all, flags.since) });
  ports.exit(0);
}

async function past(
  desk: CloneDesk,
  id: string | null,
  head: string | null,
  since: Since | undefined,
): Promise<HistoryEntry[]> {
  if (since && 'commit' in since) return head === null ? [] : after(desk, since.commit, head);
  const all = await desk.history(id, Number.MAX_SAFE_INTEGER);
  // Newest first, and of one commit in their order.
  const from = since ? isoSeconds(since.time) : '';
  return inOrder(all.filter(({ at }) => at >= from));
}

/** Commits turned round; what one of them recorded stays in its order. */
function inOrder(newestFirst: readonly HistoryEntry[]): HistoryEntry[] {
  const commits = new Map<string, HistoryEntry[]>();
  for (const entry of newestFirst) commits.set(entry.commit, [...(commits.get(entry.commit) ?? []), entry]);
  return [...commits.values()].reverse().flat();
}

async function after(desk: CloneDesk, from: string, to: string): Promise<HistoryEntry[]> {
  const entries = await between(desk, from, to);
  if (entries) return entries;
  throw new SignalboxError('user', 'unknown-commit', `${from} is not in the history of ${desk.branch}`, {
    hint: 'Name a time, or a commit of an earlier line.',
  });
}

interface Telling {
  tell(entries: readonly HistoryEntry[]): void;
  /** All that is to be told up to a head. */
  whole(head: string): Promise<HistoryEntry[]>;
}

/** Null where `from` is not in the history of `to`. */
async function between(desk: CloneDesk, from: string, to: string): Promise<HistoryEntry[] | null> {
  const commits = await desk.trail(from, to);
  return commits && (await Promise.all(commits.map((commit) => desk.transitions(commit)))).flat();
}

async function follow(
  ports: WatchPorts,
  desk: CloneDesk,
  began: string | null,
  { tell, whole }: Telling,
): Promise<void> {
  const end = new AbortController();
  ports.onStop(() => end.abort());
  let isGone = false;
  for (let at = began; !end.signal.aborted; await sleep(ports.clock, everyMs, end.signal)) {
    const snapshot = await desk.look().catch((error) => {
      if (!isGone) ports.printError(`${asError(error).message}. Asking again …`);
      return null;
    });
    isGone = snapshot === null;
    // What was moved back is put back or replaced: until then nothing is told, and nothing twice.
    if (!snapshot?.head || snapshot.movedBack || snapshot.head === at) continue;
    const news = at === null ? await whole(snapshot.head) : await between(desk, at, snapshot.head);
    if (!news) ports.printError(`The history of ${desk.branch} was replaced; it goes on from here.`);
    tell(news ?? []);
    at = snapshot.head;
  }
}

function since(text: string): Since {
  if (/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text)) return { commit: text };
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('a time like 2026-05-25T12:00:00Z, or a commit');
  return { time };
}
