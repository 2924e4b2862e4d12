import { type Command, InvalidArgumentError } from 'commander';
import { sleep } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Snapshot, TicketFile } from '../engine/ports.ts';
import type { Ticket } from '../ticket/format.ts';
import {
  addCloneFlags,
  type CloneFlags,
  type ClonePorts,
  cloneStatuses,
  onDesk,
  ticketNamed,
} from './clone-desk.ts';
import { guarded } from './guarded.ts';
import { Narrator } from './narrator.ts';

const help = `
Asks the remote every few seconds, and says what changed; Ctrl-C ends it. The remote may be gone for a while.

Example:
  signalbox watch
  signalbox watch MC-4159 --every 2

Exit status: 0 ended by Ctrl-C, ${cloneStatuses}.

With --json a line for each change is printed, at first one for each ticket as it stands:
{ format: 1, at, ticket, state, hold, attempt: number or null, run: address or null, title }
state is "broken" where its file cannot be read, and "gone" where it is not there any more.`;

interface Flags extends CloneFlags {
  every: number;
}

export interface WatchPorts extends ClonePorts {
  /** Told once that somebody asks for an end. */
  onStop(stop: () => void): void;
}

export function addWatch(program: Command, ports: WatchPorts): void {
  const command = program
    .command('watch [ticket]')
    .description('say what changes, as it does')
    .option('--every <seconds>', 'how often the remote is asked', seconds, 5);
  addCloneFlags(command)
    .addHelpText('after', help)
    .action((ticket: string | undefined, flags: Flags) =>
      guarded(ports, async () => {
        await watch(ports, flags, ticket === undefined ? null : ticketNamed(ticket));
        ports.exit(0);
      }),
    );
}

async function watch(ports: WatchPorts, flags: Flags, only: string | null): Promise<void> {
  const end = new AbortController();
  ports.onStop(() => end.abort());
  await onDesk(ports, flags, async (desk) => {
    const tell = flags.json ? inJson(ports) : inWords(ports);
    let before: Snapshot['tickets'] = new Map();
    let [isGone, isFirst] = [false, true];
    while (!end.signal.aborted) {
      const snapshot = await desk.look().catch((error) => {
        if (!isGone) ports.printError(`${asError(error).message}. Asking again …`);
        return null;
      });
      isGone = snapshot === null;
      if (only !== null && isFirst && snapshot) await mustBeThere(snapshot, only);
      isFirst = isFirst && snapshot === null;
      if (snapshot && snapshot.tickets !== before) {
        for (const change of await changes(before, snapshot, only)) tell(change);
        before = snapshot.tickets;
      }
      await sleep(ports.clock, flags.every * 1000, end.signal);
    }
  });
}

/** A name with a slip in it would be watched for ever. @throws SignalboxError `no-such-ticket` */
async function mustBeThere(snapshot: Snapshot, id: string): Promise<void> {
  if (snapshot.tickets.has(id) || (await snapshot.archived(id))) return;
  const hint = 'Look for it: signalbox list.';
  throw new SignalboxError('user', 'no-such-ticket', `there is no ticket ${id}`, { hint });
}

type Change = { id: string; ticket: Ticket | null; isThere: boolean };

/** Tickets whose text changed, as they are now: open, closed, or gone. */
async function changes(before: Snapshot['tickets'], now: Snapshot, only: string | null): Promise<Change[]> {
  const changed: Change[] = [];
  const isMeant = ({ id }: TicketFile) => only === null || id === only;
  for (const file of now.tickets.values())
    if (isMeant(file) && before.get(file.id)?.text !== file.text)
      changed.push({ id: file.id, ticket: file.ticket, isThere: true });
  for (const file of before.values()) {
    if (!isMeant(file) || now.tickets.has(file.id)) continue;
    const archived = await now.archived(file.id);
    changed.push({ id: file.id, ticket: archived?.ticket ?? null, isThere: archived !== null });
  }
  return changed;
}

function inWords(ports: WatchPorts): (change: Change) => void {
  const narrator = new Narrator(ports.print);
  return ({ id, ticket, isThere }) => {
    if (ticket) narrator.tell(ticket);
    else ports.print(`  ${id.padEnd(8)} ${isThere ? 'its file cannot be read' : 'is gone'}`);
  };
}

function inJson({ clock, print }: WatchPorts): (change: Change) => void {
  return ({ id, ticket, isThere }) => {
    const at = new Date(clock.now()).toISOString();
    const state = ticket?.state ?? (isThere ? 'broken' : 'gone');
    const { hold = false, title = null, attempt } = ticket ?? {};
    const worked = { attempt: attempt?.number ?? null, run: attempt?.run?.url ?? null };
    print(JSON.stringify({ format: 1, at, ticket: id, state, hold, ...worked, title }));
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (value >= 1 && value <= 3600) return value;
  throw new InvalidArgumentError('seconds, 1 to 3600');
}
