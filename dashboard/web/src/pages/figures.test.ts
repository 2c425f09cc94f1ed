import { describe, expect, it } from 'vitest';
import { figure, percent, placeOf, verdictOf } from './figures';

const HOURLY = { acceptable: 6, limit: 12 };

it.each([[6, 'good'], [6.01, 'fair'], [12, 'fair'], [12.01, 'poor']] as const)('calls %d an hour %s', (value, verdict) => {
  expect(verdictOf(value, HOURLY)).toBe(verdict);
});

it('judges nothing without bounds', () => expect(verdictOf(1, undefined)).toBeNull());

describe('shares', () => {
  it.each([[0, '0'], [0.0005, '0.05'], [0.0042, '0.42'], [0.05, '5'], [0.42, '42'], [0.9973, '99.73'], [1, '100']])('%d is %s %%', (share, text) => {
    expect(percent(share)).toBe(`${text}\u202f%`);
  });
  it('are told as such, and counts are not', () => {
    expect([figure('in_floods', 0.5), figure('stale', 3), figure('per_hour', 3.25), figure('per_hour', 31.2)]).toEqual(['50\u202f%', '3', '3.3', '31']);
  });
});

it('keeps what is beyond any bound on its scale', () => {
  expect(placeOf(12, 12)).toBeCloseTo(0.8);
  expect(placeOf(1e9, 12)).toBe(1);
});
