/**
 * What the browser scripts of this folder share: Chromium, a signed-in page, and waiting with a deadline.
 *
 * The hub is at GRIDHUB_URL; GRIDHUB_PASSWORD belongs to GRIDHUB_USER (default: admin). CHROMIUM names another browser.
 */

import { createRequire } from 'node:module';

const require = createRequire(new URL('../../dashboard/web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export const HUB = (process.env.GRIDHUB_URL ?? 'http://127.0.0.1:8000').replace(/\/$/, '');
const USER = process.env.GRIDHUB_USER ?? 'admin';

function password() {
  const given = process.env.GRIDHUB_PASSWORD;
  if (!given) throw new Error('GRIDHUB_PASSWORD is not set');
  return given;
}

/** Runs `body(browser)`, closes the browser, and exits with 1 and one sentence where it failed. */
export async function withBrowser(body) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    await body(browser);
  } catch (error) {
    console.error(`failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

/** A context of its own (cookies, storage), like another person's browser. `settings` as src/settings.svelte.ts keeps them. */
export async function contextFor(browser, { settings = { language: 'en', theme: 'dark' }, viewport } = {}) {
  const context = await browser.newContext({ viewport: viewport ?? { width: 1366, height: 768 } });
  context.setDefaultTimeout(15_000);
  await context.addInitScript((kept) => {
    if (!localStorage.getItem('gridhub.settings')) localStorage.setItem('gridhub.settings', JSON.stringify(kept));
  }, settings);
  return context;
}

/** Signs in through the login page, as a person does. What the page throws, or its policy refuses, fails the script. */
export async function signIn(context, user = USER, hub = HUB) {
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  await page.goto(hub);
  await page.fill('[name=username]', user);
  await page.fill('[name=password]', password());
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-testid=connection] .dot');
  return { page, check: () => check(faults.length === 0, `the page had faults: ${faults.join('; ')}`) };
}

export function check(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

/** A call of the API with the page's own session. */
export async function call(page, path) {
  const response = await page.request.get(`${HUB}/api/v1${path}`);
  check(response.ok(), `${path} answered ${response.status()}`);
  return response.json();
}
