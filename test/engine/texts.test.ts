import { describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import { aTicket } from './desk.ts';
import { OperatedDesk } from './operated.ts';

// S2. What an agent is told is what the person who released it had before them.

/** A ticket with the text `one`, whose issue was edited to `two` unheard. */
async function edited(): Promise<{ desk: OperatedDesk; issue: number }> {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('visitor', { body: 'one', labels: [] });
  desk.forge.label(issue, 'ticket', 'lucienne');
  await desk.look(issue);
  desk.forge.edit(issue, { body: 'two' });
  desk.later();
  return { desk, issue };
}

describe('a text for which GitHub has no room beside the marker', () => {
  const longest = 65_536;
  const long = `${'ä'.repeat(longest - 2)}😀`;

  test('of a new ticket is shown whole once its issue is linked, without the marker', async () => {
    const desk = await OperatedDesk.start();
    await desk.put(aTicket('plan-a', { body: long }));
    for (let looks = 0; looks < 2; looks++) expect(await desk.sweep()).toBeNull();
    const ticket = await desk.ticket('plan-a');
    expect(ticket?.issue).toBe(1);
    expect(desk.forge.issues.get(1)?.body).toBe(long);
    expect(desk.forge.issues.size).toBe(1);
    expect(await desk.look(1)).toBe(null);
  });

  test('that somebody pushes is shown, too', async () => {
    const desk = await OperatedDesk.start();
    await desk.put(aTicket('plan-a', { body: 'short' }));
    await desk.sweep();
    const now = await desk.ticket('plan-a');
    await desk.push('lucienne', aTicket('plan-a', { ...now, body: long }));
    expect(await desk.look(1)).toBe(null);
    expect(desk.forge.issues.get(1)?.body).toBe(long);
  });
});

describe('a release that is read together with another text than the ticket has', () => {
  test('is refused for good; the new text counts from then on, and a new release releases it', async () => {
    const { desk, issue } = await edited();
    desk.forge.label(issue, 'release', 'lucienne');
    expect(await desk.look(issue)).toBe(null);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'inbox', body: 'two', released: null });
    expect(desk.forge.told(issue, 'refused')).toEqual([expect.stringContaining('@lucienne: `text-changed`')]);
    expect(desk.forge.issues.get(issue)?.labels).not.toContain('release');
    await desk.look(issue);
    expect((await desk.ticket('MC-1'))?.state).toBe('inbox');
    desk.later();
    desk.forge.label(issue, 'release', 'lucienne');
    await desk.look(issue);
    expect(await desk.ticket('MC-1')).toMatchObject({ body: 'two', released: { by: 'lucienne' } });
    expect(desk.forge.told(issue, 'refused')).toHaveLength(1);
  });

  test('by comment, too', async () => {
    const { desk, issue } = await edited();
    const said = desk.forge.say(issue, '/release', 'lucienne');
    await desk.look(issue);
    await desk.look(issue);
    expect((await desk.ticket('MC-1'))?.state).toBe('inbox');
    expect(desk.forge.reactions).toEqual([`${said} confused`]);
  });

  test('of somebody who may not release is turned away as ever', async () => {
    const { desk, issue } = await edited();
    desk.forge.label(issue, 'release', 'elmar');
    await desk.look(issue);
    expect(desk.forge.told(issue, 'refused')).toEqual([expect.stringContaining('`not-permitted`')]);
  });

  test('holds up no park', async () => {
    const { desk, issue } = await edited();
    desk.forge.label(issue, 'release', 'lucienne');
    desk.forge.label(issue, 'park', 'elmar');
    await desk.look(issue);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'waiting', body: 'two' });
  });

  test('is refused for good though its answer could not be told', async () => {
    const { desk, issue } = await edited();
    desk.forge.label(issue, 'release', 'lucienne');
    desk.forge.failing.set('createComment', new SignalboxError('forge', 'unreachable', 'no answer'));
    expect(await desk.look(issue)).toMatchObject({ code: 'untold' });
    desk.forge.failing.clear();
    await desk.look(issue);
    expect(await desk.look(issue)).toBe(null);
    expect(await desk.ticket('MC-1')).toMatchObject({ state: 'inbox', body: 'two' });
  });

  test('is refused where the text was edited in the file, too', async () => {
    const desk = await OperatedDesk.start();
    const issue = await desk.born('lucienne', { body: 'one' });
    const ticket = await desk.ticket('MC-1');
    if (ticket) await desk.put({ ...ticket, body: 'two' });
    desk.forge.label(issue, 'release', 'wilma');
    await desk.look(issue);
    expect((await desk.ticket('MC-1'))?.state).toBe('inbox');
    expect(desk.forge.issues.get(issue)?.body).toContain('two');
  });
});

test('a text that is edited while the issue is read is seen with the release that came after it', async () => {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('lucienne', { body: 'one' });
  const events = desk.forge.events.bind(desk.forge);
  desk.forge.events = async (number) => {
    desk.forge.events = events;
    desk.forge.edit(number, { body: 'two' });
    desk.forge.label(number, 'release', 'lucienne');
    return events(number);
  };
  await desk.look(issue);
  expect(await desk.ticket('MC-1')).toMatchObject({ state: 'inbox', released: null });
});

test('an issue opened with both labels runs, and so does one whose edit was heard', async () => {
  const desk = await OperatedDesk.start();
  const at = await desk.born('lucienne', { labels: ['ticket', 'release'] });
  expect(await desk.ticket(`MC-${at}`)).toMatchObject({ released: { by: 'lucienne' } });
  const issue = await desk.born('lucienne', { body: 'one' });
  desk.forge.edit(issue, { body: 'two' });
  await desk.look(issue);
  desk.forge.label(issue, 'release', 'lucienne');
  await desk.look(issue);
  expect(await desk.ticket(`MC-${issue}`)).toMatchObject({ body: 'two', released: { by: 'lucienne' } });
});

test('an edit after the release changes nothing, and the issue says so, once', async () => {
  const desk = await OperatedDesk.start();
  const issue = await desk.born('visitor', { body: 'one', labels: [] });
  desk.forge.label(issue, 'ticket', 'lucienne');
  desk.forge.label(issue, 'release', 'lucienne');
  await desk.look(issue);
  for (const body of ['two', 'three']) {
    desk.forge.edit(issue, { body });
    await desk.look(issue);
  }
  expect((await desk.ticket('MC-1'))?.body).toBe('one');
  expect(desk.forge.told(issue, 'text')).toEqual([expect.stringContaining('`frozen`')]);
});
