/**
 * A camera whose pictures stop coming: prints `live` when its tile is, waits for a line on standard input (then nothing
 * comes any more), and prints one JSON line: what the tile said after that, and when, in milliseconds.
 */

import { once } from 'node:events';
import { check, contextFor, signIn, withBrowser } from './browser.mjs';

await withBrowser(async (browser) => {
  const { page, check: checkPage } = await signIn(await contextFor(browser));
  const tile = page.locator('[data-camera="cam-1"]');
  await page.locator('[data-camera="cam-1"][data-by=video][data-condition=live]').waitFor();
  console.log('live');
  await once(process.stdin, 'data');
  const stoppedAt = Date.now();
  await page.locator('[data-camera="cam-1"]:not([data-condition=live])').waitFor({ timeout: 8_000 });
  const lateMs = Date.now() - stoppedAt;
  const says = await tile.locator('.condition').innerText();
  await page.locator('[data-camera="cam-1"][data-condition=blind]').waitFor({ timeout: 12_000 });
  const blindMs = Date.now() - stoppedAt;
  const reason = await tile.locator('.reason').innerText();
  check(!(await tile.locator('video').isVisible()), 'the last picture is still shown as if it were of now');
  checkPage();
  console.log(JSON.stringify({ late_ms: lateMs, says, blind_ms: blindMs, reason }));
  process.stdin.destroy();
});
