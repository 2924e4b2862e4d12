import { beforeEach } from 'vitest';
import { readTicket, writeTicket } from '../../src/ticket/codec.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { archivePath, ticketPath, witnessRef } from '../../src/ticket/paths.ts';
import { isOpen } from '../../src/ticket/states.ts';
import { aTicket } from '../engine/desk.ts';
import { stopped, waiting, working } from '../engine/fixtures.ts';
import { stateRef } from '../store/worlds.ts';
import { type Printed, signalbox } from './command.ts';
import { aPerson } from './person.ts';

/** Tickets in every state, as Signalbox would have left them. */
export const some: Record<string, Partial<Ticket>> = {
  'MC-1': { ...working, priority: 'high', owner: 'luci', title: 'Mend the rake' },
  'MC-2': waiting,
  'MC-3': { state: 'todo', owner: 'luci' },
  'MC-4': { state: 'inbox', body: 'A text\nof two lines.' },
  'MC-5': {
    state: 'blocked',
    blocked: { code: 'retries-exhausted', reason: 'It failed.', since: '2026-05-25T11:00:00Z' },
    attempts: [{ ...stopped, outcome: 'failed' }],
  },
  'MC-6': { state: 'review', phases: ['dev', 'review'], phase: 'review', attempts: [stopped] },
  'MC-7': { state: 'done', attempts: [stopped] },
};

const settings = `format: 1
prefix: MC
agents: { luci: { command: ["true"] } }
phases: { dev: {}, review: { gate: person } }
`;

/** A team's repository on a server, with tickets and a config, and a person's clone of it: new for each test. */
export function aTeamsDesk(tickets = some) {
  const person = aPerson();
  const { here, git, push } = person;
  beforeEach(() => {
    push('main', {
      '.github/signalbox.yml': settings,
      '.github/workflows/signalbox.yml': 'on: workflow_dispatch\n',
    });
    const files = Object.entries(tickets).map(([id, over]) => {
      const ticket = aTicket(id, over);
      return [isOpen(ticket.state) ? ticketPath(id) : archivePath(id), writeTicket(ticket)] as const;
    });
    admit(push('signalbox', Object.fromEntries(files)));
  });

  /** The witness moves along: as if Signalbox itself had pushed it. */
  const admit = (head: string) =>
    git(here.clone, 'push', '--quiet', '--force', 'origin', `${head}:${witnessRef}`);

  const atHead = (path: string): string => {
    git(here.clone, 'fetch', '--quiet', 'origin', stateRef);
    return git(here.clone, 'show', `FETCH_HEAD:${path}`);
  };

  return {
    ...person,
    admit,
    atHead,
    run: (...args: string[]): Promise<Printed> => signalbox([...args, '--clone', here.clone]),
    /** The same, as data. */
    async data(...args: string[]): Promise<{ status: number; json: Record<string, unknown> }> {
      const { status, stdout } = await signalbox([...args, '--json', '--clone', here.clone]);
      return { status, json: JSON.parse(stdout) };
    },
    ticket: (id: string, path = ticketPath(id)): Ticket | null => readTicket(id, atHead(path)).ticket,
    /** Transitions of the latest commit, and who made them. */
    history: () => {
      git(here.clone, 'fetch', '--quiet', 'origin', stateRef);
      const format = '--format=%(trailers:key=Transition,valueonly)%(trailers:key=Actor,valueonly)';
      return git(here.clone, 'log', '-1', format, 'FETCH_HEAD').split('\n');
    },
  };
}
