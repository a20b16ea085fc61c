// SPDX-License-Identifier: Apache-2.0
// The web app's pages in a real browser.
//
//   node pages.mjs FACT ADDRESS            tries one fact; exit code 0: it holds
//   node pages.mjs pictures ADDRESS DIR    writes a picture of each page
//
// People: "operator", "the word of operators", and "viewer", "the word of viewers". Nothing a page does may be an error
// in the browser's console, or a request to somebody else.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PATIENCE = 30_000;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const SENSOR = '/s/' + encodeURIComponent('sensor/sim-1');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Every page, and what is on it when it is there. */
const PAGES = [['/', 'a.sensor'], ['/?as=table', 'tbody tr'], [SENSOR, '.caption .stats b'], ['/broker', '.figures dd'], ['/topics?topic=sensor%2Fsim-1%2Fstatus', '.diff div'], ['/?add', '.wait b']];

const [fact, address, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: FLAGS });
const errors = [];

async function visitor(options = {}) {
  const context = await browser.newContext({ viewport: DESK, baseURL: address, locale: 'en-GB', ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) errors.push(message.text()); });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => { if (/^(https?|wss?):/.test(request.url()) && !request.url().startsWith(new URL('/', address).href)) errors.push('asked ' + request.url()); });
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
    const news = async () => Number((await page.getByRole('button', { name: 'Go on live' }).innerText()).match(/(\d+) new/)?.[1] ?? 0);
    const some = await until('a new one is counted', news);
    const paused = await drawn(page);
    await until('more are counted', async () => (await news()) > some);
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

  async whatWasAskedIsTakenBack() {
    const page = await signIn('operator');
    // Whom no sensor listens to: it only ever said one number.
    await page.goto('/s/' + encodeURIComponent('sensor/deaf'));
    await ask(page, '7 Hz');
    await until('asked', async () => (await rate(page, 'asked')) === '7 Hz');
    const card = page.getByRole('region', { name: 'Sampling' });
    await card.getByRole('button', { name: 'Cancel' }).click();
    await until('asked no longer', async () => !(await rate(page, 'asked')).includes('7'));
    await card.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
  },

  async theBrokerPageStandsStillWhilePaused() {
    const page = await signIn('viewer');
    await page.goto('/broker');
    const uptime = page.locator('.figures div').filter({ hasText: 'Uptime' }).locator('dd').first();
    await uptime.waitFor();
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.getByRole('button', { name: 'Pause' }).click();
    await new Promise((resolve) => setTimeout(resolve, 200));
    asked.length = 0;
    const still = await page.locator('.figures').innerText();
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    assert.equal(await page.locator('.figures').innerText(), still);
    assert.deepEqual(asked.filter((path) => path === '/api/clients' || path === '/api/history'), []);
    await page.getByRole('button', { name: 'Go on live' }).click();
    await until('it goes on', () => asked.includes('/api/clients'));
  },

  async whoMeasuredMoreSlowlyBeforeHasNoGaps() {
    const page = await signIn('viewer');
    const gaps = (times) => page.evaluate(async (all) => (await import('/ui/charts.js')).gaps(all, 0, 1e6, 3000), times);
    const every = (from, step, count) => Array.from({ length: count }, (_, i) => from + i * step);
    assert.deepEqual(await gaps(every(0, 10_000, 20)), []);
    assert.deepEqual(await gaps([...every(0, 1000, 20), ...every(60_000, 1000, 20)]), [[19_000, 60_000]]);
    assert.deepEqual(await gaps([...every(0, 10_000, 20), ...every(300_000, 10_000, 5)]), [[190_000, 300_000]]);
    assert.deepEqual(await gaps([...every(0, 1000, 5), 60_000, ...every(120_000, 1000, 5)]), [[4000, 60_000], [60_000, 120_000]]);
  },

  async historyIsZoomedIntoAndLeftAgain() {
    const page = await signIn('operator');
    await page.goto(SENSOR + '?range=1h');
    const plot = page.locator('.plot .u-over').first();
    // A chart that is drawn anew, with what the history has meanwhile, takes no notice of a drag that began on the former.
    await until('zoomed', async () => {
      const box = await plot.boundingBox().catch(() => null);
      if (!box) return false;
      await page.mouse.move(box.x + box.width * .5, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width - 1, box.y + 40, { steps: 5 });
      await page.mouse.up();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return /from=\d+&to=\d+/.test(page.url());
    });
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

  /** The person who starts this has been refused a password, and house/lights. */
  async clientsAndDeniedActionsAreShownWithFileAndLine() {
    const page = await signIn('viewer');
    await page.goto('/broker');
    const denied = page.getByRole('region', { name: 'Denied', exact: true });
    const publish = denied.getByRole('row').filter({ hasText: 'house/lights' });
    await publish.getByText(/^acl:\d+$/).waitFor();
    await publish.getByText('no line of this user allows it').waitFor();
    await denied.getByRole('row').filter({ hasText: 'user webapp from 127.0.0.1' }).getByText(/^passwd:\d+$/).waitFor();

    const clients = page.getByRole('region', { name: 'Clients', exact: true });
    await clients.getByRole('row').filter({ hasText: 'sensor/sim-1' }).getByText('TCP').waitFor();
    await clients.getByRole('button', { name: 'Client' }).click();
    await clients.locator('th[aria-sort=ascending]', { hasText: 'Client' }).waitFor();
    const names = await clients.locator('tbody tr td:first-child').allInnerTexts();
    assert.deepEqual(names, [...names].sort());
    await clients.getByLabel('Find a client').fill('SIM-2');
    await until('one is left', async () => (await clients.locator('tbody tr').count()) === 1);
  },

  async allIsReachedByTheKeyboard() {
    const page = await signIn('operator');
    const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    await press('/');
    await page.keyboard.type('sim-1');
    await until('one is found', async () => (await page.locator('a.sensor').count()) === 1);
    await press('Tab');
    await page.locator('a.sensor').focus();
    await press('Enter');
    await page.getByRole('heading', { name: 'Sim 1', level: 1 }).waitFor();
    await page.locator('.plot canvas').first().waitFor();
    await press('ArrowLeft', 'ArrowLeft');
    await until('values are said', async () => /Temperature .*°C/.test(await page.locator('#say').textContent()));
    await press('Space');
    await page.getByRole('button', { name: 'Go on live' }).waitFor();
    await press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await press('+');
    await page.waitForURL(/from=\d+/);
    await press('Escape');
    await page.waitForURL((url) => !url.search);
    await press('g', 'b');
    await page.getByRole('heading', { name: 'Broker', level: 1 }).waitFor();
    await press('g', 't');
    await page.getByRole('treeitem').first().waitFor();
    await page.getByRole('treeitem', { name: /sensor/ }).first().focus();
    await press('ArrowDown', 'ArrowRight');
    await press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await press('g', 's');
    await page.getByRole('heading', { name: 'Sensors', level: 1 }).waitFor();
  },

  /** WCAG 2.2 at level AA, as far as a program can judge it. */
  async everyPageIsForEverybody() {
    const wrong = [];
    const judge = async (page, what) => {
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
      wrong.push(...violations.map((each) => `${what}: ${each.id}: ${each.nodes.map((node) => node.target + ' ' + node.any.map((any) => any.message)).slice(0, 3).join('; ')}`));
    };
    for (const colorScheme of ['dark', 'light']) {
      const outside = await visitor({ colorScheme });
      await outside.goto('/');
      await outside.getByRole('heading', { name: 'Sign in' }).waitFor();
      await judge(outside, colorScheme + ' sign-in');
      for (const [name, options] of [['operator', {}], ['viewer', { viewport: PHONE, hasTouch: true, isMobile: true }]]) {
        const page = await signIn(name, { colorScheme, ...options });
        for (const [path, there] of PAGES) {
          await page.goto(path);
          await page.locator(there).first().waitFor();
          await judge(page, `${colorScheme} ${name} ${path}`);
          const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          if (wide > seen) wrong.push(`${colorScheme} ${name} ${path}: ${wide} wide where ${seen} are seen`);
        }
        await page.context().close();
      }
      await outside.context().close();
    }
    assert.deepEqual(wrong, []);
  },

  /** It prints how far it is; the person who starts it then starts a sensor, and kills and starts the broker. */
  async theFirstSensorAppearsAndABrokerMayRestart() {
    const page = await visitor();
    await page.goto('/');
    await page.getByLabel('Name').fill('operator');
    await page.getByLabel('Password', { exact: true }).fill('the word of operators');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Connect the first sensor' }).waitFor();
    await page.getByText('The broker is up').waitFor();
    console.log('waiting for a sensor');
    await page.locator('a.sensor').first().click();
    const value = page.locator('.caption .big').first();
    const moves = async (what) => { const before = await value.innerText(); await until(what, async () => (await value.innerText()) !== before); };
    await page.locator('.plot canvas').first().waitFor();
    await moves('a value that changes');
    console.log('it is live');
    const notice = page.getByRole('status').filter({ hasText: 'No link to the broker since' });
    await notice.waitFor();
    await page.getByRole('button', { name: 'Try now' }).click();
    console.log('it is lost');
    await notice.waitFor({ state: 'hidden' });
    await moves('a value that changes again');
  },

  /** As above, with the database: live values go on, and later the history has all of them. */
  async theHistoryIsAwayForAWhile() {
    const page = await signIn('operator');
    await page.locator('a.sensor', { hasText: 'sim-1' }).first().click();
    const value = page.locator('.caption .big').first();
    const moves = async (what) => { const before = await value.innerText(); await until(what, async () => (await value.innerText()) !== before); };
    await page.locator('.plot canvas').first().waitFor();
    await moves('a value that changes');
    await page.evaluate(async () => {
      const { store } = await import('/ui/store.js');
      globalThis.seen = [];
      store.addEventListener('values', (event) => globalThis.seen.push(...event.detail.map(([time]) => time)));
    });
    await until('some were seen', async () => (await page.evaluate(() => globalThis.seen.length)) > 20);
    console.log('it is live');
    const notice = page.getByRole('status').filter({ hasText: /The history (cannot be written|is slow)/ });
    await notice.waitFor();
    await moves('a value that changes meanwhile');
    console.log('it is away');
    await notice.waitFor({ state: 'hidden' });
    await moves('a value that changes afterwards');
    const seen = await page.evaluate(() => globalThis.seen);
    const sensor = new URL(page.url()).pathname.split('/s/')[1];
    await until('all that was seen is in the history', async () => {
      const csv = await page.evaluate(async ([id, from, to]) => (await fetch(`/api/csv?sensor=${id}&from=${from}&to=${to}`)).text(), [sensor, Math.min(...seen), Math.max(...seen) + 1]);
      const kept = new Set(csv.split('\r\n').slice(1).map((line) => Date.parse(line.split(',')[0])));
      return seen.every((time) => kept.has(time));
    });
    for (let i = errors.length; i-- > 0;) if (/status of 503/.test(errors[i])) errors.splice(i, 1);
  },

  async aPageThatFellBehindCatchesUpFromTheHistory() {
    const page = await signIn('operator');
    await page.goto(SENSOR);
    await page.locator('.plot canvas').first().waitFor();
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.route('**/api/live?sensor=*', (route) => route.fulfill({ contentType: 'text/event-stream', body: 'event: behind\ndata: {}\n\n' }), { times: 1 });
    await page.reload();
    await until('all is read again', () => ['/api/sensors', '/api/history'].every((path) => asked.filter((each) => each === path).length >= 2));
  },

  /** Prints how long a page takes to be seen: the median of eleven visits of a browser that knows nothing yet. */
  async firstPaint() {
    const paints = [];
    for (const path of ['/', SENSOR]) {
      const times = [];
      for (let i = 0; i < 11; i++) {
        const page = await signIn('operator');
        const cookies = await page.context().storageState();
        await page.context().close();
        const fresh = await visitor({ storageState: cookies });
        await fresh.goto(path);
        await fresh.locator('canvas').first().waitFor();
        times.push(await fresh.evaluate(async () => {
          const curves = performance.now();
          const paint = await new Promise((resolve) => {
            new PerformanceObserver((list) => list.getEntries().filter((each) => each.name === 'first-contentful-paint').forEach((each) => resolve(each.startTime))).observe({ type: 'paint', buffered: true });
          });
          return [paint, curves];
        }));
        await fresh.context().close();
      }
      const median = (k) => Math.round(times.map((each) => each[k]).sort((a, b) => a - b)[5]);
      const most = (k) => Math.round(Math.max(...times.map((each) => each[k])));
      paints.push(`${decodeURIComponent(path)}: first contentful paint ${median(0)} ms (at most ${most(0)}), with curves ${median(1)} ms (at most ${most(1)})`);
    }
    console.log(paints.join('\n'));
  },

  /** Of scene.py's house, where it is there; else of what there is. */
  async pictures() {
    mkdirSync(folder, { recursive: true });
    const take = async (page, name) => {
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: join(folder, name + '.png') });
    };
    const outside = await visitor({ colorScheme: 'light' });
    await outside.goto('/');
    await outside.getByRole('heading', { name: 'Sign in' }).waitFor();
    await take(outside, 'sign-in');

    const dark = await signIn('operator', { colorScheme: 'dark' });
    const house = await dark.locator('a.sensor', { hasText: 'greenhouse' }).count() > 0;
    const one = house ? '/s/sensor%2Fgreenhouse?range=1h' : SENSOR;
    if (house) {
      await change(dark, 'sampling', { sensor: 'sensor/greenhouse', rate: '2 Hz' });
      await change(dark, 'sampling', { sensor: 'sensor/weather-mast', rate: '5 Hz' });
      await change(dark, 'threshold', { sensor: 'sensor/greenhouse', quantity: 'temperature', kind: 'above', limit: 26.6, seconds: 60 });
      await change(dark, 'threshold', { sensor: 'sensor/boiler-room', quantity: 'return', kind: 'above', limit: 30, seconds: 0 });
      await dark.locator('a.sensor.alarm').waitFor();
      await new Promise((resolve) => setTimeout(resolve, 20_000)); // until the new rate is measured, and the other one ignored
      await dark.reload();
    }
    await dark.locator('a.sensor canvas').first().waitFor();
    await take(dark, 'sensors');
    await dark.goto('/?as=table');
    await dark.locator('tbody tr').first().waitFor();
    await take(dark, 'table');
    await dark.goto(one);
    await settled(dark);
    const plot = await dark.locator('.plot .u-over').first().boundingBox();
    await dark.mouse.move(plot.x + plot.width * .62, plot.y + 60);
    await take(dark, 'sensor');
    await dark.goto('/broker?range=15m');
    await dark.getByText(/topics below \$SYS/).waitFor();
    await dark.getByRole('region', { name: 'Clients', exact: true }).getByRole('row').nth(1).waitFor();
    await dark.locator('.plot canvas').first().waitFor();
    await dark.screenshot({ path: join(folder, 'broker.png'), fullPage: true });

    const light = await signIn('operator', { colorScheme: 'light' });
    await light.locator('a.sensor canvas').first().waitFor();
    await take(light, 'sensors-light');
    await light.goto(one);
    await settled(light);
    await take(light, 'sensor-light');
    await light.goto('/topics?topic=' + encodeURIComponent(house ? 'sensor/greenhouse/data' : 'sensor/sim-1/data'));
    await light.locator('.diff .new').first().waitFor();
    await light.getByText(house ? /the last (8|9|1.) messages/ : /the last \d+ messages/).waitFor();
    await take(light, 'topics');
    await light.goto('/?add');
    await light.getByRole('heading', { name: 'Connect another sensor' }).waitFor();
    await light.getByText(/No new connection yet|Messages arrive/).waitFor();
    await take(light, 'add-sensor');

    const phone = await signIn('viewer', { colorScheme: 'dark', viewport: PHONE, hasTouch: true, isMobile: true });
    await phone.locator('a.sensor').first().waitFor();
    await take(phone, 'sensors-phone');
    await phone.goto('/?as=table');
    await phone.locator('tbody tr').first().waitFor();
    await take(phone, 'table-phone');
    await phone.goto(one);
    await settled(phone);
    await take(phone, 'sensor-phone');
  },
};

/** As the page does it. */
function change(page, path, body) {
  return page.evaluate(async ([to, what]) => {
    const { token } = await (await fetch('/api/session')).json();
    const answer = await fetch('/api/' + to, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Canary-Token': token }, body: JSON.stringify(what) });
    if (!answer.ok) throw new Error(await answer.text());
  }, [path, body]);
}

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
