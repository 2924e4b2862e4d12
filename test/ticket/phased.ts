import { expect } from 'vitest';
import { sha256 } from '../../src/base/random.ts';
import { type Config, config as configSchema } from '../../src/ticket/config.ts';
import { decide } from '../../src/ticket/decide.ts';
import type { Decision } from '../../src/ticket/decision.ts';
import type { SignalKind } from '../../src/ticket/format.ts';
import type { Request, RequestOf } from '../../src/ticket/requests.ts';
import type { Said } from '../../src/ticket/said.ts';
import { at, key, noon, ticketIn, view } from './fixtures.ts';
import type { Ticket } from './types.ts';

export const [first, second, third] = ['a', 'b', 'c'].map((one) => one.repeat(40)) as [
  string,
  string,
  string,
];

export const config: Config = configSchema.parse({
  format: 1,
  prefix: 'MC',
  agents: { luci: { command: ['true'] }, rex: { command: ['true'] } },
  phases: {
    dev: {},
    review: { agent: 'rex', reviews: true },
    signoff: { agent: 'person', gate: ['person', 'merged'] },
    colour: { gate: { decision: { question: 'Which colour?', options: ['red', 'blue'] } } },
    build: { gate: { checks: ['build'] } },
  },
  limits: { rounds: 2 },
});

/** A ticket, and what is asked of it, a second after the other. */
export class Line {
  ticket: Ticket;
  now = noon;
  config = config;
  #count = 0;

  constructor(over: Partial<Ticket> = {}) {
    this.ticket = ticketIn('todo', { phases: ['dev', 'review', 'signoff'], ...over });
  }

  ask(request: Partial<Request> & Pick<Request, 'kind'>): Decision {
    this.now += 1000;
    const asked = { source: `c${++this.#count}`, at: at((this.now - noon) / 1000), actor: 'lucienne' };
    const decision = decide(this.ticket, { ...asked, ...request } as Request, view(), this.now, this.config);
    this.ticket = decision.ticket ?? this.ticket;
    return decision;
  }

  /** An agent takes it; its run passes the gate. */
  starts(): void {
    expect(this.ask({ kind: 'claim', claim: 'claim', actor: 'signalbox' })).toMatchObject({ code: 'ok' });
    const run = { id: 990, run_attempt: 1, url: 'http://run/990' };
    const attempt = this.ticket.attempt?.number ?? 0;
    this.ask({ kind: 'bind', attempt, claim: 'claim', run, key_sha256: sha256(key) });
  }

  says(kind: SignalKind, said: Said & { work?: string; summary?: string } = {}): Decision {
    const attempt = this.ticket.attempt;
    const { summary = `words ${attempt?.number}`, ...rest } = said;
    const number = attempt?.number ?? 0;
    const spoken = { format: 1 as const, ticket: 'MC-1', attempt: number, kind, summary, run: null, key };
    const signal = { ...spoken, agent_gone: true, ...rest } as RequestOf<'signal'>['signal'];
    const from = { ticket: 'MC-1', attempt: number, channel: 'runner', text: '' } as const;
    return this.ask({ kind: 'signal', signal, ...from, actor: attempt?.agent ?? '' });
  }

  /** The app has shown accepted work, or somebody pushed. */
  shows(
    commit: string,
    by = 'luci',
    work = this.ticket.branch?.work ?? null,
    pushers = Object.hasOwn(config.agents, by) ? [] : [by],
  ): Decision {
    return this.ask({ kind: 'pushed', commit, by, pushers, work, actor: 'signalbox' });
  }

  /** Dev does `work`, and it is shown. */
  develops(work: string): void {
    this.starts();
    expect(this.says('done', { work }).code).toBe('ok');
    this.shows(work, 'luci', work);
  }

  reviews(kind: 'approved' | 'rejected', said: Said = {}): Decision {
    this.starts();
    return this.says(kind, said);
  }

  get stands(): string {
    return `${this.ticket.state} in ${this.ticket.phase}`;
  }
}
