/** Keeping a player at the live edge: what to do with what it has. Pure. */

/** Seconds between what is shown and the newest picture: a viewer's reserve against the jitter of the network. */
export const RESERVE_S = 0.25;
const HURRY_S = 0.5;
const LEAP_S = 1.2;
const KEPT_S = 10;

export type Range = readonly [from: number, to: number];

export interface Step {
  /** Where to go on, where the player cannot get there by itself. */
  seek: number | null;
  /** How fast to play. */
  rate: number;
  /** What may be forgotten: everything before it. */
  forget: number | null;
}

/** `ranges`: what is buffered, in order; `at`: where the player is. */
export function steer(ranges: readonly Range[], at: number): Step {
  const last = ranges.at(-1);
  if (!last) return { seek: null, rate: 1, forget: null };
  const [from, to] = last;
  const first = ranges[0] as Range;
  const forget = at - first[0] > 2 * KEPT_S ? at - KEPT_S : null;
  const behind = to - at;
  // Outside of the newest stretch nothing comes any more: also what is ahead of it, after the camera began anew.
  if (at < from || behind > LEAP_S || behind < -RESERVE_S) return { seek: Math.max(from, to - RESERVE_S), rate: 1, forget };
  return { seek: null, rate: behind > HURRY_S ? 1.25 : behind > RESERVE_S + 0.1 ? 1.06 : 1, forget };
}

export type Condition = 'live' | 'delayed' | 'frozen';

/** A picture this old is late: the way through the hub takes less than one second. */
export const LATE_MS = 2_000;
/** No new picture for so long, though the camera is said to be watched. */
export const FROZEN_MS = 5_000;

/** `shownAt`: when a new picture last came onto the screen; `takenAt`: when it was taken; null: not known. */
export function conditionOf(now: number, shownAt: number, takenAt: number | null): Condition {
  if (now - shownAt > FROZEN_MS) return 'frozen';
  return takenAt !== null && now - takenAt > LATE_MS ? 'delayed' : 'live';
}
