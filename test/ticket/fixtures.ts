import { sha256 } from '../../src/base/random.ts';
import { type Config, config as configSchema } from '../../src/ticket/config.ts';
import type { View } from '../../src/ticket/decision.ts';
import { type Phase, phase as phaseSchema } from '../../src/ticket/phases.ts';
import { openDesk, type State, type Ticket, ticket as ticketSchema } from './types.ts';

export const noon = Date.parse('2026-05-25T12:00:00Z');
export const key = 'the-key-of-run-990';

/** ISO time `seconds` after noon. */
export function at(seconds: number): string {
  return `${new Date(noon + seconds * 1000).toISOString().slice(0, 19)}Z`;
}

export const config: Config = configSchema.parse({
  format: 1,
  prefix: 'MC',
  agents: { luci: { command: ['true'] }, ada: { command: ['true'], capacity: 2 } },
  phases: { dev: {}, review: { gate: 'person' } },
});

/** A phase as the config has it. */
export const phase = (over: object = {}): Phase => phaseSchema.parse(over);

export function view(over: Partial<View> = {}): View {
  return {
    desk: openDesk,
    occupied: new Map(),
    occupants: new Map(),
    lastRan: () => null,
    needs: () => [],
    parentOf: () => null,
    partsOf: () => [],
    stateOf: () => undefined,
    running: () => [],
    isFull: () => false,
    ticketOf: () => undefined,
    quarantined: () => [],
    ...over,
  };
}

/** A ticket in `state` with everything that the state implies. */
export function ticketIn(state: State, over: Partial<Ticket> = {}): Ticket {
  const open = {
    number: 1,
    claim: 'claim-1',
    phase: 'dev',
    agent: 'luci',
    claimed: at(-60),
    check_in_by: at(600),
  };
  const run = { id: 990, run_attempt: 1, key_sha256: sha256(key), url: 'http://run/990', started: at(-30) };
  return ticketSchema.parse({
    format: 1,
    id: 'MC-1',
    title: 'A ticket',
    state,
    owner: 'luci',
    created: at(-3600),
    ...(state === 'waiting' ? { waiting: { kind: 'parked', reason: '', by: 'elmar', since: at(-60) } } : {}),
    ...(state === 'blocked' ? { blocked: { code: 'retries-exhausted', reason: '', since: at(-60) } } : {}),
    ...(state === 'in_progress' ? { attempt: { ...open, run } } : {}),
    ...over,
  });
}
