/**
 * Edits a rule file in the page of backtests, first wrongly, runs it over the hours of FROM and TO, and reads what it would
 * have done to the alerts. Prints one JSON line.
 */

import { check, contextFor, signIn, withBrowser } from './browser.mjs';

/** As the browser's own field writes a moment. */
const local = (page, iso) =>
  page.evaluate((text) => {
    const at = new Date(text);
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }, iso);

await withBrowser(async (browser) => {
  const { page, check: noFaults } = await signIn(await contextFor(browser));
  await page.click('nav a[href="/rules"]');
  await page.locator('[data-rule=smoke]').getByRole('link', { name: 'Backtest' }).click();
  const text = page.locator('[data-testid=rule-text]:enabled');
  await text.waitFor();
  const asItIs = await text.inputValue();
  await page.getByRole('radio', { name: 'From … to' }).click();
  await page.fill('[data-testid=from]', await local(page, process.env.FROM));
  await page.fill('[data-testid=to]', await local(page, process.env.TO));

  const run = page.getByRole('button', { name: 'Run', exact: true });
  await text.fill(asItIs.replace('above: 0.3', 'abvoe: 0.3'));
  await run.click();
  const mistakes = page.locator('[data-testid=mistakes]');
  await mistakes.waitFor();
  const mistake = await mistakes.innerText();

  await text.fill(asItIs.replace('above: 0.3', 'above: 0.95'));
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  const checked = page.locator('[data-testid=checked]');
  await checked.waitFor();
  const matched = await checked.innerText();
  check((await page.locator('[data-testid=edited]').innerText()) === 'edited', 'the page does not say that it was edited');
  await run.click();
  const outcome = page.locator('[data-testid=outcome]');
  await outcome.waitFor({ timeout: 60_000 });
  check((await mistakes.count()) === 0, 'the mistake is still shown');
  const found = {
    sum: await outcome.locator('[data-testid=sum]').innerText(),
    lost: await outcome.locator('[data-testid=lost]').innerText(),
    gone: await outcome.locator('[data-testid=gone]').innerText(),
    timeline: await outcome.locator('[data-testid=timeline]').getAttribute('aria-label'),
  };
  // It is kept while another page is looked at, and a lost alert leads to where it is shown.
  await page.click('nav a[href="/load"]');
  await page.goBack();
  await outcome.locator('[data-testid=lost] button').first().click();
  await page.locator('[data-testid=detail] h2').waitFor();
  const shown = await page.locator('[data-testid=detail] header .number').innerText();
  noFaults();
  console.log(JSON.stringify({ ...found, mistake, matched, shown }));
});
