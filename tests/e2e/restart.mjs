/**
 * Ten open browsers while the hub restarts. GRIDHUB_SESSIONS names a session for each, GRIDHUB_COOKIE what the cookie is called.
 * Says "ready" when all are connected, "lost" when each says that it is not, and prints one JSON line when all are back:
 * what each shows, and how long it took them.
 */

import { once } from 'node:events';
import { HUB, call, check, contextFor, withBrowser } from './browser.mjs';

const SESSIONS = process.env.GRIDHUB_SESSIONS.split(',');

async function open(browser, value) {
  const context = await contextFor(browser, { viewport: { width: 1366, height: 768 } });
  await context.addCookies([{ name: process.env.GRIDHUB_COOKIE, value, url: HUB, httpOnly: true, sameSite: 'Strict' }]);
  // Ten maps drawn without a graphics card would be all that two cores do: the list of the same places stands for them.
  await context.route('**/CityMap*', (route) => route.abort());
  const page = await context.newPage();
  await page.goto(HUB);
  await page.locator('[data-testid=connection] .dot').waitFor();
  await page.evaluate(() => (window.notReloaded = true));
  return page;
}

const rowsOf = (page) =>
  page.locator('[data-alert]').evaluateAll((rows) => rows.map((row) => [Number(row.dataset.alert), row.className.includes('acknowledged')]).sort((a, b) => a[0] - b[0]));

/** All of them, together. */
const each = (pages, what) => Promise.all(pages.map(what));

await withBrowser(async (browser) => {
  const pages = [];
  for (const session of SESSIONS) pages.push(await open(browser, session));
  await each(pages, (page) => page.locator('[data-alert]').first().waitFor());
  console.log('ready');
  await each(pages, (page) => page.locator('[data-testid=lost]').waitFor());
  const told = await each(pages, (page) => page.locator('[data-testid=lost] strong').innerText());
  console.log('lost');
  await once(process.stdin, 'data');
  const began = Date.now();
  await each(pages, (page) => page.locator('[data-testid=lost]').waitFor({ state: 'detached', timeout: 30_000 }));
  const backMs = Date.now() - began;
  const now = (await call(pages[0], '/alerts?state=open&limit=200')).items;
  const wanted = JSON.stringify(now.map(({ id, state }) => [id, state === 'acknowledged']).sort((a, b) => a[0] - b[0]));
  const shown = await each(pages, async (page) => {
    await page.locator('[data-alert]').nth(now.length - 1).waitFor();
    const deadline = Date.now() + 10_000;
    while (JSON.stringify(await rowsOf(page)) !== wanted && Date.now() < deadline) await page.waitForTimeout(100);
    check(await page.evaluate(() => window.notReloaded === true), 'a page was reloaded');
    return rowsOf(page);
  });
  console.log(JSON.stringify({ told, shown, backMs }));
});
process.stdin.destroy();
