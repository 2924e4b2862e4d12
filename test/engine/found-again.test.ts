import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { ticketMarker } from '../../src/ticket/texts.ts';
import { aTicket } from './desk.ts';
import { stopped, waiting } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

describe('the issue of a ticket that was born as a file', () => {
  const forged = { title: 'mine', body: `${ticketMarker('plan')}\nmy text` };

  test('is made by Signalbox, whatever another issue says of itself', async () => {
    const desk = await OperatedDesk.start();
    const theirs = desk.forge.open('mallory', forged); // a form gives its labels to whoever fills it in
    await desk.push('wilma', aTicket('plan', { ...waiting, body: 'the plan' }));
    const { issue, body } = (await desk.ticket('plan')) ?? {};
    expect([issue, body]).toEqual([theirs + 1, 'the plan']);
    await desk.look(theirs);
    expect((await desk.ticket('plan'))?.body).toBe('the plan');
  });

  test('brings no label that would seem to be the team’s', async () => {
    const desk = await OperatedDesk.start();
    await desk.push('wilma', aTicket('plan', waiting)); // shown before anything was swept
    await desk.sweep();
    const titles = [...desk.forge.issues.values()].map(({ title }) => title);
    expect(titles).toEqual(['Ticket plan']);
  });

  test('is where people are told that its file cannot be read', async () => {
    const desk = await OperatedDesk.start();
    const theirs = desk.forge.open('mallory', forged);
    await desk.pushText('wilma', 'tickets/plan.yaml', 'format: 1\ntitel: slip\n');
    expect(desk.forge.told(theirs)).toEqual([]);
    expect(desk.forge.told(theirs + 1, 'broken')).toHaveLength(1);
  });
});

describe('the sweep', () => {
  test('reads the issue of every ticket, once, also where its label was taken off', async () => {
    const desk = await OperatedDesk.start();
    const [bare, labelled] = [await desk.born('lucienne'), await desk.born('lucienne')];
    desk.forge.unlabel(bare, 'ticket', 'elmar');
    desk.forge.label(bare, 'park', 'elmar');
    await desk.sweep();
    expect((await desk.ticket(`MC-${bare}`))?.state).toBe('waiting');
    await desk.sweep();
    desk.forge.taken.length = 0;
    await desk.sweep();
    expect(desk.forge.taken.sort()).toEqual([bare, labelled]);
  });
});

test('the issue of an archived ticket shows its state again, though somebody took every label off unseen', async () => {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('lucienne');
  desk.forge.close(issue, 'not_planned', 'lucienne');
  await desk.look(issue);
  await desk.sweep();
  desk.restart();
  for (const label of ['ticket', 'ticket: cancelled']) desk.forge.unlabel(issue, label, 'elmar');
  await desk.sweep();
  expect(desk.forge.issues.get(issue)?.labels).toEqual(['ticket: cancelled']);
});

test('what could not be shown until a person mended something is shown by the next sweep', async () => {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('lucienne');
  await desk.sweep();
  desk.forge.failing.set(
    'addLabels',
    new SignalboxError('config', 'forbidden', 'the app may not write issues'),
  );
  desk.forge.label(issue, 'park', 'wilma');
  await desk.look(issue);
  const labels = () => desk.forge.issues.get(issue)?.labels;
  expect(labels()).not.toContain('ticket: waiting');
  desk.forge.failing.clear();
  desk.forge.issuesSince = async () => []; // nothing happens on the issue meanwhile
  await desk.sweep();
  expect(labels()).toContain('ticket: waiting');
});

test('an issue that is closed while the last run of its cancelled ticket still stops stays so, and is not read for ever', async () => {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('lucienne');
  const stopping = { ...stopped, outcome: 'cancelled', signal: null, stopped: null } as const;
  await desk.put({
    ...((await desk.ticket(`MC-${issue}`)) as Ticket),
    state: 'cancelled',
    attempts: [stopping],
  });
  const alive = { id: 990, run_attempt: 1, status: 'in_progress', conclusion: null, url: 'u' } as const;
  desk.forge.runsThere.push({ ...alive, title: 'MC-1 #1 dev', created: desk.now, updated: desk.now });
  desk.forge.close(issue, 'not_planned', 'lucienne');
  desk.forge.taken.length = 0;
  const { events } = desk.forge;
  desk.forge.events = async (number) => {
    if (desk.forge.taken.length > 50) throw new Error('read for ever');
    return events.call(desk.forge, number);
  };
  await desk.look(issue);
  expect(desk.forge.taken.length).toBeLessThan(5);
  expect(desk.forge.issues.get(issue)?.state).toBe('closed');
});
