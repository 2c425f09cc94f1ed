import { describe, expect, it } from 'vitest';
import type { Recordings } from '../api/types';
import { askedOf, askedOfAlert, chosenOf, searchOf, spanOf } from './asked';
import { following, holeAt, holesIn, lanesOf, momentAt, placeOf, recordedIn, ticksOf, zoomed } from './axis';
import { backward, correction, forward, hold, mayRun, pause, PATIENCE_MS, play, read, seek, stopped } from './clock';
import { covers, PIECE_MS, pieceOf, wanted } from './film';
import { kindOf, nextStop, ofStretch, stopBefore, stopsOf, type Mark } from './marks';

const T = Date.parse('2026-03-01T12:00:00Z');
const iso = (s: number): string => new Date(T + s * 1000).toISOString();
const span = (from: number, to: number) => ({ from: T + from * 1000, to: T + to * 1000 });
const seconds = (of: { from: number; to: number }): [number, number] => [(of.from - T) / 1000, (of.to - T) / 1000];

describe('the axis', () => {
  const bounds = span(0, 3600);

  it('keeps what is under the pointer where it is when it is looked at closer', () => {
    const closer = zoomed(span(0, 100), T + 25_000, 2, bounds);
    expect(seconds(closer)).toEqual([12.5, 62.5]);
    expect(placeOf(closer, T + 25_000)).toBe(0.25);
  });

  it('is never shown closer than ten seconds, nor beyond its ends', () => {
    expect(seconds(zoomed(span(0, 20), T + 10_000, 100, bounds))).toEqual([5, 15]);
    expect(seconds(zoomed(span(0, 100), T, 0.001, bounds))).toEqual([0, 3600]);
    expect(seconds(zoomed(span(3500, 3600), T + 3_500_000, 0.5, bounds))).toEqual([3400, 3600]);
  });

  it('follows a cursor that leaves it, and stands still under one that does not', () => {
    expect(seconds(following(span(0, 100), T + 50_000, bounds))).toEqual([0, 100]);
    expect(seconds(following(span(0, 100), T + 200_000, bounds))).toEqual([110, 210]);
    expect(seconds(following(span(300, 400), T + 200_000, bounds))).toEqual([190, 290]);
  });

  it('has a ruler of round times, no more lines than there is room for', () => {
    const { step, at } = ticksOf(span(7, 607), 8);
    expect(step).toBe(120_000);
    expect(at.map((each) => (each - T) / 1000)).toEqual([120, 240, 360, 480, 600]);
    expect(ticksOf(span(0, 86_400), 8).at.length).toBeLessThanOrEqual(9);
  });

  it('goes from a place to a moment and back', () => expect(placeOf(bounds, momentAt(bounds, 0.3))).toBeCloseTo(0.3));
});

describe('what there is no picture of', () => {
  const segment = (from: number, to: number, eventful = false) => ({ from: iso(from), to: iso(to), size_bytes: 1, eventful });
  const gap = (from: number, to: number | null, cause = 'network') =>
    ({ from: iso(from), to: to === null ? null : iso(to), scope: 'watch', cause, state: 'stalled', reason: 'no data' }) as Recordings['gaps'][number];
  const told = (found: Recordings, now = 1000): unknown[] =>
    holesIn(found, span(0, 100), T + now * 1000).map((hole) => [...seconds(hole), hole.gap?.cause ?? null]);

  it('is said with its cause, and what nobody had to keep without one', () => {
    expect(told({ segments: [segment(10, 30), segment(60, 100)], gaps: [gap(35, 50)] })).toEqual([
      [0, 10, null],
      [30, 35, null],
      [35, 50, 'network'],
      [50, 60, null],
    ]);
  });

  it('joins recordings that follow closely, and does not call what comes a hole', () => {
    expect(told({ segments: [segment(0, 20), segment(21, 40)], gaps: [] }, 40)).toEqual([]);
    expect(recordedIn([segment(0, 20), segment(21, 40), segment(40, 50, true)])).toHaveLength(2);
  });

  it('lasts until now where nothing was heard since', () => {
    expect(told({ segments: [segment(0, 20)], gaps: [gap(20, null)] }, 70)).toEqual([[20, 70, 'network']]);
  });

  it('is not a gap where a recording shows that there was a picture', () => {
    expect(told({ segments: [segment(0, 100)], gaps: [gap(40, 60, 'disk')] })).toEqual([]);
  });

  it('is found by its moment', () => {
    const holes = holesIn({ segments: [segment(50, 100)], gaps: [gap(0, 50)] }, span(0, 100), T + 1_000_000);
    expect(holeAt(holes, T + 10_000)?.gap?.cause).toBe('network');
    expect(holeAt(holes, T + 50_000)).toBeNull();
  });
});

it('puts what overlaps into lanes of its own', () => {
  expect(lanesOf([span(0, 10), span(5, 15), span(10, 20), span(12, 13)])).toEqual([0, 1, 0, 2]);
});

describe('the clock', () => {
  it('stands until it is let go, and goes on from where it was', () => {
    const still = stopped(T, 0);
    expect(read(still, 5_000)).toBe(T);
    const going = play(still, 5_000);
    expect(read(going, 7_000)).toBe(T + 2_000);
    expect(read(pause(going, 7_000), 99_000)).toBe(T + 2_000);
    expect(read(seek(going, T + 60_000, 8_000), 9_000)).toBe(T + 61_000);
  });

  it('goes faster with each L, backwards with J, and turns round at once', () => {
    let clock = stopped(T, 0);
    const rates = [forward, forward, forward, forward, forward, backward, backward, forward].map((key) => (clock = key(clock, 0)).rate);
    expect(rates).toEqual([1, 2, 4, 8, 8, -1, -2, 1]);
    expect(read(play(stopped(T, 0), 0, -2), 1_000)).toBe(T - 2_000);
  });

  it('does not pass while a player is waited for, but not for ever', () => {
    expect(read(hold(play(stopped(T, 0), 0), T + 500, 3_000), 3_000)).toBe(T + 500);
    expect(mayRun(false, null, 0)).toBe(true);
    expect(mayRun(true, null, 0)).toBe(false);
    expect(mayRun(true, 0, PATIENCE_MS)).toBe(false);
    expect(mayRun(true, 0, PATIENCE_MS + 1)).toBe(true);
  });

  it('bends a player that drifts a little, moves one that is far off, and leaves the others alone', () => {
    expect(correction(0.02, 1)).toEqual({ leap: false, rate: 1 });
    expect(correction(0.1, 1).rate).toBeCloseTo(0.95);
    expect(correction(-0.1, 2).rate).toBeCloseTo(2.1);
    expect(correction(0.39, 1).rate).toBeCloseTo(0.85);
    expect(correction(-0.5, 1)).toEqual({ leap: true, rate: 1 });
    expect(correction(-0.5, 4).leap).toBe(false);
  });

  it('brings players together that began apart', () => {
    const step = 0.1;
    for (const start of [-0.35, 0.35]) {
      let drift = start;
      for (let i = 0; i < 60; i += 1) drift += (correction(drift, 1).rate - 1) * step;
      expect(Math.abs(drift)).toBeLessThan(0.05);
    }
  });
});

describe('the pieces of a film', () => {
  const bars = [{ ...span(0, 300), eventful: false }];

  it('are whole minutes, the next one when this one is nearly over', () => {
    expect(seconds(pieceOf(T + 61_500))).toEqual([60, 120]);
    expect(wanted(bars, T + 10_000, 1, true).map(seconds)).toEqual([[0, 60]]);
    expect(wanted(bars, T + 40_000, 1, true).map(seconds)).toEqual([[0, 60], [60, 120]]);
    expect(wanted(bars, T + 40_000, 1, false).map(seconds)).toEqual([[0, 60]]);
    expect(wanted(bars, T + 70_000, -1, true).map(seconds)).toEqual([[60, 120], [0, 60]]);
    expect(wanted(bars, T + 5_000, 8, true)).toHaveLength(2);
  });

  it('are not asked for where nothing is recorded', () => {
    expect(wanted(bars, T + 10 * PIECE_MS, 1, true)).toEqual([]);
    expect(wanted(bars, T + 299_000, 1, true).map(seconds)).toEqual([[240, 300]]);
    expect([covers(bars, T), covers(bars, T + 300_000)]).toEqual([true, false]);
  });
});

describe('marks', () => {
  const mark = (from: number, key = String(from)): Mark => ({ key, kind: 'motion', source: 'cam-1', what: 'motion', severity: null, ...span(from, from + 5) });

  it('are stopped at once where several begin together', () => {
    const stops = stopsOf([mark(30), mark(10), mark(10.5), mark(30.9)]);
    expect(stops.map((at) => (at - T) / 1000)).toEqual([10, 30]);
    expect(nextStop(stops, T + 10_000)).toBe(T + 30_000);
    expect(nextStop(stops, T + 30_000)).toBeNull();
    expect(stopBefore(stops, T + 30_100)).toBe(T + 10_000);
    expect(stopBefore(stops, T + 10_000)).toBeNull();
  });

  it('tell what kind of thing was seen', () => {
    expect(['motion', 'object.person', 'zone.gate', 'left.hall'].map(kindOf)).toEqual(['motion', 'object', 'place', 'place']);
    const made = ofStretch({ source: 'cam-1', area: 'a', metric: 'object.car', from: iso(1), to: iso(3), peak: 2 });
    expect([made.what, made.kind, ...seconds(made)]).toEqual(['object.car', 'object', 1, 3]);
  });
});

describe('the address of a review', () => {
  it('holds all that is asked, and nothing that is not', () => {
    const asked = { incident: 7, area: 'qth/g1', from: T, to: T + 60_000, at: T + 5_000, cameras: ['cam-1', 'cam-2'], tab: 'around' as const };
    expect(askedOf(searchOf(asked))).toEqual(asked);
    expect(searchOf(askedOf(''))).toBe('');
    expect(askedOf('?incident=x&from=yesterday&tab=secret')).toEqual({ incident: null, area: null, from: null, to: null, at: null, cameras: [], tab: null });
  });

  it('leads from an alert to ten minutes on both sides of where it began', () => {
    const asked = askedOfAlert({ area: 'qth/g1', started_at: iso(0) }, 'around');
    expect([asked.area, asked.at, asked.tab]).toEqual(['qth/g1', T, 'around']);
    expect([asked.from, asked.to]).toEqual([T - 600_000, T + 600_000]);
    expect(askedOfAlert({ area: 'a', started_at: iso(0), acked_at: iso(900) }).to).toBe(T + 960_000);
    expect(askedOfAlert({ area: 'a', started_at: iso(0), acked_at: iso(86_400) }).to).toBe(T + 600_000);
  });

  it('never holds more than nine cameras', () => {
    expect(askedOf(`?cameras=${Array.from({ length: 12 }, (_, i) => `c${i}`).join(',')}`).cameras).toHaveLength(9);
  });

  it('gives an incident a minute before and after, and of one that goes on for days its first two hours', () => {
    expect(seconds(spanOf({ opened_at: iso(0), closed_at: iso(30) }, T + 9e6))).toEqual([-60, 90]);
    expect(seconds(spanOf({ opened_at: iso(0), closed_at: null }, T + 86_400_000))).toEqual([-60, 7140]);
  });

  it('takes the cameras that are named, then the nearest', () => {
    const here = ['a', 'b', 'c'].map((id) => ({ id, area: id }));
    expect(chosenOf(['z', 'c'], here, (area) => (area === 'a' ? 5 : 1))).toEqual(['z', 'c', 'b', 'a']);
  });
});
