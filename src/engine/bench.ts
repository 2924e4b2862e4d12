import { isoSeconds } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { sha256 } from '../base/random.ts';
import {
  readDesk,
  readTicket,
  writeDesk,
  writeQuarantined,
  writeTicket,
  writeWords,
} from '../ticket/codec.ts';
import type { Config } from '../ticket/config.ts';
import { admitDesk, admitEdit, admitNew, type Pusher, rebase, wordsOf } from '../ticket/foreign.ts';
import {
  type Desk,
  formatVersion,
  openDesk,
  pausedDesk,
  type Quarantined,
  type Ticket,
} from '../ticket/format.ts';
import {
  archivePath,
  deskPath,
  idOfArchivePath,
  keptPath,
  parseQuarantinePath,
  pathOfKept,
  quarantinePath,
  ticketIdOf,
  ticketPath,
} from '../ticket/paths.ts';
import { type ReasonCode, reasons } from '../ticket/reasons.ts';
import { cut } from '../ticket/signals.ts';
import { Draft } from './draft.ts';
import type { FileChange, NewCommit, Snapshot } from './ports.ts';
import { archivedOf, namedBy, WorkingView } from './view.ts';

/** A file as it stands after the pushes judged so far. */
interface Standing<T> {
  /** What counts, also while the file cannot be read. */
  value: T | null;
  /** What people last wrote of it, with their comments. */
  text: string | null;
  isBroken: boolean;
}

interface TicketStanding extends Standing<Ticket> {
  /** Whether it lay in the archive before these pushes. */
  wasArchived: boolean;
}

export interface BenchFacts {
  config: Config;
  /** Milliseconds; never before the head's own time. */
  now: number;
  /** Text of a file before any of the pushes. */
  judged: Snapshot['file'];
  /** How the changes come: pushed past Signalbox, or brought by its command line. */
  channel?: 'push' | 'cli';
  log: Log;
}

/** The files that a chain of pushes touched, judged one push after another. */
export class Bench {
  /** What does not stand, as people are told of it. */
  readonly refused: Quarantined[] = [];
  readonly #snapshot: Snapshot;
  readonly #facts: BenchFacts;
  readonly #view: WorkingView;
  readonly #tickets = new Map<string, TicketStanding>();
  /** Files that Signalbox alone writes, as they were. */
  readonly #own = new Map<string, string | null>();
  readonly #records: Parameters<Draft['record']>[] = [];
  #desk: Standing<Desk> | null = null;

  constructor(snapshot: Snapshot, facts: BenchFacts) {
    this.#snapshot = snapshot;
    this.#facts = facts;
    this.#view = new WorkingView(snapshot);
  }

  get #how(): string {
    return this.#facts.channel === 'cli' ? '' : ' by push';
  }

  async admit(change: FileChange, pusher: Pusher): Promise<void> {
    const id = ticketIdOf(change.path);
    if (change.path === deskPath) await this.#admitDesk(change, pusher);
    else if (id !== null) await this.#admitTicket(id, change, pusher);
    else if (!change.path.startsWith('tickets/')) this.#admitOwn(change, pusher);
    // any other name in tickets/ is no ticket's, and nobody's business
  }

  /** What stands, as one commit on the head. */
  async close(): Promise<NewCommit> {
    const { now, config, log } = this.#facts;
    const deskText = this.#desk ? this.#desk.text : await this.#snapshot.file(deskPath);
    const draft = new Draft(this.#snapshot, this.#view, {
      now,
      config,
      earlier: new Map(),
      deskText,
      log,
    });
    for (const [path, text] of this.#own) draft.write(path, text);
    for (const [id, { value, text, isBroken, wasArchived }] of this.#tickets) {
      const place = ticketPath(id);
      this.#keep(draft, place, isBroken && value ? writeTicket(value) : null);
      const path = value && !isBroken ? draft.correct(value, text ?? undefined) : null;
      if (path === null) draft.write(place, text);
      else if (path !== place) draft.write(place, null);
      else if (wasArchived) draft.write(archivePath(id), null);
    }
    if (this.#desk) {
      const { value, text, isBroken } = this.#desk;
      this.#keep(draft, deskPath, isBroken && value ? writeDesk(value) : null);
      if (value && !isBroken) draft.setDesk(value);
      else draft.write(deskPath, text);
    }
    for (const entry of this.refused)
      draft.write(quarantinePath(entry.ticket, 0, entry.digest), writeQuarantined(entry));
    for (const record of this.#records) draft.record(...record);
    return draft.commit();
  }

  /** Keeps what counts of a file that cannot be read, as long as it cannot. */
  #keep(draft: Draft, path: string, text: string | null): void {
    const place = keptPath(path);
    if (text !== null || this.#own.has(place) || this.#snapshot.kept.has(path)) draft.write(place, text);
  }

  async #admitTicket(id: string, change: FileChange, pusher: Pusher): Promise<void> {
    const { before, after } = change;
    const known = this.#tickets.get(id);
    const was = known ?? (await this.#first(id, before));
    this.#tickets.set(id, was);
    if (!known) this.#view.putBefore(id, was.wasArchived ? null : was.value);
    if (after === null) {
      if (was.value || !pusher.mayWrite) {
        if (was.text !== null) this.#putBack(id, change, pusher, ['a ticket is cancelled, not deleted']);
      } else this.#tickets.set(id, { ...was, text: null, isBroken: false });
      return;
    }
    const { ticket: to, broken } = readTicket(id, after);
    if (!to) {
      const unreadable = `unreadable (${broken?.code})`;
      if (!pusher.mayWrite) this.#putBack(id, change, pusher, [unreadable]);
      else {
        // It harms that ticket alone, and is reported. What it was is kept, or the next edit could be anything.
        this.#tickets.set(id, { ...was, text: after, isBroken: true });
        this.#record(id, pusher, `${unreadable}${this.#how}`);
      }
      return;
    }
    this.#view.addArchived(await archivedOf(this.#snapshot, namedBy(to)));
    const onto = was.value;
    const from = before === null ? null : readTicket(id, before).ticket;
    const here = { view: this.#view, now: this.#facts.now, config: this.#facts.config };
    const by = (judged: Pusher) =>
      onto ? admitEdit(onto, from ? rebase(from, to, onto) : to, judged, here) : admitNew(to, judged, here);
    const whole = by(pusher);
    const tooMuch = faultOf(() => writeWith(whole.ticket, { after, onto, before: was.text ?? '' }));
    // Where its words find no room a push does what it would by somebody who may not write: it restricts.
    const { ticket, did, putBack } = tooMuch && onto ? by({ ...pusher, mayWrite: false }) : whole;
    const text = tooMuch ? was.text : after;
    if (tooMuch) putBack.unshift(tooMuch);
    if (tooMuch && (!onto || faultOf(() => writeTicket(ticket, text ?? undefined))))
      return this.#putBack(id, change, pusher, [tooMuch]);
    this.#tickets.set(id, { ...was, value: ticket, text, isBroken: false });
    this.#view.set(ticket);
    if (was.wasArchived && before === null)
      this.#tell(id, change, pusher, 'both-open-and-archived', reasons['both-open-and-archived']);
    this.#record(id, pusher, `${did.join(', ') || 'edit'}${this.#how}: ${ticket.state}`, ticket);
    if (putBack.length > 0) this.#putBack(id, change, pusher, putBack);
  }

  /** A ticket as it stood before the first of these pushes that touched it. */
  async #first(id: string, before: string | null): Promise<TicketStanding> {
    if (before !== null) {
      const { ticket } = readTicket(id, before);
      const kept = ticket ? null : await this.#facts.judged(keptPath(ticketPath(id)));
      const value = ticket ?? readTicket(id, kept ?? '').ticket;
      return { value, text: before, isBroken: !ticket, wasArchived: false };
    }
    const path = archivePath(id);
    const text = this.#own.has(path) ? this.#own.get(path) : await this.#snapshot.file(path);
    const value = text ? readTicket(id, text).ticket : null;
    return { value, text: value ? (text ?? null) : null, isBroken: false, wasArchived: value !== null };
  }

  /** The archive, what is kept, and what was refused: that is accepted as people were told of it. */
  #admitOwn(change: FileChange, pusher: Pusher): void {
    const { path, before } = change;
    if (this.#snapshot.witness === null) return; // a desk that is taken up brings its archive with it
    if (!this.#own.has(path)) this.#own.set(path, before);
    const named = idOfArchivePath(path) ?? parseQuarantinePath(path)?.id;
    const id = named ?? ticketIdOf(pathOfKept(path) ?? '') ?? path;
    const [folder] = path.split('/');
    this.#putBack(id, change, pusher, [`what lies in ${folder}/ is written by Signalbox alone`]);
  }

  async #admitDesk(change: FileChange, pusher: Pusher): Promise<void> {
    const { before, after } = change;
    const was = this.#desk ?? (await this.#firstDesk(before));
    const { desk: read = null, broken = null } = after === null ? {} : readDesk(after);
    // Who broke it may have meant to stop everything.
    const meant = broken ? { ...(was.value ?? openDesk), paused: true } : read;
    const { desk, putBack } = admitDesk(was.value, meant, pusher, this.#facts.now);
    const stands = read !== null || (broken !== null && pusher.mayWrite);
    const { text, isBroken } = stands ? { text: after, isBroken: broken !== null } : was;
    this.#desk = { value: desk, text, isBroken };
    this.#view.desk = desk ?? openDesk;
    const unreadable = broken ? [`unreadable (${broken.code})`] : [];
    this.#record('desk', pusher, `${unreadable[0] ?? 'edit'}${this.#how}`);
    if (!stands) putBack.unshift(...unreadable);
    if (putBack.length > 0) this.#putBack('desk', change, pusher, putBack);
  }

  async #firstDesk(before: string | null): Promise<Standing<Desk>> {
    if (before === null) return { value: null, text: null, isBroken: false };
    const { desk, broken } = readDesk(before);
    const kept = desk ? null : await this.#facts.judged(keptPath(deskPath));
    const value = desk ?? readDesk(kept ?? '').desk ?? pausedDesk;
    return { value, text: before, isBroken: broken !== null };
  }

  #putBack(id: string, change: FileChange, pusher: Pusher, what: readonly string[]): void {
    const words = what.join('; ');
    this.#record(id, pusher, `put back: ${words}`);
    this.#tell(id, change, pusher, 'illegal-edit', words);
  }

  #tell(id: string, { path, after }: FileChange, pusher: Pusher, code: ReasonCode, reason: string): void {
    this.refused.push({
      format: formatVersion,
      ticket: id.slice(0, 200),
      attempt: 0,
      digest: sha256(`${pusher.commit} ${path} ${code}`),
      code,
      reason,
      state: this.#view.get(id)?.state ?? 'none',
      channel: 'push',
      actor: pusher.login,
      at: isoSeconds(this.#facts.now),
      signal: { unreadable: cut(after ?? '') },
    });
  }

  #record(id: string, pusher: Pusher, transition: string, ticket: Ticket | null = null): void {
    const source = this.#facts.channel === 'cli' ? pusher.commit : `push:${pusher.commit}`;
    this.#records.push([id, transition, { actor: pusher.login, source }, ticket]);
  }
}

/** Writes what a pushed text becomes; throws where the text has no room for its words, or the file none for the rest. */
function writeWith(
  ticket: Ticket,
  { after, onto, before }: { after: string; onto: Ticket | null; before: string },
): void {
  writeWords(onto ? { ...onto, ...wordsOf(ticket) } : ticket, after, before);
  writeTicket(ticket, after);
}

function faultOf(write: () => void): string | null {
  try {
    write();
    return null;
  } catch (thrown) {
    const { message } = asError(thrown);
    return thrown instanceof SignalboxError ? `${thrown.code}: ${message}` : message;
  }
}
