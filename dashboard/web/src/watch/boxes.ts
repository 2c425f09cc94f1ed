/** Boxes of the motion and the things that spoke for an alert, as fractions of the frame: x, y, width, height. Pure. */

import type { Alert, Evidence } from '../api/types';

export type Box = [number, number, number, number];

const isBox = (box: unknown): box is Box =>
  Array.isArray(box) && box.length === 4 && box.every((n) => typeof n === 'number' && n >= 0 && n <= 1);

/** Farther than this from a picture's own time, boxes are of another picture. */
const BELONGS_MS = 1_000;

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What moved, and the things that were followed. */
export const boxesIn = (item: Evidence): Box[] =>
  [...listed(item.attrs?.boxes), ...listed(item.attrs?.tracks).map((track) => (track as { box?: unknown } | null)?.box)].filter(isBox);

/** Evidence of `camera` with boxes, the newest first. */
const moved = (alert: Alert | null, camera: string): Evidence[] =>
  (alert?.evidence ?? [])
    .filter((item) => item.source === camera && boxesIn(item).length > 0)
    .sort((a, b) => Date.parse(b.ts) - Date.parse(a.ts));

/** When `camera` last saw the motion that speaks for `alert`; null where it did not. */
export const motionAt = (alert: Alert | null, camera: string): string | null => moved(alert, camera)[0]?.ts ?? null;

/** The boxes that belong to the picture of `camera` taken at `frameTime`, in milliseconds since the epoch. */
export function boxesAt(alert: Alert | null, camera: string, frameTime: number | null): Box[] {
  if (frameTime === null) return [];
  const farness = (item: Evidence): number => Math.abs(Date.parse(item.ts) - frameTime);
  const [nearest] = moved(alert, camera).sort((a, b) => farness(a) - farness(b));
  return nearest && farness(nearest) <= BELONGS_MS ? boxesIn(nearest) : [];
}

export interface Moment {
  /** Which piece of evidence, as the hub counts them. */
  n: number;
  item: Evidence;
}

/** Evidence with a picture of its moment, the newest first, at most `most`. */
export const momentsOf = (alert: Alert, most: number): Moment[] =>
  alert.evidence
    .map((item, n) => ({ n, item }))
    .filter(({ item }) => typeof item.attrs?.snapshot === 'string')
    .sort((a, b) => Date.parse(b.item.ts) - Date.parse(a.item.ts))
    .slice(0, most);
