import decodeQR from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { toBytes, toText, whyNoPasskeys } from './passkey';
import { qrOf } from './qr';

describe('passkeys', () => {
  const HUB = 'https://hub.example';
  it.each([
    [null, HUB, true, true, 'none'],
    [HUB, HUB, true, true, null],
    [HUB, HUB, true, false, 'browser'],
    [HUB, 'http://10.0.0.7:8000', false, false, 'insecure'],
    [HUB, 'https://hub', true, true, 'elsewhere'],
    ['http://localhost:8000', 'http://127.0.0.1:8000', true, true, 'elsewhere'],
  ] as const)('of %s at %s, secure %s, known %s: %s', (origin, here, isSecure, isKnown, why) => {
    expect(whyNoPasskeys(origin, here, isSecure, isKnown)).toBe(why);
  });

  it('goes there and back as base64url without its end', () => {
    const bytes = Uint8Array.from([0, 255, 254, 62, 63]);
    expect(toText(bytes.buffer)).toBe('AP_-Pj8');
    expect([...toBytes('AP_-Pj8')]).toEqual([...bytes]);
  });
});

describe('a QR code', () => {
  it('says what it was made of', () => {
    const text = 'otpauth://totp/gridhub:%E6%9D%8E%E9%9B%B7?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=gridhub';
    const { size, path } = qrOf(text);
    const scale = 4;
    const side = size * scale;
    const data = new Uint8Array(side * side * 4).fill(255);
    for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
      for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1) {
        const from = row * side + Number(x) * scale;
        for (let at = from; at < from + Number(width) * scale; at += 1) data.fill(0, at * 4, at * 4 + 3);
      }
    }
    expect(decodeQR({ width: side, height: side, data })).toBe(text);
  });
});
