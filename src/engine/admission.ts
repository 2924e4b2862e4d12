import type { Clock } from '../base/clock.ts';
import { isoSeconds, sleep } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { readDesk, readTicket } from '../ticket/codec.ts';
import type { Config } from '../ticket/config.ts';
import { type Admission, admitEdit, admitNew, type Pusher } from '../ticket/foreign.ts';
import type { Desk } from '../ticket/format.ts';
import { deskPath, ticketIdOf } from '../ticket/paths.ts';
import { Draft } from './draft.ts';
import type { FileChange, Forge, Snapshot, Store } from './ports.ts';
import { WorkingView } from './view.ts';

/** Finds out who pushed what lies between the witness and the head. */
export type Judge = (snapshot: Snapshot) => Promise<Pusher>;

interface AdmissionContext {
  store: Store;
  config: () => Promise<Config>;
  now: () => number;
  log: Log;
  judge: Judge;
}

/**
 * Judges the foreign commits on a head before anything is decided on it. Legal edits stand; the rest is put back in one
 * corrective commit that says why. Answers the head to decide on, or null where it was overtaken: read again.
 */
export async function admitForeign(snapshot: Snapshot, context: AdmissionContext): Promise<Snapshot | null> {
  const { head, witness } = snapshot;
  if (head === null || head === witness || snapshot.movedBack) return snapshot;
  const changes = (await context.store.diff(witness, head)).filter(({ path }) => isOurs(path));
  if (changes.length === 0) return snapshot;
  const pusher = await context.judge(snapshot);
  const now = Math.max(context.now(), snapshot.headTime);
  const config = await context.config();
  const deskText = await snapshot.file(deskPath);
  const draft = new Draft(snapshot, new WorkingView(snapshot), { now, config, earlier: new Map(), deskText });
  for (const change of changes) admitOne(draft, change, { snapshot, pusher, now, config });
  if (draft.isEmpty) return snapshot;
  context.log.warn('foreign commits corrected', { head, pusher: pusher.login });
  const swap = await context.store.swap(snapshot, draft.commit());
  return swap.status === 'swapped' ? swap.snapshot : null;
}

/** Tickets, the archive and the desk are judged; signals are decided later, and other files are nobody's business. */
function isOurs(path: string): boolean {
  return path === deskPath || path.startsWith('tickets/') || path.startsWith('archive/');
}

interface Bench {
  snapshot: Snapshot;
  pusher: Pusher;
  now: number;
  config: Config;
}

function admitOne(draft: Draft, change: FileChange, bench: Bench): void {
  const { path, before, after } = change;
  const say = (id: string, what: string) =>
    draft.record(id, `put back: ${what}`, { actor: bench.pusher.login, source: bench.pusher.commit }, null);
  if (path === deskPath) {
    admitDesk(draft, change, bench);
    return;
  }
  if (path.startsWith('archive/')) {
    draft.write(path, before);
    say(path, 'the archive is written by Signalbox alone');
    return;
  }
  const id = ticketIdOf(path);
  if (id === null) return; // a name that is no ticket's: reported by the reading of the head, never touched
  if (after === null) {
    // Moved by a person's merge: the archive has it, and nothing is lost. Otherwise a deletion is put back.
    draft.write(path, before);
    say(id, 'a ticket is closed by cancelling it, not by deleting its file');
    return;
  }
  const file = bench.snapshot.tickets.get(id);
  const was = before === null ? null : readTicket(id, before).ticket;
  if (!file?.ticket || (before !== null && !was)) {
    // Broken, or mended. Somebody who may write is free to do either (it harms that ticket alone and is reported);
    // from anybody else it would be a way around the comparison with what was there before.
    if (bench.pusher.mayWrite) return;
    draft.write(path, before);
    say(id, 'an unreadable file by an unknown pusher');
    return;
  }
  const admission = was
    ? admitEdit(was, file.ticket, bench.pusher, new WorkingView(bench.snapshot), bench.now, bench.config)
    : admitNew(file.ticket, bench.pusher, isoSeconds(bench.now));
  if (JSON.stringify(admission.ticket) === JSON.stringify(file.ticket)) return;
  draft.correct(admission.ticket, file);
  draft.record(
    id,
    transitionOf(admission),
    { actor: bench.pusher.login, source: `push:${bench.pusher.commit}` },
    admission.ticket,
  );
}

function transitionOf({ request, putBack, ticket }: Admission): string {
  if (putBack.length > 0) return `put back: ${putBack.join('; ')}`;
  return `${request?.kind ?? 'edit'} by push: ${ticket.state}`;
}

/** Somebody who may write throws the desk's switches by editing it; anybody else can only throw them on. */
function admitDesk(draft: Draft, { before, after }: FileChange, { pusher, now }: Bench): void {
  const was = before === null ? null : readDesk(before).desk;
  const is = after === null ? null : readDesk(after).desk;
  if (after !== null && !is) return; // broken: reported; the last good switches are not known, so nothing is written
  if (is && pusher.mayWrite) {
    if (was && (is.paused !== was.paused || is.draining !== was.draining) && is.since === was.since) {
      draft.setDesk({ ...is, by: pusher.login, since: isoSeconds(now), starts: was.starts, seen: was.seen });
      draft.record('desk', 'desk: edited', { actor: pusher.login, source: `push:${pusher.commit}` }, null);
    }
    return;
  }
  const stands: Desk | null =
    was && is ? { ...was, paused: was.paused || is.paused, draining: was.draining || is.draining } : was;
  if (stands && JSON.stringify(stands) !== JSON.stringify(is)) {
    draft.setDesk(stands);
    draft.record(
      'desk',
      'put back: switches by an unknown pusher',
      { actor: pusher.login, source: pusher.commit },
      null,
    );
  }
}

/** How long to wait for the forge's own record of a push before its pusher counts as unknown, in milliseconds. */
const patienceMs = 20_000;

/** A judge who asks the repository's activity. Several pushers at once are judged as the least of them. */
export function makeJudge(
  forge: Pick<Forge, 'pushes' | 'permission'>,
  { branch, clock, now }: { branch: () => Promise<string>; clock: Clock; now: () => number },
): Judge {
  return async ({ head, witness, headTime }) => {
    const ref = `refs/heads/${await branch()}`;
    for (;;) {
      const chain = chainOf(await forge.pushes(ref), head ?? '', witness);
      if (chain) return leastOf(head ?? '', [...new Set(chain)], forge);
      if (now() - headTime > patienceMs)
        return { commit: head ?? '', login: 'somebody unknown', mayWrite: false };
      await sleep(clock, 500);
    }
  };
}

/** The actors of the pushes that lead from the witness to the head, or null where the record has a gap. */
function chainOf(
  pushes: { before: string; after: string; actor: string }[],
  head: string,
  witness: string | null,
): string[] | null {
  const actors: string[] = [];
  let at = head;
  while (at !== witness) {
    const push = pushes.find(({ after }) => after === at);
    if (!push) return null;
    actors.push(push.actor);
    if (/^0*$/.test(push.before)) return witness === null ? actors : null;
    at = push.before;
  }
  return actors;
}

async function leastOf(commit: string, actors: string[], forge: Pick<Forge, 'permission'>): Promise<Pusher> {
  for (const login of actors) {
    const role = await forge.permission(login);
    if (role !== 'admin' && role !== 'write') return { commit, login, mayWrite: false };
  }
  return { commit, login: actors.at(-1) ?? 'nobody', mayWrite: actors.length > 0 };
}
