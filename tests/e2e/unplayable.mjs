/**
 * A camera (CAMERA) whose codec this browser may not be able to play: prints whether it says it can, and what the tile shows.
 */

import { check, contextFor, signIn, withBrowser } from './browser.mjs';

await withBrowser(async (browser) => {
  const { page, check: checkPage } = await signIn(await contextFor(browser));
  const tile = page.locator(`[data-camera="${process.env.CAMERA}"]`);
  await page.locator(`[data-camera="${process.env.CAMERA}"][data-condition=live]`).waitFor();
  const before = await tile.locator('img').getAttribute('src').catch(() => null);
  await page.waitForTimeout(2_500);
  const after = await tile.locator('img').getAttribute('src').catch(() => null);
  const playable = await page.evaluate(() => MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L93.B0"'));
  checkPage();
  check(playable || before !== after, 'the pictures do not go on');
  console.log(JSON.stringify({ playable, by: await tile.getAttribute('data-by'), says: await tile.innerText() }));
});
