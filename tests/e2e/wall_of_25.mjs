/**
 * 25 cameras on the wall for GRIDHUB_SECONDS: what each tile says of itself, how many pictures it showed, and what the browser's
 * processes took. Prints "begin" and "end" around the time that is measured, and then one JSON line.
 */

import { HUB, contextFor, signIn, withBrowser } from './browser.mjs';

const SECONDS = Number(process.env.GRIDHUB_SECONDS ?? 30);

const look = (page) =>
  page.locator('[data-testid=tile]').evaluateAll((tiles) =>
    tiles.map((tile) => {
      const camera = tile.querySelector('[data-testid=camera]');
      const quality = tile.querySelector('video')?.getVideoPlaybackQuality();
      return { by: camera?.dataset.by ?? null, condition: camera?.dataset.condition ?? null, shown: quality ? quality.totalVideoFrames - quality.droppedVideoFrames : 0, dropped: quality?.droppedVideoFrames ?? 0 };
    }),
  );

await withBrowser(async (browser) => {
  const { page } = await signIn(await contextFor(browser, { viewport: { width: 1920, height: 1080 } }));
  page.setDefaultTimeout(90_000);
  await page.goto(`${HUB}/wall`);
  await page.locator('[data-testid=size]').selectOption('25');
  await page.locator('[data-testid=fill]').click();
  await page.locator('[data-testid=tile] [data-condition=live]').nth(9).waitFor();
  // The budget is found out within its first steps of five seconds.
  await page.waitForTimeout(30_000);
  console.log('begin');
  const before = await look(page);
  await page.waitForTimeout(SECONDS * 1000);
  const after = await look(page);
  console.log('end');
  const tiles = after.map((tile, i) => ({ ...tile, per_s: Math.max(0, tile.shown - before[i].shown) / SECONDS, dropped_per_s: Math.max(0, tile.dropped - before[i].dropped) / SECONDS }));
  console.log(JSON.stringify({ budget: await page.locator('[data-testid=budget]').innerText(), tiles }));
});
