// SPDX-License-Identifier: Apache-2.0
// The web app's pages in a real browser.
//
//   node pages.mjs FACT ADDRESS            tries one fact; exit code 0: it holds
//   node pages.mjs pictures ADDRESS DIR    writes a picture of each page
//
// People: "operator", "the word of operators", and "viewer", "the word of viewers". Nothing a page does may be an error
// in the browser's console.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PATIENCE = 30_000;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const SENSOR = '/s/' + encodeURIComponent('sensor/sim-1');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const [fact, address, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: FLAGS });
const errors = [];

async function visitor(options = {}) {
  const context = await browser.newContext({ viewport: DESK, baseURL: address, locale: 'en-GB', ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) errors.push(message.text()); });
  page.on('pageerror', (error) => errors.push(String(error)));
  return page;
}

async function signIn(name, options) {
  const page = await visitor(options);
  await page.goto('/');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(`the word of ${name}s`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sensors', level: 1 }).waitFor();
  return page;
}

/** Asks until it is so. */
async function until(what, condition) {
  const end = Date.now() + PATIENCE;
  let seen;
  while (Date.now() < end) {
    seen = await condition();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not within ${PATIENCE / 1000} s, last ${JSON.stringify(seen)}`);
}

const drawn = (page) => page.locator('canvas').first().evaluate((canvas) => canvas.toDataURL());
const rate = (page, name) => page.locator('.rates > div').filter({ hasText: name }).locator('dd').innerText();

async function ask(page, text) {
  const card = page.getByRole('region', { name: 'Sampling' });
  await card.getByRole('button', { name: /^(Change|Ask again)$/ }).click();
  await card.getByLabel('Rate').fill(text);
  await card.getByRole('button', { name: 'Ask', exact: true }).click();
}

const facts = {
  async aChartMovesUntilItIsPaused() {
    const page = await signIn('operator');
    await page.locator('a.sensor', { hasText: 'sim-1' }).click();
    await page.locator('.plot canvas').first().waitFor();
    const value = page.locator('.caption .big').first();
    const [first, picture] = [await value.innerText(), await drawn(page)];
    await until('another value', async () => (await value.innerText()) !== first);
    await until('another picture', async () => (await drawn(page)) !== picture);

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Live, 1 new').waitFor();
    const paused = await drawn(page);
    await page.getByText(/Live, [2-9] new/).waitFor();
    assert.equal(await drawn(page), paused);
    await page.getByRole('button', { name: 'Go on live' }).click();
    await until('it goes on', async () => (await drawn(page)) !== paused);
  },

  async aRateIsAskedConfirmedAndMeasured() {
    const page = await signIn('operator');
    await page.goto(SENSOR);
    await ask(page, '10 Hz');
    await until('asked', async () => (await rate(page, 'asked')) === '10 Hz');
    await until('confirmed', async () => (await rate(page, 'confirmed')) === '10 Hz');
    await until('measured', async () => Math.abs(parseFloat(await rate(page, 'measured')) - 10) < 1);
    await ask(page, 'very fast');
    await page.getByRole('alert').filter({ hasText: 'neither a frequency' }).waitFor();
    expected(/status of 400/);
  },

  async historyIsZoomedIntoAndLeftAgain() {
    const page = await signIn('operator');
    await page.goto(SENSOR + '?range=1h');
    const plot = page.locator('.plot .u-over').first();
    await plot.waitFor();
    const box = await plot.boundingBox();
    await page.mouse.move(box.x + box.width * .5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 1, box.y + 40, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=\d+&to=\d+/);
    await page.reload();
    await page.getByRole('button', { name: 'Reset zoom' }).waitFor();
    await page.locator('.plot canvas').first().waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('from='));
  },

  async aWrongPasswordIsSaidAndNothingIsShown() {
    const page = await visitor();
    await page.goto('/');
    await page.getByLabel('Name').fill('operator');
    await page.getByLabel('Password', { exact: true }).fill('a guess');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'tries left' }).waitFor();
    assert.equal(await page.locator('a.sensor').count(), 0);
    expected(/status of 401/);
  },

  async aViewerLooksAndMayNotSet() {
    const page = await signIn('viewer');
    await page.locator('a.sensor', { hasText: 'sim-1' }).click();
    await page.getByRole('region', { name: 'Sampling' }).getByText('Read-only').waitFor();
    assert.deepEqual(await page.locator('.side button:not(.note)').allInnerTexts(), []);
    const status = await page.evaluate(async () => {
      const { token } = await (await fetch('/api/session')).json();
      const answer = await fetch('/api/sampling', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Canary-Token': token },
        body: JSON.stringify({ sensor: 'sensor/sim-1', rate: '5 Hz' }),
      });
      return [Boolean(token), answer.status, await answer.text()];
    });
    assert.deepEqual(status.slice(0, 2), [true, 403]);
    assert.match(status[2], /An operator may/);
    expected(/status of 403/);
  },

  async pictures() {
    mkdirSync(folder, { recursive: true });
    const take = async (page, name) => {
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: join(folder, name + '.png') });
    };
    const outside = await visitor({ colorScheme: 'dark' });
    await outside.goto('/');
    await outside.getByRole('heading', { name: 'Sign in' }).waitFor();
    await take(outside, 'sign-in');

    const dark = await signIn('operator', { colorScheme: 'dark' });
    await dark.locator('a.sensor', { hasText: 'sim-1' }).locator('canvas').first().waitFor();
    await take(dark, 'sensors');
    await dark.goto(SENSOR);
    await settled(dark);
    await take(dark, 'sensor');
    await dark.goto('/broker');
    await dark.getByText(/topics below \$SYS/).waitFor();
    await take(dark, 'broker');

    const light = await signIn('operator', { colorScheme: 'light' });
    await light.goto(SENSOR);
    await settled(light);
    await take(light, 'sensor-light');
    await light.goto('/topics?topic=' + encodeURIComponent('sensor/sim-1/data'));
    await light.getByRole('treeitem').first().waitFor();
    await take(light, 'topics');
    await light.goto('/?add');
    await light.getByRole('heading', { name: 'Connect another sensor' }).waitFor();
    await take(light, 'add-sensor');

    const phone = await signIn('viewer', { colorScheme: 'light', viewport: PHONE, hasTouch: true, isMobile: true });
    await phone.locator('a.sensor').first().waitFor();
    await take(phone, 'sensors-phone');
    await phone.goto(SENSOR);
    await settled(phone);
    await take(phone, 'sensor-phone');
    const [wide, seen] = await phone.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= seen, `a page ${wide} wide on a phone of ${seen}`);
  },
};

/** A sensor's page with its curves and its side drawn. */
async function settled(page) {
  await page.locator('.plot canvas').first().waitFor();
  await page.locator('.rates').waitFor();
  await page.locator('.caption .stats b').first().waitFor();
}

/** What the browser itself says of an answer that is a refusal. */
function expected(pattern) {
  const index = errors.findIndex((each) => pattern.test(each));
  if (index >= 0) errors.splice(index, 1);
}

let status = 0;
try {
  assert.ok(Object.hasOwn(facts, fact) && address, 'node pages.mjs ' + Object.keys(facts).join('|') + ' ADDRESS');
  await facts[fact]();
  assert.deepEqual(errors, [], 'errors in the console');
} catch (e) {
  console.log(e.stack, errors);
  status = 1;
}
await browser.close();
process.exit(status);
