import { expect, it } from 'vitest';
import { localOf, momentOf } from './moments';

it('come back from the field as they went in, to the minute', () => {
  const at = Date.parse('2026-03-01T12:34:00Z');
  expect(momentOf(localOf(at))).toBe(at);
  expect(localOf(new Date(2026, 0, 2, 3, 4).getTime())).toBe('2026-01-02T03:04');
});

it('are none while the field is half filled', () => expect(momentOf('')).toBeNull());
