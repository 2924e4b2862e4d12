import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { filledForm } from '../support/people.ts';
import { lives, untilWorking, working } from '../support/runs.ts';
import { World } from '../support/world.ts';
import { cardIn, complaints, inBrowser, live, open } from './browser.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

/** The page is the same document as before: nothing has loaded it anew. */
const mark = (page: Page) => page.evaluate(() => Object.assign(globalThis, { isTheSame: true }));
const isMarked = (page: Page) => page.evaluate(() => 'isTheSame' in globalThis);

inBrowser('the board in a browser', () => {
  let desk: World;
  beforeAll(async () => {
    desk = await World.start();
  });
  afterAll(async () => {
    expect(complaints(desk)).toEqual([]);
    await desk.end();
  });

  test('a ticket is seen to go from todo to done without a reload', async () => {
    const body = filledForm({ what: 'do: wait', owner: 'solo' });
    const busy = await untilWorking(desk, await desk.openIssue({ body, labels: ['ticket', 'release'] }));
    const page = await open(desk, 'lucienne');
    await live(page);
    await mark(page);
    const issue = await desk.openIssue({ title: 'Paint the signals', body, labels: ['ticket'] });
    const id = `MC-${issue}`;
    await cardIn(page, id, 'inbox').waitFor();
    // The one agent for it is busy, so that it is seen in todo.
    await desk.label(issue, 'release');
    await cardIn(page, id, 'todo').waitFor();
    expect(await cardIn(page, id, 'todo').textContent()).toContain('no-capacity');
    desk.say(busy.id, 1, 'DONE: first things first');
    await cardIn(page, id, 'in_progress').waitFor();
    await cardIn(page, id, 'in_progress').getByText('solo works #1').waitFor();
    desk.say(id, 1, 'DONE: painted');
    await cardIn(page, id, 'done').waitFor();
    expect(await cardIn(page, id, 'done').textContent()).toContain('painted');
    expect(await page.locator('[data-lane="in_progress"] [data-card]').count()).toBe(0);
    expect(await page.locator('h2 [data-count="done"]').textContent()).toBe('2');
    expect(await isMarked(page)).toBe(true);
  });

  test('S4: a running one that is parked from the board stops, its process is gone, and the card moves', async () => {
    const one = await working(desk);
    const [page, other] = [await open(desk, 'elmar'), await open(desk, 'visitor')];
    await Promise.all([live(page), live(other)]);
    await cardIn(page, one.id, 'in_progress').getByLabel(`Acts on ${one.id}`).click();
    await cardIn(page, one.id, 'in_progress').getByRole('link', { name: 'Park' }).click();
    // It says what it stops before it does.
    await page.getByText('Stops attempt 1').waitFor();
    expect(lives(one)).toBe(true);
    await page.getByLabel('Why, or until when').fill('until next monday: the paint is wet');
    await page.getByRole('button', { name: `Park ${one.id}` }).click();
    await page.getByText(`${one.id} is waiting until `).waitFor();
    // Another window, which nobody touched, shows the same.
    await cardIn(other, one.id, 'waiting').waitFor();
    expect(await cardIn(other, one.id, 'waiting').textContent()).toContain('the paint is wet');
    await desk.until('the agent and what it started are gone', () => !lives(one));
    await desk.until('stopped is said', () => desk.ticket(one.id)?.attempts[0]?.stopped);
    expect(desk.ticket(one.id)?.waiting).toMatchObject({
      kind: 'deferred',
      by: 'elmar',
      reason: 'the paint is wet',
    });
    await cardIn(other, one.id, 'waiting').locator('.stopping').waitFor({ state: 'detached' });
    const evidence = page.locator('.happening.stop');
    await evidence.first().waitFor();
    expect(await page.locator('#activity').locator('..').textContent()).toContain(
      'park: in progress → waiting',
    );
  });

  test('S10: what is refused says why, and elmar may park but not release', async () => {
    const issue = await desk.openIssue({ title: 'Oil the levers', labels: ['ticket'] });
    const id = `MC-${issue}`;
    await desk.untilState(id, 'inbox');
    const elmar = await open(desk, 'elmar', `/acme/desk/tickets/${id}`);
    await elmar.getByText('Release', { exact: true }).click();
    await elmar.locator('#act-release').getByText('This needs write access').waitFor();
    expect(await elmar.locator('#act-release form').count()).toBe(0);
    // The page is old by the time that the button is pressed: the rules refuse it, and their code is shown.
    const lucienne = await open(desk, 'lucienne', `/acme/desk/tickets/${id}/cancel`);
    const late = await open(desk, 'wilma', `/acme/desk/tickets/${id}/release`);
    await lucienne.getByRole('button', { name: `Cancel ${id}` }).click();
    await lucienne.getByText('is cancelled').first().waitFor();
    await late.getByRole('button', { name: `Release ${id}` }).click();
    await late.locator('[role=alert]').getByText('superseded').waitFor();
    const visitor = await open(desk, 'visitor', `/acme/desk/tickets/${id}`);
    expect(await visitor.locator('.acts form').count()).toBe(0);
  });

  test('two windows agree, also one that was away meanwhile', async () => {
    const issue = await desk.openIssue({ title: 'Sweep the platform', labels: ['ticket'] });
    const id = `MC-${issue}`;
    const [one, other] = [await open(desk, 'lucienne'), await open(desk, 'wilma')];
    await Promise.all([live(one), live(other)]);
    await cardIn(other, id, 'inbox').waitFor();
    // The line of the other window is cut, and does not come back before something has happened.
    const lines = /\/events\?/;
    await other.context().route(lines, (line) => line.abort());
    await other.reload();
    await desk.label(issue, 'park');
    await cardIn(one, id, 'waiting').waitFor();
    expect(await cardIn(other, id, 'waiting').count()).toBe(0);
    await other.context().unroute(lines);
    await cardIn(other, id, 'waiting').waitFor();
    const lanes = (page: Page) =>
      page
        .locator('[data-card]')
        .evaluateAll((cards) =>
          cards.map((card) => `${card.closest('[data-lane]')?.getAttribute('data-lane')} ${card.id}`).sort(),
        );
    await desk.until(
      'both show the same',
      async () => JSON.stringify(await lanes(one)) === JSON.stringify(await lanes(other)),
    );
  });

  test('the filter is in the address, and what does not fit it stays away as it changes', async () => {
    const page = await open(desk, 'lucienne', '/acme/desk');
    await page.getByPlaceholder('Filter by text or id').fill('levers');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=levers/);
    await live(page);
    const issue = await desk.openIssue({ title: 'Not to be seen', labels: ['ticket'] });
    const seen = await desk.openIssue({ title: 'More levers', labels: ['ticket'] });
    await cardIn(page, `MC-${seen}`, 'inbox').waitFor();
    expect(await page.locator(`#card-MC-${issue}`).count()).toBe(0);
  });

  test('by keyboard alone a ticket is found, opened and held', async () => {
    const issue = await desk.openIssue({ title: 'Polish the bell', labels: ['ticket'] });
    const id = `MC-${issue}`;
    const page = await open(desk, 'lucienne', '/acme/desk');
    await cardIn(page, id, 'inbox').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    const focused = () =>
      page
        .locator(':focus')
        .evaluate((one) => one.getAttribute('href') ?? one.getAttribute('aria-label') ?? '');
    for (let steps = 0; steps < 200 && (await focused()) !== `Acts on ${id}`; steps++)
      await page.keyboard.press('Tab');
    expect(await focused()).toBe(`Acts on ${id}`);
    await page.keyboard.press('Enter');
    for (let steps = 0; steps < 10 && !(await focused()).endsWith('/hold'); steps++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/hold$/);
    const isButton = async () => (await page.locator(':focus').textContent())?.trim() === `Hold ${id}`;
    await page.keyboard.press('Tab');
    for (let steps = 0; steps < 30 && !(await isButton()); steps++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/tickets/${id}$`));
    await desk.untilState(id, 'waiting');
  });
});

inBrowser('without JavaScript', () => {
  test('the board is read, and a ticket is parked and released', async () => {
    const desk = await World.start();
    try {
      const issue = await desk.openIssue({ title: 'Wind the clock', labels: ['ticket'] });
      const id = `MC-${issue}`;
      await desk.untilState(id, 'inbox');
      const page = await open(desk, 'wilma', '/acme/desk', { javaScriptEnabled: false });
      await cardIn(page, id, 'inbox').waitFor();
      expect(await page.locator('[data-words]').textContent()).toBe('not live');
      await cardIn(page, id, 'inbox').getByRole('link', { name: 'Wind the clock' }).click();
      await page.getByText('Park', { exact: true }).click();
      await page.getByLabel('Why, or until when').fill('no key');
      await page.getByRole('button', { name: `Park ${id}` }).click();
      await page.getByText(`${id} is waiting.`).waitFor();
      expect(desk.ticket(id)?.waiting).toMatchObject({ kind: 'parked', reason: 'no key', by: 'wilma' });
      await desk.nextSecond();
      await page.getByText('Release', { exact: true }).click();
      await page.getByRole('button', { name: `Release ${id}` }).click();
      await desk.untilState(id, 'done');
      await desk.until('the board shows it, as often as it is loaded', async () => {
        await page.goto('/acme/desk');
        return (await cardIn(page, id, 'done').count()) === 1;
      });
    } finally {
      await desk.end();
    }
  });
});
