import { expect, test } from 'vitest';
import type { Snapshot } from '../../src/engine/ports.ts';
import { makeJudge } from '../../src/engine/pushes.ts';
import { hurried } from './desk.ts';

const wilmas = { before: 'w', after: 'h', actor: 'wilma' };
const aMonthMs = 30 * 24 * 3600_000;

/** Whom the judge names for a push of a commit made a month ago, which the forge shows after so many seconds. */
async function named(shownAfter: number): Promise<string[]> {
  const clock = hurried();
  const first = clock.now();
  const forge = {
    pushes: async () => (clock.now() - first >= shownAfter * 1000 ? [wilmas] : []),
    permission: async () => 'write' as const,
  };
  const judge = makeJudge(forge, { branch: async () => 'signalbox', clock, now: clock.now });
  const pushes = await judge({ head: 'h', witness: 'w', headTime: first - aMonthMs } as Snapshot);
  return pushes.map(({ pusher }) => `${pusher.login} ${pusher.mayWrite}`);
}

test('the forge gets time to record a push, however old the pushed commit is', async () => {
  expect(await named(10)).toEqual(['wilma true']);
  expect(await named(60)).toEqual(['somebody unknown false']);
});
