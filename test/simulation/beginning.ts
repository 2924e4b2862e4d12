import { isoSeconds } from '../../src/base/clock.ts';
import { ticketBranch } from '../../src/engine/intake.ts';
import { writeQuarantined, writeTicket } from '../../src/ticket/codec.ts';
import { type ClosedAttempt, formatVersion, ticket as schema, type Ticket } from '../../src/ticket/format.ts';
import { archivePath, quarantinePath, ticketPath } from '../../src/ticket/paths.ts';
import { textDigest } from '../../src/ticket/signals.ts';
import { isOpen, type State, states } from '../../src/ticket/states.ts';
import { aCondition } from './deferrals.ts';
import { mainRef } from './names.ts';
import type { World } from './world.ts';

/*
 * A desk is seldom new: some of its tickets have been through something when a world begins.
 */

/** Puts tickets in any state on the branch, as Signalbox would have left them. */
export async function begin(world: World): Promise<void> {
  const { chance, github } = world;
  github.push(mainRef, await github.commit([], 'the first'), 'lucienne');
  const chosen = Array.from({ length: chance.below(4) }, () => chance.pick(states));
  if (chosen.includes('in_progress')) chosen.unshift('done'); // which it has waited for
  const tickets: Ticket[] = [];
  for (const [index, state] of chosen.entries())
    if (state !== 'in_progress' || chosen.indexOf(state) === index)
      // one agent has one
      tickets.push(await withPull(world, afterOthers(world, aTicket(world, state), tickets)));
  const files = tickets.flatMap((one): [string, string][] => [
    [placeOf(one), writeTicket(one)],
    ...one.attempts.map((attempt): [string, string] => lateWord(world, one, attempt)),
  ]);
  if (files.length > 0) await world.oracle.publish(Object.fromEntries(files), tickets);
  for (const { id, state, issue } of tickets)
    world.tell(`${id} is ${state}, ${issue ? `#${issue}` : 'no issue'}`);
}

const placeOf = ({ id, state, attempts }: Ticket): string =>
  isOpen(state) || attempts.some(({ stopped }) => stopped === null) ? ticketPath(id) : archivePath(id);

function aTicket(world: World, state: State): Ticket {
  const { chance, github } = world;
  const at = github.at;
  const [title, body] = ['A ticket', 'work'];
  const hasIssue = chance.is(0.65);
  const issue = hasIssue ? github.openIssue('lucienne', title, body, ['ticket']) : null;
  const closed = { state: 'closed', state_reason: state === 'done' ? 'completed' : 'not_planned' } as const;
  if (issue !== null && !isOpen(state)) github.update(issue, closed, 'signalbox[bot]');
  const by = { by: 'lucienne', since: at };
  const question = chance.is(0.5);
  const kinds = [
    { kind: 'parked', reason: 'not now', ...by },
    { kind: 'deferred', reason: 'later', when: aCondition(world), ...by },
    { kind: 'deferred', reason: 'later', when: aCondition(world), ...by },
    { kind: 'question', reason: 'which?', question: 'which?', ...by },
  ];
  const { retries } = world.config.limits;
  const failures = state === 'blocked' ? retries + 1 : chance.pick([0, 0, retries]);
  const attempts = Array.from({ length: failures }, (_, index) => aFailure(world, index + 1));
  if (question) attempts.push(anAttempt(world, failures + 1, chance.is(0.5) ? null : at));
  const next = attempts.length + 1;
  const open = { number: next, claim: chance.hex(8), phase: 'dev', agent: 'luci', claimed: at, run: null };
  return schema.parse({
    format: 1,
    id: issue === null ? `plan-${github.id()}` : `MC-${issue}`,
    title,
    body,
    issue,
    state,
    created: at,
    ...(world.config.phases.review ? { phases: ['dev', 'review'] } : {}),
    attempts:
      state === 'in_progress' || state === 'todo'
        ? attempts.map((one) => ({ ...one, stopped: at }))
        : attempts,
    // One that has no issue any more had one: somebody deleted it.
    mirrored: issue === null && chance.is(0.5) ? null : textDigest(title, body),
    released: chance.is(0.5) ? { by: 'lucienne', at } : null,
    ...(state === 'waiting' ? { waiting: chance.pick(kinds) } : {}),
    ...(state === 'blocked'
      ? { blocked: { code: 'retries-exhausted', reason: 'it failed', since: at } }
      : {}),
    ...(state === 'in_progress'
      ? { attempt: { ...open, check_in_by: isoSeconds(world.schedule.now + 900_000) } }
      : {}),
    lifetime: {
      attempts: attempts.length + (state === 'in_progress' ? 1 : 0),
      retries: Math.min(failures, retries),
    },
  });
}

/** What is open comes after others, sometimes; what is worked on, only after what is done by now. */
function afterOthers({ chance }: World, ticket: Ticket, others: readonly Ticket[]): Ticket {
  const isWorked = ticket.state === 'in_progress';
  if (!isOpen(ticket.state) || !chance.is(isWorked ? 0.7 : 0.2)) return ticket;
  const first = others.filter(({ state }) => state === 'done' || !isWorked);
  return { ...ticket, after: first.map(({ id }) => id) };
}

/** Sometimes with work of an earlier attempt that was accepted, and is shown as a pull request still. */
async function withPull(world: World, ticket: Ticket): Promise<Ticket> {
  const { chance, github } = world;
  const shown = ticket.attempts.at(-1);
  if (!shown || ticket.issue === null || ticket.state === 'cancelled' || chance.is(0.3)) return ticket;
  const branch = ticketBranch(ticket.id);
  const main = github.remote.refs.get(mainRef) ?? '';
  const work = await github.commit([main], 'earlier work');
  github.push(`refs/heads/${branch}`, work, 'signalbox[bot]');
  github.openPull('signalbox[bot]', branch, ticket.title, 'earlier work');
  const accepted = {
    ...shown,
    outcome: 'review',
    signal: chance.hex(32),
    work,
    reason: 'look at it',
  } as const;
  return { ...ticket, attempts: [...ticket.attempts.slice(0, -1), accepted] };
}

/** One that ended, or whose run has ended unheard. */
function anAttempt({ chance, github }: World, number: number, stopped: string | null): ClosedAttempt {
  const inputs = { ticket: 'earlier', attempt: String(number), phase: 'dev' };
  const run = github.dispatch(inputs);
  github.setRun(run, { status: 'completed', conclusion: 'cancelled' });
  const bound = { id: run.id, run_attempt: 1, key_sha256: 'a'.repeat(64), url: run.url, started: github.at };
  return {
    number,
    claim: chance.hex(8),
    phase: 'dev',
    agent: 'luci',
    run: bound,
    outcome: 'parked',
    by: 'lucienne',
    reason: '',
    signal: null,
    started: github.at,
    ended: github.at,
    stopped,
  };
}

/** One of days ago, that cost a retry. */
function aFailure(world: World, number: number): ClosedAttempt {
  const at = isoSeconds(world.schedule.now - 48 * 3_600_000);
  const by = 'signalbox';
  return {
    ...anAttempt(world, number, at),
    outcome: 'failed',
    by,
    reason: 'it failed',
    started: at,
    ended: at,
  };
}

/** What an agent said when nobody asked it any more. */
function lateWord(
  { chance, github }: World,
  { id, state }: Ticket,
  { number }: ClosedAttempt,
): [string, string] {
  const kind = chance.pick(['done', 'review', 'question', 'failed'] as const);
  const signal = {
    format: formatVersion,
    ticket: id,
    attempt: number,
    kind,
    summary: `late ${kind}`,
    run: null,
  } as const;
  const digest = chance.hex(32);
  const about = { ticket: id, attempt: number, digest, code: 'attempt-closed', reason: 'too late', state };
  const said = { ...signal, key: '', agent_gone: true };
  const how = { channel: 'runner', actor: 'luci', at: github.at };
  const entry = { format: formatVersion, ...about, ...how, signal: said } as const;
  return [quarantinePath(id, number, digest), writeQuarantined(entry)];
}
