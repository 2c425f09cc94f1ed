import { describe, expect, it } from 'vitest';
import type { Gap, Segment } from '../api/types';
import { DAY_MS, HOUR_MS, clipAt, dayAfter, dayOf, gapBars, hourOf, recordedBars, share } from './day';

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
const segment = (from: number, to: number, eventful = false): Segment => ({ from: at(from), to: at(to), size_bytes: 1, eventful });
const gap = (from: number, to: number | null): Gap => ({
  from: at(from), to: to === null ? null : at(to), scope: 'watch', cause: 'network', state: 'unreachable', reason: '',
});

describe('a day', () => {
  it('begins and ends at midnight here, and holds its moment', () => {
    const { from, to } = dayOf(Date.UTC(2026, 2, 1, 12));
    expect(new Date(from).getHours()).toBe(0);
    expect(to - from).toBeGreaterThan(22 * 3_600_000);
    expect(from <= Date.UTC(2026, 2, 1, 12) && Date.UTC(2026, 2, 1, 12) < to).toBe(true);
  });

  it('has hours that begin with it', () => {
    const { from } = dayOf(Date.UTC(2026, 2, 1, 12));
    expect(hourOf(from + 5_000_000)).toEqual({ from: from + HOUR_MS, to: from + 2 * HOUR_MS });
    expect(hourOf(from).from).toBe(from);
  });

  it('is followed by the next and preceded by the one before', () => {
    const today = dayOf(Date.UTC(2026, 2, 1, 12));
    expect(dayAfter(today.from, 1)).toBe(today.to);
    expect(dayAfter(dayAfter(today.from, 1), -1)).toBe(today.from);
  });
});

describe('the strip', () => {
  it('draws neighbouring recordings as one, and what is eventful apart', () => {
    const bars = recordedBars([segment(0, 60), segment(60.5, 120), segment(120, 180, true), segment(300, 360)], 0, 600_000);
    expect(bars.map((bar) => [bar.from, bar.to, bar.eventful])).toEqual([[0, 0.2, false], [0.2, 0.3, true], [0.5, 0.6, false]]);
  });

  it('draws what reaches over midnight up to it, and what is short wide enough to be seen', () => {
    expect(recordedBars([segment(-60, 60)], 0, 600_000)[0]).toMatchObject({ from: 0, to: 0.1 });
    const [short] = recordedBars([segment(43_200, 43_201)], 0, DAY_MS);
    expect((short?.to ?? 0) - (short?.from ?? 0)).toBeGreaterThan(1 / 1500);
    const [last] = gapBars([gap(86_399.9, 86_400)], 0, DAY_MS, DAY_MS);
    expect(last?.to).toBeLessThanOrEqual(1);
  });

  it('draws a gap that lasts up to now', () => {
    expect(gapBars([gap(0, null)], 0, 600_000, 300_000)[0]).toMatchObject({ from: 0, to: 0.5 });
    expect(gapBars([gap(0, null)], 0, 600_000, 9e9)[0]).toMatchObject({ from: 0, to: 1 });
  });
});

describe('a click', () => {
  const segments = [segment(100, 160), segment(300, 360)];
  it('plays from there, where something is recorded', () => {
    expect(clipAt(segments, 130_000)).toEqual({ from: 130_000, to: 190_000 });
  });
  it('plays the next recording, where nothing is', () => {
    expect(clipAt(segments, 0)?.from).toBe(100_000);
    expect(clipAt(segments, 200_000)?.from).toBe(300_000);
  });
  it('plays the last from its beginning where its bar is hit behind its end', () => {
    expect(clipAt(segments, 400_000)?.from).toBe(300_000);
  });
  it('plays nothing long after the last, or where there is none', () => {
    expect(clipAt(segments, 500_000)).toBeNull();
    expect(clipAt([], 0)).toBeNull();
  });
});

it('never calls whole what is not', () => {
  expect(share(1)).toBe('100\u202f%');
  expect(share(0.99999)).toBe('99.9\u202f%');
  expect(share(0.5)).toBe('50\u202f%');
  expect(share(0)).toBe('0\u202f%');
});
