/** `npm run screenshots`: takes the pictures of the page that README and docs show, in both colour schemes and two widths. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { startLocalRun } from '../../local/run/local-run.ts';
import { startChromium } from '../support/browser/chromium.ts';
import { freePorts } from '../support/journeys/free-ports.ts';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));

const PICTURES = [
  { name: 'page-light', colorScheme: 'light', width: 1280 },
  { name: 'page-dark', colorScheme: 'dark', width: 1280 },
  { name: 'page-narrow-light', colorScheme: 'light', width: 360 },
  { name: 'page-narrow-dark', colorScheme: 'dark', width: 360 },
] as const;

await mkdir(FOLDER, { recursive: true });
const run = await startLocalRun({ port: await freePorts(), page: true, say: console.error });
const browser = await startChromium();
try {
  for (const { name, colorScheme, width } of PICTURES) {
    const path = `${FOLDER}${name}.png`;
    await takePicture(browser, run.running.page ?? '', { colorScheme, viewport: { width, height: 800 } }, path);
    console.log(path);
  }
} finally {
  await browser.close();
  await run.stop();
}

async function takePicture(browser: Browser, origin: string, options: BrowserContextOptions, path: string) {
  const context = await browser.newContext({ ...options, timezoneId: 'UTC' });
  const page = await context.newPage();
  await page.goto(origin);
  const click = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const [popup] = await Promise.all([page.waitForEvent('popup'), click('Sign in')]);
  await popup.getByRole('button', { name: 'Sign in as alice' }).click();
  await click('GET /orders');
  await page.getByText('GET /orders was answered with 200.').waitFor();
  await click('Take back this token');
  await page.getByText(/^Taken back: this token/).waitFor();
  await page.locator('time[data-mark="flush settled"]').waitFor();
  await page.mouse.move(0, 0);
  // The message stays in sight, which is at the top.
  await page.evaluate('scrollTo(0, 0)');
  // Down to the end of the timeline: the log below it grows all the time.
  const timeline = await page.getByRole('region', { name: 'How soon it took effect' }).boundingBox();
  const { width = 0 } = page.viewportSize() ?? {};
  const height = (timeline?.y ?? 0) + (timeline?.height ?? 0) + 16;
  await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width, height } });
  await context.close();
}
