import { isoSeconds } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { sha256 } from '../base/random.ts';
import { readDesk, readTicket, writeQuarantined, writeTicket, writeWords } from '../ticket/codec.ts';
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
  isTicketId,
  quarantinePath,
  ticketIdOf,
  ticketPath,
} from '../ticket/paths.ts';
import { type ReasonCode, reasons } from '../ticket/reasons.ts';
import { cut } from '../ticket/signals.ts';
import { Draft } from './draft.ts';
import type { FileChange, NewCommit, Snapshot, Store } from './ports.ts';
import { alongHistory, type Judge } from './pushes.ts';
import { momentAt, WorkingView } from './view.ts';

export interface AdmissionOptions {
  store: Store;
  config: () => Promise<Config>;
  /** Milliseconds, by the forge's clock. */
  now: () => number;
  log: Log;
  judge: Judge;
}

/**
 * Judges the foreign commits on a head before anything is decided on it, push by push, each by what its own pusher may
 * do. What stands, and what was put back and why, is recorded in one commit on top. Answers the head to decide on, or
 * null where it was overtaken: read again.
 */
export async function admitForeign(snapshot: Snapshot, options: AdmissionOptions): Promise<Snapshot | null> {
  const { store } = options;
  const { head, witness } = snapshot;
  if (head === null || head === witness || snapshot.movedBack) return snapshot;
  const commits = witness === null ? [head] : await store.commitsBetween(witness, head);
  if (!(await touchOurs(store, witness, commits))) return snapshot;
  const config = await options.config();
  const bench = new Bench(snapshot, store, { config, now: momentAt(snapshot, options.now()) });
  for (const { before, after, pusher } of alongHistory(await options.judge(snapshot), new Set(commits))) {
    const changes = (await store.diff(before, after)).filter(isOurs);
    // By path, so that the archive comes before the tickets that may have been taken from it.
    for (const change of changes.sort((a, b) => a.path.localeCompare(b.path)))
      await bench.admit(change, pusher);
  }
  const swap = await store.swap(snapshot, bench.close());
  if (swap.status === 'stale') return null;
  for (const { ticket, actor, code, reason } of bench.refused)
    options.log.warn('a pushed change did not stand', { ticket, actor, code, reason });
  return swap.snapshot;
}

/** Tickets, the archive and the desk are judged; signals are decided later, and other files are nobody's business. */
function isOurs({ path }: FileChange): boolean {
  return path === deskPath || path.startsWith('tickets/') || path.startsWith('archive/');
}

async function touchOurs(store: Store, from: string | null, commits: readonly string[]): Promise<boolean> {
  let before = from;
  for (const commit of commits) {
    if ((await store.diff(before, commit)).some(isOurs)) return true;
    before = commit;
  }
  return false;
}

/** A file as it stands after the pushes judged so far; `text` is what people last wrote of it, with their comments. */
interface Standing<T> {
  value: T | null;
  text: string | null;
}

interface TicketStanding extends Standing<Ticket> {
  /** Its last version that could be read, where this one cannot be. */
  last: Ticket | null;
  /** Whether it lay in the archive before these pushes. */
  wasArchived: boolean;
}

/** The files that a chain of pushes touched, judged one push after another. */
class Bench {
  /** What does not stand, as people are told of it. */
  readonly refused: Quarantined[] = [];
  readonly #snapshot: Snapshot;
  readonly #store: Store;
  readonly #config: Config;
  readonly #now: number;
  readonly #view: WorkingView;
  readonly #tickets = new Map<string, TicketStanding>();
  readonly #archive = new Map<string, string | null>();
  readonly #records: Parameters<Draft['record']>[] = [];
  #desk: Standing<Desk> | null = null;

  constructor(snapshot: Snapshot, store: Store, { config, now }: { config: Config; now: number }) {
    this.#snapshot = snapshot;
    this.#store = store;
    this.#config = config;
    this.#now = now;
    this.#view = new WorkingView(snapshot);
  }

  async admit(change: FileChange, pusher: Pusher): Promise<void> {
    const id = ticketIdOf(change.path);
    if (change.path === deskPath) this.#admitDesk(change, pusher);
    else if (id !== null) await this.#admitTicket(id, change, pusher);
    else if (change.path.startsWith('archive/')) this.#admitArchive(change, pusher);
    // any other name in tickets/ is no ticket's, and nobody's business
  }

  /** What stands, as one commit on the head. */
  close(): NewCommit {
    const draft = new Draft(this.#snapshot, this.#view, {
      now: this.#now,
      config: this.#config,
      earlier: new Map(),
      deskText: this.#desk?.text ?? null,
    });
    for (const [path, text] of this.#archive) draft.write(path, text);
    for (const [id, { value, text, wasArchived }] of this.#tickets) {
      const path = value ? draft.correct(value, text ?? undefined) : null;
      if (!value) draft.write(ticketPath(id), text);
      else if (path !== ticketPath(id)) draft.write(ticketPath(id), null);
      else if (wasArchived) draft.write(archivePath(id), null);
    }
    if (this.#desk?.value) draft.setDesk(this.#desk.value);
    else if (this.#desk) draft.write(deskPath, this.#desk.text);
    for (const entry of this.refused)
      draft.write(quarantinePath(entry.ticket, 0, entry.digest), writeQuarantined(entry));
    for (const record of this.#records) draft.record(...record);
    return draft.commit();
  }

  async #admitTicket(id: string, change: FileChange, pusher: Pusher): Promise<void> {
    const { before, after } = change;
    const was = this.#tickets.get(id) ?? (await this.#first(id, before));
    this.#tickets.set(id, was);
    if (after === null) {
      const wasTicket = (was.value ?? was.last) !== null;
      if (wasTicket || !pusher.mayWrite) {
        if (was.text !== null) this.#putBack(id, change, pusher, ['a ticket is cancelled, not deleted']);
      } else this.#tickets.set(id, { ...was, text: null });
      return;
    }
    const { ticket: to, broken } = readTicket(id, after);
    if (!to) {
      const unreadable = `unreadable (${broken?.code})`;
      if (!pusher.mayWrite) this.#putBack(id, change, pusher, [unreadable]);
      else {
        // It harms that ticket alone, and is reported. What it was stays known, or the next edit could be anything.
        this.#tickets.set(id, { ...was, value: null, text: after, last: was.value ?? was.last });
        this.#record(id, pusher, `${unreadable} by push`);
      }
      return;
    }
    const onto = was.value ?? was.last;
    const from = before === null ? null : readTicket(id, before).ticket;
    const here = { view: this.#view, now: this.#now, config: this.#config };
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
    this.#tickets.set(id, { ...was, value: ticket, text });
    this.#view.set(ticket);
    if (was.wasArchived && before === null)
      this.#tell(id, change, pusher, 'both-open-and-archived', reasons['both-open-and-archived']);
    this.#record(id, pusher, `${did.join(', ') || 'edit'} by push: ${ticket.state}`, ticket);
    if (putBack.length > 0) this.#putBack(id, change, pusher, putBack);
  }

  /** A ticket as it stood before the first of these pushes that touched it. */
  async #first(id: string, before: string | null): Promise<TicketStanding> {
    if (before !== null) {
      const value = readTicket(id, before).ticket;
      const last = value || !isTicketId(id) ? null : await this.#lastReadable(id);
      return { value, text: before, last, wasArchived: false };
    }
    const path = archivePath(id);
    const text = this.#archive.has(path) ? this.#archive.get(path) : await this.#snapshot.file(path);
    const value = text ? readTicket(id, text).ticket : null;
    return { value, text: value ? (text ?? null) : null, last: null, wasArchived: value !== null };
  }

  async #lastReadable(id: string): Promise<Ticket | null> {
    for (const { commit } of await this.#store.history(id, { limit: 50 })) {
      const changes = await this.#store.diff(commit, this.#snapshot.head ?? commit);
      const text = changes.find(({ path }) => path === ticketPath(id))?.before;
      const ticket = text ? readTicket(id, text).ticket : null;
      if (ticket) return ticket;
    }
    return null;
  }

  #admitArchive(change: FileChange, pusher: Pusher): void {
    const { path, before } = change;
    if (this.#snapshot.witness === null) return; // a desk that is taken up brings its archive with it
    if (!this.#archive.has(path)) this.#archive.set(path, before);
    this.#putBack(idOfArchivePath(path) ?? path, change, pusher, [
      'the archive is written by Signalbox alone',
    ]);
  }

  #admitDesk(change: FileChange, pusher: Pusher): void {
    const { before, after } = change;
    const read = (text: string | null) => (text === null ? null : (readDesk(text).desk ?? pausedDesk));
    const was = this.#desk ?? { value: read(before), text: before };
    if (after !== null && !readDesk(after).desk && pusher.mayWrite) {
      this.#desk = { value: null, text: after };
      this.#view.desk = pausedDesk;
      this.#record('desk', pusher, 'unreadable by push');
      return;
    }
    const { desk, putBack } = admitDesk(was.value, read(after), pusher, this.#now);
    this.#desk = { value: desk, text: after ?? was.text };
    this.#view.desk = desk ?? openDesk;
    this.#record('desk', pusher, 'edit by push');
    if (putBack.length > 0) this.#putBack('desk', change, pusher, putBack);
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
      at: isoSeconds(this.#now),
      signal: { unreadable: cut(after ?? '') },
    });
  }

  #record(id: string, pusher: Pusher, transition: string, ticket: Ticket | null = null): void {
    this.#records.push([id, transition, { actor: pusher.login, source: `push:${pusher.commit}` }, ticket]);
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
