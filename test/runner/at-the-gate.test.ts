import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/base/random.ts';
import type { Issue, IssueEvent, Snapshot } from '../../src/engine/ports.ts';
import { type Gate, lookAgain, passGate } from '../../src/runner/gate.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { reasons } from '../../src/ticket/reasons.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { HandClock } from '../support/hand-clock.ts';
import { at, config, noon, ticketIn } from '../ticket/fixtures.ts';

/*
 * What is asked before an agent may start, question by question, without any process. The whole way through the gate is
 * told in gate.test.ts.
 */

const open = {
  number: 1,
  claim: 'claim-1',
  phase: 'dev',
  agent: 'luci',
  claimed: at(-60),
  check_in_by: at(600),
};
const claimed = (over: Partial<Ticket> = {}) =>
  ticketIn('in_progress', { issue: 7, attempt: { ...open, run: null }, ...over });
const bound = (over: Partial<Ticket> = {}) => ticketIn('in_progress', { issue: 7, ...over });

class Doorstep {
  readonly job = {
    ticket: 'MC-1',
    attempt: 1,
    claim: 'claim-1',
    run: { id: 990, run_attempt: 1, url: 'http://run/990' },
  };
  ticket: Ticket | null;
  broken: { code: string; message: string } | null = null;
  isArchived = false;
  isThere = true;
  movedBack = false;
  issue: Pick<Issue, 'labels'> | 'gone' | 'moved' = { labels: ['ticket'] };
  readonly events: IssueEvent[] = [];
  readonly requests: Request[] = [];
  answer = { accepted: true, code: 'ok', message: '' };
  hasUser = false;
  /** How the head was read, and issues that were asked for. */
  readonly asked: unknown[] = [];

  constructor(ticket: Ticket | null = claimed()) {
    this.ticket = ticket;
  }

  /** Somebody put a label on, or took it off. */
  event(id: number, label: string, over: Partial<IssueEvent> = {}): void {
    this.events.push({ id, event: 'labeled', label, actor: 'elmar', ours: false, at: at(-10), ...over });
  }

  get gate(): Gate {
    const file = { ticket: this.ticket, broken: this.broken };
    const snapshot = {
      head: 'h',
      movedBack: this.movedBack,
      tickets: new Map(this.isThere ? [['MC-1', file]] : []),
      archived: async () => (this.isArchived ? file : null),
    } as unknown as Snapshot;
    return {
      store: {
        read: async (how: object) => {
          this.asked.push(how);
          return snapshot;
        },
      },
      forge: {
        issue: async (number: number) => {
          this.asked.push(number);
          return this.issue;
        },
        events: async () => this.events,
      },
      handler: {
        handle: async (_id: string, request: Request) => {
          this.requests.push(request);
          return this.answer;
        },
      },
      config,
      clock: new HandClock(noon),
      user: this.hasUser ? {} : null,
    } as unknown as Gate;
  }

  pass() {
    return passGate(this.gate, this.job, 'the key');
  }

  look() {
    return lookAgain(this.gate, this.job);
  }
}

/** Is turned away with this code before anything is asked of the ticket. */
async function turned(door: Doorstep, code: string, message?: string): Promise<void> {
  expect(await door.pass()).toEqual({ code, message: message ?? reasons[code as keyof typeof reasons] });
  expect(door.requests).toEqual([]);
}

describe('the gate', () => {
  test('lets the run of the open claim in, bound by the hash of its key, on a fresh look', async () => {
    const door = new Doorstep();
    expect(await door.pass()).toBe(null);
    expect(door.asked).toEqual([{ fresh: true }, 7]);
    expect(door.requests).toEqual([
      {
        kind: 'bind',
        attempt: 1,
        claim: 'claim-1',
        run: { ...door.job.run, isolation: 'none' },
        key_sha256: sha256('the key'),
        source: 'run-990-1-bind',
        at: at(0),
        actor: 'signalbox',
      },
    ]);
  });

  test('says whether the agent has a user of its own', async () => {
    const door = new Doorstep();
    door.hasUser = true;
    await door.pass();
    expect(door.requests).toMatchObject([{ run: { isolation: 'user' } }]);
  });

  test('hands on why the rules refuse', async () => {
    const door = new Doorstep();
    door.answer = { accepted: false, code: 'other-run', message: 'run 989 has it' };
    expect(await door.pass()).toEqual({ code: 'other-run', message: 'run 989 has it' });
  });

  test('lets nobody in a second time, nor on a head that was moved back', async () => {
    const again = new Doorstep();
    again.job.run.run_attempt = 2;
    await turned(again, 'rerun');
    const moved = new Doorstep();
    moved.movedBack = true;
    await turned(moved, 'head-moved-back');
  });

  test('tells a ticket that is done with from one that never was, and from one that cannot be read', async () => {
    const door = new Doorstep();
    door.isThere = false;
    await turned(door, 'no-such-ticket');
    door.isArchived = true;
    await turned(door, 'not-executing');
    const broken = new Doorstep(null);
    await turned(broken, 'bad-yaml');
    broken.broken = { code: 'newer-format', message: 'format 2' };
    await turned(broken, 'newer-format');
  });

  test('starts no agent that the config does not know; of a ticket without an attempt the rules say what it lacks', async () => {
    await turned(new Doorstep(claimed({ attempt: { ...open, agent: 'nobody', run: null } })), 'no-agent');
    const parked = new Doorstep(ticketIn('waiting', { issue: 7 }));
    parked.answer = { accepted: false, code: 'not-executing', message: 'it waits' };
    expect(await parked.pass()).toMatchObject({ code: 'not-executing' });
    expect(parked.requests).toHaveLength(1);
  });
});

describe('a stop that stands on the issue', () => {
  test.each(['park', 'hold', 'Park', 'HOLD'])('%s: nobody has carried it out yet', async (label) => {
    const door = new Doorstep();
    door.issue = { labels: ['ticket', label] };
    door.event(118, label);
    await turned(door, 'stop-label', `Issue #7 carries ${label}, set by elmar.`);
  });

  test('is asked again right before the start', async () => {
    const door = new Doorstep(bound());
    expect(await door.look()).toMatchObject({ is: 'mine', attempt: { number: 1 } });
    expect(door.asked[0]).toEqual({ fresh: true });
    door.issue = { labels: ['park'] };
    door.event(118, 'park');
    expect(await door.look()).toMatchObject({ code: 'stop-label' });
    expect(await new Doorstep(ticketIn('waiting')).look()).toEqual({
      code: 'attempt-closed',
      message: reasons['attempt-closed'],
    });
  });

  test('an issue that is gone, or moved away, is one', async () => {
    const door = new Doorstep();
    for (const how of ['gone', 'moved'] as const) {
      door.issue = how;
      await turned(door, 'stop-label', `Issue #7 is ${how}.`);
    }
  });

  test.each<[string, (door: Doorstep) => void, Partial<Ticket>]>([
    ['it was carried out', (door) => door.event(118, 'park'), { seen: { e118: at(-5) } }],
    ['it is older than the ticket', (door) => door.event(118, 'park', { at: at(-3601) }), {}],
    ['it is as old as the mark that was forgotten', aYearOld, { created: at(-400 * 24 * 3600) }],
    ['the event is another label’s', (door) => door.event(118, 'hold'), {}],
    ['the event took the label off', (door) => door.event(118, 'park', { event: 'unlabeled' }), {}],
    ['there is no event', () => {}, {}],
  ])('counts no more: %s', async (_why, events, over) => {
    const door = new Doorstep(claimed(over));
    door.issue = { labels: ['ticket', 'park'] };
    events(door);
    expect(await door.pass()).toBe(null);
  });

  function aYearOld(door: Doorstep): void {
    door.event(118, 'park', { at: at(-365 * 24 * 3600) });
  }

  test('counts of the moment in which the ticket was made, and of tickets that do not say when', async () => {
    for (const created of [at(-10), null] as never[]) {
      const door = new Doorstep(claimed({ created }));
      door.issue = { labels: ['park'] };
      door.event(118, 'park');
      await turned(door, 'stop-label', 'Issue #7 carries park, set by elmar.');
    }
  });

  test('one that was taken off again, or never was one, stops nobody; and one ticket has no issue at all', async () => {
    const taken = new Doorstep();
    taken.event(118, 'park');
    expect(await taken.pass()).toBe(null);
    const other = new Doorstep();
    other.issue = { labels: ['bug'] };
    other.event(118, 'bug');
    expect(await other.pass()).toBe(null);
    const alone = new Doorstep(claimed({ issue: null }));
    alone.issue = 'gone';
    expect(await alone.pass()).toBe(null);
    expect(alone.asked).toEqual([{ fresh: true }]);
  });
});
