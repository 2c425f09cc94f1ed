/**
 * What a browser that has never been here takes to show the queue, once somebody is signed in: the bytes that came over
 * the wire, the map's own apart, and the milliseconds from the start of the navigation until the queue was there (the
 * median of five). Prints one JSON line.
 */

import { contextFor, signIn, withBrowser } from './browser.mjs';

const MAP = /\/(CityMap|maplibre)[^/]*$|\.geojson/;

async function loaded(browser, state) {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, storageState: state });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  const addresses = new Map();
  const bytes = { map: 0, other: 0 };
  session.on('Network.requestWillBeSent', ({ requestId, request }) => addresses.set(requestId, request.url));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const address = addresses.get(requestId) ?? '';
    bytes[MAP.test(address) ? 'map' : 'other'] += encodedDataLength;
  });
  await page.goto(process.env.GRIDHUB_URL);
  await page.locator('[data-alert]').first().waitFor();
  const ms = await page.evaluate(() => performance.now());
  await page.waitForTimeout(1_000); // what is fetched once the queue is there
  await context.close();
  return { ms, map: bytes.map, other: bytes.other };
}

await withBrowser(async (browser) => {
  const context = await contextFor(browser);
  const { page } = await signIn(context);
  await page.locator('[data-alert]').first().waitFor();
  const state = await context.storageState();
  await context.close();
  const rounds = [];
  for (let round = 0; round < Number(process.env.GRIDHUB_ROUNDS ?? 5); round += 1) rounds.push(await loaded(browser, state));
  const middle = (name) => rounds.map((each) => each[name]).sort((a, b) => a - b)[Math.floor(rounds.length / 2)];
  console.log(JSON.stringify({ ms: middle('ms'), map_bytes: middle('map'), other_bytes: middle('other') }));
});
