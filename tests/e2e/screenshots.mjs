/**
 * Pictures of the console for the documentation, from a running hub: both languages, both themes, two sizes; the page of
 * a camera, once a language and theme; the other pages, the wall and a review, once a language; and, at the end, what is seen
 * when the hub is away.
 *
 *     node tests/e2e/screenshots.mjs [FOLDER [KIND …]]        # default: docs/pictures, and all kinds
 *
 * A picture that cannot be taken is told, and the others are taken all the same.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HUB, contextFor, signIn, withBrowser } from './browser.mjs';

const [, , given, ...kinds] = process.argv;
const folder = given ?? fileURLToPath(new URL('../../docs/pictures', import.meta.url));
/** As JPEG: much of it is video, which is several times as large in PNG. */
const FORMAT = { type: 'jpeg', quality: 76 };
const SIZES = [
  { width: 1366, height: 768 },
  { width: 1920, height: 1080 },
];
const LOOKS = ['zh', 'en'].flatMap((language) => ['dark', 'light'].map((theme) => ({ language, theme })));

async function picture(browser, settings, viewport) {
  const context = await contextFor(browser, { settings, viewport });
  const { page, check } = await signIn(context);
  await page.waitForSelector('[data-testid=queue] [data-alert]', { timeout: 120_000 });
  await page.waitForSelector('[data-testid=map]');
  // The worst alert is chosen, and what is shown of it has come: its log, and a picture or the reason why there is none.
  await page.keyboard.press('g');
  await page.waitForSelector('[data-testid=log] li');
  await page.waitForSelector('[data-testid=camera]:not([data-condition=waiting])').catch(() => undefined);
  await page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => undefined);
  const file = `watch-${settings.language}-${settings.theme}-${viewport.width}x${viewport.height}.jpg`;
  await page.screenshot({ path: join(folder, file), ...FORMAT });
  check();
  console.log(file);
  await context.close();
}

async function pageOfCamera(browser, settings) {
  const context = await contextFor(browser, { settings });
  const { page, check } = await signIn(context);
  const tile = page.locator('[data-camera=cam-0001][data-by=video][data-condition=live]');
  await tile.waitFor({ timeout: 60_000 });
  await tile.locator('.open').click();
  const opened = page.locator('[data-testid=camera-page]');
  await opened.locator('[data-by=video]').waitFor();
  await opened.locator('[data-testid=hour]').click();
  // Something was recorded, and what is asked for the words beside the picture has been answered.
  await opened.locator('[data-testid=strip] .rec').first().waitFor({ timeout: 60_000 });
  await opened.locator('[data-testid=clock]', { hasNotText: '…' }).waitFor();
  await page.mouse.move(0, 0);
  const file = `camera-${settings.language}-${settings.theme}.jpg`;
  await page.screenshot({ path: join(folder, file), ...FORMAT });
  check();
  console.log(file);
  await context.close();
}

/** Those that have an address of their own; the backtest as it is before anything was run. */
const PAGES = {
  groups: '/groups', silences: '/silences', rules: '/rules', backtest: '/rules/backtest', load: '/load',
  sources: '/sources', import: '/sources?tab=import', people: '/people', system: '/system',
};

async function otherPages(browser, settings) {
  const context = await contextFor(browser, { settings });
  const { page, check } = await signIn(context);
  for (const [name, path] of Object.entries(PAGES)) {
    await page.goto(HUB + path);
    await page.locator('main .panel').first().waitFor();
    await page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => undefined);
    const file = `${name}-${settings.language}-${settings.theme}.jpg`;
    await page.screenshot({ path: join(folder, file), ...FORMAT });
    console.log(file);
  }
  check();
  await context.close();
}

/** All cameras on the wall, in a layout of four. */
async function wall(browser, settings) {
  const context = await contextFor(browser, { settings, viewport: { width: 1920, height: 1080 } });
  const { page, check } = await signIn(context);
  await page.goto(`${HUB}/wall`);
  await page.locator('[data-testid=fill]').click();
  // Of the invented cameras one may just be covered or frozen: then its tile says so.
  await page.locator('[data-testid=tile] [data-condition=live]').nth(2).waitFor({ timeout: 60_000 });
  await page.locator('[data-testid=tile] [data-condition=waiting]').first().waitFor({ state: 'detached' }).catch(() => undefined);
  await page.mouse.move(0, 0);
  const file = `wall-${settings.language}-${settings.theme}.jpg`;
  await page.screenshot({ path: join(folder, file), ...FORMAT });
  check();
  console.log(file);
  await context.close();
}

/** From the worst alert to its place and time, as `r` leads there. */
async function review(browser, settings) {
  const context = await contextFor(browser, { settings, viewport: { width: 1920, height: 1080 } });
  const { page, check } = await signIn(context);
  await page.waitForSelector('[data-testid=queue] [data-alert]', { timeout: 120_000 });
  await page.keyboard.press('g');
  await page.waitForSelector('[data-testid=log] li');
  await page.keyboard.press('r');
  await page.locator('[data-testid=happened] li .what').first().waitFor();
  await page.locator('[data-testid=film][data-state=playing]').first().waitFor({ timeout: 30_000 }).catch(() => undefined);
  const file = `review-${settings.language}-${settings.theme}.jpg`;
  await page.screenshot({ path: join(folder, file), ...FORMAT });
  check();
  console.log(file);
  await context.close();
}

/** The hub does not answer any more: what was there stays, grey, under a bar that says since when. */
async function away(browser, settings) {
  const context = await contextFor(browser, { settings });
  const { page } = await signIn(context);
  await page.waitForSelector('[data-testid=queue] [data-alert]', { timeout: 120_000 });
  await page.keyboard.press('g');
  await page.waitForSelector('[data-testid=log] li');
  // The stream breaks off when another area is asked for, and cannot be had again.
  await context.route('**/api/v1/stream*', (route) => route.abort());
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-testid=lost]', { timeout: 60_000 });
  await page.keyboard.press('g');
  await page.waitForSelector('[data-testid=log] li');
  const file = `lost-${settings.language}-${settings.theme}.jpg`;
  await page.screenshot({ path: join(folder, file), ...FORMAT });
  console.log(file);
  await context.close();
}

await mkdir(folder, { recursive: true });
await withBrowser(async (browser) => {
  const missing = [];
  async function take(kind, how, ...looks) {
    if (kinds.length > 0 && !kinds.includes(kind)) return;
    await how(browser, ...looks).catch((error) => missing.push(`${kind} ${JSON.stringify(looks)}: ${error.message.split('\n')[0]}`));
  }
  for (const settings of LOOKS) for (const viewport of SIZES) await take('watch', picture, settings, viewport);
  for (const settings of LOOKS) await take('camera', pageOfCamera, settings);
  for (const settings of [{ language: 'zh', theme: 'dark' }, { language: 'en', theme: 'light' }]) {
    await take('wall', wall, settings);
    await take('review', review, settings);
    await take('lost', away, settings);
    await take('pages', otherPages, settings);
  }
  if (missing.length > 0) throw new Error(missing.join('\n'));
});
