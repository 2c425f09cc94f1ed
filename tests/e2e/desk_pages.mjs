/**
 * Every screen of the desk by axe, in both languages and themes; whether each is as wide as its window; and zones drawn by the
 * keyboard alone. GRIDHUB_PICTURES names a folder for pictures of them. Prints one JSON line.
 */

import { faultsOf } from './axe.mjs';
import { check, contextFor, signIn, withBrowser } from './browser.mjs';

const ONVIF = {
  host: '10.1.2.3', port: 80, maker: 'Hikvision', model: 'DS-2CD', clock_offset_s: 0, refused: false,
  profiles: [{ token: 'a', name: 'main', url: 'rtsp://10.1.2.3/main', codec: 'h264', width: 1920, height: 1080, fps: 25 }, { token: 'b', name: 'sub', url: 'rtsp://10.1.2.3/sub', codec: 'h264', width: 640, height: 360, fps: 15 }],
};
/** Pages with tests of their own, which look at them in one language or theme only. */
const OTHERS = Object.entries({ wall: '/wall', review: '/review', groups: '/groups', silences: '/silences', rules: '/rules', load: '/load' });
const LOOKS = [
  ['zh', 'dark', { width: 1366, height: 768 }],
  ['en', 'light', { width: 1920, height: 1080 }],
];

await withBrowser(async (browser) => {
  const answer = { screens: 0, faults: [] };
  for (const [language, theme, viewport] of LOOKS) {
    const settings = { language, theme, order: 'deadline', grouping: 'severity' };
    const { page, check: noFaults } = await signIn(await contextFor(browser, { settings, viewport }));
    const look = async (name) => {
      if (process.env.GRIDHUB_PICTURES) await page.screenshot({ path: `${process.env.GRIDHUB_PICTURES}/${name}-${language}-${theme}-${viewport.width}.png` });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0, `${name} is ${wide} px too wide in ${language}`);
      for (const fault of await faultsOf(page)) answer.faults.push(`${name} ${language}: ${fault}`);
      answer.screens += 1;
    };
    const settled = () => page.waitForFunction(() => document.querySelector('main [aria-busy=true]') === null && document.querySelector('main .panel') !== null);
    await page.locator('[data-alert]').first().waitFor();
    await page.keyboard.press('j');
    await page.locator('[data-testid=procedure]').waitFor();
    await look('watch');
    await page.keyboard.press('h');
    await page.locator('[data-testid=hand-on] li').first().waitFor();
    await look('hand');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.locator('dialog dl').waitFor();
    await look('keys');
    await page.keyboard.press('Escape');
    await page.click('nav a[href="/sources"]');
    await page.locator('[data-source=smoke-1] button').waitFor();
    await look('sources');
    await page.locator('[data-source=smoke-1] button').press('Enter');
    await page.locator('[data-testid=device] canvas').first().waitFor();
    await look('device');
    await page.keyboard.press('Escape');
    for (const tab of ['areas', 'waiting', 'refused', 'import']) {
      await page.locator(`[data-testid=tab-${tab}]`).click();
      await page.locator(`[data-testid=tab-${tab}][aria-selected=true]`).waitFor();
      await settled();
      await look(`sources-${tab}`);
    }
    // The wizard: found on the network, looked at, placed on the map. What cameras would answer is answered here.
    await page.route('**/cameras/discover', (route) => route.fulfill({ json: { devices: [ONVIF, { ...ONVIF, host: '10.1.2.4', refused: true, profiles: [] }], csv: '' } }));
    await page.route('**/cameras/probe', (route) => route.fulfill({ json: { state: 'watching', reason: '', codec: 'h264', width: 1920, height: 1080, fps: 25, verdict: [{ level: 'good', en: 'good: nothing to be done', zh: '良好：无需调整' }], onvif: ONVIF, snapshot: null, cost: null } }));
    await page.locator('[data-testid=tab-all]').click();
    await page.locator('main header.head > button').click();
    await page.locator('[data-testid=find-cameras]').press('Enter');
    await page.locator('[data-testid=discover] input').fill('10.1.2.0/24');
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=discover] li').nth(1).waitFor();
    await look('discover');
    await page.locator('[data-testid=discover] li button').first().press('Enter');
    await page.locator('[data-testid=on-map]').press('Enter');
    await page.locator('[data-testid=place-map] [data-path="qth/xinxing/g2"]').click();
    check((await page.locator('[data-testid=add-camera] select[name=area]').inputValue()) === 'qth/xinxing/g2', 'the place is not the one on the map');
    check((await page.locator('[name=url]').inputValue()) === 'rtsp://10.1.2.3/main', 'the address is not that of the camera that was taken');
    await look('wizard');
    await page.keyboard.press('Escape');
    await page.click('nav a[href="/system"]');
    await page.locator('[data-testid=storage]').waitFor();
    await look('system');
    for (const [name, path] of OTHERS) {
      await page.click(`nav a[href="${path}"]`);
      await page.locator(`[data-testid=page-${name}] h1`).waitFor();
      await settled();
      await look(name);
    }
    noFaults();
  }
  console.log(JSON.stringify(answer));
});
