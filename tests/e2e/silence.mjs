/**
 * Silences a group of open alerts from the page of groups, sees it muted with the reason, ends the silence, and sees it
 * shown again. Somebody else does what the keeper does meanwhile. Prints one JSON line.
 */

import { check, contextFor, signIn, withBrowser } from './browser.mjs';

await withBrowser(async (browser) => {
  const { page, check: noFaults } = await signIn(await contextFor(browser));
  await page.click('nav a[href="/groups"]');
  const shown = page.locator('[data-testid=shown] [data-group=smoke]');
  await shown.locator('.row').click();
  await shown.getByRole('link', { name: 'Silence…' }).click();
  const form = page.locator('[data-testid=new-silence]');
  check((await form.locator('input[list]').inputValue()) === 'smoke', 'the rule of the group is not in the form');
  await form.locator('textarea').fill('welding in the yard');
  await form.getByRole('button', { name: 'Mute them' }).click();
  const made = page.locator('[data-silence].active', { hasText: 'welding in the yard' });
  await made.waitFor();
  const words = await made.innerText();

  await page.click('nav a[href="/groups"]');
  const muted = page.locator('[data-testid=muted]');
  await muted.locator('[data-group=smoke]').waitFor();
  const cause = await muted.locator('h3').innerText();
  const sum = await page.locator('[data-testid=sum]').innerText();

  await page.click('nav a[href="/silences"]');
  await made.getByRole('button', { name: 'End now' }).click();
  // Asked once more; the question has the focus.
  await page.keyboard.press('Enter');
  await made.waitFor({ state: 'detached' });
  await page.getByRole('radio', { name: 'Over' }).click();
  const over = await page.locator('[data-silence].over').innerText();
  await page.click('nav a[href="/groups"]');
  await shown.waitFor();
  noFaults();
  console.log(JSON.stringify({ words, cause, sum, over }));
});
