/**
 * Pictures of every screen of a running hub, for matrix_of_pictures.py: FOLDER/CITY__SCREEN__WIDTH__LOOK.jpg. A screen that
 * cannot be reached is told and left out; so is what is wider than its window, and with AXE what axe finds.
 */

import { join } from 'node:path';
import { faultsOf } from './axe.mjs';
import { HUB, contextFor, signIn, withBrowser } from './browser.mjs';

const folder = process.argv[2];
const { CITY = '60-busy', ONLY = '', AXE = '' } = process.env;
const busy = CITY.endsWith('busy');
const listed = (text, otherwise) => (text ? text.split(' ') : otherwise);
const LOOKS = listed(process.env.LOOKS, ['zh-dark', 'zh-light', 'en-dark', 'en-light']);
const SIZES = listed(process.env.SIZES, ['1366', '1920', '3840']).map((wide) => ({ 1366: [1366, 768], 1920: [1920, 1080], 3840: [3840, 2160] })[wide]);

const click = (selector) => (page) => page.locator(selector).first().click();
const press = (...keys) => async (page) => {
  for (const key of keys) await page.keyboard.press(key);
};
/** The worst alert, and what there is to know of it. */
const worst = async (page) => {
  await page.locator('[data-testid=queue] [data-alert]').first().waitFor();
  await page.keyboard.press('g');
  await page.locator('[data-testid=log] li').first().waitFor();
};
const then = (...steps) => async (page) => {
  for (const step of steps) await step(page);
};
const until = (selector) => (page) => page.locator(selector).first().waitFor();
const failing = (what, status = 503) => async (page) => {
  await page.route(`**/api/v1/${what}*`, (route) =>
    route.fulfill({ status, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'store_unavailable', status, code: 'store_unavailable', detail: 'the store is away' }) }),
  );
};
const lost = async (page) => {
  if (busy) await worst(page);
  // The stream is asked for anew when another area has been stayed at.
  await page.waitForTimeout(600);
  await page.route('**/api/v1/stream*', (route) => route.abort());
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.locator('[data-testid=lost]').waitFor({ timeout: 20_000 });
};
const openCamera = then(click('[data-testid=sources] [role=row] button.linkish, [data-testid=sources] [role=row] button'), until('[data-testid=camera-page]'));
const SCREENS = {
  watch: { path: '/', wall: true },
  'watch-area': { path: '/', go: press('/'), busy },
  'watch-alert': { path: '/', go: worst, busy, wall: true },
  'watch-shelve': { path: '/', go: then(worst, press('s')), busy },
  'watch-dismiss': { path: '/', go: then(worst, press('x')), busy },
  'watch-comment': { path: '/', go: then(worst, press('c')), busy },
  'watch-hand': { path: '/', go: then(worst, press('h')), busy },
  'watch-help': { path: '/', go: press('?') },
  'watch-hub': { path: '/', go: click('[data-testid=hub]') },
  'watch-account': { path: '/', go: click('[popovertarget=account]') },
  'watch-lost': { path: '/', go: lost, busy },
  wall: { path: '/wall', wall: true },
  'wall-fill': { path: '/wall', go: click('[data-testid=fill]'), busy, wall: true },
  'wall-25': { path: '/wall', go: async (page) => { await page.selectOption('[data-testid=size]', '25'); await page.click('[data-testid=fill]'); }, busy, wall: true },
  'wall-save': { path: '/wall', go: click('[data-testid=save]') },
  'wall-bare': { path: '/wall?screen=1', wall: true },
  review: { path: '/review' },
  'review-scene': { path: '/', go: then(worst, press('r'), until('[data-testid=happened]')), busy },
  'review-search': { path: '/review', go: click('[data-testid=open-search]') },
  'review-mark': { path: '/', go: then(worst, press('r'), until('[data-testid=happened]'), press('b')), busy },
  groups: { path: '/groups' },
  silences: { path: '/silences' },
  rules: { path: '/rules' },
  backtest: { path: '/rules/backtest' },
  load: { path: '/load' },
  sources: { path: '/sources' },
  'sources-bulk': { path: '/sources', go: then(click('[data-testid=sources] input[type=checkbox]'), click('[data-testid=bulk]')), busy },
  'sources-device': { path: '/sources', go: then((page) => page.fill('[data-testid=find]', 'dev-00060'), click('[data-testid=sources] button'), until('[data-testid=device]')), busy },
  'sources-areas': { path: '/sources?tab=areas' },
  'sources-waiting': { path: '/sources?tab=waiting' },
  'sources-refused': { path: '/sources?tab=refused' },
  'sources-import': { path: '/sources?tab=import' },
  'camera-add': { path: '/sources', go: (page) => page.locator('.head button').last().click() },
  'camera-page': { path: '/sources', go: then((page) => page.fill('[data-testid=find]', 'cam-0000'), openCamera), busy },
  'camera-zones': { path: '/sources', go: then((page) => page.fill('[data-testid=find]', 'cam-0000'), openCamera, click('[data-testid=draw]'), until('[data-testid=zones]')), busy },
  people: { path: '/people' },
  'people-person': { path: '/people', go: then(click('[data-person] button'), until('[data-testid=sessions]')) },
  'people-new': { path: '/people', go: click('[data-testid=add-person]') },
  audit: { path: '/people?tab=audit' },
  account: { path: '/account' },
  'account-totp': { path: '/account', go: click('[data-testid=add-totp]') },
  'account-token': { path: '/account', go: click('[data-testid=new-token]') },
  system: { path: '/system' },
  nowhere: { path: '/nowhere' },
  'failed-groups': { path: '/groups', before: failing('alert-groups') },
  'failed-silences': { path: '/silences', before: failing('silences') },
  'failed-rules': { path: '/rules', before: failing('rules') },
  'failed-load': { path: '/load', before: failing('load') },
  'failed-sources': { path: '/sources', before: failing('cameras') },
  'failed-people': { path: '/people', before: failing('people') },
  'failed-system': { path: '/system', before: failing('system') },
  'failed-review': { path: '/review', before: failing('bookmarks') },
  'viewer-people': { path: '/people', user: 'vera', busy },
  'viewer-sources': { path: '/sources', user: 'vera', busy },
  'viewer-alert': { path: '/', user: 'vera', go: worst, busy },
  'viewer-system': { path: '/system', user: 'vera', busy },
  'viewer-review': { path: '/review', user: 'vera', busy },
};

async function signInScreens(browser) {
  for (const look of LOOKS) {
    const [language, theme] = look.split('-');
    const context = await contextFor(browser, { settings: { language, theme }, viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    await page.goto(HUB);
    await page.locator('[name=username]').waitFor();
    await shoot(page, 'sign-in', look, 1366, 768);
    await page.fill('[name=username]', 'nobody-here');
    await page.fill('[name=password]', 'a wrong password');
    await page.keyboard.press('Enter');
    await page.locator('[role=alert]').waitFor();
    await shoot(page, 'sign-in-wrong', look, 1366, 768);
    await page.route('**/api/v1/session', (route) => route.fulfill({ status: 429, headers: { 'Retry-After': '754' }, contentType: 'application/problem+json', body: '{"type":"about:blank","title":"too many","status":429,"code":"too_many_attempts","detail":"wait"}' }));
    await page.fill('[name=password]', 'a wrong password');
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=left]').waitFor();
    await shoot(page, 'sign-in-locked', look, 1366, 768);
    await page.unroute('**/api/v1/session');
    await page.reload();
    await page.route('**/api/v1/session', (route) => route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"type":"about:blank","title":"a code","status":401,"code":"second_factor_needed","detail":"a code is needed"}' }));
    await page.fill('[name=username]', 'anna');
    await page.fill('[name=password]', 'a wrong password');
    await page.keyboard.press('Enter');
    await page.locator('[name=code]').waitFor();
    await shoot(page, 'sign-in-code', look, 1366, 768);
    await context.close();
  }
}

async function shoot(page, screen, look, width, height) {
  await page.setViewportSize({ width, height });
  await page.waitForTimeout(250);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) console.log(`${CITY} ${screen} ${look} ${width}: ${wide} px too wide`);
  await page.screenshot({ path: join(folder, `${CITY}__${screen}__${width}__${look}.jpg`), type: 'jpeg', quality: 85, scale: 'css' });
  if (AXE && width === 1366) for (const fault of await faultsOf(page)) console.log(`axe ${CITY} ${screen} ${look}: ${fault}`);
}

await withBrowser(async (browser) => {
  if ('sign-in'.includes(ONLY)) await signInScreens(browser);
  const users = new Map();
  for (const user of ['anna', 'vera']) {
    if (user === 'vera' && !busy) continue;
    const { page } = await signIn(await contextFor(browser), user);
    users.set(user, page);
  }
  for (const [name, screen] of Object.entries(SCREENS)) {
    if (!name.includes(ONLY) || screen.busy === false) continue;
    for (const look of LOOKS) {
      const [language, theme] = look.split('-');
      const page = users.get(screen.user ?? 'anna');
      await page.evaluate((kept) => localStorage.setItem('gridhub.settings', JSON.stringify(kept)), { language, theme });
      try {
        await page.setViewportSize({ width: 1366, height: 768 });
        await screen.before?.(page);
        await page.goto(HUB + screen.path);
        await page.locator(name === 'nowhere' ? 'h1' : '[data-testid=connection] .dot, [data-testid=wall]').first().waitFor();
        page.setDefaultTimeout(8_000);
        await page.waitForLoadState('networkidle', { timeout: 1_500 }).catch(() => undefined);
        await screen.go?.(page);
        await page.waitForLoadState('networkidle', { timeout: 800 }).catch(() => undefined);
        for (const [width, height] of SIZES) if (width < 3000 || screen.wall) await shoot(page, name, look, width, height);
      } catch (error) {
        console.log(`${CITY} ${name} ${look}: ${String(error.message).split('\n')[0]}`);
        await page.screenshot({ path: join(folder, `${CITY}__${name}__failed__${look}.jpg`), type: 'jpeg', quality: 60 });
      }
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    }
  }
});
