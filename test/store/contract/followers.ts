import { expect, test } from 'vitest';
import { ticketPath, toldRefs } from '../../../src/ticket/paths.ts';
import { stateRef } from '../worlds.ts';
import { change, type Start, swapped, ticketText } from './support.ts';

/** What somebody needs who follows the branch: what came after a commit, and up to where they are. */
export function followers(start: Start): void {
  const of = (id: string, text: string) =>
    change(
      { [ticketPath(id)]: ticketText(id, text) },
      { trailers: [{ Ticket: id, Transition: text, Actor: 'elmar', Cause: 'e1' }] },
    );

  test('the commits after one, oldest first, each with what it recorded', async () => {
    const world = await start();
    const store = await world.open();
    const heads: string[] = [];
    for (const text of ['a', 'b', 'c']) heads.push((await swapped(store, of('MC-1', text))).head ?? '');
    const [first = '', second = '', third = ''] = heads;
    expect(await store.trail(third, third)).toEqual([]);
    expect(await store.trail(second, third)).toEqual([third]);
    expect(await store.trail(first, third)).toEqual([second, third]);
    expect((await store.transitions(second)).map(({ transition }) => transition)).toEqual(['b']);
    expect(await store.trail(third, first)).toBeNull();
    expect(await store.trail('f'.repeat(40), first)).toBeNull();
  });

  test('what was put back by a restore is on the way, too', async () => {
    const world = await start();
    const store = await world.open();
    const heads: string[] = [];
    for (const text of ['a', 'b', 'c']) heads.push((await swapped(store, of('MC-1', text))).head ?? '');
    const [first = '', second = '', third = ''] = heads;
    await world.setRef(stateRef, first);
    await store.restore(await store.read({ fresh: true }));
    const { head } = await store.read({ fresh: true });
    expect(await store.trail(second, head ?? '')).toEqual([third, head]);
    expect(await store.trail(first, head ?? '')).toEqual([second, third, head]);
  });

  test('up to where one is told is a ref of its own, moved by one at a time', async () => {
    const world = await start();
    const [store, other] = [await world.open(), await world.open()];
    const first = (await swapped(store, of('MC-1', 'a'))).head ?? '';
    const second = (await swapped(store, of('MC-1', 'b'))).head ?? '';
    expect(await store.told('audit')).toBeNull();
    expect(await store.moveTold('audit', null, first)).toBe(true);
    expect(await world.ref(`${toldRefs}audit`)).toBe(first);
    await other.read({ fresh: true });
    expect(await other.told('audit')).toBe(first);
    expect(await other.moveTold('audit', null, second)).toBe(false);
    expect(await other.moveTold('audit', first, second)).toBe(true);
    expect(await store.moveTold('audit', first, first)).toBe(false);
    expect(await store.told('chat')).toBeNull();
  });

  test('an answer that was lost is looked up', async () => {
    const world = await start();
    const store = await world.open();
    const { head } = await swapped(store, of('MC-1', 'a'));
    await world.loseAnswer();
    expect(await store.moveTold('audit', null, head ?? '')).toBe(true);
    await world.loseRequest();
    expect(await store.moveTold('audit', head, head ?? '')).toBe(true);
  });
}
