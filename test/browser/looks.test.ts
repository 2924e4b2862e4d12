import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { busyConfig, furnish } from '../board/showroom.ts';
import { BoardWorld } from '../board/world.ts';
import { inBrowser, violations, windowAt } from './browser.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const desktop = { width: 1440, height: 900 };
/** As small as shows every column. */
const pictured = { width: 1340, height: 740 };
const phone = { width: 390, height: 844 };
const inHand = 'MC-4107';

/** Where pictures are kept for the documentation: `SCREENSHOTS=docs`. */
const folder = process.env.SCREENSHOTS;

async function showroom(): Promise<BoardWorld> {
  const world = await BoardWorld.start({}, busyConfig);
  await furnish(world.desk);
  return world;
}

async function lookAt(world: BoardWorld, path: string, options: Parameters<typeof windowAt>[2]) {
  const page = await windowAt(world.url, world.records, options);
  await page.context().addCookies([cookieOf(await world.signIn('lucienne'), world.url)]);
  await page.goto(path);
  return page;
}

function cookieOf(header: string, url: string) {
  const [name = '', value = ''] = header.split('=');
  return { name, value, url };
}

inBrowser('looks', () => {
  const pages = {
    board: '/acme/desk',
    'empty board': '/acme/desk?q=nothing+like+that',
    ticket: `/acme/desk/tickets/${inHand}`,
    'a ticket that asks': '/acme/desk/tickets/MC-4112',
    'a blocked ticket': '/acme/desk/tickets/MC-4114',
    act: `/acme/desk/tickets/${inHand}/park`,
    desk: '/acme/desk/desk',
    health: '/acme/desk/health',
    'nothing there': '/acme/none',
  };

  test.each(['light', 'dark'] as const)('no page violates WCAG 2 AA: %s', async (colorScheme) => {
    const world = await showroom();
    for (const [name, path] of Object.entries(pages)) {
      const page = await lookAt(world, path, { colorScheme, viewport: desktop, reducedMotion: 'reduce' });
      expect(await violations(page), `${name}, ${colorScheme}`).toEqual([]);
      // What opens belongs to the page as well.
      const closed = page.locator('main details:not([open]) > summary');
      if ((await closed.count()) > 0) await closed.first().click();
      expect(await violations(page), `${name}, opened, ${colorScheme}`).toEqual([]);
      await page.context().close();
    }
  });

  test('a phone shows every page without scrolling sideways', async () => {
    const world = await showroom();
    for (const [name, path] of Object.entries(pages)) {
      const page = await lookAt(world, path, { viewport: phone, isMobile: true, hasTouch: true });
      const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
      expect(widths, name).toEqual([phone.width, phone.width]);
      expect(await violations(page), name).toEqual([]);
      await page.context().close();
    }
  });

  test('the times on a page go on as the server would say them', async () => {
    const world = await showroom();
    const page = await lookAt(world, pages.ticket, { viewport: desktop });
    const { relativeTime } = await import('../../src/board/times.ts');
    await page.evaluate(
      "document.querySelectorAll('time').forEach((one) => { one.textContent = 'stopped'; })",
    );
    await expect.poll(() => page.getByText('stopped', { exact: true }).count(), { timeout: 20_000 }).toBe(0);
    const shown = await page
      .locator('time')
      .evaluateAll((all) => all.map((one) => [one.getAttribute('datetime'), one.textContent]));
    const inMinutes = shown.filter(([, words]) => /min|h|d/.test(words ?? ''));
    expect(inMinutes.length).toBeGreaterThan(5);
    for (const [at, words] of inMinutes)
      expect(words).toBe(relativeTime(Date.parse(at ?? '') - systemClock.now()));
  });

  // Not skipped but absent where none are asked for: a skipped test is a failure on the build server.
  if (folder)
    test('pictures for the documentation', async () => {
      const world = await showroom();
      mkdirSync(folder ?? '', { recursive: true });
      const shot = async (name: string, path: string, options: Parameters<typeof windowAt>[2]) => {
        const page = await lookAt(world, path, { ...options, reducedMotion: 'reduce' });
        await page.locator('[data-connection].on').waitFor();
        await page.screenshot({ path: join(folder ?? '', `${name}.jpg`), type: 'jpeg', quality: 72 });
        await page.context().close();
      };
      await shot('board-light', pages.board, { viewport: pictured });
      await shot('board-dark', pages.board, { viewport: pictured, colorScheme: 'dark' });
      await shot('board-phone', pages.board, { viewport: phone, isMobile: true });
      await shot('ticket', pages.ticket, { viewport: { width: 1140, height: 880 } });
    });
});
