import { may } from '../../src/engine/people.ts';
import { readTicket, writeTicket } from '../../src/ticket/codec.ts';
import { formatVersion, type Ticket, ticket as ticketSchema } from '../../src/ticket/format.ts';
import { ticketPath } from '../../src/ticket/paths.ts';
import { isOpen } from '../../src/ticket/states.ts';
import { aCondition, someTicket } from './deferrals.ts';
import { jobs, people } from './names.ts';
import type { World } from './world.ts';

/*
 * What people and agents do to the state branch with git, past Signalbox.
 */

/** Somebody changes a ticket's file by hand: its text, its state, or what only Signalbox writes. */
export async function pushEdit(world: World): Promise<void> {
  const { chance, github, oracle } = world;
  const who = chance.pick(['lucienne', 'wilma', 'elmar', jobs]);
  const snapshot = await oracle.read();
  const files = [...snapshot.tickets.values()];
  const head = snapshot.head;
  // What is pushed onto a branch that was moved back goes with the restore.
  if (files.length === 0 || head === null || snapshot.movedBack) return;
  const { id, text } = chance.pick(files);
  const { ticket } = readTicket(id, text);
  if (!ticket) return;
  const [kind, change] = isOpen(ticket.state) ? anEdit(world, ticket) : aTitle(world);
  const next = kind === 'break' ? `${text}\nnonsense: {` : writeTicket({ ...ticket, ...change }, text);
  world.tell(`${who} pushes ${kind} of ${id}`);
  await push(world, who, head, { [ticketPath(id)]: next });
  const mayWrite = may(people[who] ?? 'none', 'write');
  const stops = kind === 'park' || kind === 'defer';
  const mayAsk = mayWrite || stops;
  if (stops || kind === 'release')
    world.asks({
      issue: ticket.issue,
      ticket: id,
      kind: stops ? 'park' : kind,
      defers: kind === 'defer' && mayWrite,
      source: `push ${github.remote.refs.get(github.remote.stateRef)}`,
      mayAsk,
    });
}

const aTitle = ({ github }: World): [string, Partial<Ticket>] => [
  'title',
  { title: `Pushed ${github.id()}` },
];

function anEdit(world: World, ticket: Ticket): [string, Partial<Ticket>] {
  const { chance, github } = world;
  const kind = chance.weighted({
    title: 2,
    park: 2,
    defer: 1,
    after: 1,
    parent: 1,
    release: 2,
    forge: 1,
    break: 0.5,
  });
  const by = { by: 'somebody', since: github.at };
  if (kind === 'title') return aTitle(world);
  if (kind === 'park')
    return [kind, { state: 'waiting', waiting: { kind: 'parked', reason: 'by hand', ...by } }];
  if (kind === 'defer') {
    const when = aCondition(world);
    return [kind, { state: 'waiting', waiting: { kind: 'deferred', when, reason: 'by hand', ...by } }];
  }
  if (kind === 'after') return [kind, { after: chance.is(0.3) ? [] : [someTicket(world)] }];
  if (kind === 'parent') return [kind, { parent: someTicket(world) }];
  if (kind === 'release') return [kind, { state: 'todo', waiting: null, hold: false }];
  return [kind, { lifetime: { ...ticket.lifetime, retries: 0, attempts: 0 } }];
}

/** Somebody pushes the file of a ticket that was not there: a plan, work that is to begin at once, or what is given up. */
export async function pushNew(world: World): Promise<void> {
  const { chance, github, oracle } = world;
  const { head, movedBack, tickets } = await oracle.read();
  if (head === null || movedBack || tickets.size >= 6) return;
  const who = chance.pick(['lucienne', 'wilma', 'elmar']);
  const id = `plan-${github.id()}`;
  const state = chance.weighted({ inbox: 3, todo: 1, cancelled: 1 });
  world.tell(`${who} pushes ${id}, ${state}`);
  const fresh = ticketSchema.parse({
    format: formatVersion,
    id,
    title: 'Pushed as new',
    state,
    owner: 'luci',
  });
  await push(world, who, head, { [ticketPath(id)]: writeTicket(fresh) });
  const source = `push ${github.remote.refs.get(github.remote.stateRef)}`;
  const mayAsk = may(people[who] ?? 'none', 'write');
  const kind = { inbox: null, todo: 'release', cancelled: 'cancel' }[state];
  if (kind) world.asks({ issue: null, ticket: id, kind, source, mayAsk });
}

/** Somebody forces the branch back to an earlier commit. */
export async function moveBack(world: World): Promise<void> {
  const { chance, github } = world;
  const { stateRef, journal } = github.remote;
  const earlier = journal.filter(({ ref, oid }) => ref === stateRef && oid !== null).slice(-6, -1);
  if (earlier.length === 0) return;
  world.tell('lucienne forces the branch back');
  for (const asked of world.asked) if (asked.source.startsWith('push')) asked.mayBeUndone = true;
  github.push(stateRef, chance.pick(earlier).oid ?? '', 'lucienne');
}

/** Somebody pushes files onto the head that they saw; one that is the head no more is refused. */
export async function push(
  world: World,
  who: string,
  head: string,
  changes: Record<string, string>,
): Promise<void> {
  const { github, schedule } = world;
  const seconds = Math.floor(schedule.now / 1000);
  const files = new Map<string, string | null>(Object.entries(changes));
  const { remote } = github;
  const commit = await remote.objects.commit(
    { parents: [head], changes: files, message: 'by hand', seconds },
    `${who} <${who}@test>`,
  );
  if ((remote.refs.get(remote.stateRef) ?? null) !== head) return;
  github.push(remote.stateRef, commit, who);
}

/** Somebody puts the last readable text back where a file was broken. */
export async function mend(world: World): Promise<void> {
  const { tickets, head } = await world.oracle.read();
  for (const { id, ticket } of tickets.values()) {
    const last = world.oracle.last(id);
    if (ticket || !last || head === null) continue;
    world.tell(`lucienne mends ${id}`);
    const { remote } = world.github;
    await push(world, 'lucienne', remote.refs.get(remote.stateRef) ?? '', {
      [ticketPath(id)]: writeTicket(last),
    });
  }
}
