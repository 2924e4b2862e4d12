import { expect, test } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { aTicket, Desk } from './desk.ts';

test('a request that comes while the line is found empty is decided, in whatever turn it comes', async () => {
  const desk = await Desk.with(aTicket('MC-1'));
  let asked = 0;
  const park = () => {
    const said = { source: `c${++asked}`, at: isoSeconds(systemClock.now()), actor: 'elmar' };
    return desk.writer.handle('MC-1', { kind: 'park', reason: `${asked}`, ...said });
  };
  for (let turns = 0; turns < 20; turns++) {
    await park();
    for (let turn = 0; turn < turns; turn++) await null;
    expect(await park()).toMatchObject({ code: 'ok' });
  }
});
