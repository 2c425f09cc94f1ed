/**
 * A wall is filled by drag and by keys, saved under two names, put on a tour and onto a second display, which follows the
 * first; a tile turns to an alarm and back. Prints one JSON line; `raise` and `acknowledge` are asked for in between on
 * standard output, and are done when a line comes in.
 */

import { createInterface } from 'node:readline';
import { faultsOf } from './axe.mjs';
import { HUB, check, contextFor, signIn, withBrowser } from './browser.mjs';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function please(what) {
  console.log(what);
  await lines.next();
}

await withBrowser(async (browser) => {
  const said = {};
  const context = await contextFor(browser);
  const { page, check: noFaults } = await signIn(context);
  page.setDefaultTimeout(40_000);
  await page.goto(`${HUB}/wall`);
  const tile = (n) => page.locator(`[data-tile="${n}"]`);

  // By drag: a camera from the list onto the second tile.
  const from = await page.locator('[data-pick=cam-1]').boundingBox();
  const to = await tile(1).boundingBox();
  await page.mouse.move(from.x + 20, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 60, to.y + 60, { steps: 8 });
  await page.mouse.up();
  await tile(1).locator('[data-camera=cam-1]').waitFor();
  // By keys: the third tile is chosen, and given a place.
  await page.getByRole('button', { name: 'Choose tile 2' }).focus();
  await page.keyboard.press('ArrowDown');
  said.chosen = await page.evaluate(() => document.activeElement.closest('[data-tile]').dataset.tile);
  await page.getByRole('button', { name: 'Choose tile 3' }).click();
  await page.locator('[data-pick="qth/xinxing/g2"]').press('Enter');
  await tile(2).locator('[data-camera=cam-2]').waitFor();
  said.condition = await tile(2).locator('[data-testid=camera]').innerText();
  // From the map onto the fourth.
  await page.click('[data-testid=as-map]');
  const shape = await page.locator('[data-path]').first().boundingBox();
  const last = await tile(3).boundingBox();
  await page.mouse.move(shape.x + shape.width * 0.7, shape.y + shape.height * 0.6);
  await page.mouse.down();
  await page.mouse.move(last.x + 60, last.y + 60, { steps: 8 });
  await page.mouse.up();
  await tile(3).locator('[data-testid=camera]').waitFor();
  said.faults = await faultsOf(page);

  const save = async (name) => {
    await page.click('[data-testid=save]');
    await page.locator('[name=layout]').fill(name);
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=saved]').waitFor({ state: 'detached' });
  };
  await save('gates');
  await page.getByRole('button', { name: 'Empty tile 2' }).click();
  check((await page.locator('[data-testid=layouts]').inputValue()) === '', 'a layout that was changed has still the name of the saved one');
  await save('yards');

  const [second] = await Promise.all([context.waitForEvent('page'), page.click('[data-testid=second]')]);
  await second.locator('[data-tile="2"] [data-camera=cam-2]').waitFor();
  check((await second.locator('nav').count()) === 0, 'the second display has a bar');
  await page.locator('[data-testid=layouts]').selectOption('gates');
  await second.locator('[data-tile="1"] [data-camera=cam-1]').waitFor();
  said.secondFollows = true;

  await page.click('[data-testid=save]');
  for (const name of ['gates', 'yards']) await page.locator(`[data-testid=save-tour] input[value=${name}]`).check();
  await page.locator('[name=tour]').fill('round');
  await page.locator('[name=dwell]').fill('5');
  await page.locator('[data-testid=save-tour] .primary').click();
  await page.locator('[data-testid=saved]').waitFor({ state: 'detached' });
  await page.locator('[data-testid=layouts]').selectOption('round');
  await page.locator('[data-testid=tour]').waitFor();
  await tile(1).locator('[data-camera=cam-1]').waitFor();
  await tile(1).getByText('Drag a camera or a place here').waitFor();
  await tile(1).locator('[data-camera=cam-1]').waitFor();
  said.tour = await page.locator('[data-testid=tour]').innerText();
  await page.getByRole('button', { name: 'Stop the tour' }).click();
  await page.locator('[data-testid=layouts]').selectOption('gates');

  await please('raise');
  await page.locator('[data-tile="2"][data-alert]').waitFor();
  said.banner = await tile(2).locator('.banner').innerText();
  said.untouched = await tile(1).getAttribute('data-alert');
  await please('acknowledge');
  await page.locator('[data-tile="2"]:not([data-alert])').waitFor();

  // 25 tiles fit, and none is cut.
  await page.locator('[data-testid=size]').selectOption('25');
  check((await page.locator('[data-testid=tile]').count()) === 25, 'there are not 25 tiles');
  const box = await tile(24).boundingBox();
  check(box.y + box.height <= 768 && box.height > 60, `the last tile is ${JSON.stringify(box)}`);
  noFaults();
  console.log(JSON.stringify(said));
});
