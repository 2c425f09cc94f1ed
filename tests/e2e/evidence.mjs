/**
 * Reads in the pane of a fused alert how likely it is, what each piece of evidence says and what nobody could see; then
 * shelves it until a time and brings it back, and reads in words how it stands. Prints one JSON line.
 */

import { check, contextFor, signIn, withBrowser } from './browser.mjs';

await withBrowser(async (browser) => {
  const { page, check: noFaults } = await signIn(await contextFor(browser));
  await page.waitForSelector('[data-testid=queue] [data-alert]');
  await page.keyboard.press('g');
  const weights = page.locator('[data-testid=weights]');
  await weights.waitFor();
  const probability = await weights.locator('strong').innerText();
  const pieces = await weights.locator('[data-piece]').evaluateAll((rows) =>
    rows.map((row) => [row.dataset.piece, row.querySelector('[aria-hidden=true]:not(svg)')?.textContent ?? 'blind']),
  );
  const blind = await weights.locator('.blind').innerText();
  check(blind.includes('could not be seen') || blind.includes('Could not be seen'), `what is blind says: ${blind}`);

  const detail = page.locator('[data-testid=detail]');
  const means = detail.locator('[data-testid=means]');
  const states = [await means.innerText()];
  await page.keyboard.press('s');
  await page.keyboard.press('Enter');
  await means.filter({ hasText: 'Put off' }).waitFor();
  states.push(await means.innerText());
  await detail.getByRole('button', { name: 'Bring back' }).click();
  await means.filter({ hasText: 'nobody has acknowledged' }).waitFor();
  await detail.locator('[data-testid=log] li', { hasText: 'unshelved' }).waitFor();
  const log = await detail.locator('[data-testid=log] li').allInnerTexts();
  noFaults();
  console.log(JSON.stringify({ probability, pieces, states: states.map((state) => state.trim()[0]), log }));
});
