import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { DecisionEvent, RunEvent } from '../../local/log/run-event.ts';
import { startChromium } from '../support/browser/chromium.ts';
import { button, expectMessage, markOf, openPage, type PageAtWork, signInAs } from '../support/browser/page-at-work.ts';
import { API_KINDS } from '../support/journeys/api-outcomes.ts';
import { type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';

/** Seconds. Short, so that without a flush a test sees the cached decision run out. */
const RESULT_TTL = 10;

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

describe.each(API_KINDS)('the page of a %s API', (api) => {
  const log: RunEvent[] = [];
  let journey: LocalJourney;
  let opened: PageAtWork;

  beforeAll(async () => {
    const dynamodbEndpoint = inject('dynamoDbEndpoint');
    const options = { api, resultTtlSeconds: RESULT_TTL, dynamodbEndpoint, page: true };
    journey = await startJourney({ ...options, log: (event) => log.push(event) });
  }, START_TIMEOUT);
  afterAll(() => journey?.stop());

  beforeEach(async () => {
    opened = await openPage(browser, journey.run.running.page ?? '');
  });
  afterEach(async () => {
    expect(opened.console).toEqual([]);
    await opened.close();
  });

  /** What the gateway logged for the last token that was judged. */
  function logged() {
    const decisions = log.filter((event): event is DecisionEvent => 'fingerprint' in event);
    const fingerprint = decisions.at(-1)?.fingerprint;
    const own = decisions.filter((event) => event.fingerprint === fingerprint);
    return {
      lastAllow: own.findLast(({ outcome }) => outcome === 'allowed')?.at,
      firstRefusal: own.find(({ outcome }) => outcome === 'rejected')?.at,
    };
  }

  it('shows a revoked token refused after three clicks, at the times that the gateway logged', async () => {
    const { page } = opened;
    await signInAs(page, 'alice');
    await button(page, 'Take back this token').click();
    await expectMessage(
      page,
      /^Taken back: this token\. The last Allow came at \S+ s, the first refusal at \+\S+ s\.$/,
    );
    const shown = { lastAllow: await markOf(page, 'last allow'), firstRefusal: await markOf(page, 'first refusal') };
    expect(shown).toEqual(logged());
    const settled = await markOf(page, 'flush settled');
    expect(settled).toBeGreaterThan(await markOf(page, 'flush'));
    expect(log).toContainEqual(expect.objectContaining({ event: 'flush settled', at: settled }));
  });

  it('shows it refused when the cached decision has run out, where the entry does not flush', async () => {
    const { page } = opened;
    await signInAs(page, 'alice');
    await page.getByRole('checkbox', { name: /^Flush the cached decisions/ }).uncheck();
    await button(page, 'Take back this token').click();
    await expectMessage(page, /^Taken back: this token\./);
    const shown = { lastAllow: await markOf(page, 'last allow'), firstRefusal: await markOf(page, 'first refusal') };
    expect(shown).toEqual(logged());
    expect(await page.locator('time[data-mark^="flush"]').count()).toBe(0);
    expect(shown.firstRefusal).toBeLessThanOrEqual(await markOf(page, 'bound'));
  });

  it('does the same by keyboard alone', async () => {
    const { page } = opened;
    await focusByTab(opened, 'Sign in');
    const [popup] = await Promise.all([page.waitForEvent('popup'), page.keyboard.press('Enter')]);
    await popup.getByRole('button', { name: 'Sign in as alice' }).waitFor();
    await popup.keyboard.press('Tab');
    await popup.keyboard.press('Enter');
    await expectMessage(page, 'The page holds a token of alice.');
    await focusByTab(opened, 'Take back this token');
    await page.keyboard.press('Space');
    await expectMessage(page, /^Taken back: this token\./);
    expect(await page.locator(':focus').textContent()).toBe('Take back this token');
    expect(await markOf(page, 'first refusal')).toBe(logged().firstRefusal);
  });

  it('gives the token back', async () => {
    const { page } = opened;
    await signInAs(page, 'bob');
    await button(page, 'Take back this token').click();
    await expectMessage(page, /^Taken back: this token\./);
    await button(page, 'Restore').click();
    await expectMessage(page, /^Restored: this token\. It was accepted again at \+\S+ s after the entry was gone\.$/);
    await button(page, 'GET /orders').click();
    await expectMessage(page, 'GET /orders was answered with 200.');
    expect(await page.getByText('this is attempt').count()).toBe(0);
  });
});

/** Presses Tab until the button has the focus. @throws Error when it never has */
async function focusByTab({ page }: PageAtWork, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    const isFocused = await button(page, name).evaluate((element) => element.matches(':focus-visible'));
    if (isFocused) return;
  }
  throw new Error(`The button ${name} is not reached by Tab.`);
}
