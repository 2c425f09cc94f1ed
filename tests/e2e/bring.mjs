/**
 * An integrator brings a list of 200 cameras of which 7 are wrong (GRIDHUB_FILE): is told which lines and why before anything
 * is added, saves them, adds the others, and changes ten of them at once. Prints one JSON line.
 */

import { readFile } from 'node:fs/promises';
import { HUB, call, contextFor, signIn, withBrowser } from './browser.mjs';

await withBrowser(async (browser) => {
  const { page, check: noFaults } = await signIn(await contextFor(browser));
  const cameras = async () => (await call(page, '/cameras?limit=1000')).items.length;
  const answer = {};

  await page.goto(`${HUB}/sources?tab=import`);
  await page.setInputFiles('[data-testid=file]', process.env.GRIDHUB_FILE);
  answer.sum = (await page.locator('[data-testid=sum]').innerText()).replace(/\s+/g, ' ');
  answer.wrong = await page.locator('[data-line].wrong').evaluateAll((lines) => lines.map((line) => [Number(line.dataset.line), line.querySelector('.why').innerText]));
  answer.before = await cameras();
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the wrong lines' }).click()]);
  answer.saved = (await readFile(await saved.path(), 'utf8')).trim().split('\r\n');

  await page.locator('[data-testid=add-right]').click();
  answer.done = await page.locator('[data-testid=imported]').innerText();
  answer.after = await cameras();

  // Ten of them are to record all the time.
  await page.locator('[data-testid=tab-all]').click();
  await page.fill('[data-testid=find]', 'gate-002');
  await page.locator('[data-source=gate-0020]').waitFor();
  answer.found = await page.locator('[data-testid=count]').innerText();
  await page.locator('.head-line input[type=checkbox]').check();
  await page.locator('[data-testid=bulk]').click();
  await page.locator('[data-testid=bulk-edit] select[name=mode]').selectOption('continuous');
  await page.locator('[data-testid=bulk-edit] footer .primary').click();
  answer.changed = await page.locator('[data-testid=bulk-done]').innerText();
  // Devices, by the same page, which knows them by their first line; and in Chinese, what is wrong is said in Chinese.
  await page.keyboard.press('Escape');
  await page.locator('[data-testid=language]').click();
  await page.locator('[data-testid=tab-import]').click();
  await page.setInputFiles('[data-testid=file]', { name: 'devices.csv', mimeType: 'text/csv', buffer: Buffer.from(process.env.GRIDHUB_DEVICES) });
  answer.devicesSum = (await page.locator('[data-testid=sum]').innerText()).replace(/\s+/g, ' ');
  answer.devicesWrong = await page.locator('[data-line].wrong .why').allInnerTexts();
  await page.locator('[data-testid=add-right]').click();
  answer.devicesDone = await page.locator('[data-testid=imported] strong').innerText();
  noFaults();
  console.log(JSON.stringify(answer));
});
