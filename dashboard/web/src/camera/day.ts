/** One day of a camera, as a strip: what is recorded, what was missed and why, and what can be played from a moment on. Pure. */

import type { Gap, Segment } from '../api/types';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
/** A clip that a click asks for. */
const CLIP_MS = 60_000;
/** Recordings that follow each other as closely as this are one bar. */
const JOINT_MS = 1_500;
/** A bar is drawn wider than a short recording lasts: what is hit behind its end still means it. */
const HIT_MS = 120_000;
/** The narrowest thing that can be seen and hit: a part of the strip. */
const NARROWEST = 1 / 1200;

export interface Bar {
  /** Fractions of the day. */
  from: number;
  to: number;
}

export interface GapBar extends Bar {
  gap: Gap;
}

/** The local day that holds `at`; a day of summer time may have 23 or 25 hours. */
export function dayOf(at: number): { from: number; to: number } {
  const from = new Date(at);
  from.setHours(0, 0, 0, 0);
  const to = new Date(from);
  to.setDate(to.getDate() + 1);
  return { from: from.getTime(), to: to.getTime() };
}

/** The hour that holds `at`: of the hours of a day, which may be shifted by half an hour from the world's. */
export function hourOf(at: number): { from: number; to: number } {
  const { from } = dayOf(at);
  const start = from + Math.floor((at - from) / HOUR_MS) * HOUR_MS;
  return { from: start, to: start + HOUR_MS };
}

/** The day `days` after the one that holds `at`. */
export function dayAfter(at: number, days: number): number {
  const noon = new Date(dayOf(at).from);
  noon.setHours(12);
  noon.setDate(noon.getDate() + days);
  return dayOf(noon.getTime()).from;
}

/** Neighbours are drawn as one, apart by whether something happened. */
export function recordedBars(segments: readonly Segment[], from: number, to: number): (Bar & { eventful: boolean })[] {
  const bars: { from: number; to: number; eventful: boolean }[] = [];
  for (const segment of segments) {
    const [began, ended] = [Date.parse(segment.from), Date.parse(segment.to)];
    const last = bars.at(-1);
    if (last && last.eventful === segment.eventful && began - last.to < JOINT_MS) last.to = Math.max(last.to, ended);
    else bars.push({ from: began, to: ended, eventful: segment.eventful });
  }
  return bars.map((bar) => ({ ...fractions(bar.from, bar.to, from, to), eventful: bar.eventful }));
}

export function gapBars(gaps: readonly Gap[], from: number, to: number, now: number): GapBar[] {
  return gaps.map((gap) => ({
    ...fractions(Date.parse(gap.from), gap.to === null ? Math.min(now, to) : Date.parse(gap.to), from, to),
    gap,
  }));
}

function fractions(began: number, ended: number, from: number, to: number): Bar {
  const within = (at: number): number => Math.min(1, Math.max(0, (at - from) / (to - from)));
  const start = Math.min(within(began), 1 - NARROWEST);
  return { from: start, to: Math.max(within(ended), start + NARROWEST) };
}

/** What to play for the moment `at`: from there on, or from the next recording of the day; null where there is none. */
export function clipAt(segments: readonly Segment[], at: number, lengthMs = CLIP_MS): { from: number; to: number } | null {
  const last = segments.at(-1);
  const next = segments.find((segment) => Date.parse(segment.to) > at) ?? (last && at - Date.parse(last.to) < HIT_MS ? last : undefined);
  if (!next) return null;
  if (next === last && Date.parse(next.to) <= at) at = Date.parse(next.from);
  const from = Math.max(at, Date.parse(next.from));
  return { from, to: from + lengthMs };
}

/** 0..1 as people write it: what is not whole is never called 100 %. */
export function share(fraction: number): string {
  const percent = Math.min(fraction < 1 ? 99.9 : 100, Math.floor(fraction * 1000) / 10);
  return `${percent}\u202f%`;
}
