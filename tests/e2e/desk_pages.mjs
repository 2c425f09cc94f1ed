/**
 * Every screen of the desk by axe, in both languages and themes; whether each is as wide as its window; and zones drawn by the
 * keyboard alone. GRIDHUB_PICTURES names a folder for pictures of them. Prints one JSON line.
 */

import { faultsOf } from './axe.mjs';
import { HUB, check, contextFor, signIn, withBrowser } from './browser.mjs';

const LOOKS = [
  ['zh', 'dark', { width: 1366, height: 768 }],
  ['en', 'light', { width: 1920, height: 1080 }],
];

await withBrowser(async (browser) => {
  const answer = { screens: 0, faults: [] };
  for (const [language, theme, viewport] of LOOKS) {
    const settings = { language, theme, order: 'deadline', grouping: 'severity' };
    const { page, check: noFaults } = await signIn(await contextFor(browser, { settings, viewport }));
    const look = async (name) => {
      if (process.env.GRIDHUB_PICTURES) await page.screenshot({ path: `${process.env.GRIDHUB_PICTURES}/${name}-${language}-${theme}-${viewport.width}.png` });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0, `${name} is ${wide} px too wide in ${language}`);
      for (const fault of await faultsOf(page)) answer.faults.push(`${name} ${language}: ${fault}`);
      answer.screens += 1;
    };
    await page.locator('[data-alert]').first().waitFor();
    await page.keyboard.press('j');
    await page.locator('[data-testid=procedure]').waitFor();
    await look('watch');
    await page.keyboard.press('h');
    await page.locator('[data-testid=hand-on] li').first().waitFor();
    await look('hand');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.locator('dialog dl').waitFor();
    await look('keys');
    await page.goto(`${HUB}/sources`);
    await page.locator('[data-source=smoke-1] button').waitFor();
    await look('sources');
    await page.locator('[data-source=smoke-1] button').press('Enter');
    await page.locator('[data-testid=device] canvas').first().waitFor();
    await look('device');
    await page.keyboard.press('Escape');
    for (const tab of ['areas', 'waiting', 'refused', 'import']) {
      await page.goto(`${HUB}/sources?tab=${tab}`);
      await page.locator('main .panel').first().waitFor();
      await look(`sources-${tab}`);
    }
    await page.goto(`${HUB}/system`);
    await page.locator('[data-testid=storage]').waitFor();
    await look('system');
    noFaults();
  }
  console.log(JSON.stringify(answer));
});
