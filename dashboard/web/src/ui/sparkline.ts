/** The line of a small chart, as points of an SVG. Pure. */

import type { Point } from '../live/state';

export const SPAN_MS = 5 * 60_000;
export const WIDTH = 100;
export const HEIGHT = 20;
const MARGIN = 2;

/**
 * The last five minutes before `until` (milliseconds since the epoch), time from left to right. Values that are only ever 0
 * or 1 are truths: each holds until the next one and the last until now, so they are steps, and a lone one is a level line.
 */
export function lineOf(points: readonly Point[], until: number): string {
  const truths = points.every(([, value]) => value === 0 || value === 1);
  const from = until - SPAN_MS;
  const seen = points.filter(([ts]) => ts >= from);
  if (truths) {
    const before = points.findLast(([ts]) => ts < from);
    if (before) seen.unshift([from, before[1]]);
  }
  const last = seen.at(-1);
  if (!last) return '';
  const [middle, spread] = truths ? [0.5, 1] : rangeOf(seen.map(([, value]) => value));
  const x = (ts: number): string => Math.min(WIDTH, ((ts - from) / SPAN_MS) * WIDTH).toFixed(1);
  const y = (value: number): string => (HEIGHT / 2 - ((value - middle) / spread) * (HEIGHT - 2 * MARGIN)).toFixed(1);
  const drawn = seen.flatMap(([ts, value], i) => {
    const held = truths ? seen[i - 1] : undefined;
    return held && held[1] !== value ? [`${x(ts)},${y(held[1])}`, `${x(ts)},${y(value)}`] : [`${x(ts)},${y(value)}`];
  });
  return (truths ? [...drawn, `${x(until)},${y(last[1])}`] : drawn).join(' ');
}

/** The middle of the values and how far they reach: at least a fifth of the value itself, as noise is no event. */
function rangeOf(values: readonly number[]): [number, number] {
  const most = Math.max(...values);
  const least = Math.min(...values);
  return [(most + least) / 2, Math.max(most - least, Math.abs(most) / 5, Number.MIN_VALUE)];
}
