/** Shapes of areas: what to draw, where it lies, where its middle is. Pure. Coordinates are WGS 84, longitude first. */

import type { MultiPolygon, Polygon, Position } from 'geojson';
import type { AreasGeoJson } from '../api/types';

export interface Shape {
  path: string;
  name: string;
  kind: string;
  geometry: Polygon | MultiPolygon;
  /** Middle of the largest ring: where a label or a mark stands. */
  middle: Position;
}

export type Bounds = [west: number, south: number, east: number, north: number];

export interface Shapes {
  /** Areas without children. */
  grids: Shape[];
  /** The areas around them: districts, streets, communities. */
  outlines: Shape[];
  /** Of the grids. */
  bounds: Bounds | null;
}

export const ringsOf = (geometry: Polygon | MultiPolygon): Position[][] =>
  geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();

/** Twice the signed area of a ring (the shoelace formula). */
function doubleArea(ring: readonly Position[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [x1, y1] = ring[i] as [number, number];
    const [x2, y2] = ring[i + 1] as [number, number];
    sum += x1 * y2 - x2 * y1;
  }
  return sum;
}

/** The centroid of the ring with the largest area; the first point where a ring has none. */
export function middleOf(geometry: Polygon | MultiPolygon): Position {
  const rings = ringsOf(geometry);
  const ring = rings.reduce((best, next) => (Math.abs(doubleArea(next)) > Math.abs(doubleArea(best)) ? next : best));
  const double = doubleArea(ring);
  const [x0, y0] = ring[0] as [number, number];
  if (double === 0) return [x0, y0];
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) {
    // Relative to the first point: degrees are large beside the size of a grid.
    const [x1, y1] = [(ring[i] as Position)[0]! - x0, (ring[i] as Position)[1]! - y0];
    const [x2, y2] = [(ring[i + 1] as Position)[0]! - x0, (ring[i + 1] as Position)[1]! - y0];
    const cross = x1 * y2 - x2 * y1;
    x += (x1 + x2) * cross;
    y += (y1 + y2) * cross;
  }
  return [x0 + x / (3 * double), y0 + y / (3 * double)];
}

export function boundsOf(shapes: readonly Shape[]): Bounds | null {
  const bounds: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const shape of shapes) {
    for (const [x, y] of ringsOf(shape.geometry).flat() as [number, number][]) {
      bounds[0] = Math.min(bounds[0], x);
      bounds[1] = Math.min(bounds[1], y);
      bounds[2] = Math.max(bounds[2], x);
      bounds[3] = Math.max(bounds[3], y);
    }
  }
  return Number.isFinite(bounds[0]) ? bounds : null;
}

/** `grids` are the paths of the areas without children. Areas without an outline are left out. */
export function shapesOf(geojson: AreasGeoJson, grids: ReadonlySet<string>): Shapes {
  const shapes: Shape[] = [];
  for (const { geometry, properties } of geojson.features) {
    if (geometry === null || (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon')) continue;
    if (ringsOf(geometry).length === 0) continue;
    shapes.push({ ...properties, geometry, middle: middleOf(geometry) });
  }
  const leaves = shapes.filter((shape) => grids.has(shape.path));
  return {
    grids: leaves,
    outlines: shapes.filter((shape) => !grids.has(shape.path)),
    // What is around the grids may be drawn wider than they are: it may be cut.
    bounds: boundsOf(leaves),
  };
}

/** How far areas are from one another, for telling which is nearest; Infinity where one has no outline. */
export function distances(shapes: Shapes | null): (from: string, to: string) => number {
  const middles = new Map([...(shapes?.grids ?? []), ...(shapes?.outlines ?? [])].map((s) => [s.path, s.middle]));
  return (from, to) => {
    const [a, b] = [middles.get(from) as [number, number] | undefined, middles.get(to) as [number, number] | undefined];
    if (!a || !b) return Infinity;
    return Math.hypot((a[0] - b[0]) * Math.cos((a[1] * Math.PI) / 180), a[1] - b[1]);
  };
}

/** A flat projection for the simple map: equirectangular, true to shape at the middle latitude; y points down. */
export function flat(bounds: Bounds): { width: number; height: number; of: (at: Position) => [number, number] } {
  const [west, south, east, north] = bounds;
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = 1000 / Math.max((east - west) * squeeze, north - south, Number.MIN_VALUE);
  return {
    width: (east - west) * squeeze * scale,
    height: (north - south) * scale,
    of: ([x, y]) => [((x as number) - west) * squeeze * scale, (north - (y as number)) * scale],
  };
}

/** The `d` of an SVG path. */
export function pathOf(geometry: Polygon | MultiPolygon, of: (at: Position) => [number, number]): string {
  return ringsOf(geometry)
    .map((ring) => `M${ring.map((at) => of(at).map((n) => n.toFixed(1)).join(' ')).join('L')}Z`)
    .join('');
}
