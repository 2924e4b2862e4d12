import { isoSeconds } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { stopping } from '../ticket/attempts.ts';
import { startsInHour } from '../ticket/claim.ts';
import { readSignal, writeDesk, writeQuarantined, writeTicket, writeWords } from '../ticket/codec.ts';
import type { Config } from '../ticket/config.ts';
import { decide } from '../ticket/decide.ts';
import type { Decision, View } from '../ticket/decision.ts';
import { type DeskRequest, decideDesk, type ServeRequest } from '../ticket/desk.ts';
import { withPart } from '../ticket/family.ts';
import type { Desk, Ticket } from '../ticket/format.ts';
import { ranUntil } from '../ticket/idle.ts';
import { writeInRoom } from '../ticket/messages.ts';
import { archivePath, deskPath, keptPath, quarantinePath, ticketPath } from '../ticket/paths.ts';
import { deskAfter } from '../ticket/quota.ts';
import { quoteWords } from '../ticket/quotes.ts';
import { type ReasonCode, reasons } from '../ticket/reasons.ts';
import { type Request, type RequestOf, wordy } from '../ticket/requests.ts';
import { quarantineEntry, requestDigest, signalDigest } from '../ticket/signals.ts';
import { isOpen } from '../ticket/states.ts';
import { isFull } from '../ticket/yaml.ts';
import type { NewCommit, PendingSignal, Snapshot, TicketFile, Trailers } from './ports.ts';
import type { WorkingView } from './view.ts';

export interface DraftFacts {
  /** Milliseconds; never before the head's own time. */
  now: number;
  config: Config;
  /** Answers that quarantined signals already got, by the path of their file. */
  earlier: ReadonlyMap<string, Decision>;
  /** The desk's file as it stands, so that people's comments in it are kept. */
  deskText: string | null;
  log: Log;
}

/** A commit in the making: a group of requests decided in order on one head, nothing published yet. */
export class Draft {
  readonly #changes = new Map<string, string | null>();
  readonly #trailers: Trailers[] = [];
  readonly #dropRefs: string[] = [];
  readonly #subjects: string[] = [];
  readonly #written = new Set<string>();
  readonly #base: Snapshot;
  readonly #view: WorkingView;
  readonly #now: number;
  readonly #config: Config;

  readonly #earlier: ReadonlyMap<string, Decision>;

  readonly #deskText: string | undefined;
  readonly #log: Log;

  constructor(base: Snapshot, view: WorkingView, { now, config, earlier, deskText, log }: DraftFacts) {
    this.#log = log;
    this.#earlier = earlier;
    this.#deskText = deskText ?? undefined;
    this.#base = base;
    this.#view = view;
    this.#now = now;
    this.#config = config;
  }

  /** Whether anything is to be published. */
  get isEmpty(): boolean {
    return this.#changes.size === 0 && this.#dropRefs.length === 0;
  }

  /** Grows with every change put into the commit. */
  get size(): number {
    return this.#trailers.length;
  }

  /** Decides one request of a ticket. `file` is the ticket's file, open or archived. */
  ask(id: string, request: Request, file: TicketFile | undefined): Decision {
    const broken = file?.broken;
    if (broken) return undecided(broken.code, broken.message);
    const before = this.#view.get(id) ?? file?.ticket ?? undefined;
    const known = request.kind === 'signal' ? this.#earlierAnswer(request) : undefined;
    const decided = known ?? decide(before, request, this.#view as View, this.#now, this.#config);
    const decision = this.#write(decided, request, { before, file });
    if (decision.quarantine) {
      const { ticket, attempt, digest } = decision.quarantine;
      this.#changes.set(quarantinePath(ticket, attempt, digest), writeQuarantined(decision.quarantine));
    }
    if (decision.consumed) this.#changes.set(decision.consumed, null);
    if (request.kind === 'signal') this.#consume(request, decision);
    const { accepted, ticket } = decision;
    if (accepted && ticket) this.#ifItCan(() => this.#noteEnd(before, ticket, request));
    if (decision.ticket || decision.quarantine || decision.consumed)
      this.record(id, decision.transition, request, decision.ticket);
    return decision;
  }

  /** Decides a request of the desk. */
  askDesk(request: DeskRequest | ServeRequest): Decision {
    const decided = decideDesk(this.#view.desk, request, this.#now, this.#config);
    if (!decided) return refusal('already-handled', reasons['already-handled']);
    const profile = request.kind === 'serve' ? undefined : request.profile;
    if (decided.code === 'no-such-agent')
      return refusal(decided.code, noSuchAgent(request.kind, profile, this.#config));
    this.setDesk(decided.desk);
    const accepted = decided.code === 'ok';
    const whose = profile === undefined ? 'The desk' : profile;
    const transition = `${profile ?? 'desk'}: ${request.kind}${accepted ? '' : ' refused: superseded'}`;
    this.#subjects.push(transition);
    this.#trailers.push({ Transition: transition, Actor: request.actor, Cause: request.source });
    const message = accepted ? `${whose}: ${request.kind}.` : reasons.superseded;
    return { ...refusal(decided.code, message), accepted };
  }

  /** Puts a ticket into the commit as it is to be; of `previous`, its file's text, comments are kept. Answers its path. */
  correct(ticket: Ticket, previous: string | undefined): string {
    return this.#put(ticket, writeTicket(ticket, previous));
  }

  #put(ticket: Ticket, text: string): string {
    // A closed ticket stays among the open ones until its last run was seen to end: it still occupies its agent.
    const archived = !isOpen(ticket.state) && stopping(ticket).length === 0;
    const path = archived ? archivePath(ticket.id) : ticketPath(ticket.id);
    this.#changes.set(path, text);
    this.#view.set(ticket);
    this.#written.add(ticket.id);
    return path;
  }

  /**
   * Sets the desk as it is to be.
   * @throws SignalboxError (kind `user`) where its file cannot hold that: then it stays as it was
   */
  setDesk(desk: Desk): void {
    const text = writeDesk(desk, this.#deskText);
    if (this.#base.kept.has(deskPath)) this.#changes.set(keptPath(deskPath), null);
    this.#changes.set(deskPath, text);
    this.#view.desk = desk;
  }

  /** Sets a file as it is to be. */
  write(path: string, text: string | null): void {
    this.#changes.set(path, text);
  }

  /** Adds a transition to the commit's history. */
  record(
    id: string,
    transition: string,
    request: { actor: string; source: string },
    ticket: Ticket | null,
  ): void {
    const attempt = ticket?.attempt?.number ?? ticket?.attempts.at(-1)?.number;
    this.#subjects.push(`${id} ${transition}`);
    this.#trailers.push({
      Ticket: id,
      Transition: transition,
      Actor: request.actor,
      Cause: request.source,
      ...(attempt === undefined ? {} : { Attempt: String(attempt) }),
    });
  }

  commit(): NewCommit {
    this.#noteParts();
    this.#ifItCan(() => this.#noteRuns());
    const [only = 'books'] = this.#subjects;
    const subject = this.#subjects.length > 1 ? `${this.#subjects.length} transitions` : only;
    const body = this.#subjects.length > 1 ? this.#subjects.join('\n') : '';
    return { subject, body, trailers: this.#trailers, changes: this.#changes, dropRefs: this.#dropRefs };
  }

  /**
   * Puts the decided ticket into the commit. One that its file cannot hold (it would grow too large) is a refusal, and so
   * is a start that the desk cannot count.
   */
  #write(
    decision: Decision,
    request: Request,
    { before, file }: { before: Ticket | undefined; file: TicketFile | undefined },
  ): Decision {
    if (!decision.ticket) return decision;
    try {
      const write = wordy.includes(request.kind) ? writeWords : writeTicket;
      const { ticket, text } = writeInRoom(decision.ticket, (one) => write(one, file?.text));
      if (request.kind === 'claim' && decision.accepted) this.#noteStart();
      const path = this.#put(ticket, text);
      if (file && file.path !== path) this.#changes.set(file.path, null);
      return { ...decision, ticket };
    } catch (thrown) {
      if (!(thrown instanceof SignalboxError) || thrown.kind !== 'user') throw thrown;
      const refused = refusal(thrown.code as ReasonCode, thrown.message);
      if (request.kind !== 'signal') return refused;
      const { code } = refused;
      return { ...refused, quarantine: quarantineEntry(request, { ticket: before, code, now: this.#now }) };
    }
  }

  /** Of a note on the desk that cannot be written: no ticket's end, and nobody else in the group, waits for that. */
  #ifItCan(note: () => void): void {
    try {
      note();
    } catch (thrown) {
      this.#log.error('a note on the desk could not be written', { path: deskPath, error: asError(thrown) });
    }
  }

  /** How parts of other tickets stand that close or open here. A whole that is closed itself, or has no room, notes nothing. */
  #noteParts(): void {
    for (const id of [...this.#written]) {
      const part = this.#view.get(id);
      const whole = part?.parent ? this.#view.get(part.parent) : undefined;
      const noted = part && whole && isOpen(whole.state) ? withPart(whole, part) : null;
      if (!noted) continue;
      const path = ticketPath(noted.id);
      const before = this.#changes.get(path) ?? this.#base.tickets.get(noted.id)?.text ?? '';
      if (!isFull(before)) this.#put(noted, writeTicket(noted, before));
    }
  }

  /** Which agents run less from this commit on: how long one has been idle is counted from what stands on the head. */
  #noteRuns(): void {
    const { desk, began, occupied } = this.#view;
    const last_ran = ranUntil(desk.last_ran, began, occupied, this.#now);
    if (last_ran === desk.last_ran) return;
    const noted = { ...desk, last_ran };
    // A desk that cannot be read is left to whoever mends it; what counts of it meanwhile is kept beside it.
    if (this.#base.deskBroken && !this.#changes.has(deskPath)) {
      this.#changes.set(keptPath(deskPath), writeDesk(noted));
      this.#view.desk = noted;
    } else this.setDesk(noted);
  }

  #noteStart(): void {
    const { desk } = this.#view;
    this.setDesk({ ...desk, starts: [...startsInHour(desk.starts, this.#now), isoSeconds(this.#now)] });
  }

  /** A desk that cannot be read is left to whoever mends it: nothing starts there meanwhile. */
  #noteEnd(before: Ticket | undefined, after: Ticket, request: Request): void {
    if (this.#base.deskBroken) return;
    const [now, config] = [this.#now, this.#config];
    const desk = deskAfter(this.#view.desk, { before, after, request, now, config });
    if (desk !== this.#view.desk) this.setDesk(desk);
  }

  /** A signal that lies in quarantine already has had its answer (rule 16). */
  #earlierAnswer(request: RequestOf<'signal'>): Decision | undefined {
    return this.#earlier.get(quarantinePath(request.ticket, request.attempt, requestDigest(request)));
  }

  /** Takes the signal's file or ref away in the commit that decides it; and where it was refused before, that, too. */
  #consume(request: RequestOf<'signal'>, { accepted, ticket }: Decision): void {
    const refused = quarantinePath(request.ticket, request.attempt, requestDigest(request));
    if (accepted && ticket && this.#base.quarantine.includes(refused)) this.#changes.set(refused, null);
    for (const pending of this.#base.signals) {
      if (!isSame(pending, request)) continue;
      if (pending.channel === 'file') this.#changes.set(pending.place, null);
      else if (!this.#dropRefs.includes(pending.place)) this.#dropRefs.push(pending.place);
    }
  }
}

function noSuchAgent(kind: string, profile = '', { agents }: Config): string {
  const names = Object.keys(agents).join(', ') || 'none';
  return `There is no agent profile ${quoteWords(profile)} (there is: ${names}). \`/${kind}\` alone is said to the whole desk.`;
}

function isSame(pending: PendingSignal, request: RequestOf<'signal'>): boolean {
  if (pending.ticket !== request.ticket || pending.attempt !== request.attempt) return false;
  if (pending.text === request.text) return true;
  const { signal } = readSignal(pending.text);
  return signal !== null && request.signal !== null && signalDigest(signal) === signalDigest(request.signal);
}

/** A refusal that writes nothing. */
export function refusal(code: Decision['code'], message: string): Decision {
  return { accepted: false, code, message, ticket: null, quarantine: null, transition: `refused: ${code}` };
}

/** What a head that cannot be read says to whatever is asked: it waits. */
export function undecided(code: Decision['code'], message: string): Decision {
  return { ...refusal(code, message), undecided: true };
}
