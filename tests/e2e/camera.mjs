/**
 * Adds a camera from the console as an integrator does (address, look, save), sees its tile go live, opens its page, and
 * plays a clip of another camera (RECORDED) by a click on the strip of its day. Prints one JSON line.
 *
 * CAMERA_URL, CAMERA_USER, CAMERA_PASSWORD: the new camera. PICTURES: a folder for pictures of what was seen, if wanted.
 */

import { join } from 'node:path';
import { check, contextFor, signIn, withBrowser } from './browser.mjs';

const { CAMERA_URL, CAMERA_USER, CAMERA_PASSWORD, RECORDED, PICTURES } = process.env;

/** Both languages, both themes, two sizes. */
const LOOKS = ['zh', 'en'].flatMap((language) =>
  ['dark', 'light'].flatMap((theme) => [
    { settings: { language, theme }, viewport: { width: 1366, height: 768 } },
    { settings: { language, theme }, viewport: { width: 1920, height: 1080 } },
  ]),
);

async function add(browser) {
  const { page, check: checkPage } = await signIn(await contextFor(browser));
  await page.click('[data-testid=add]');
  const form = page.locator('[data-testid=add-camera]');
  await form.locator('[name=url]').fill(CAMERA_URL);
  await form.locator('[name=camera-user]').fill(CAMERA_USER);
  await form.locator('[name=camera-password]').fill(`${CAMERA_PASSWORD}-mistyped`);
  await page.keyboard.press('Enter');
  await form.locator('.verdict .bad').waitFor({ timeout: 40_000 });
  await form.locator('[name=camera-password]').fill(CAMERA_PASSWORD);
  check((await form.locator('.verdict').count()) === 0, 'the verdict of another password is still shown');
  await page.keyboard.press('Enter');
  await form.locator('.found img').waitFor({ timeout: 40_000 });
  const verdict = await form.locator('.verdict').innerText();
  const id = await form.locator('[name=id]').inputValue();
  await form.locator('[name=name]').fill('North gate');
  await form.locator('[name=area]').selectOption({ index: 1 });
  if (PICTURES) await page.screenshot({ path: join(PICTURES, 'add.png') });
  await form.locator('footer button:last-child').click();
  const savedAt = Date.now();
  const tile = page.locator(`[data-camera="${id}"]`);
  await page.locator(`[data-camera="${id}"][data-by=video][data-condition=live]`).waitFor({ timeout: 40_000 });
  const liveMs = Date.now() - savedAt;
  check(/North gate/.test(await tile.innerText()), 'the tile does not have its name');
  checkPage();
  return { id, verdict, live_ms: liveMs };
}

async function openPage(page, id) {
  await page.locator(`[data-camera="${id}"] .open`).click();
  return page.locator('[data-testid=camera-page]');
}

async function look(browser, id) {
  const { page, check: checkPage } = await signIn(await contextFor(browser));
  let opened = await openPage(page, id);
  await opened.locator('[data-by=video]').waitFor();
  const facts = await opened.locator('[data-testid=facts]').innerText();
  await page.keyboard.press('Escape');
  await opened.waitFor({ state: 'detached' });
  opened = await openPage(page, RECORDED);
  await opened.locator('[data-testid=hour]').click();
  const bar = opened.locator('[data-testid=strip] .rec').first();
  await bar.waitFor();
  await bar.click({ force: true });
  const clip = opened.locator('[data-testid=clip]');
  await clip.evaluate(
    (video) => new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`the clip does not play: ${video.error?.message}`)), 15_000);
      const done = () => video.currentTime > 0.3 && video.videoWidth > 0 && (clearTimeout(limit), resolve());
      video.ontimeupdate = done;
      done();
    }),
  );
  if (PICTURES) await page.screenshot({ path: join(PICTURES, 'clip.png') });
  const gaps = await opened.locator('[data-testid=strip] .gap').count();
  await opened.locator('.bar .primary').click();
  await clip.waitFor({ state: 'detached' });
  checkPage();
  return { facts, gaps };
}

async function picture(browser, id, { settings, viewport }) {
  const { page } = await signIn(await contextFor(browser, { settings, viewport }));
  const name = `${settings.language}-${settings.theme}-${viewport.width}`;
  await page.locator(`[data-camera="${id}"][data-by=video]`).waitFor();
  await page.screenshot({ path: join(PICTURES, `tiles-${name}.png`) });
  const opened = await openPage(page, RECORDED);
  await opened.locator('[data-testid=strip] .rec').first().waitFor();
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(PICTURES, `page-${name}.png`) });
  await page.context().close();
}

await withBrowser(async (browser) => {
  const added = await add(browser);
  const seen = await look(browser, added.id);
  if (PICTURES) for (const one of process.env.ONE_LOOK ? LOOKS.slice(0, 1) : LOOKS) await picture(browser, added.id, one);
  console.log(JSON.stringify({ ...added, ...seen }));
});
