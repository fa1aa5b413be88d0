import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Result } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startChromium } from '../support/browser/chromium.ts';
import { button, expectMessage, markOf, openPage, type PageAtWork, signInAs } from '../support/browser/page-at-work.ts';
import { type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let journey: LocalJourney;

beforeAll(async () => {
  browser = await startChromium();
  journey = await startJourney({ page: true, dynamodbEndpoint: inject('dynamoDbEndpoint') });
}, START_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await journey?.stop();
});

const origin = () => journey.run.running.page ?? '';

describe('a token', () => {
  let opened: PageAtWork;
  beforeEach(async () => {
    opened = await openPage(browser, origin());
    await signInAs(opened.page, 'alice');
    await button(opened.page, 'GET /orders').click();
    await expectMessage(opened.page, 'GET /orders was answered with 200.');
  });
  afterEach(() => opened.close());

  it('is in the document only while the person asks to see it', async () => {
    const { page } = opened;
    expect(await page.content()).not.toMatch(/eyJ[\w-]+\.eyJ/);
    await button(page, 'Show the token').click();
    expect(await page.getByLabel('The token').textContent()).toMatch(/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/);
    await button(page, 'Hide the token').click();
    expect(await page.content()).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });

  it('is in no address', () => {
    expect(opened.addresses.filter((address) => address.includes('eyJ'))).toEqual([]);
  });

  it('is in no storage, and nothing else is', async () => {
    const { page } = opened;
    const stored = await page.evaluate(`(async () => ({
      local: localStorage.length,
      session: sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      cookies: document.cookie,
    }))()`);
    expect(stored).toEqual({ local: 0, session: 0, databases: 0, caches: 0, cookies: '' });
  });

  it('is not in the events of the run', async () => {
    const text = await eventsUpToDecision(opened.page);
    expect(text).toContain('"event":"decision"');
    expect(text).not.toContain('eyJ');
  });

  it('that is pasted is taken out of its field, and works', async () => {
    const { page } = opened;
    const pasted = await journey.token('reader');
    await page.getByText('Use a token that you have').click();
    await page.getByLabel('Access token').fill(`Authorization: Bearer ${pasted}\n`);
    await button(page, 'Use it').click();
    await expectMessage(page, 'The page holds a token of reader.');
    expect(await page.getByLabel('Access token').inputValue()).toBe('');
    await button(page, 'GET /orders').click();
    await expectMessage(page, 'GET /orders was answered with 200.');
    await button(page, 'Take back this token').click();
    await expectMessage(page, /^Taken back/);
    await button(page, 'GET /orders').click();
    await expectMessage(page, 'The token was rejected, and the page cannot get another one: paste a new one.');
  });

  it('is forgotten when the person says so', async () => {
    const { page } = opened;
    await button(page, 'Forget it').click();
    expect(await button(page, 'GET /orders').isEnabled()).toBe(false);
    expect(await page.getByText('No token yet.').count()).toBe(1);
  });
});

/** The events of the stream up to the first decision, as the page's server sends them. */
function eventsUpToDecision(page: Page): Promise<string> {
  return page.evaluate(`(async () => {
    const response = await fetch('/events');
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"event":"decision"')) text += (await reader.read()).value;
    await reader.cancel();
    return text;
  })()`);
}

describe('the page', () => {
  it('asks nobody but this machine', async () => {
    const { page, addresses, close } = await openPage(browser, origin());
    await signInAs(page, 'alice');
    await button(page, 'Take back this token').click();
    await expectMessage(page, /^Taken back/);
    expect(addresses.filter((address) => new URL(address).hostname !== '127.0.0.1')).toEqual([]);
    await close();
  });

  it('loads again when another run answers at its address', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    // Each answer ends at once, so that the browser connects again.
    await page.route('**/events', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: 'retry: 50\n\n' }),
    );
    let run = 'first';
    await page.route('**/facts', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...((await response.json()) as object), run } });
    });
    await page.goto(origin());
    await page.getByRole('heading', { level: 1 }).waitFor();
    let loads = 0;
    page.on('domcontentloaded', () => {
      loads += 1;
    });
    run = 'second';
    await expect.poll(() => loads).toBe(1);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  });

  it('runs no script but its own files', async () => {
    const { page, console: lines, close } = await openPage(browser, origin());
    const script = "document.createElement('script')";
    const source = 'data:text/javascript,document.title="broken"';
    // Neither by the sink, nor past it.
    await expect(page.evaluate(`${script}.setAttribute('src', '${source}')`)).rejects.toThrow(/TrustedScriptURL/);
    await expect(page.evaluate(`${script}.text = 'document.title="broken"'`)).rejects.toThrow(/TrustedScript/);
    await expect(page.evaluate(`import('${source}')`)).rejects.toThrow();
    expect(lines.join()).toMatch(/Content Security Policy/);
    expect(await page.title()).not.toBe('broken');
    await close();
  });

  it.each([
    { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
    { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
    { colorScheme: 'light', viewport: { width: 320, height: 640 } },
    { colorScheme: 'dark', viewport: { width: 320, height: 640 } },
  ] as const)(
    'has nothing serious for axe-core, and no scroll bar below, in $colorScheme at $viewport.width px',
    async (options) => {
      // The policy of the page lets no test add a script either.
      const { page, close } = await openPage(browser, origin(), { ...options, bypassCSP: true });
      expect(await seriousOf(page)).toEqual([]);
      await signInAs(page, 'bob');
      await button(page, 'Show the token').click();
      await button(page, 'POST /orders').click();
      await expectMessage(page, 'POST /orders was answered with 403.');
      await button(page, 'Take back this token').click();
      await markOf(page, 'first refusal');
      await expectMessage(page, /^Taken back/);
      await page.getByText('Header and claims').click();
      await page.getByText("What the operator's command says").click();
      expect(await seriousOf(page)).toEqual([]);
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(overflow).toBeLessThanOrEqual(0);
      await close();
    },
  );
});

async function seriousOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ readonly violations: readonly Result[] }>('axe.run()');
  const isSerious = ({ impact }: Result) => impact === 'serious' || impact === 'critical';
  return violations.filter(isSerious).map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
