import { expect, test } from 'vitest';
import { aTicket } from './desk.ts';
import { stopped, waiting } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

const evil = '@acme/everyone\r\r![x](https://evil.example/x.png) <img src="https://evil.example">';
const live = /@acme|!\[x\]|<img|^(?!>).*evil/m;

test('what an agent said when it failed is quoted in the status and in the alarm, and calls nobody', async () => {
  const desk = await OperatedDesk.start();
  const issue = desk.forge.open('lucienne');
  const blocked = { code: 'retries-exhausted', reason: `It failed: ${evil}`, since: desk.now };
  const released = { by: 'lucienne', at: desk.now };
  await desk.put(aTicket('MC-1', { issue, state: 'blocked', blocked, released }));
  await desk.sweep();
  const [status = '', alarm = ''] = [
    ...desk.forge.told(issue, 'status'),
    ...desk.forge.told(issue, 'blocked'),
  ];
  expect(status).toContain('Blocked (`retries-exhausted`):\n> It failed:');
  expect(status).toMatch(/\n\nNext: `\/retry`/); // beyond the quotation, as people see it
  expect(alarm).toContain('@lucienne: **MC-1 is blocked** (`retries-exhausted`):\n> It failed:');
  for (const words of [status, alarm]) expect(words).not.toMatch(live);
});

test('so is what somebody wrote into a file or into a condition', async () => {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('lucienne');
  await desk.pushText('wilma', 'tickets/MC-1.yaml', `format: 1\n"${evil.replaceAll('"', '')}": 1\n`);
  expect(desk.forge.told(issue, 'broken')).toHaveLength(1);
  const other = desk.forge.open('lucienne');
  const since = { ...waiting.waiting, when: { idle: '@acme/everyone' } };
  await desk.put(aTicket('MC-2', { ...waiting, issue: other, waiting: { ...since, kind: 'deferred' } }));
  await desk.sweep();
  for (const words of [...desk.forge.told(issue), ...desk.forge.told(other)]) expect(words).not.toMatch(live);
});

test('a stop that does not take is told where there is no issue any more: in one of ours, until it took', async () => {
  const desk = await OperatedDesk.start();
  const released = { by: 'lucienne', at: desk.now };
  const old = { ...stopped, outcome: 'parked', signal: null, stopped: null } as const;
  const detached = aTicket('MC-1', { ...waiting, released, attempts: [old], mirrored: 'a'.repeat(64) });
  await desk.put(detached);
  const times = { created: desk.now, updated: desk.now };
  const standing = { status: 'in_progress', conclusion: null, url: 'u' } as const;
  desk.forge.runsThere.push({ ...times, ...standing, id: 990, run_attempt: 1, title: 'MC-1 #1 dev' });
  await desk.sweep();
  await desk.sweep();
  const alarms = () => [...desk.forge.issues.values()];
  expect(alarms()).toMatchObject([
    { labels: ['signalbox'], state: 'open', title: expect.stringContaining('MC-1') },
  ]);
  expect(desk.forge.told(1, 'alarm:1')).toEqual([
    expect.stringContaining('@lucienne: **Attempt 1 does not stop.**'),
  ]);
  expect(desk.forge.assigned).toEqual(['1 lucienne']);
  await desk.put({ ...detached, attempts: [{ ...old, stopped: desk.now }] });
  await desk.sweep();
  expect(alarms()).toMatchObject([{ state: 'closed', state_reason: 'completed' }]);
});
