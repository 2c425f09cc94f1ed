/** Zones and lines as they are drawn over a picture: 1000 units high and in the picture's own shape. Pure. */

import type { Line, Zone } from '../api/types';

export const HEIGHT = 1000;
const ARROW = 45;
const HEAD = 16;

type Point = readonly [number, number];

export interface Drawn {
  name: string;
  /** Of `points` of an SVG polygon or polyline. */
  points: string;
  /** Where the name stands: fractions of the picture. */
  at: Point;
}

const placed = ([x, y]: Point, ratio: number): [number, number] => [x * ratio * HEIGHT, y * HEIGHT];
const written = (points: readonly Point[]): string => points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
const round = (n: number): number => Math.round(n * 10) / 10;

/** The name stands at the corner that is nearest to the upper left. */
export function drawnZone(zone: Zone, ratio: number): Drawn {
  const [at] = zone.polygon.toSorted((a, b) => a[0] + a[1] - b[0] - b[1]);
  return { name: zone.name, points: written(zone.polygon.map((point) => placed(point, ratio))), at: at ?? [0, 0] };
}

/** With an arrow in its middle that points where who passes it goes `forward`: from its left to its right. */
export function drawnLine(line: Line, ratio: number): Drawn & { arrow: string; head: string } {
  const [[x1, y1], [x2, y2]] = line.points.map((point) => placed(point, ratio)) as [[number, number], [number, number]];
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [along, across]: [Point, Point] = [
    [(x2 - x1) / length, (y2 - y1) / length],
    [-(y2 - y1) / length, (x2 - x1) / length], // to the right, as y grows downwards
  ];
  const from: Point = [(x1 + x2) / 2, (y1 + y2) / 2];
  const to: Point = [from[0] + across[0] * ARROW, from[1] + across[1] * ARROW];
  const wing = (side: number): Point => [to[0] - across[0] * HEAD + along[0] * HEAD * side, to[1] - across[1] * HEAD + along[1] * HEAD * side];
  return {
    name: line.name,
    points: written([[x1, y1], [x2, y2]]),
    at: line.points[0],
    arrow: written([from, to]),
    head: written([wing(-1), to, wing(1)]),
  };
}
