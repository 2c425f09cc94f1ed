/**
 * Opens every page, and what can be opened on it, while everything is called by a string that would run. Whatever runs, asks or
 * becomes an element is told; so is on how many pages the string was read as the text that it is. Prints one JSON line.
 */

import { HUB, contextFor, signIn, withBrowser } from './browser.mjs';

const PAGES = JSON.parse(process.env.GRIDHUB_PAGES ?? '[]');
const PLANTED = '[data-planted], img[src="x"], svg[onload], iframe, object, embed, base, a[href^="javascript:" i], script:not([src])';

await withBrowser(async (browser) => {
  const answer = { ran: [], elements: [], read: [], faults: [] };
  const context = await contextFor(browser, { settings: { language: 'en', theme: 'dark' } });
  const { page, check: noFaults } = await signIn(context);
  page.on('dialog', (dialog) => {
    answer.ran.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  const look = async (name) => {
    const found = await page.evaluate((planted) => {
      const elements = [...document.querySelectorAll(planted)].map((each) => each.outerHTML.slice(0, 200));
      const titles = [...document.querySelectorAll('[title], [aria-label], [placeholder], input, textarea')];
      const attributes = titles.map((each) => `${each.title} ${each.ariaLabel} ${each.value ?? ''}`).join(' ');
      return { ran: window.planted ?? null, elements, read: `${document.body.innerText} ${attributes}`.includes('data-planted') };
    }, PLANTED);
    if (found.ran) answer.ran.push(`${name}: ${found.ran}`);
    for (const each of found.elements) answer.elements.push(`${name}: ${each}`);
    if (found.read) answer.read.push(name);
  };
  for (const path of PAGES) {
    await page.goto(HUB + path);
    await page.locator('main, dialog').first().waitFor();
    await page.waitForFunction(() => document.body.innerText.includes('data-planted'), undefined, { timeout: 2000 }).catch(() => undefined);
    await look(path);
    // What a press opens: the details of the first rows, popups of the map.
    for (const selector of ['[data-alert]', '[data-source]', '[data-rule]', '[data-person]', 'main .maplibregl-marker', 'main tbody tr', 'main li button', 'main summary']) {
      const first = page.locator(selector).first();
      if (!(await first.isVisible().catch(() => false))) continue;
      await first.hover({ timeout: 1000 }).catch(() => undefined); // titles and hints
      await first.click({ timeout: 1000 }).catch(() => undefined); // covered by what was opened before
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await look(`${path} ${selector}`);
    }
  }
  // What a device can be told, and what it was told.
  await page.goto(`${HUB}/sources`);
  await page.locator('[data-source="smoke-1"] .linkish').click();
  const told = page.getByRole('dialog').locator('form + ul, form ~ ul').locator('li');
  await told.first().waitFor();
  await look('/sources smoke-1');
  const hostile = (texts) => texts.filter((text) => text.includes('data-planted')).length;
  answer.commands = {
    offered: await page.evaluate(
      () => [...document.querySelectorAll('dialog form option, dialog form input')].filter((each) => each.value.includes('data-planted')).length,
    ),
    given: hostile(await told.locator('strong, .soft').allTextContents()),
  };
  try {
    noFaults();
  } catch (error) {
    answer.faults.push(error.message);
  }
  // Were it taken for HTML after all: this is how that would be seen, and the policy still lets none of it run.
  const before = answer.elements.length;
  await page.evaluate((hostile) => document.body.insertAdjacentHTML('beforeend', hostile), process.env.GRIDHUB_HOSTILE);
  await page.waitForFunction(() => document.querySelector('img[src="x"]')?.complete);
  await look('put there on purpose');
  answer.onPurpose = answer.elements.splice(before).length;
  console.log(JSON.stringify(answer));
});
