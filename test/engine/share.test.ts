import { expect, test } from 'vitest';
import { Share } from '../../src/app/share.ts';
import { systemClock } from '../../src/base/clock.ts';
import { aTicket, config } from './desk.ts';
import { OperatedDesk } from './operated.ts';

// Two repositories of one process, which may have two attempts open in all.

const ids = ['MC-1', 'MC-2', 'MC-3'];

async function aDesk(share: Share, name: string): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start(config, 0.5, share.join(name));
  await desk.put(...ids.map((id) => aTicket(id, { state: 'todo', mirrored: 'f'.repeat(64) })));
  return desk;
}

const works = async (desk: OperatedDesk) => {
  const states = await Promise.all(ids.map(async (id) => (await desk.ticket(id))?.state));
  return states.filter((state) => state === 'in_progress').length;
};

/** The first that is worked is parked before its run came: its place is free at once. */
async function ends(desk: OperatedDesk): Promise<void> {
  for (const id of ids) {
    if ((await desk.ticket(id))?.state !== 'in_progress') continue;
    const park = {
      kind: 'park',
      reason: '',
      source: `e${id.slice(3)}`,
      at: desk.now,
      actor: 'wilma',
    } as const;
    await desk.operator.handle(id, park);
    return desk.operator.settled();
  }
}

test('no more start than the process may, and a place that is free goes to the other repository', async () => {
  const share = new Share(2, systemClock);
  const [one, other] = [await aDesk(share, 'acme/one'), await aDesk(share, 'acme/other')];
  await one.lookAtHead(); // until both have said what they work, nothing starts
  expect(await works(one)).toBe(0);
  await other.lookAtHead();
  await one.lookAtHead();
  await other.lookAtHead();
  expect([await works(one), await works(other)]).toEqual([1, 1]);
  expect((await one.operator.panel.explain('MC-3'))?.reasons).toContainEqual(
    expect.objectContaining({ code: 'app-capacity', message: expect.stringContaining('2 of 2') }),
  );
  await ends(one); // it would start its next at once, but it is the turn of the other
  expect([await works(one), await works(other)]).toEqual([0, 1]);
  await other.lookAtHead();
  expect([await works(one), await works(other)]).toEqual([0, 2]);
  await ends(other);
  await one.lookAtHead();
  expect([await works(one), await works(other)]).toEqual([1, 1]);
});
