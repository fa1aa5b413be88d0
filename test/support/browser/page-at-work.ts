import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

/** The page of a run in a browser, and what it did besides. */
export interface PageAtWork {
  readonly page: Page;
  /** What the browser wrote to the console, without its own lines about statuses that a page cannot keep it from writing. */
  readonly console: readonly string[];
  /** The addresses of all requests of the page and of its sign-in windows. */
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

/** Chromium's line about a response of 4xx or 5xx. */
const STATUS_LINE = /^Failed to load resource: the server responded with a status of (401|403|503) /;

/** Opens the page of a run in a context of its own: nothing is stored, and nobody is signed in. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<PageAtWork> {
  const context = await browser.newContext(options);
  const lines: string[] = [];
  const addresses: string[] = [];
  context.on('console', (message) => {
    if (!STATUS_LINE.test(message.text())) lines.push(message.text());
  });
  context.on('weberror', (error) => lines.push(error.error().message));
  context.on('request', (request) => addresses.push(request.url()));
  const page = await context.newPage();
  await page.goto(origin);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, console: lines, addresses, close: () => context.close() };
}

export function button(page: Page, name: string) {
  return page.getByRole('button', { name, exact: true });
}

/** Clicks twice: on the page, and in the window of the authorization server. */
export async function signInAs(page: Page, user: string): Promise<void> {
  const [popup] = await Promise.all([page.waitForEvent('popup'), button(page, 'Sign in').click()]);
  await popup.getByRole('button', { name: `Sign in as ${user}` }).click();
  await expectMessage(page, `The page holds a token of ${user}.`);
}

/** Waits until the page says what has come of it. */
export async function expectMessage(page: Page, text: string | RegExp): Promise<void> {
  const message = page.getByRole('status');
  await (typeof text === 'string'
    ? expect.poll(() => message.textContent()).toBe(text)
    : expect.poll(() => message.textContent()).toMatch(text));
}

/** The instant of a mark on the timeline, in milliseconds since the epoch. Waits for it. */
export async function markOf(page: Page, mark: string): Promise<number> {
  const instant = await page.locator(`time[data-mark="${mark}"]`).getAttribute('datetime', { timeout: 60_000 });
  return Date.parse(instant ?? '');
}
