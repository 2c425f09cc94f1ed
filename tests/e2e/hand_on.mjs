/**
 * An alert arrives, is heard, understood, acknowledged and handed on without touching the mouse. The second browser is that of
 * GRIDHUB_OTHER, to whom it is handed. Says "ready" when the alert may come; prints one JSON line.
 */

import { check, contextFor, signIn, withBrowser } from './browser.mjs';

const OTHER = process.env.GRIDHUB_OTHER;

await withBrowser(async (browser) => {
  const mine = await contextFor(browser);
  // What is played is counted: nobody here has ears.
  await mine.addInitScript(() => {
    window.tones = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) {
      window.tones.push(this.frequency.value);
      return start.call(this, at);
    };
    window.clicks = 0;
    window.addEventListener('pointerdown', () => (window.clicks += 1), true);
  });
  const { page, check: noFaults } = await signIn(mine);
  const other = await signIn(await contextFor(browser), OTHER);

  await page.keyboard.press('m');
  await page.locator('[data-testid=sound]:not(.silent)').waitFor();
  const before = await page.evaluate(() => window.tones.length);
  console.log('ready');
  await page.locator('[data-alert]').first().waitFor();
  await page.waitForFunction((n) => window.tones.length > n, before);
  const tones = await page.evaluate(() => window.tones.length) - before;

  await page.keyboard.press('j');
  const detail = page.locator('[data-testid=detail]');
  const understood = { procedure: await detail.locator('[data-testid=procedure]').innerText(), title: await detail.locator('h2').innerText() };
  const top = await detail.locator('[data-testid=procedure]').evaluate((box) => box.getBoundingClientRect().bottom);
  check(top < 768, 'what is to be done is out of sight');
  await page.keyboard.press('a');
  await detail.locator('[data-testid=state]', { hasText: 'Acknowledged' }).waitFor();

  await page.keyboard.press('h');
  await page.locator('[data-testid=hand-on] li', { hasText: OTHER }).waitFor();
  // Letters that are keys elsewhere are letters here.
  await page.keyboard.type(OTHER);
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=hand-on]').waitFor({ state: 'detached' });
  await page.locator('[data-alert] [data-testid=who]', { hasText: OTHER }).waitFor();
  await other.page.locator('[data-alert] [data-testid=who].mine').waitFor();

  // Muted for a time, it says so.
  await page.keyboard.press('m');
  const silent = await page.locator('[data-testid=sound]').innerText();
  // Its place and time, and what else happened near there, by one key.
  await page.keyboard.press('r');
  await page.locator('[data-testid=steps] [data-step=acknowledged]').waitFor();
  const there = await page.locator('[data-testid=happened]').innerText();
  await page.goBack();
  await page.locator('[data-testid=to-around]').press('Enter');
  const around = await page.locator('[data-testid=around] p').first().innerText();
  check((await page.evaluate(() => window.clicks)) === 0, 'the mouse was used');
  noFaults();
  console.log(JSON.stringify({ tones, ...understood, silent, there, around }));
});
