import { expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import { aTicket, config } from './desk.ts';
import { OperatedDesk } from './operated.ts';

const aDayMs = 24 * 3600_000;
const labels = ['ticket', 'release'];

test('what was labelled before the repository was added to an old installation is no ticket', async () => {
  const desk = await OperatedDesk.start(config, 400);
  const old = desk.forge.open('wilma', { labels });
  desk.later(20 * aDayMs);
  const { now } = desk;
  await desk.look(old);
  expect(await desk.ticket(`MC-${old}`)).toBeNull();
  expect(Date.parse((await desk.desk()).serving_since ?? '')).toBeGreaterThanOrEqual(Date.parse(now));
  desk.later();
  const young = await desk.born('wilma', { labels });
  expect((await desk.ticket(`MC-${young}`))?.released?.by).toBe('wilma');
});

test('what was labelled before the app first looked is one where the installation is fresh', async () => {
  const desk = await OperatedDesk.start(config, 0.5);
  const issue = desk.forge.open('wilma', { labels });
  desk.later(aDayMs / 4);
  await desk.look(issue);
  expect((await desk.ticket(`MC-${issue}`))?.released?.by).toBe('wilma');
});

test('when serving began is written once, before anything is asked, and nobody edits it', async () => {
  const desk = await OperatedDesk.start(config, 400);
  await desk.sweep();
  const { serving_since } = await desk.desk();
  expect(serving_since).not.toBeNull();
  await desk.pushText('wilma', 'desk.yaml', 'format: 1\nserving_since: 2020-01-01T00:00:00Z\npaused: true\n');
  desk.later(aDayMs);
  await desk.sweep();
  expect(await desk.desk()).toMatchObject({ serving_since, paused: true });
});

test('the alarm of a branch that was moved back is raised again where its issue could not be opened', async () => {
  const desk = await OperatedDesk.start();
  await desk.put(aTicket('MC-1', { issue: 1 }));
  await desk.lookAtHead();
  await desk.moveBack();
  const alarms = () => [...desk.forge.issues.values()].filter(({ title }) => /moved back/.test(title));
  desk.forge.failing.set('createIssue', new SignalboxError('forge', 'unreachable', 'no answer'));
  await desk.lookAtHead();
  expect(alarms()).toEqual([]);
  desk.forge.failing.clear();
  for (let looks = 0; looks < 3; looks++) await desk.lookAtHead();
  expect(alarms()).toHaveLength(1);
});

test('the alarm of a branch that was moved back names who moved it, or after a while says that nobody can tell', async () => {
  const alarmOf = async (actor: string | null) => {
    const desk = await OperatedDesk.start();
    await desk.put(aTicket('MC-1', { issue: 1 }));
    await desk.lookAtHead();
    await desk.moveBack(actor);
    const bodies = () =>
      [...desk.forge.issues.values()].flatMap(({ title, body }) => (/moved back/.test(title) ? body : []));
    await desk.lookAtHead();
    const atOnce = bodies().length;
    desk.later(30_000);
    await desk.lookAtHead();
    return { atOnce, bodies: bodies().join() };
  };
  const known = await alarmOf('wilma');
  expect(known).toMatchObject({
    atOnce: 1,
    bodies: expect.stringContaining('@wilma moved the state branch'),
  });
  const unknown = await alarmOf(null);
  expect(unknown).toMatchObject({ atOnce: 0, bodies: expect.stringContaining('GitHub does not tell who') });
  for (const { bodies } of [known, unknown]) expect(bodies).toContain('signalbox doctor --restore');
});

test('what was asked while the branch was moved back is read once it is restored, also before anybody was told', async () => {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('lucienne');
  await desk.sweep();
  await desk.moveBack(null);
  await desk.lookAtHead();
  desk.forge.label(issue, 'park', 'wilma');
  await desk.restore();
  await desk.lookAtHead();
  expect((await desk.ticket(`MC-${issue}`))?.state).toBe('waiting');
});

test('the alarm of a branch that was restored while no app ran is called off by the next', async () => {
  const desk = await OperatedDesk.start();
  await desk.put(aTicket('MC-1', { issue: 100 }));
  await desk.moveBack();
  await desk.lookAtHead();
  const alarm = [...desk.forge.issues.values()].find(({ title }) => /moved back/.test(title));
  await desk.restore();
  desk.restart();
  await desk.sweep();
  expect(desk.forge.issues.get(alarm?.number ?? 0)?.state).toBe('closed');
});

test('a broken config is told in an issue of its own, once, until it is mended', async () => {
  const desk = await OperatedDesk.start();
  const alarms = () =>
    [...desk.forge.issues.values()].flatMap(({ title, state }) => (/configuration/.test(title) ? state : []));
  desk.configBroken = '.github/signalbox.yml: agnets: unknown';
  await desk.sweep();
  await desk.sweep();
  expect(alarms()).toEqual(['open']);
  desk.configBroken = null;
  await desk.sweep();
  expect(alarms()).toEqual(['closed']);
});
