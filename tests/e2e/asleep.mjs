/**
 * A browser that sleeps for ten minutes, as when a lid is closed: its clock leaps, its connection is gone. It says that it is
 * not connected and since when, and catches up. Says "asleep" when it is, wakes when GRIDHUB_WAKE appears, and prints one
 * JSON line.
 */

import { existsSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { HUB, check, contextFor, signIn, withBrowser } from './browser.mjs';

const hub = new URL(HUB);
/** A way to the hub that can be cut. */
const sockets = new Set();
let cut = false;
const server = createServer((socket) => {
  if (cut) return socket.destroy();
  const upstream = connect(Number(hub.port), hub.hostname);
  for (const one of [socket, upstream]) {
    sockets.add(one);
    one.on('error', () => undefined);
    one.on('close', () => (sockets.delete(one), socket.destroy(), upstream.destroy()));
  }
  socket.pipe(upstream).pipe(socket);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const way = `http://127.0.0.1:${server.address().port}`;

await withBrowser(async (browser) => {
  const context = await contextFor(browser);
  await context.clock.install();
  const ahead = context.waitForEvent('response', (one) => /\/System-[^/]*\.js/.test(one.url()));
  const { page, check: noFaults } = await signIn(context, undefined, way);
  await page.locator('[data-alert]').first().waitFor();
  await page.keyboard.press('g');
  await page.evaluate(() => (window.notReloaded = true));
  const open = async () => (await page.locator('[data-alert]').evaluateAll((rows) => rows.map((row) => [Number(row.dataset.alert), row.className.includes('acknowledged')]))).sort((a, b) => a[0] - b[0]);
  const before = await open();
  // Every page is fetched ahead: also one that was never opened is there when the hub is not.
  await ahead;

  cut = true;
  for (const socket of sockets) socket.destroy();
  const bar = page.locator('[data-testid=lost]');
  await bar.waitFor();
  const told = await bar.locator('strong').innerText();
  const box = await bar.boundingBox();
  check(box !== null && box.width > 1300 && box.height > 30, 'the bar can be missed');
  // What lies over the bar says it too, and so does every other page.
  await page.keyboard.press('?');
  const over = await page.locator('dialog [data-testid=lost-here]').innerText();
  check(over === told, `a dialog says ${over}`);
  await page.keyboard.press('Escape');
  for (const link of ['/wall', '/groups', '/sources', '/review', '/']) {
    await page.click(`nav a[href="${link}"]`);
    await bar.waitFor();
    check((await page.locator('main.stale').count()) === 1, `${link} looks as if it were of now`);
    if (link !== '/') await page.locator('main h1').waitFor();
  }
  await context.clock.fastForward('10:00');
  console.log('asleep');
  while (!existsSync(process.env.GRIDHUB_WAKE)) await page.waitForTimeout(50);
  check((await open()).length === before.length, 'it shows what it cannot know');
  const still = await bar.locator('strong').innerText();
  cut = false;
  while (await bar.count()) await context.clock.runFor(250);
  const caughtUp = await page.locator('.toast').first().innerText();
  await page.locator('[data-alert]').nth(before.length).waitFor();
  await page.locator('[data-testid=log] li', { hasText: 'barbecue' }).waitFor();
  const log = await page.locator('[data-testid=log] li').allInnerTexts();
  check(await page.evaluate(() => window.notReloaded === true), 'the page was reloaded');
  noFaults();
  console.log(JSON.stringify({ told, still, before, after: await open(), caughtUp, log }));
});
server.close();
