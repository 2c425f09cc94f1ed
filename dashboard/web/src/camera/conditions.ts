/** What a camera says of itself besides its state: how long a condition has lasted, and how far its clock is off. Pure. */

import type { Point } from '../live/state';

/** What may be wrong with what a camera shows or says: `tamper.{name}`. */
export const CONDITIONS = ['covered', 'defocused', 'moved', 'washed_out', 'frozen', 'clock_drift'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** How far back is looked. */
export const HISTORY_MS = 86_400_000;
/** A condition is said every 30 s while it lasts, seen at the next keyframe: one that was not for so long is not known. */
const SAID_MS = 90_000;
/** The clock is told every minute. */
const CLOCK_TOLD_MS = 180_000;
/** Nearer than this, an offset is the way of a packet rather than a clock. */
const CLOCK_RIGHT_S = 0.5;

/** When the condition began that these points say lasts; null: it does not. The oldest point may be later than that. */
export function lastingSince(points: readonly Point[], now: number): number | null {
  const last = points.at(-1);
  if (!last || last[1] <= 0 || now - last[0] > SAID_MS) return null;
  const before = points.findLastIndex(([, value]) => value <= 0);
  return (points[before + 1] as Point)[0];
}

/** Seconds by which the camera's clock is ahead, in one digit, 0 where it is right; null: it does not say. */
export function clockOffset(points: readonly Point[], now: number): number | null {
  const last = points.at(-1);
  if (!last || now - last[0] > CLOCK_TOLD_MS) return null;
  return Math.abs(last[1]) < CLOCK_RIGHT_S ? 0 : Math.round(last[1] * 10) / 10;
}
