/**
 * Privacy masks, as people meet them: an integrator draws one on the picture of cam-1; an operator sees grey there, live, in
 * a recording and in the picture of an alert; a reviewer lifts it with a reason; the log tells an administrator who and why.
 *
 * Says `drawn` once the mask is saved, and goes on after a line: when the camera is carried with it. REVIEW is the address of
 * the recording. PICTURES: a folder for pictures of what was seen, if wanted. Prints one JSON line.
 */

import { once } from 'node:events';
import { join } from 'node:path';
import { HUB, check, contextFor, signIn, withBrowser } from './browser.mjs';

const { REVIEW, PICTURES } = process.env;
const CORNERS = [[0.1, 0.2], [0.6, 0.2], [0.6, 0.8], [0.1, 0.8]];
const WHY = '案件 17';
/** Of a mask (ingest/video/cover.py). */
const GREY = 96;

/** The middle of what is behind the mask, as it is on the screen: its brightness, and how far from that any of it is. */
const PATCH = (element) => {
  const [width, height] = [element.videoWidth ?? element.naturalWidth, element.videoHeight ?? element.naturalHeight];
  if (!width || (element.readyState ?? 4) < 2) return null;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext('2d');
  pen.drawImage(element, 0, 0);
  const { data } = pen.getImageData(Math.round(width * 0.2), Math.round(height * 0.3), Math.round(width * 0.3), Math.round(height * 0.4));
  const light = data.filter((_, at) => at % 4 === 0).sort();
  return [light[light.length >> 1], light.at(-1) - light[0]];
};
async function patch(locator, isMasked) {
  for (;;) {
    const seen = await locator.evaluate(PATCH);
    if (seen !== null && isMasked === (Math.abs(seen[0] - GREY) < 12 && seen[1] < 20)) return seen;
    await locator.page().waitForTimeout(50);
    check(Date.now() < locator.until, `what is seen is ${seen}, and was to be ${isMasked ? 'masked' : 'as it is'}`);
  }
}
const within = (locator) => Object.assign(locator, { until: Date.now() + 15_000 });

async function lift(place) {
  await place.locator('[data-testid=lift]').click();
  await place.page().locator('[data-testid=lift-why]').fill(WHY);
  await place.page().keyboard.press('Enter');
  await place.locator('[data-testid=unlift]').waitFor();
}
const film = (page) => page.locator('[data-testid=film]');
const shown = (page) => within(page.locator('[data-testid=film] video:not([hidden])'));
const look = (page, name) => PICTURES && page.screenshot({ path: join(PICTURES, `masks-${name}.png`) });

async function as(browser, name, settings) {
  const { page, check: noFaults } = await signIn(await contextFor(browser, settings && { settings }), name);
  return { page, done: () => (noFaults(), page.context().close()) };
}
async function openCamera(page) {
  await page.locator('[data-camera=cam-1] .open').first().click();
  return page.locator('[data-testid=camera-page]');
}
async function openAlert(page) {
  await page.locator('[data-testid=queue] [data-alert]').first().click();
  return page.locator('[data-testid=moment]');
}

await withBrowser(async (browser) => {
  const said = {};

  // --- an integrator draws it
  const ines = await as(browser, 'ines');
  const camera = await openCamera(ines.page);
  await camera.locator('[data-testid=draw]').click();
  const sheet = ines.page.locator('[data-testid=zones]');
  await sheet.locator('img').waitFor();
  await sheet.locator('[data-testid=new-privacy]').click();
  const { x, y, width, height } = await sheet.locator('svg').boundingBox();
  for (const [left, top] of CORNERS) await ines.page.mouse.click(x + left * width, y + top * height);
  await ines.page.keyboard.press('Enter');
  await sheet.locator('li input').first().fill('窗');
  await look(ines.page, 'drawn');
  await sheet.locator('footer .primary').click();
  await sheet.waitFor({ state: 'detached' });
  await ines.done();
  console.log('drawn');
  await once(process.stdin, 'data');

  // --- an operator sees grey, and no way to lift it
  const otto = await as(browser, 'otto', { language: 'zh', theme: 'light' });
  said.live = await patch(within((await openCamera(otto.page)).locator('[data-by=video] video')), true);
  said.told = await otto.page.locator('[data-testid=camera-page] .right p', { hasText: '已遮挡' }).innerText();
  await look(otto.page, 'live');
  await otto.page.keyboard.press('Escape');
  const still = await openAlert(otto.page);
  said.still = await patch(within(still.locator('img')), true);
  await still.getByText('已遮挡').waitFor();
  await look(otto.page, 'alert');
  await otto.page.goto(HUB + REVIEW);
  said.clip = await patch(shown(otto.page), true);
  said.ways = await otto.page.locator('[data-testid=lift]').count();
  await look(otto.page, 'clip');
  await otto.done();

  // --- a reviewer lifts it, in the recording and in the picture of the alert
  const rhea = await as(browser, 'rhea');
  const moment = await openAlert(rhea.page);
  await patch(within(moment.locator('img')), true);
  await lift(moment);
  said.stillLifted = await patch(within(moment.locator('img')), false);
  await look(rhea.page, 'alert-lifted');
  await rhea.page.goto(HUB + REVIEW);
  await patch(shown(rhea.page), true);
  await lift(film(rhea.page));
  said.clipLifted = await patch(shown(rhea.page), false);
  await look(rhea.page, 'clip-lifted');
  await film(rhea.page).locator('[data-testid=unlift]').click();
  await patch(shown(rhea.page), true);
  await rhea.done();

  // --- the log knows
  const anna = await as(browser, 'anna');
  await anna.page.goto(`${HUB}/people`);
  await anna.page.locator('[data-testid=tab-audit]').click();
  await anna.page.fill('[data-testid=who]', 'rhea');
  await anna.page.locator('[data-testid=find-entries]').click();
  const rows = anna.page.locator('[data-testid=entries] tbody tr', { hasText: 'masks lifted' });
  await rows.first().waitFor();
  said.log = await rows.evaluateAll((found) => found.map((row) => [row.dataset.action, row.querySelectorAll('td')[2].innerText, row.lastElementChild.innerText]));
  await look(anna.page, 'log');
  await anna.done();
  console.log(JSON.stringify(said));
});
process.stdin.destroy();
