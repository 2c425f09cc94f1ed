/**
 * A reviewer finds what happened at a gate last night, and marks it: chooses the place and the night, leaps to the first
 * thing that was seen, plays it, steps back a picture, bookmarks it by the keyboard, and finds it again by a search. Prints
 * one JSON line. AREA is the place.
 */

import { faultsOf } from './axe.mjs';
import { HUB, check, contextFor, signIn, withBrowser } from './browser.mjs';

const clock = (page) => page.locator('[data-testid=at]').innerText();

await withBrowser(async (browser) => {
  const said = {};
  const { page, check: noFaults } = await signIn(await contextFor(browser));
  page.setDefaultTimeout(40_000); // clips are cut while it waits
  await page.click('nav a[href="/review"]');
  await page.locator('[data-testid=choose] select[aria-label=Place]').selectOption(process.env.AREA);
  await page.click('[data-testid=night]');
  const film = page.locator('[data-testid=film]');
  await film.first().waitFor();
  said.films = await film.count();

  // The axis begins just before the alert; from there the arrow leads to what the camera saw.
  await page.locator('[data-testid=happened] li', { hasText: 'Smoke in the yard' }).first().waitFor();
  await page.keyboard.press('Home');
  await film.first().filter({ hasText: /Not watched|not kept/ }).waitFor(); // once it is known what there is
  said.before = await film.first().innerText();
  await page.keyboard.press('ArrowDown');
  said.first = await clock(page);
  await page.waitForFunction(() => document.querySelector('[data-testid=film]').dataset.state === 'playing', null, { timeout: 40_000 });
  await page.keyboard.press('l');
  await page.waitForFunction((from) => document.querySelector('[data-testid=at]').innerText > from, said.first, { timeout: 40_000 });
  await page.keyboard.press('k');
  const stood = await clock(page);
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('ArrowRight');
  check((await clock(page)) >= stood, 'a second on is not later');

  said.faults = await faultsOf(page);
  await page.keyboard.press('b');
  await page.locator('[data-testid=mark] textarea').fill('a man puts down a rucksack');
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=happened] .bookmark', { hasText: 'rucksack' }).waitFor();
  check((await page.locator('[data-testid=bookmarks-row] i').count()) === 1, 'the bookmark is not on the axis');

  // In words, why there is no picture of the rest of the night.
  await page.click('[data-testid=tab-gaps]');
  await page.locator('[data-testid=missing]').filter({ hasText: 'Not watched' }).waitFor();
  said.gaps = await page.locator('[data-testid=missing]').innerText();
  said.hatched = await page.locator('[data-testid=hole]').count();

  await page.keyboard.press('/');
  check(await page.evaluate(() => document.activeElement?.closest('[data-testid=search]') !== null), 'the slash does not lead to the search');
  await page.locator('[data-testid=search] [name=kind]').selectOption('person');
  await page.locator('[data-testid=search] [name=severity]').selectOption('none');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.locator('[data-testid=results] li').first().waitFor();
  said.found = (await page.locator('[data-testid=results]').innerText()).replaceAll('\n', ' ');
  said.faults.push(...(await faultsOf(page)));

  await page.click('[data-testid=tab-around]');
  await page.getByRole('button', { name: 'What else happened nearby?' }).click();
  await page.locator('[data-testid=around] .cameras li').first().waitFor();
  said.near = await page.locator('[data-testid=around]').innerText();

  // The address says it all: somebody else who opens it sees the same.
  const address = page.url();
  await page.goto(HUB);
  await page.goto(address);
  await page.locator('[data-testid=happened] .bookmark', { hasText: 'rucksack' }).waitFor();
  noFaults();
  console.log(JSON.stringify(said));
});
