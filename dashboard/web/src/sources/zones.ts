/** Zones and masks while they are drawn on a picture: polygons in fractions of it. Pure. */

import type { Zone } from '../api/types';

export type Point = [number, number];
/** As many as the hub takes of one zone. */
export const MOST_POINTS = 64;

const clamp = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
export const pointAt = (x: number, y: number): Point => [clamp(x), clamp(y)];

export function moved(zone: Zone, index: number, to: Point): Zone {
  return { ...zone, polygon: zone.polygon.map((point, i) => (i === index ? to : (point as Point))) };
}

/** A new corner in the middle of the edge that begins at `index`. */
export function split(zone: Zone, index: number): Zone {
  if (zone.polygon.length >= MOST_POINTS) return zone;
  const [a, b] = [zone.polygon[index] as Point, zone.polygon[(index + 1) % zone.polygon.length] as Point];
  return { ...zone, polygon: zone.polygon.toSpliced(index + 1, 0, pointAt((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)) };
}

/** Without a corner; a triangle keeps its three. */
export function without(zone: Zone, index: number): Zone {
  return zone.polygon.length <= 3 ? zone : { ...zone, polygon: zone.polygon.toSpliced(index, 1) };
}

/** The first of name-1, name-2 … that no zone has. */
export function freeName(zones: readonly Zone[], stem: string): string {
  const taken = new Set(zones.map(({ name }) => name));
  let n = 1;
  while (taken.has(`${stem}-${n}`)) n += 1;
  return `${stem}-${n}`;
}

export type Fault = 'name_missing' | 'name_twice' | 'too_few' | 'crossed';

const side = (a: Point, b: Point, c: Point): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
const cross = (a: Point, b: Point, c: Point, d: Point): boolean =>
  side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;

function isCrossed(polygon: readonly Point[]): boolean {
  const n = polygon.length;
  for (let i = 0; i < n; i += 1)
    for (let j = i + 1; j < n; j += 1)
      if (cross(polygon[i] as Point, polygon[(i + 1) % n] as Point, polygon[j] as Point, polygon[(j + 1) % n] as Point)) return true;
  return false;
}

/** What is wrong with each zone, by its index; empty where they can be saved. */
export function faultsOf(zones: readonly Zone[]): Map<number, Fault> {
  const faults = new Map<number, Fault>();
  zones.forEach((zone, i) => {
    if (zone.name.trim() === '') faults.set(i, 'name_missing');
    else if (zones.some((other, j) => j < i && other.name === zone.name)) faults.set(i, 'name_twice');
    else if (zone.polygon.length < 3) faults.set(i, 'too_few');
    else if (isCrossed(zone.polygon as Point[])) faults.set(i, 'crossed');
  });
  return faults;
}
