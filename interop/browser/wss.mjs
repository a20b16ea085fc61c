// SPDX-License-Identifier: Apache-2.0
// MQTT.js on a page of a real browser, over WebSocket and TLS, with no flag that overlooks a certificate's errors.
//
//   node wss.mjs ADDRESS MQTTJS    ADDRESS as in wss://localhost:9001, MQTTJS the file of MQTT.js for browsers
//
// Prints "of/a/page VERSION-4" and "of/a/page VERSION-5" when a message came back to each version, or "refused" where there
// is no connection. Which authorities the browser trusts is in the NSS database of HOME.

import { chromium } from 'playwright-core';

const [address, library] = process.argv.slice(2);
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** In the page. */
function visit([url, protocolVersion]) {
  return new Promise((resolve) => {
    const client = window.mqtt.connect(url, { protocolVersion, reconnectPeriod: 0, connectTimeout: 20_000 });
    const end = (said) => { client.end(true); resolve(said); };
    client.on('error', () => end('refused'));
    client.on('close', () => end('refused'));
    client.on('message', (topic, payload) => end(`${topic} ${payload}`));
    client.on('connect', () => client.subscribe('of/a/page', { qos: 1 }, () => client.publish('of/a/page', `VERSION-${protocolVersion}`, { qos: 1 })));
  });
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: FLAGS });
try {
  const page = await browser.newPage();
  await page.addScriptTag({ path: library });
  for (const version of [4, 5]) {
    console.log(await page.evaluate(visit, [address, version]));
  }
} finally {
  await browser.close();
}
