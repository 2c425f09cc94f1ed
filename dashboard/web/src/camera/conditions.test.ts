import { describe, expect, it } from 'vitest';
import type { Point } from '../live/state';
import { clockOffset, lastingSince } from './conditions';

const NOW = 1_000_000_000;
/** [seconds before now, value] */
const points = (...told: [number, number][]): Point[] => told.map(([ago, value]) => [NOW - ago * 1000, value]);

describe('a condition', () => {
  it('lasts since it was first said after it had last ended', () => {
    const told = points([400, 1], [300, 0], [75, 1], [45, 1], [15, 1]);
    expect(lastingSince(told, NOW)).toBe(NOW - 75_000);
  });

  it('lasts at least since the oldest word of it, where its beginning is not known', () => {
    expect(lastingSince(points([75, 1], [45, 1], [15, 1]), NOW)).toBe(NOW - 75_000);
  });

  it('does not last when it was said to be over, or nothing is said of it any more', () => {
    expect(lastingSince(points([30, 1], [2, 0]), NOW)).toBeNull();
    expect(lastingSince(points([100, 1]), NOW)).toBeNull();
    expect(lastingSince([], NOW)).toBeNull();
  });
});

describe('the clock of a camera', () => {
  it('is off by what was told last', () => {
    expect(clockOffset(points([90, 0.1], [30, 7.04]), NOW)).toBe(7);
    expect(clockOffset(points([30, -2.26]), NOW)).toBe(-2.3);
  });

  it('is right within the way of a packet', () => {
    expect(clockOffset(points([30, -0.31]), NOW)).toBe(0);
  });

  it('is not known of a camera that does not tell it, or no longer', () => {
    expect(clockOffset([], NOW)).toBeNull();
    expect(clockOffset(points([200, 7]), NOW)).toBeNull();
  });
});
