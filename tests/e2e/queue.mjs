/**
 * Ten thousand alerts in the queue: scrolled for seconds while more come; whether what is looked at stays where it is. Of the
 * frames two figures are told: how many a second were drawn (which depends on who else works on the machine), and how many
 * the page's own thread could have drawn by the CPU time that it took. GRIDHUB_FIRES is a file that appears once the test has begun to raise 50 alerts a second.
 * Prints one JSON line.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { check, contextFor, signIn, withBrowser } from './browser.mjs';

const SCROLL_MS = 4_000;

/** Scrolls a list for a while, as a wheel does, and counts the frames that were drawn. */
function scrolled(page, ms) {
  return page.evaluate(
    (ms) =>
      new Promise((resolve) => {
        const list = document.querySelector('[data-testid=queue]');
        const stamps = [];
        const began = performance.now();
        const step = (at) => {
          stamps.push(at);
          list.scrollTop += 90;
          if (at - began < ms) requestAnimationFrame(step);
          else resolve(stamps);
        };
        requestAnimationFrame(step);
      }),
    ms,
  );
}

/** CPU seconds of the page's main thread so far. */
async function cpuOf(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value;
}

/** Scrolls, and tells the frames with the CPU time of the page meanwhile. */
async function measured(page, session, ms) {
  const before = await cpuOf(session);
  const stamps = await scrolled(page, ms);
  return { stamps, cpu: (await cpuOf(session)) - before, frames: stamps.length - 1, seconds: (stamps.at(-1) - stamps[0]) / 1000 };
}

const rate = (stamps) => ((stamps.length - 1) * 1000) / (stamps.at(-1) - stamps[0]);
const longest = (stamps) => Math.max(...stamps.slice(1).map((at, i) => at - stamps[i]));

/** The rows in sight: each alert, and where its upper edge is. */
const rows = (page) =>
  page.evaluate(() => {
    const list = document.querySelector('[data-testid=queue]').getBoundingClientRect();
    return [...document.querySelectorAll('[data-alert]')]
      .map((row) => [Number(row.dataset.alert), Math.round(row.getBoundingClientRect().top - list.top)])
      .filter(([, top]) => top >= 0 && top < list.height - 20)
      .sort((a, b) => a[1] - b[1]);
  });

const waiting = async (page) => Number((await page.locator('[data-testid=waiting]').innerText().catch(() => '0')).replace(/\D*(\d[\d,]*).*/s, '$1').replace(',', ''));

await withBrowser(async (browser) => {
  const { page, check: noFaults } = await signIn(await contextFor(browser, { viewport: { width: 1920, height: 1080 } }));
  await page.locator('[data-alert]').first().waitFor({ timeout: 60_000 });
  const answer = { rows: await page.locator('[data-alert]').count() };
  check(answer.rows < 60, `${answer.rows} rows are in the document`);

  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const quiet = await measured(page, session, SCROLL_MS);
  const frameS = quiet.cpu / quiet.frames;
  Object.assign(answer, { fps: rate(quiet.stamps), longest_ms: longest(quiet.stamps), could: 1 / frameS });

  console.log('ready');
  while (!existsSync(process.env.GRIDHUB_FIRES)) await page.waitForTimeout(50);
  if (process.env.GRIDHUB_PROFILE) {
    await session.send('Profiler.enable');
    await session.send('Profiler.start');
  }
  const busy = await measured(page, session, SCROLL_MS);
  if (process.env.GRIDHUB_PROFILE) writeFileSync(process.env.GRIDHUB_PROFILE, JSON.stringify((await session.send('Profiler.stop')).profile));
  // What is not drawing is counting what has come; what that leaves of each second is for frames.
  const counting = Math.max(0, busy.cpu - busy.frames * frameS) / busy.seconds;
  Object.assign(answer, { fps_busy: rate(busy.stamps), longest_busy_ms: longest(busy.stamps), counting_s: counting, could_busy: (1 - counting) / frameS });

  // Scrolled to somewhere, nothing moves; what has come is counted.
  const before = await rows(page);
  const counted = await waiting(page);
  await page.waitForFunction((n) => Number(document.querySelector('[data-testid=waiting]')?.innerText.replace(/\D*(\d[\d,]*).*/s, '$1').replace(',', '')) >= n + 60, counted);
  const after = await rows(page);
  check(JSON.stringify(before) === JSON.stringify(after), `rows moved: ${JSON.stringify(before)} ${JSON.stringify(after)}`);

  // At the top, with nobody's hand on it: in a storm the list holds still as well.
  await page.mouse.move(5, 5);
  await page.evaluate(() => (document.querySelector('[data-testid=queue]').scrollTop = 0));
  await page.keyboard.press('g');
  const chosen = await page.locator('[data-alert][aria-current=true]').getAttribute('data-alert');
  await page.waitForTimeout(4_500); // longer than a key holds the list
  const top = await rows(page);
  const stayed = await page.locator('[data-alert][aria-current=true]').getAttribute('data-alert');
  check(stayed === chosen, `alert ${chosen} was chosen, and then ${stayed}`);
  await page.waitForTimeout(1_500);
  check(JSON.stringify(top) === JSON.stringify(await rows(page)), 'rows moved at the top');
  answer.waiting = await waiting(page);

  // Groups and other orders of so many.
  for (const grouping of ['severity', 'area', 'none']) {
    const began = Date.now();
    await page.locator('select').nth(1).selectOption(grouping);
    if (grouping !== 'none') await page.locator('[data-group]').first().waitFor();
    answer[`group_${grouping}_ms`] = Date.now() - began;
  }
  await page.locator('select').nth(0).selectOption('deadline');
  await page.locator('[data-alert] .late').first().waitFor();
  noFaults();
  console.log(JSON.stringify(answer));
});
