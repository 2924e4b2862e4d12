import type { Config } from './config.ts';
import type { Ticket } from './format.ts';
import { type Gate, type GateName, gateName } from './phases.ts';
import type { MetGate } from './progress-shape.ts';
import { headOf, isShown } from './reviews.ts';

/* Gates of the phase in hand: what they are, which were met, and which still count. */

/**
 * What must be met before the next phase. Where nothing of it is a person's act, a person's look is among it if the agent
 * asked for one, or if the config names no gate and the ticket is in review all the same; and it stands in the place of
 * a merge and of checks where there is no commit to be merged or checked.
 */
export function gatesOf(ticket: Ticket, { phases }: Config): readonly Gate[] {
  const named = phases[ticket.phase]?.gate ?? [];
  const able = named.filter((gate) => !lacksCommit(ticket, gate));
  const isAsked = ticket.state === 'review' && (able.length === 0 || asksPerson(ticket));
  const needsPerson = isAsked || able.length < named.length;
  return needsPerson && !able.some(isPersonsAct) ? [...able, 'person'] : able;
}

/** Whether a gate can be met by a commit alone, and the branch was seen to have none, with all accepted work on it. */
export function lacksCommit(ticket: Ticket, gate: Gate): boolean {
  const isOfCommit = gate === 'merged' || gateName(gate) === 'checks';
  return isOfCommit && ticket.branch?.commit === null && isShown(ticket);
}

const isPersonsAct = (gate: Gate): boolean => gate === 'person' || gate === 'merged';

/** Whether the agent of the phase in hand said that a person should look. */
function asksPerson({ attempts, phase }: Ticket): boolean {
  const last = attempts.findLast((one) => one.phase === phase);
  return (last?.accepted?.kind ?? last?.outcome) === 'review';
}

/** Those that are not met yet. */
export function unmetGates(ticket: Ticket, config: Config): Gate[] {
  return gatesOf(ticket, config).filter((gate) => !metGate(ticket, gateName(gate)));
}

/** How a gate of the phase in hand was met. */
export function metGate({ gates }: Pick<Ticket, 'gates'>, name: GateName): MetGate | undefined {
  return gates.find(({ gate }) => gate === name);
}

/** Gates that count once the branch has moved: a choice and a merge do, what was said of another commit does not. */
export function stillMet(ticket: Ticket): MetGate[] {
  const isOfCode = (gate: GateName) => gate === 'person' || gate === 'checks';
  return ticket.gates.filter(({ gate, commit }) => !isOfCode(gate) || commit === headOf(ticket));
}
