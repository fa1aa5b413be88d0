import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { startChromium } from '../support/browser/chromium.ts';
import { button, expectMessage, openPage, type PageAtWork, signInAs } from '../support/browser/page-at-work.ts';
import { type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';

let browser: Browser;
let journey: LocalJourney;
let opened: PageAtWork;

beforeAll(async () => {
  browser = await startChromium();
  journey = await startJourney({ page: true, dynamodbEndpoint: inject('dynamoDbEndpoint') });
}, START_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await journey?.stop();
});

beforeEach(async () => {
  opened = await openPage(browser, journey.run.running.page ?? '');
});
afterEach(async () => {
  expect(opened.console).toEqual([]);
  await opened.close();
});

const why = () => opened.page.locator('.why').textContent();

it('says whether a decision was made now or came from the cache, and the policy in words', async () => {
  const { page } = opened;
  await signInAs(page, 'alice');
  await button(page, 'GET /orders').click();
  await expect.poll(why).toContain('Decided now: the authorizer was asked.');
  await button(page, 'GET /orders/7').click();
  await expect.poll(why).toContain('From the result cache: the authorizer was not asked.');
  expect(await why()).toContain('It may call GET /whoami, GET /orders, POST /orders, GET /orders/?*.');
  expect(await page.getByLabel('Body').textContent()).toContain('"principalId": "local#alice"');
});

it('says which scope is missing, and does not sign in again for a 403', async () => {
  const { page } = opened;
  await signInAs(page, 'bob');
  await button(page, 'POST /orders').click();
  await expectMessage(page, 'POST /orders was answered with 403.');
  expect(await page.locator('.failure').textContent()).toContain('orders:write');
  await expect
    .poll(why)
    .toContain('The token is good, and its policy does not allow this request. It needs orders:write.');
  expect(page.context().pages()).toHaveLength(1);
});

it('signs in again once after a 401, by the session that lives, and shows the new token', async () => {
  const { page } = opened;
  await signInAs(page, 'alice');
  await button(page, 'Take back this token').click();
  await expectMessage(page, /^Taken back: this token\./);
  await button(page, 'GET /orders').click();
  await expectMessage(page, 'GET /orders was answered with 200.');
  expect(await page.getByText('401: this is attempt 2').count()).toBe(1);
  expect(await page.getByText('Held by').locator('..').textContent()).toContain('alice');
});

it('gives up after the second 401, where everything of the user is taken back', async () => {
  const { page } = opened;
  await button(page, 'Token for reader').click();
  await expectMessage(page, 'The page holds a token of reader.');
  await journey.revoke('cid#local#reader');
  await button(page, 'GET /orders').click();
  await expectMessage(page, 'GET /orders was answered with 401.');
  expect(await page.getByText('401: this is attempt 2').count()).toBe(1);
  await expect.poll(why).toContain('The token was taken back');
});

it('waits after a 503 as Retry-After says, and ends at once when it is cancelled', async () => {
  const { page } = opened;
  await button(page, 'Token for service').click();
  await expectMessage(page, 'The page holds a token of service.');
  // A new environment has no key set, and cannot get one.
  await journey.run.authorizationServer.pause();
  await journey.run.recycleEnvironments();
  try {
    await button(page, 'GET /orders').click();
    await page.getByText(/^The API says to wait: the next attempt comes in \d+\.\d s\./).waitFor();
    await expect.poll(why).toContain('Nobody can know: the authorizer could not decide');
    await button(page, 'Cancel').click();
    await expectMessage(page, 'Cancelled.');
    expect(await button(page, 'GET /orders').isEnabled()).toBe(true);
  } finally {
    await journey.run.authorizationServer.resume();
  }
});

it('says in a sentence that nobody has signed in, and can begin again', async () => {
  const { page } = opened;
  const [popup] = await Promise.all([page.waitForEvent('popup'), button(page, 'Sign in').click()]);
  await popup.getByRole('button', { name: 'Do not sign in' }).click();
  await expectMessage(page, 'Nobody has signed in: no user was chosen on the sign-in page.');
  const [second] = await Promise.all([page.waitForEvent('popup'), button(page, 'Sign in').click()]);
  await second.getByRole('button', { name: 'Sign in as alice' }).waitFor();
  await second.close();
  await expectMessage(page, 'The sign-in window was closed before anybody had signed in.');
  await signInAs(page, 'alice');
});

it('says that a restored token is still rejected where another entry names it', async () => {
  const { page } = opened;
  await signInAs(page, 'alice');
  await button(page, 'Take back this token').click();
  await expectMessage(page, /^Taken back: this token\./);
  await button(page, 'Take back this user').click();
  await expectMessage(page, /^Taken back: this user\./);
  // The requests of the first timeline are not those of the second.
  expect(await page.locator('caption').textContent()).toMatch(
    /: 0 accepted, 0 of them from the result cache; \d rejected\.$/,
  );
  await button(page, 'Restore').click();
  await expectMessage(page, 'Restored: this user. The token is still not accepted: another entry may name it.');
});

it('says that the entry stands where the person stops the watch, and can restore it without the token', async () => {
  const { page } = opened;
  await signInAs(page, 'bob');
  await page.getByRole('checkbox', { name: /^Flush the cached decisions/ }).uncheck();
  await button(page, 'Take back this token').click();
  await page.getByRole('heading', { name: 'The entry in the table' }).waitFor();
  await button(page, 'Stop').press('Enter');
  await expectMessage(page, 'Taken back: this token. The page has stopped watching; the entry stands.');
  // The button is gone, and the focus is where a screen reader reads on.
  expect(await page.getByRole('status').evaluate((element) => element.matches(':focus'))).toBe(true);
  await button(page, 'Forget it').click();
  await expectMessage(page, 'The page has forgotten the token.');
  await button(page, 'Restore').click();
  await expectMessage(page, 'Restored: this token.');
});

it('keeps the token that it has when what is pasted is not one', async () => {
  const { page } = opened;
  await button(page, 'Token for service').click();
  await expectMessage(page, 'The page holds a token of service.');
  await page.getByText('Use a token that you have').click();
  await page.getByLabel('Access token').fill('a password');
  await button(page, 'Use it').click();
  await expectMessage(page, /^The text is not a JWT: /);
  await button(page, 'GET /orders').click();
  await expectMessage(page, 'GET /orders was answered with 200.');
});
