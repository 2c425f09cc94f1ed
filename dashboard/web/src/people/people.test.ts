import { describe, expect, it } from 'vitest';
import { en } from '../i18n/en';
import { zh } from '../i18n/zh';
import { agentOf } from './agent';
import { newPassword, passwordFault } from './password';

describe('a session is told by its browser', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0', 'Edge 130 · Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140 · Linux'],
    ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile Safari/537.36', 'Chrome 129 · Android'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari 18 · iOS'],
    ['python-httpx/0.28.1', 'python-httpx/0.28.1'],
    ['', null],
  ])('%s', (agent, told) => expect(agentOf(agent)).toBe(told));
});

describe('a password', () => {
  it('that is made has more than a hundred bits, and none is like another', () => {
    const made = new Set(Array.from({ length: 200 }, newPassword));
    expect(made.size).toBe(200);
    for (const one of made) expect(one).toMatch(/^[2-9a-hjkmnp-z]{5}(-[2-9a-hjkmnp-z]{5}){4}$/);
  });

  it.each([
    ['long enough it is', 'long enough it is', null],
    ['long enough it is', 'long enough it Is', 'differ'],
    ['too short', 'too short', 'short'],
    ['the one of before', 'the one of before', 'same'],
    ['警报中心值班的长密码', '警报中心值班的长密码', null],
  ] as const)('%s and %s: %s', (one, other, fault) => expect(passwordFault(one, other, 'the one of before')).toBe(fault));
});

it('has a Chinese word for every English one of the audit log', () => {
  expect(Object.keys(zh.people.audit.action).sort()).toEqual(Object.keys(en.people.audit.action).sort());
});
