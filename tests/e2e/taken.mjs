/** Two operators take the same alert at once: one has it, the other is told who, and both see it. Prints one JSON line. */

import { contextFor, signIn, withBrowser } from './browser.mjs';

const OTHER = process.env.GRIDHUB_OTHER;

await withBrowser(async (browser) => {
  const people = [await signIn(await contextFor(browser)), await signIn(await contextFor(browser), OTHER)];
  // Neither is sent before both have asked: so both have seen an alert that nobody has.
  let asked = 0;
  let both;
  const met = new Promise((resolve) => (both = resolve));
  for (const { page } of people) {
    await page.route('**/assign', async (route) => {
      asked += 1;
      if (asked === 2) both();
      await met;
      await route.continue();
    });
    await page.locator('[data-alert]').first().waitFor();
    await page.keyboard.press('g');
  }
  await Promise.all(people.map(({ page }) => page.keyboard.press('t')));
  const screens = await Promise.all(
    people.map(async ({ page, check }) => {
      await page.locator('[data-testid=holder]').waitFor();
      const holder = await page.locator('[data-testid=holder]').innerText();
      const row = await page.locator('[data-alert] [data-testid=who]').innerText();
      const told = await page.locator('.toast').innerText();
      check();
      return { holder, row, told };
    }),
  );
  console.log(JSON.stringify({ screens }));
});
