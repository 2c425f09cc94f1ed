/**
 * People and the door, as people go through it: somebody is added who needs a second factor, adds codes and a passkey, and
 * sees their own area; a token is made and shown once; whoever guesses is locked out; the log knows of it all.
 */

import { createHmac } from 'node:crypto';
import { faultsOf } from './axe.mjs';
import { HUB, check, contextFor, withBrowser } from './browser.mjs';

const PASSWORD = process.env.GRIDHUB_PASSWORD;
const own = '只有我自己知道的密码';
const found = { faults: [] };

/** RFC 6238, of base32 as it is shown; `ahead` steps from now. */
function codeOf(secret, ahead = 0) {
  const bits = [...secret.replaceAll(' ', '')].map((one) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(one).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac('sha1', key).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

async function usable(page, name) {
  found.faults.push(...(await faultsOf(page)).map((fault) => `${name}: ${fault}`));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wide <= 0, `${name} is ${wide} px too wide`);
}

async function open(browser, settings = { language: 'en', theme: 'dark' }) {
  const page = await (await contextFor(browser, { settings })).newPage();
  page.on('pageerror', (error) => found.faults.push(`${error.message}`));
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && found.faults.push(message.text()));
  await page.goto(HUB);
  await page.locator('[name=username]').waitFor();
  return page;
}

async function enter(page, user, password = PASSWORD) {
  await page.fill('[name=username]', user);
  await page.fill('[name=password]', password);
  await page.keyboard.press('Enter');
}
const inside = (page) => page.waitForSelector('[data-testid=connection] .dot');
const sure = (page, within, label) => page.locator(`${within} button`, { hasText: label }).first().click().then(() => page.locator('[data-testid=sure]').click());

async function logOut(page) {
  await page.locator('[popovertarget=account]').click();
  await page.locator('#account button').click();
  await page.locator('[name=username]').waitFor();
}

await withBrowser(async (browser) => {
  // --- an administrator adds somebody
  const chief = await open(browser);
  await chief.locator('[data-testid=passkey]').waitFor();
  await usable(chief, 'signing in');
  await enter(chief, 'anna', 'wrong, and long enough');
  found.wrong = await chief.locator('[role=alert] .bad').innerText();
  await enter(chief, 'anna');
  await inside(chief);
  await chief.locator('nav a[href="/people"]').click();
  await chief.locator('[data-person=anna]').waitFor();
  await chief.locator('[data-testid=add-person]').click();
  await chief.fill('[data-testid=person-name]', '李雷');
  await chief.locator('[data-testid=grants] select').nth(1).selectOption('qth/taoshan');
  await chief.locator('[data-testid=make-password]').click();
  const given = await chief.inputValue('[data-testid=given-password]');
  await usable(chief, 'somebody new');
  await chief.locator('[data-testid=save-person]').click();
  await chief.locator('[data-person="李雷"]').waitFor();
  found.added = await chief.locator('[data-person="李雷"] td').allInnerTexts();
  await chief.locator('[data-testid=person] [data-testid=save-grants]').waitFor();
  await usable(chief, 'people');

  // --- who takes a password of their own, adds a second factor, and sees their own area
  const li = await open(browser, { language: 'zh', theme: 'light' });
  await enter(li, '李雷', given);
  await li.locator('[data-testid=current]').fill(given);
  await li.fill('[data-testid=fresh]', own);
  await li.fill('[data-testid=repeat]', own);
  await usable(li, 'a password of their own');
  await li.keyboard.press('Enter');
  await li.locator('[data-testid=add-totp]').click();
  await li.fill('[data-testid=again]', own);
  await li.keyboard.press('Enter');
  const secret = await li.locator('[data-testid=secret]').innerText();
  check((await li.locator('[data-testid=qr] path').getAttribute('d')).length > 1000, 'there is no picture to scan');
  await usable(li, 'the key of an authenticator');
  await li.fill('[data-testid=first-code]', codeOf(secret));
  await li.keyboard.press('Enter');
  await li.locator('[data-testid=codes] li').first().waitFor();
  const codes = await li.locator('[data-testid=codes] li').allInnerTexts();
  found.codes = codes.length;
  await usable(li, 'recovery codes');
  await li.locator('[data-testid=kept]').click();
  await inside(li);
  await li.locator('[data-testid=queue] [data-alert]').first().waitFor();
  found.alerts = await li.locator('[data-testid=queue] [data-alert]').count();
  found.pages = await li.locator('nav a').allInnerTexts();

  // --- a passkey, by Chromium's own authenticator
  const protocol = await li.context().newCDPSession(li);
  await protocol.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  await protocol.send('WebAuthn.addVirtualAuthenticator', { options });
  await li.locator('[popovertarget=account]').click();
  await li.locator('#account a').click();
  await li.locator('[data-testid=add-passkey]').click();
  await li.fill('[data-testid=passkey-name]', 'desk 3');
  await li.fill('[data-testid=again]', own);
  await li.keyboard.press('Enter');
  await li.locator('[data-testid=rename]').click();
  await li.fill('[data-testid=rename-to]', 'desk 4');
  await li.keyboard.press('Enter');
  await li.locator('[data-testid=passkey-list] strong', { hasText: 'desk 4' }).waitFor();
  found.factors = await li.locator('[data-testid=totp] .body p').first().innerText();
  await usable(li, 'my account');
  await logOut(li);
  await li.locator('[data-testid=passkey]').click();
  await inside(li);
  await logOut(li);

  // --- with the password, the next code; and a recovery code
  await enter(li, '李雷', own);
  await li.locator('[name=code]').waitFor();
  await usable(li, 'the second step');
  await li.fill('[name=code]', '000000');
  await li.keyboard.press('Enter');
  found.badCode = await li.locator('[role=alert] .bad').innerText();
  await li.fill('[name=code]', codeOf(secret, 1));
  await li.keyboard.press('Enter');
  await inside(li);
  await logOut(li);
  await enter(li, '李雷', own);
  await li.locator('[name=code]').fill(codes[0]);
  await li.keyboard.press('Enter');
  await inside(li);

  // --- by the provider, in vain and then let in
  const zhao = await open(browser);
  await zhao.goto(`${HUB}/api/v1/session/external/callback?state=guessed&code=guessed`);
  found.notLetIn = await zhao.locator('[role=alert] .bad').innerText();
  await zhao.locator('[data-testid=provider]').click();
  await inside(zhao);
  found.elsewhere = await zhao.locator('[popovertarget=account]').innerText().then((text) => text.trim());

  // --- a token, shown once; another session, ended
  await chief.goto(`${HUB}/account`);
  await chief.locator('[data-testid=new-token]').click();
  await chief.fill('[data-testid=token-name]', 'weather');
  await chief.locator('fieldset input[value=recordings]').check();
  await usable(chief, 'a new token');
  await chief.keyboard.press('Enter');
  found.token = await chief.locator('[data-testid=token]').innerText();
  await chief.locator('[data-testid=token-done]').click();
  await chief.locator('[data-testid=tokens] li strong', { hasText: 'weather' }).waitFor();
  found.shownAgain = (await chief.content()).includes(found.token);
  await chief.goto(`${HUB}/people`);
  await chief.locator('[data-person="李雷"] button').click();
  await chief.locator('[data-testid=person] [data-testid=sessions] strong').first().waitFor();
  await sure(chief, '[data-testid=person] [data-testid=sessions]', 'End');
  await li.locator('[name=username]').waitFor();
  found.ended = await li.locator('[role=status]').innerText();

  // --- whoever guesses waits
  for (let n = 0; n < 4; n += 1) {
    await enter(li, 'vera', `guess number ${n}, long enough`);
    await li.locator('[role=alert] p').waitFor();
    if (await li.locator('[data-testid=left]').count()) break;
  }
  await li.locator('[data-testid=left]').waitFor();
  found.locked = await li.locator('[role=alert]').innerText();
  await usable(li, 'locked out');

  // --- the log knows
  await chief.locator('[data-testid=tab-audit]').click();
  await chief.locator('[data-testid=chain] .whole').waitFor();
  found.chain = await chief.locator('[data-testid=chain] .whole').innerText();
  await chief.locator('[data-testid=entries] tbody tr').first().waitFor();
  found.actions = await chief.locator('[data-testid=entries] tbody tr').evaluateAll((rows) => rows.map((row) => row.dataset.action));
  await usable(chief, 'the audit log');
  await chief.selectOption('[data-testid=result]', 'refused');
  await chief.fill('[data-testid=who]', '李雷');
  await chief.locator('[data-testid=find-entries]').click();
  await chief.waitForFunction(() => document.querySelectorAll('[data-testid=entries] tbody tr:not(.refused)').length === 0);
  found.refused = await chief.locator('[data-testid=entries] tbody tr').evaluateAll((rows) => rows.map((row) => row.dataset.action));
  const saving = chief.waitForEvent('download');
  await chief.locator('[data-testid=save]').click();
  found.file = (await saving).suggestedFilename();
  console.log(JSON.stringify(found));
});
