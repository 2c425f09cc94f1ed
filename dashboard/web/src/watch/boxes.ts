/** Boxes of the motion that spoke for an alert, as fractions of the frame: x, y, width, height. Pure. */

import type { Alert } from '../api/types';

export type Box = [number, number, number, number];

const isBox = (box: unknown): box is Box =>
  Array.isArray(box) && box.length === 4 && box.every((n) => typeof n === 'number' && n >= 0 && n <= 1);

/** Of the newest evidence of `camera` that has boxes; null where there is none. */
export function boxesOf(alert: Alert | null, camera: string): { ts: string; boxes: Box[] } | null {
  const found = (alert?.evidence ?? [])
    .filter((item) => item.source === camera && Array.isArray(item.attrs?.boxes))
    .map((item) => ({ ts: item.ts, boxes: (item.attrs?.boxes as unknown[]).filter(isBox) }))
    .filter((item) => item.boxes.length > 0)
    .sort((a, b) => Date.parse(b.ts) - Date.parse(a.ts));
  return found[0] ?? null;
}
