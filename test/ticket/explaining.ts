import { type DeskFacts, type Explanation, explain } from '../../src/ticket/explain.ts';
import type { Desk } from '../../src/ticket/format.ts';
import type { Circumstances } from '../../src/ticket/landing.ts';
import { config, noon, view } from './fixtures.ts';
import { openDesk, type Ticket } from './types.ts';

export const well: DeskFacts = {
  movedBack: false,
  unjudged: false,
  deskBroken: null,
  configBroken: null,
  lacksWorkflow: false,
};

export type Over = Partial<Circumstances & DeskFacts>;

export function why(ticket: Ticket, over: Over = {}): Explanation {
  const file = { id: 'MC-1', path: 'tickets/MC-1.yaml', ticket, broken: null };
  return explain(file, { view: view(), now: noon, config, ...well, ...over });
}

export const desk = (over: Partial<Desk>): Over => ({ view: view({ desk: { ...openDesk, ...over } }) });
export const works = (agent: string, ...ids: string[]): Over => ({
  view: view({ occupied: new Map([[agent, ids.length]]), occupants: new Map([[agent, new Set(ids)]]) }),
});
