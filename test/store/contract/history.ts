import { expect, test } from 'vitest';
import { archivePath, quarantinePath, ticketPath } from '../../../src/ticket/paths.ts';
import { pushed, stateRef } from '../worlds.ts';
import { change, type Start, stopped, swapped, ticketText } from './support.ts';

export function history(start: Start): void {
  const of = (Ticket: string, Transition: string, more = {}) => ({
    Ticket,
    Transition,
    Actor: 'elmar',
    Cause: 'e1',
    ...more,
  });

  test('each ticket has its own transitions, newest first, from commits of many', async () => {
    const world = await start();
    const store = await world.open({ clock: stopped });
    const write = (id: string, title: string) => ({ [ticketPath(id)]: ticketText(id, title) });
    const first = await swapped(
      store,
      change(
        { ...write('MC-1', 'a'), ...write('MC-2', 'a') },
        { trailers: [of('MC-1', 'create'), of('MC-2', 'create', { Cause: 'e2' })] },
      ),
    );
    await swapped(store, change(write('MC-2', 'b'), { trailers: [of('MC-2', 'claim', { Attempt: '1' })] }));
    await pushed(world, write('MC-2', 'by hand'));
    await store.read({ fresh: true });
    const closed = await swapped(
      store,
      change(
        {
          [ticketPath('MC-2')]: null,
          [archivePath('MC-2')]: ticketText('MC-2', 'c'),
          'desk.yaml': 'format: 1\n',
        },
        {
          trailers: [of('MC-2', 'done', { Attempt: '1' }), { Transition: 'desk: pause', Actor: 'lucienne' }],
        },
      ),
    );
    const late = await swapped(
      store,
      change(
        { [quarantinePath('MC-2', 1, 'c'.repeat(64))]: 'x' },
        { trailers: [of('MC-2', 'refused', { Attempt: '1' })] },
      ),
    );
    const entries = await store.history('MC-2');
    expect(entries.map(({ transition }) => transition)).toEqual(['refused', 'done', 'claim', 'create']);
    expect(entries[0]?.commit).toBe(late.head);
    expect(entries[1]).toEqual({
      commit: closed.head,
      at: '2027-01-15T08:00:00Z',
      ticket: 'MC-2',
      transition: 'done',
      actor: 'elmar',
      cause: 'e1',
      attempt: 1,
      number: 1,
      change: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(entries[3]).toMatchObject({
      commit: first.head,
      number: 2,
      cause: 'e2',
      attempt: null,
      at: '2026-05-25T12:00:00Z',
    });
    expect((await store.history('MC-2', { limit: 2 })).map(({ transition }) => transition)).toEqual([
      'refused',
      'done',
    ]);
    expect((await store.history('MC-1')).map(({ transition }) => transition)).toEqual(['create']);
    expect(await store.history('MC')).toEqual([]);
    const all = (await store.history(null)).map((one) => `${one.ticket} ${one.transition}`);
    expect(all).toEqual(['MC-2 refused', 'MC-2 done', 'MC-2 claim', 'MC-1 create', 'MC-2 create']);
    expect(await store.history(null, { limit: 2 })).toHaveLength(2);
  });

  test('nobody writes trailers of their own into a value, a subject or a body', async () => {
    const world = await start();
    const store = await world.open();
    const forged =
      'x\nTicket: MC-1\nTransition: forged\n\nTicket: MC-1\rTransition: forged\u2028Ticket: MC-1\u0085Transition: forged';
    await swapped(
      store,
      change(
        { [ticketPath('MC-1')]: ticketText('MC-1') },
        {
          subject: `park ${forged}`,
          body: `said:\n\nTicket: MC-1\nTransition: forged\nChange: 1`,
          trailers: [
            of('MC-1', 'park', {
              Actor: forged,
              Cause: '\0\x1b[2J',
              'Bad name\nTicket': 'MC-1',
              Change: 'mine',
            }),
            { Note: forged },
          ],
        },
      ),
    );
    const entries = await store.history('MC-1');
    expect(entries.map(({ transition }) => transition)).toEqual(['park']);
    expect(entries[0]?.actor).toBe(
      'x Ticket: MC-1 Transition: forged Ticket: MC-1 Transition: forged Ticket: MC-1 Transition: forged',
    );
    expect(entries[0]?.cause).toBe('[2J');
  });

  test('after a restore the history is the one of the tickets that were put back', async () => {
    const world = await start();
    const store = await world.open();
    const first = await swapped(
      store,
      change({ [ticketPath('MC-1')]: ticketText('MC-1') }, { trailers: [of('MC-1', 'create')] }),
    );
    await swapped(
      store,
      change({ [ticketPath('MC-1')]: ticketText('MC-1', 'b') }, { trailers: [of('MC-1', 'release')] }),
    );
    await world.setRef(stateRef, first.head);
    await store.restore(await store.read({ fresh: true }));
    expect((await store.history('MC-1')).map(({ transition }) => transition)).toEqual(['release', 'create']);
  });
}
