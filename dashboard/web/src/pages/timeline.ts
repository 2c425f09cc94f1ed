/** Bars of alerts over time: what the rules as they are raised above the line, what is proposed below it. Pure. */

import type { Timeline } from '../api/types';

export const WIDTH = 1000;
export const HEIGHT = 200;

export interface Bar {
  x: number;
  width: number;
  /** Heights above and below the middle; without anything to hold it against, all of it stands above. */
  up: number;
  down: number;
  now: number | null;
  proposed: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Of both sides, the most in one step: one scale for both, so that heights may be compared. */
export const mostOf = ({ now, proposed }: Timeline): number => Math.max(1, ...(now ?? []), ...proposed);

export function barsOf(timeline: Timeline, from: string): Bar[] {
  const { now, proposed, step_s } = timeline;
  const most = mostOf(timeline);
  const wide = WIDTH / Math.max(1, proposed.length);
  const full = now === null ? HEIGHT : HEIGHT / 2;
  // One alert among hundreds must still be seen.
  const high = (n: number): number => (n === 0 ? 0 : Math.max(full * 0.03, (n / most) * full * 0.96));
  return proposed.map((n, i) => {
    const before = now === null ? null : (now[i] ?? 0);
    const [up, down] = before === null ? [high(n), 0] : [high(before), high(n)];
    return { x: i * wide, width: Math.max(wide * 0.86, 0.5), up, down, now: before, proposed: n, at: Date.parse(from) + i * step_s * 1000 };
  });
}
