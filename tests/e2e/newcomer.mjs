/**
 * Somebody who has never seen the console signs in, finds an alert and acknowledges it: once by the keys that the screen names,
 * in English, once with the mouse, in Chinese. They read for a second before each step. Prints one JSON line: what the screen
 * told, what was pressed, and how many seconds it took from the Enter of the password.
 */

import { HUB, check, contextFor, withBrowser } from './browser.mjs';

/** How long somebody looks before they press what they have read. */
const READ_MS = 1_000;

async function tries(browser, language, act) {
  const page = await (await contextFor(browser, { settings: { language, theme: 'dark' } })).newPage();
  await page.goto(HUB);
  await page.fill('[name=username]', process.env.GRIDHUB_USER);
  await page.fill('[name=password]', process.env.GRIDHUB_PASSWORD);
  const began = performance.now();
  await page.keyboard.press('Enter');
  const said = { told: [], keys: [], clicks: 0 };
  const detail = page.locator('[data-testid=detail]');
  const row = page.locator('[data-alert].firing').first();
  await row.waitFor();
  // Nothing is chosen yet: where the alert will stand it says how to choose one.
  said.told.push(await detail.locator('.empty span').innerText());
  await page.waitForTimeout(READ_MS);
  await act(page, row, 'j', said);
  const button = detail.locator('.actions .primary:enabled');
  await button.waitFor();
  const top = await button.evaluate((one) => one.getBoundingClientRect().bottom);
  check(top < 768, 'the button is out of sight');
  said.told.push((await button.innerText()).replace(/\s+/g, ' ').trim());
  await page.waitForTimeout(READ_MS);
  await act(page, button, 'a', said);
  await detail.locator('.actions .primary:disabled').waitFor();
  said.s = (performance.now() - began) / 1000;
  await page.context().close();
  return said;
}

const byKey = async (page, _, key, said) => (said.keys.push(key), page.keyboard.press(key));
const byMouse = async (_, target, __, said) => ((said.clicks += 1), target.click());

await withBrowser(async (browser) => {
  console.log(JSON.stringify({ tries: [await tries(browser, 'en', byKey), await tries(browser, 'zh', byMouse)] }));
});
