import { afterEach, describe } from 'vitest';
import { followers } from './contract/followers.ts';
import { history } from './contract/history.ts';
import { marks } from './contract/marks.ts';
import { publishing } from './contract/publishing.ts';
import { reading } from './contract/reading.ts';
import { signals } from './contract/signals.ts';
import { lostAnswers, movedBack } from './contract/trouble.ts';
import { type Extent, manyWriters } from './contract/writers.ts';
import { stateRef, type World, witnessRef } from './worlds.ts';

/** What holds of every store, told on a remote that others write to as well. */
export function storeContract(name: string, makeWorld: () => Promise<World>, extent: Extent): void {
  describe(name, () => {
    let world: World;
    const start = async () => {
      world = await makeWorld();
      return world;
    };
    afterEach(() => world.close());
    const refs = async () => ({ head: await world.ref(stateRef), witness: await world.ref(witnessRef) });

    describe('publishing', () => publishing(start, refs));
    describe('a head that moved back', () => movedBack(start, refs));
    describe('answers that do not come', () => lostAnswers(start, refs));
    describe('signals', () => signals(start, refs));
    describe('the mark of a sweep', () => marks(start));
    describe('those who follow', () => followers(start));
    describe('many writers', () => manyWriters(start, extent));
    if (extent.remoteOnly) return;
    describe('reading', () => reading(start));
    describe('history', () => history(start));
  });
}
