import { type Clock, isoSeconds } from '../base/clock.ts';
import { sha256 } from '../base/random.ts';
import type { Config } from '../ticket/config.ts';
import { isTooOld } from '../ticket/decide.ts';
import type { Ticket } from '../ticket/format.ts';
import { type ReasonCode, reasons } from '../ticket/reasons.ts';
import {
  type Handler,
  type Job,
  type RunnerForge,
  type RunnerStore,
  type Standing,
  standingAt,
} from './job.ts';

/** Why no agent starts. */
export interface Turned {
  code: ReasonCode;
  message: string;
}

export interface Gate {
  store: RunnerStore;
  forge: RunnerForge;
  handler: Handler;
  config: Config;
  clock: Clock;
  /** The agent's own user, if it has one. */
  user: object | null;
}

const turn = (code: ReasonCode, message: string = reasons[code]): Turned => ({ code, message });

/**
 * Binds this run to its attempt by compare-and-swap (rule 9), or says why not. What only the runner can know is asked
 * here: that Actions did not press the run again, and that no stop stands on the issue which nobody has carried out
 * yet. All the rest (state, claim, another run) is decided by the rules, on the head that is swapped.
 */
export async function passGate(gate: Gate, job: Job, key: string): Promise<Turned | null> {
  if (job.run.run_attempt !== 1) return turn('rerun');
  const snapshot = await gate.store.read({ fresh: true });
  if (snapshot.movedBack) return turn('head-moved-back');
  const file = snapshot.tickets.get(job.ticket);
  if (!file) return turn((await snapshot.archived(job.ticket)) ? 'not-executing' : 'no-such-ticket');
  if (!file.ticket) return turn(file.broken?.code ?? 'bad-yaml');
  const agent = file.ticket.attempt?.agent;
  if (agent !== undefined && !gate.config.agents[agent]) return turn('no-agent');
  const stop = await stopLabel(gate, file.ticket);
  if (stop) return stop;
  const decision = await gate.handler.handle(job.ticket, {
    kind: 'bind',
    attempt: job.attempt,
    claim: job.claim,
    run: { ...job.run, isolation: gate.user ? 'user' : 'none' },
    key_sha256: sha256(key),
    source: `run-${job.run.id}-${job.run.run_attempt}-bind`,
    at: isoSeconds(gate.clock.now()),
    actor: 'signalbox',
  });
  return decision.accepted ? null : { code: decision.code, message: decision.message };
}

/** The second look, right before the agent starts: still ours at the head, and still no stop on the issue. */
export async function lookAgain(gate: Gate, job: Job): Promise<Turned | Extract<Standing, { is: 'mine' }>> {
  const standing = await standingAt(await gate.store.read({ fresh: true }), job);
  if (standing.is !== 'mine') return turn(standing.code);
  return (await stopLabel(gate, standing.ticket)) ?? standing;
}

/**
 * A `park` or `hold` label on the issue whose event was not carried out yet: its webhook is late or lost, or the app
 * is down. Events before the ticket mean nothing, and those older than its memory were carried out and forgotten. An issue that is gone is a stop, too:
 * the app detaches and parks its ticket.
 */
async function stopLabel({ forge, config, clock }: Gate, ticket: Ticket): Promise<Turned | null> {
  if (ticket.issue === null) return null;
  const issue = await forge.issue(ticket.issue);
  if (issue === 'gone' || issue === 'moved') return turn('stop-label', `Issue #${ticket.issue} is ${issue}.`);
  const stops = [config.labels.park, config.labels.hold].map(folded);
  const carried = issue.labels.map(folded).filter((label) => stops.includes(label));
  if (carried.length === 0) return null;
  const unseen = (await forge.events(ticket.issue)).find(
    ({ id, event, label, at }) =>
      event === 'labeled' &&
      carried.includes(folded(label)) &&
      !Object.hasOwn(ticket.seen, `e${id}`) &&
      at >= (ticket.created ?? '') &&
      !isTooOld(at, clock.now()),
  );
  return unseen
    ? turn('stop-label', `Issue #${ticket.issue} carries ${unseen.label}, set by ${unseen.actor}.`)
    : null;
}

/** Label names differ in case only for people (GitHub compares them without). */
const folded = (label: string): string => label.toLowerCase();
