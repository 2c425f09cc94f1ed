/**
 * The one clock that drives every player of a review. Pure: a clock is a moment of the axis, when that was, and how fast it
 * goes. A player that has drifted is made a little faster or slower; one that is far off leaps.
 */

export interface Clock {
  /** Milliseconds since the epoch on the axis, at `since`. */
  readonly at: number;
  /** Of the browser's own clock, which nobody sets. */
  readonly since: number;
  /** Seconds of the axis in a second; below 0: backwards. */
  readonly rate: number;
  readonly playing: boolean;
}

export const stopped = (at: number, now: number): Clock => ({ at, since: now, rate: 1, playing: false });

export const read = (clock: Clock, now: number): number => (clock.playing ? clock.at + (now - clock.since) * clock.rate : clock.at);

/** The same clock at another moment. */
export const seek = (clock: Clock, at: number, now: number): Clock => ({ ...clock, at, since: now });

export const pause = (clock: Clock, now: number): Clock => ({ ...clock, at: read(clock, now), since: now, playing: false });

/** From a standstill always forward as life goes, unless another rate was chosen. */
export const play = (clock: Clock, now: number, rate = 1): Clock => ({ at: read(clock, now), since: now, rate, playing: true });

/** A second in which a player is waited for does not pass. */
export const hold = (clock: Clock, at: number, now: number): Clock => ({ ...clock, at, since: now });

const FASTEST = 8;

/** L: forward, and each time twice as fast; what went backwards is turned round. */
export function forward(clock: Clock, now: number): Clock {
  return play(clock, now, clock.playing && clock.rate > 0 ? Math.min(FASTEST, clock.rate * 2) : 1);
}

/** J: the same backwards. */
export function backward(clock: Clock, now: number): Clock {
  return play(clock, now, clock.playing && clock.rate < 0 ? Math.max(-FASTEST, clock.rate * 2) : -1);
}

/** Farther off than this a player is moved, as it would take too long to catch up. */
const LEAP_S = 0.4;
/** Nearer than this nobody sees it: at most a picture of a camera with 25 a second. */
const GOOD_S = 0.04;
/** How much faster or slower a player may go: people do not see so little. */
const BEND = 0.15;

export interface Correction {
  /** Move it there at once. */
  leap: boolean;
  /** For the player. */
  rate: number;
}

/** What to do with a player that is `driftS` ahead of the clock (below 0: behind), at the clock's `rate`. */
export function correction(driftS: number, rate: number): Correction {
  // What goes fast drifts fast.
  if (Math.abs(driftS) > LEAP_S * Math.max(1, rate)) return { leap: true, rate };
  if (Math.abs(driftS) <= GOOD_S) return { leap: false, rate };
  // Half of the drift is to be gone in a second.
  return { leap: false, rate: rate * (1 - Math.min(BEND, Math.max(-BEND, driftS * 0.5))) };
}

/** So long the others wait for one; then they go on without it. */
export const PATIENCE_MS = 8_000;

/** Whether the clock may go on: nobody has to be waited for, or it was done for long enough. */
export const mayRun = (waiting: boolean, waitingSince: number | null, now: number): boolean =>
  !waiting || (waitingSince !== null && now - waitingSince > PATIENCE_MS);
