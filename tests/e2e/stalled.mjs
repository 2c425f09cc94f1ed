/**
 * A camera whose pictures stop coming: prints `live` when its tile is, waits for a line on standard input (then nothing
 * comes any more), prints what the tile says then, and, when the hub has given the camera up, one JSON line with that, when it
 * said so, in milliseconds, and the reason it gives at last.
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
  console.log(says);
  await page.locator('[data-camera="cam-1"][data-condition=blind]').waitFor({ timeout: 12_000 });
  const reason = await tile.locator('.reason').innerText();
  const strength = await tile.locator('.fit').evaluate((fit) => (fit.hidden ? 0 : Number(getComputedStyle(fit).opacity)));
  check(strength <= 0.25, 'the last picture is still shown as if it were of now');
  checkPage();
  console.log(JSON.stringify({ late_ms: lateMs, says, reason }));
});
process.stdin.destroy(); // or an early failure would wait for it
