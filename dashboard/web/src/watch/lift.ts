/** Privacy masks lifted on purpose by who may: each look so is in the audit log. Pure. */

import type { Zone } from '../api/types';
import { contains } from '../live/board';

/** Why, where they say so. */
export interface Lift {
  why: string;
}

export const isMasked = (zones: readonly Zone[]): boolean => zones.some((zone) => zone.privacy);

/** Whether a right holds at an area: `""` is the whole city. */
export const holds = (subtrees: readonly string[] | undefined, area: string): boolean =>
  (subtrees ?? []).some((outer) => outer === '' || contains(outer, area));

/** What is added to the query of a picture. */
export const lifting = (lift: Lift | null): string => {
  if (lift === null) return '';
  const why = lift.why.trim();
  return `&masks=lifted${why === '' ? '' : `&why=${encodeURIComponent(why)}`}`;
};
