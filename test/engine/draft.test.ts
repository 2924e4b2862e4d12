import { describe, expect, test } from 'vitest';
import { isoSeconds } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { Draft } from '../../src/engine/draft.ts';
import type { PendingSignal, Snapshot, TicketFile } from '../../src/engine/ports.ts';
import { WorkingView } from '../../src/engine/view.ts';
import { readDesk, readTicket, writeTicket } from '../../src/ticket/codec.ts';
import type { Decision } from '../../src/ticket/decision.ts';
import { openDesk, type Ticket } from '../../src/ticket/format.ts';
import {
  archivePath,
  deskPath,
  keptPath,
  quarantinePath,
  signalPath,
  ticketPath,
} from '../../src/ticket/paths.ts';
import type { Request, RequestOf } from '../../src/ticket/requests.ts';
import { requestDigest } from '../../src/ticket/signals.ts';
import { aTicket, config } from './desk.ts';
import { stopped, waiting, working } from './fixtures.ts';

/*
 * What one commit says and changes for the requests that were decided in it.
 */

const noon = Date.parse('2026-05-25T12:00:00Z');

function fileOf(ticket: Ticket, path = ticketPath(ticket.id)): TicketFile {
  return { id: ticket.id, path, text: writeTicket(ticket), ticket, broken: null };
}

class Table {
  readonly files: TicketFile[];
  readonly draft: Draft;

  constructor(
    tickets: readonly Ticket[],
    over: Partial<Snapshot> = {},
    earlier: ReadonlyMap<string, Decision> = new Map(),
  ) {
    this.files = tickets.map((one) => fileOf(one));
    const snapshot = {
      head: 'h',
      tickets: new Map(this.files.map((file) => [file.id, file])),
      desk: openDesk,
      deskBroken: null,
      kept: new Map(),
      signals: [],
      ...over,
    } as unknown as Snapshot;
    const facts = { now: noon, config, earlier, deskText: null, log: silentLog };
    this.draft = new Draft(snapshot, new WorkingView(snapshot), facts);
  }

  ask(id: string, request: object, file = this.files.find((one) => one.id === id)): Decision {
    const who = { source: 'c9', at: isoSeconds(noon), actor: 'wilma', may: 'write', reason: 'so' };
    return this.draft.ask(id, { ...who, ...request } as unknown as Request, file);
  }

  get changes() {
    return this.draft.commit().changes;
  }

  ticket(id: string, path = ticketPath(id)) {
    return readTicket(id, this.changes.get(path) ?? '').ticket;
  }
}

describe('the commit', () => {
  test('of one transition is named by it, and says whose it was, and why', () => {
    const table = new Table([aTicket('MC-1', working)]);
    expect(table.ask('MC-1', { kind: 'park' }).code).toBe('ok');
    const { subject, body, trailers } = table.draft.commit();
    const [trailer] = trailers;
    expect(subject).toBe(`MC-1 ${trailer?.Transition}`);
    expect(body).toBe('');
    expect(trailers).toEqual([
      { Ticket: 'MC-1', Transition: trailer?.Transition, Actor: 'wilma', Cause: 'c9', Attempt: '1' },
    ]);
    expect(table.draft.size).toBe(1);
  });

  test('of several lists them, each with its own trailers', () => {
    const table = new Table([aTicket('MC-1'), aTicket('MC-2', { attempts: [{ ...stopped, number: 3 }] })]);
    for (const id of ['MC-1', 'MC-2']) table.ask(id, { kind: 'park' });
    const { subject, body, trailers } = table.draft.commit();
    expect(subject).toBe('2 transitions');
    expect(body.split('\n')).toEqual(trailers.map(({ Ticket, Transition }) => `${Ticket} ${Transition}`));
    expect(trailers.map(({ Attempt }) => Attempt)).toEqual([undefined, '3']);
    expect(trailers[0]).not.toHaveProperty('Attempt');
  });

  test('is empty where nothing was to be written', () => {
    const table = new Table([aTicket('MC-1')]);
    expect(table.draft.isEmpty).toBe(true);
    expect(table.ask('MC-9', { kind: 'park' }).code).toBe('no-such-ticket');
    expect(table.draft).toMatchObject({ isEmpty: true, size: 0 });
    table.ask('MC-1', { kind: 'park' });
    expect(table.draft.isEmpty).toBe(false);
  });

  test('leaves a file that cannot be read as it is, and says why', () => {
    const table = new Table([]);
    const broken = { code: 'bad-yaml', message: 'line 3' } as const;
    const file = { ...fileOf(aTicket('MC-1')), ticket: null, broken } as TicketFile;
    expect(table.ask('MC-1', { kind: 'park' }, file)).toMatchObject({
      accepted: false,
      code: 'bad-yaml',
      message: 'line 3',
    });
    expect(table.draft.isEmpty).toBe(true);
  });
});

describe('a ticket', () => {
  test('that is over goes to the archive, and leaves the open ones; reopened it comes back', () => {
    const table = new Table([aTicket('MC-1')]);
    table.ask('MC-1', { kind: 'cancel' });
    expect(table.changes.get(ticketPath('MC-1'))).toBe(null);
    const cancelled = table.ticket('MC-1', archivePath('MC-1'));
    if (!cancelled) throw new Error('it is not in the archive');
    expect(cancelled.state).toBe('cancelled');
    const again = new Table([]);
    const later = { kind: 'reopen', source: 'c10', at: isoSeconds(noon + 60_000) };
    again.ask('MC-1', later, fileOf(cancelled, archivePath('MC-1')));
    expect(again.changes.get(archivePath('MC-1'))).toBe(null);
    expect(again.ticket('MC-1')?.state).toBe('inbox');
  });

  test('whose last run was not yet seen to end stays among the open ones: it occupies its agent', () => {
    const table = new Table([aTicket('MC-1', working)]);
    table.ask('MC-1', { kind: 'cancel' });
    expect([...table.changes.keys()]).toEqual([ticketPath('MC-1')]);
    expect(table.ticket('MC-1')?.state).toBe('cancelled');
  });

  test('is decided in its newest state, also within one commit', () => {
    const table = new Table([aTicket('MC-1', waiting)]);
    table.ask('MC-1', { kind: 'release' });
    expect(table.ask('MC-1', { kind: 'park', source: 'c10' }).ticket?.state).toBe('waiting');
    expect(table.ticket('MC-1')?.released).toBeTruthy();
  });
});

describe('a start', () => {
  const claim = (id: string) => ({
    kind: 'claim',
    claim: `c-${id}`,
    actor: 'signalbox',
    source: 'scheduler',
  });
  const todo = (id: string) => aTicket(id, { state: 'todo', owner: 'luci' });

  test('is counted on the desk, for an hour', () => {
    const starts = [isoSeconds(noon - 3_700_000), isoSeconds(noon - 60_000)];
    const table = new Table([todo('MC-1')], { desk: { ...openDesk, starts } });
    expect(table.ask('MC-1', claim('MC-1')).code).toBe('ok');
    const { desk } = readDesk(table.changes.get(deskPath) ?? '');
    expect(desk?.starts).toEqual([starts[1], isoSeconds(noon)]);
  });

  test('of another is not possible where the first took the last place', () => {
    const table = new Table(['MC-1', 'MC-2', 'MC-3', 'MC-4', 'MC-5', 'MC-6'].map(todo));
    const codes = ['MC-1', 'MC-2', 'MC-3', 'MC-4', 'MC-5', 'MC-6'].map(
      (id) => table.ask(id, claim(id)).accepted,
    );
    expect(codes).toEqual([true, true, true, true, true, false]);
    expect(readDesk(table.changes.get(deskPath) ?? '').desk?.starts).toHaveLength(5);
  });
});

describe('the desk', () => {
  const pause = {
    kind: 'pause',
    source: 'd1',
    at: isoSeconds(noon),
    actor: 'wilma',
    reason: 'lunch',
  } as never;

  test('is written with who asked, and what was kept of a broken one goes', () => {
    const table = new Table([], { kept: new Map([[deskPath, 'paused: true']]) });
    expect(table.draft.askDesk(pause)).toMatchObject({ accepted: true, code: 'ok' });
    expect(readDesk(table.changes.get(deskPath) ?? '').desk?.paused).toBe(true);
    expect(table.changes.get(keptPath(deskPath))).toBe(null);
    expect(table.draft.commit()).toMatchObject({
      subject: 'desk: pause',
      trailers: [{ Transition: 'desk: pause', Actor: 'wilma', Cause: 'd1' }],
    });
    const [once, again] = [table.draft.size, table.draft.askDesk(pause)];
    expect(again).toMatchObject({ accepted: false, code: 'already-handled' });
    expect(table.draft.size).toBe(once);
  });

  test('has nothing beside it where it was well', () => {
    const table = new Table([]);
    table.draft.askDesk(pause);
    expect([...table.changes.keys()]).toEqual([deskPath]);
  });
});

describe('a signal', () => {
  const said = (over: Partial<RequestOf<'signal'>> = {}): RequestOf<'signal'> => ({
    kind: 'signal',
    signal: null,
    ticket: 'MC-1',
    attempt: 1,
    text: 'no yaml: [',
    channel: 'file',
    source: 'file',
    at: isoSeconds(noon),
    actor: 'attempt 1',
    ...over,
  });
  const pending = (over: Partial<PendingSignal> = {}): PendingSignal => ({
    ticket: 'MC-1',
    attempt: 1,
    text: 'no yaml: [',
    channel: 'file',
    place: signalPath('MC-1', 1),
    ...over,
  });

  test('that is refused lies in quarantine, and is gone from where it was', () => {
    const refs = ['refs/a', 'refs/a', 'refs/b'];
    const others = [pending({ text: 'other', place: 'x' }), pending({ attempt: 2, place: 'y' })];
    const foreign = pending({ ticket: 'MC-2', place: 'z' });
    const table = new Table([aTicket('MC-1', working)], {
      signals: [pending(), ...refs.map((place) => pending({ channel: 'runner', place })), ...others, foreign],
    });
    expect(table.ask('MC-1', said()).accepted).toBe(false);
    expect(table.changes.get(signalPath('MC-1', 1))).toBe(null);
    expect(table.draft.commit().dropRefs).toEqual(['refs/a', 'refs/b']);
    const path = quarantinePath('MC-1', 1, requestDigest(said()));
    expect(table.changes.get(path)).toContain('no yaml');
    expect([...table.changes.keys()].toSorted()).toEqual([path, signalPath('MC-1', 1)].toSorted());
    expect(table.draft.size).toBe(1);
  });

  test('that lies there already gets the answer that it got, and is taken away all the same', () => {
    const path = quarantinePath('MC-1', 1, requestDigest(said()));
    const answer = {
      accepted: false,
      code: 'wrong-key',
      message: 'm',
      ticket: null,
      quarantine: null,
    } as never;
    const signals = [pending({ channel: 'runner', place: 'refs/a' })];
    const table = new Table([aTicket('MC-1', working)], { signals }, new Map([[path, answer]]));
    expect(table.ask('MC-1', said())).toBe(answer);
    expect(table.draft.commit()).toMatchObject({ dropRefs: ['refs/a'], trailers: [] });
    expect(table.draft.isEmpty).toBe(false); // the ref is still to be dropped
    expect(table.changes.size).toBe(0);
  });
});
