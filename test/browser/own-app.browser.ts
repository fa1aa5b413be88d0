import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type LocalRun, startLocalRun } from '../../local/run/local-run.ts';
import { startChromium } from '../support/browser/chromium.ts';
import { button, expectMessage, openPage, signInAs } from '../support/browser/page-at-work.ts';
import { freePorts } from '../support/journeys/free-ports.ts';
import { START_TIMEOUT } from '../support/journeys/local-journey.ts';
import { ownApp } from '../support/journeys/own-app.ts';

let browser: Browser;
let run: LocalRun;
let app: string;

beforeAll(async () => {
  browser = await startChromium();
  const folder = await ownApp();
  app = join(folder, 'app.mjs');
  run = await startLocalRun({
    ...{ port: await freePorts(), ownFolder: folder, dynamodbEndpoint: inject('dynamoDbEndpoint'), page: true },
    own: {
      ...{ app: 'node app.mjs', output: undefined, stack: undefined, issuers: 'both' },
      ...{ environmentFile: undefined, watch: true },
    },
  });
}, START_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await run?.stop();
});

async function change(from: string, to: string): Promise<void> {
  const text = await readFile(app, 'utf8');
  expect(text).toContain(from);
  await writeFile(app, text.replace(from, to));
}

it('shows the routes of a team’s own app, and a new one as soon as the app is saved', async () => {
  const { page, console, close } = await openPage(browser, run.running.page ?? '');
  expect(await page.locator('header').textContent()).toContain('https://login.acme.example');
  await signInAs(page, 'alice');
  await button(page, 'GET /orders').click();
  await expectMessage(page, 'GET /orders was answered with 200.');
  await change("{ method: 'GET', path: '/whoami'", "{ method: 'GET', path: '/invoices', scopes: [] }, $&");
  await change("['orders', 'whoami']", "['orders', 'whoami', 'invoices']");
  await button(page, 'GET /invoices').click();
  await expectMessage(page, 'GET /invoices was answered with 200.');
  expect(console).toEqual([]);
  await close();
});
