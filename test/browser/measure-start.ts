/** `npm run bench:page`: how long the page takes from the navigation until its first button can be used, on loopback. */
import { startLocalRun } from '../../local/run/local-run.ts';
import { startChromium } from '../support/browser/chromium.ts';
import { freePorts } from '../support/journeys/free-ports.ts';

const ROUNDS = 21;

const FIRST_BUTTON = 'button[aria-disabled="false"]';

/** Notes the time of the first button. A button that is drawn can be used: its listener is set with it. */
const NOTE_FIRST_BUTTON = `new MutationObserver((_, observer) => {
  if (document.querySelector('${FIRST_BUTTON}') === null) return;
  globalThis.interactiveAt = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });`;

const run = await startLocalRun({ port: await freePorts(), page: true });
const browser = await startChromium();
try {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(NOTE_FIRST_BUTTON);
    await page.goto(run.running.page ?? '');
    // Not by `waitForFunction`: it evaluates texts, which the page's policy forbids.
    await page.locator(FIRST_BUTTON).first().waitFor();
    times.push(await page.evaluate<number>('globalThis.interactiveAt'));
    await context.close();
  }
  const sorted = times.toSorted((one, other) => one - other).map(Math.round);
  const [least, median, most] = [sorted[0], sorted[Math.floor(ROUNDS / 2)], sorted.at(-1)];
  console.log(`First button after ${median} ms (median of ${ROUNDS} loads in fresh contexts; ${least} to ${most} ms).`);
} finally {
  await browser.close();
  await run.stop();
}
