import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, describe } from 'vitest';
import type { Login } from '../support/repository.ts';
import type { World } from '../support/world.ts';

/*
 * Debian's Chromium, as people's browsers: each person has a window of their own, and signs in as people do.
 */

const places = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = places.find((path) => path !== '' && existsSync(path));

/** A group of stories in a browser. Where there is none they are left out, but for the build server, where that is a failure. */
export function inBrowser(name: string, stories: () => void): void {
  const isLeftOut = executablePath === undefined && process.env.CI !== '1';
  describe.skipIf(isLeftOut)(
    isLeftOut ? `${name} (no Chromium: set CHROMIUM, or apt-get install chromium)` : name,
    stories,
  );
}

let browser: Promise<Browser> | null = null;
const contexts: BrowserContext[] = [];

afterAll(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  await (await browser)?.close();
  browser = null;
});

/** A window of its own. Whatever the scripts of a page complain of is written down. */
export async function windowAt(
  baseURL: string,
  records: object[],
  options: BrowserContextOptions = {},
): Promise<Page> {
  // The sandbox of the browser wants rights that root in a container has not.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser ??= chromium.launch({ ...(executablePath ? { executablePath } : {}), args });
  const context = await (await browser).newContext({
    baseURL,
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => records.push({ message: 'a page’s script failed', error: error.message }));
  page.on('console', (line) => {
    // That an answer was a refusal is no fault of the page.
    if (line.type() === 'error' && !/^Failed to load resource/.test(line.text()))
      records.push({ message: 'a page complained', text: line.text() });
  });
  return page;
}

/** A person's window, signed in where a login is given. */
export async function open(
  desk: World,
  login: Login | null,
  path = '/acme/desk',
  options: BrowserContextOptions = {},
): Promise<Page> {
  const page = await windowAt(desk.appUrl, desk.records, options);
  if (login === null) await page.goto(path);
  else await signIn(page, login, path);
  return page;
}

async function signIn(page: Page, login: Login, path: string): Promise<void> {
  await page.goto(`/login?to=${encodeURIComponent(path)}`);
  await page.getByRole('button', { name: login }).click();
  await page.waitForURL(`**${path}`);
}

/** The card of a ticket in a column. */
export const cardIn = (page: Page, id: string, lane: string) =>
  page.locator(`[data-lane="${lane}"] #card-${id}`);

/** Waits until the window is told of changes. */
export async function live(page: Page): Promise<void> {
  await page.locator('[data-connection].on').waitFor();
}

/** What the page's scripts complained of. */
export const complaints = (desk: World): unknown[] =>
  desk.records.filter(
    ({ message }) => message === 'a page’s script failed' || message === 'a page complained',
  );

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Violations of WCAG 2 A and AA that axe finds on the page. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the page's own policy for scripts does not bind.
  await page.evaluate(readFileSync(axePath, 'utf8'));
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } });
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n  ')}`,
    );
  });
  return found;
}

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}
