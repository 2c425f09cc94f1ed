/** Opens every page by its address, in both languages; what each says first, and whether the keyboard goes on in it. */

import { HUB, check, contextFor, signIn, withBrowser } from './browser.mjs';

await withBrowser(async (browser) => {
  const heads = {};
  for (const language of ['en', 'zh']) {
    const { page, check: noFaults } = await signIn(await contextFor(browser, { settings: { language, theme: 'light' } }));
    for (const path of ['/groups', '/silences', '/rules', '/rules/backtest', '/load']) {
      await page.goto(HUB + path);
      const head = page.locator('main h1');
      await head.waitFor();
      heads[`${language} ${path}`] = await head.innerText();
      check(await page.evaluate(() => document.activeElement?.tagName === 'MAIN'), `${path} does not take the focus`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0, `${path} is ${wide} px too wide in ${language}`);
    }
    await page.locator('[data-figure]').first().waitFor();
    heads[`${language} figures`] = await page.locator('[data-figure]').count();
    await page.goto(`${HUB}/rules`);
    heads[`${language} rule`] = await page.locator('[data-rule=smoke] .state').innerText();
    await page.goto(`${HUB}/nowhere`);
    heads[`${language} nowhere`] = await page.locator('h1').innerText();
    noFaults();
  }
  console.log(JSON.stringify(heads));
});
