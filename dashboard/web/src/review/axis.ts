/** The time axis of a review: what part of it is shown, where things lie on it, what stands on its ruler. Pure. */

import type { Gap, Recordings, Segment } from '../api/types';

export interface Span {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
}

/** Nobody looks closer than this, or farther than a day: one answer of the hub holds it. */
export const SHORTEST_MS = 10_000;
export const LONGEST_MS = 86_400_000;
/** Steps of a ruler that people can count by. */
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600];
/** Recordings that follow each other as closely as this are one. */
const JOINT_MS = 1_500;

export const lengthOf = (span: Span): number => span.to - span.from;

/** 0 at the beginning, 1 at the end; less and more outside. */
export const placeOf = (span: Span, at: number): number => (at - span.from) / lengthOf(span);

export const momentAt = (span: Span, place: number): number => span.from + lengthOf(span) * place;

export const within = (span: Span, at: number): number => Math.min(span.to, Math.max(span.from, at));

/** Closer by `factor` (below 1: farther), so that `at` stays where it is; never beyond `bounds`. */
export function zoomed(span: Span, at: number, factor: number, bounds: Span): Span {
  const length = Math.min(Math.max(lengthOf(span) / factor, SHORTEST_MS), lengthOf(bounds), LONGEST_MS);
  return held({ from: at - placeOf(span, at) * length, to: at + (1 - placeOf(span, at)) * length }, bounds);
}

export const moved = (span: Span, byMs: number, bounds: Span): Span => held({ from: span.from + byMs, to: span.to + byMs }, bounds);

/** As long as it is, and inside of `bounds`. */
function held(span: Span, bounds: Span): Span {
  const length = Math.min(lengthOf(span), lengthOf(bounds));
  const from = Math.min(Math.max(span.from, bounds.from), bounds.to - length);
  return { from, to: from + length };
}

/** `span` moved just far enough that `at` can be seen. */
export function following(span: Span, at: number, bounds: Span): Span {
  if (at >= span.from && at <= span.to) return span;
  const length = lengthOf(span);
  return held(at < span.from ? { from: at - length * 0.1, to: at + length * 0.9 } : { from: at - length * 0.9, to: at + length * 0.1 }, bounds);
}

/** Where the lines of a ruler stand, at most `most`, on round times of the local day. */
export function ticksOf(span: Span, most: number): { step: number; at: number[] } {
  const step = (STEPS_S.find((s) => lengthOf(span) / (s * 1000) <= most) ?? 21_600) * 1000;
  const midnight = new Date(span.from).setHours(0, 0, 0, 0);
  const at: number[] = [];
  for (let n = Math.ceil((span.from - midnight) / step); midnight + n * step <= span.to; n += 1) at.push(midnight + n * step);
  return { step, at };
}

export interface Bar extends Span {
  eventful: boolean;
}

/** What is recorded, neighbours made one. */
export function recordedIn(segments: readonly Segment[]): Bar[] {
  const bars: Bar[] = [];
  for (const segment of segments) {
    const [from, to] = [Date.parse(segment.from), Date.parse(segment.to)];
    const last = bars.at(-1);
    if (last && from - last.to < JOINT_MS && last.eventful === segment.eventful) last.to = Math.max(last.to, to);
    else bars.push({ from, to, eventful: segment.eventful });
  }
  return bars;
}

export interface Hole extends Span {
  /** Why; null where it was watched, and nothing was there to be kept. */
  gap: Gap | null;
}

/**
 * Where there is no picture within `span`, and why: what the ledger says of it, and, between these, what was not kept as
 * nothing happened. `now`: what is still to come is no hole.
 */
export function holesIn(found: Recordings, span: Span, now: number): Hole[] {
  const end = Math.min(span.to, now);
  const gaps = found.gaps
    .map((gap) => ({ from: Date.parse(gap.from), to: gap.to === null ? now : Date.parse(gap.to), gap }))
    .sort((a, b) => a.from - b.from);
  const holes: Hole[] = [];
  let at = span.from;
  const empty = (from: number, to: number): void => {
    let done = from;
    for (const each of gaps) {
      if (each.to <= done || each.from >= to) continue;
      if (each.from > done) holes.push({ from: done, to: each.from, gap: null });
      holes.push({ from: Math.max(done, each.from), to: Math.min(to, each.to), gap: each.gap });
      done = Math.min(to, each.to);
    }
    if (done < to) holes.push({ from: done, to, gap: null });
  };
  for (const bar of recordedIn(found.segments).sort((a, b) => a.from - b.from)) {
    if (bar.from - at >= JOINT_MS) empty(at, Math.min(end, bar.from));
    at = Math.max(at, bar.to);
  }
  if (end - at >= JOINT_MS) empty(at, end);
  return holes.filter((hole) => hole.to > hole.from);
}

export const holeAt = (holes: readonly Hole[], at: number): Hole | null => holes.find((hole) => at >= hole.from && at < hole.to) ?? null;

/** Rows in which intervals do not overlap: which one each stands in. */
export function lanesOf(spans: readonly Span[]): number[] {
  const ends: number[] = [];
  return spans.map(({ from, to }) => {
    const free = ends.findIndex((end) => end <= from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = to;
    return lane;
  });
}
