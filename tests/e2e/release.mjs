/** Reads on the page of rules what is held for confirmation, and confirms it with a reason. Prints one JSON line. */

import { check, contextFor, signIn, withBrowser } from './browser.mjs';

await withBrowser(async (browser) => {
  const { page, check: noFaults } = await signIn(await contextFor(browser));
  await page.click('nav a[href="/rules"]');
  const held = page.locator('[data-testid=held]');
  await held.waitFor();
  const before = await held.innerText();
  const state = await page.locator('[data-rule=quiet] .state').innerText();
  const tell = held.getByRole('button', { name: 'Tell them all' });
  await tell.click();
  check(await tell.isVisible(), 'it was confirmed without a reason');
  await held.getByRole('textbox').fill('the line is down');
  await tell.click();
  await held.getByText('confirmed by dora').waitFor();
  noFaults();
  console.log(JSON.stringify({ before, state, after: await held.innerText() }));
});
