import { describe, expect, it } from 'vitest';
import { FROZEN_MS, LATE_MS, RESERVE_S, conditionOf, steer } from './edge';

describe('a player', () => {
  it('plays on as it is with its reserve', () => {
    expect(steer([[0, 10]], 10 - RESERVE_S)).toEqual({ seek: null, rate: 1, forget: null });
  });
  it('hurries a little where it is behind', () => {
    expect(steer([[0, 10]], 9.6).rate).toBeGreaterThan(1);
    expect(steer([[0, 10]], 9.3).rate).toBeGreaterThan(steer([[0, 10]], 9.6).rate);
    expect(steer([[0, 10]], 9.3).seek).toBeNull();
  });
  it('leaps to the live edge where it is far behind', () => {
    expect(steer([[0, 10]], 4).seek).toBe(10 - RESERVE_S);
  });
  it('begins in the newest stretch, and never before it', () => {
    expect(steer([[5, 10]], 0).seek).toBe(10 - RESERVE_S);
    expect(steer([[9.9, 10]], 0).seek).toBe(9.9);
  });
  it('leaves a stretch that is followed by another one', () => {
    expect(steer([[0, 5], [7, 8]], 4.9).seek).toBe(8 - RESERVE_S);
  });
  it('comes back from beyond the end', () => {
    expect(steer([[0, 10]], 11).seek).toBe(10 - RESERVE_S);
    expect(steer([[0, 10]], 10.05).seek).toBeNull();
  });
  it('forgets what is long past, and nothing at the beginning', () => {
    expect(steer([[0, 100]], 99.8).forget).toBeCloseTo(89.8);
    expect(steer([[0, 15]], 14.8).forget).toBeNull();
  });
  it('waits where there is nothing', () => {
    expect(steer([], 3)).toEqual({ seek: null, rate: 1, forget: null });
  });
});

describe('what is said of the picture', () => {
  it('is live while pictures come and are new', () => {
    expect(conditionOf(10_000, 9_900, 9_500)).toBe('live');
    expect(conditionOf(10_000, 9_900, null)).toBe('live');
  });
  it('is delayed where they come and are old', () => {
    expect(conditionOf(10_000, 9_900, 10_000 - LATE_MS - 1)).toBe('delayed');
  });
  it('is frozen where none comes, however new the last one was', () => {
    expect(conditionOf(10_000 + FROZEN_MS + 1, 10_000, 10_000)).toBe('frozen');
  });
});
