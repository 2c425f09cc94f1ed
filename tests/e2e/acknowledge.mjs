/**
 * Signs in, sees an alert arrive without reloading, acknowledges it with the keyboard alone, and sees it acknowledged in a
 * second browser. GRIDHUB_RULE names the rule (default: smoke-and-movement); GRIDHUB_WAIT_S how long to wait for it.
 * Prints one JSON line. Exit status 1 where anything is not as it should be.
 */

import { call, check, contextFor, signIn, withBrowser } from './browser.mjs';

const RULE = process.env.GRIDHUB_RULE ?? 'smoke-and-movement';
const WAIT_MS = Number(process.env.GRIDHUB_WAIT_S ?? 150) * 1000;

await withBrowser(async (browser) => {
  const first = await signIn(await contextFor(browser));
  const second = await signIn(await contextFor(browser));
  const { page } = first;
  await page.evaluate(() => (window.notReloaded = true));
  const before = new Set((await call(page, '/alerts?state=open&limit=200')).items.map((alert) => alert.id));

  // Only the rule that is looked for is shown; then the first row is the one.
  await page.keyboard.press('/');
  await page.keyboard.type(RULE);
  await page.keyboard.press('Enter');
  const known = [...before];
  const row = await page.waitForFunction(
    (ids) => [...document.querySelectorAll('[data-alert].firing')].map((e) => Number(e.dataset.alert)).find((id) => !ids.includes(id)),
    known,
    { timeout: WAIT_MS },
  );
  const id = await row.jsonValue();
  const arrivedAt = Date.now();
  check(await page.evaluate(() => window.notReloaded === true), 'the page was reloaded');

  await page.keyboard.press('g');
  while (!(await page.locator(`[data-alert="${id}"][aria-current=true]`).count())) {
    const at = await page.locator('[aria-current=true][data-alert]').getAttribute('data-alert');
    await page.keyboard.press('j');
    const moved = await page.locator('[aria-current=true][data-alert]').getAttribute('data-alert');
    check(moved !== at, `alert ${id} cannot be reached with the keyboard`);
  }
  await page.keyboard.press('a');
  const detail = page.locator('[data-testid=detail]');
  await detail.locator('[data-testid=state]', { hasText: 'Acknowledged' }).waitFor();
  await detail.locator('[data-testid=log] li', { hasText: 'acknowledged' }).waitFor();
  const acknowledgedMs = Date.now() - arrivedAt;

  const alert = await call(page, `/alerts/${id}`);
  check(alert.state === 'acknowledged', `the hub says ${alert.state}`);
  await second.page.locator(`[data-alert="${id}"].acknowledged`, { hasText: alert.acked_by }).waitFor();
  check(await page.evaluate(() => window.notReloaded === true), 'the page was reloaded');
  first.check();
  second.check();
  console.log(JSON.stringify({ alert: id, rule: alert.rule, acked_by: alert.acked_by, acknowledged_ms: acknowledgedMs }));
});
