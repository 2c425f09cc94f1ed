/** Marks that would lie on each other are one: the worst of them stands for all, with the sum of their alerts. Pure. */

import { rank } from '../live/board';
import type { Mark } from './types';

export interface Pinned {
  mark: Mark;
  /** Pixels. */
  x: number;
  y: number;
}

export interface Cluster extends Pinned {
  /** How many grids it stands for. */
  grids: number;
}

/** How far a mark reaches, in pixels: to the right with its number and without, and down. */
export interface Reach {
  x: number;
  alone: number;
  y: number;
}

/** The order of `pins` does not matter. */
export function clustered(pins: readonly Pinned[], reach: Reach): Cluster[] {
  const touch = (a: Pinned, b: Pinned): boolean => {
    const left = a.x <= b.x ? a : b;
    return Math.abs(a.x - b.x) < (left.mark.open > 1 ? reach.x : reach.alone) && Math.abs(a.y - b.y) < reach.y;
  };
  const worstFirst = pins
    .filter((pin) => pin.mark.worst !== null)
    .sort((a, b) => rank(a.mark.worst!) - rank(b.mark.worst!) || Number(b.mark.unacknowledged) - Number(a.mark.unacknowledged) || (a.mark.path < b.mark.path ? -1 : 1));
  // By squares as large as the reach: only neighbours can be near.
  const squares = new Map<string, Cluster[]>();
  const clusters: Cluster[] = [];
  for (const pin of worstFirst) {
    const [column, row] = [Math.floor(pin.x / reach.x), Math.floor(pin.y / reach.y)];
    let near: Cluster | undefined;
    for (let dx = -1; dx <= 1 && !near; dx += 1)
      for (let dy = -1; dy <= 1 && !near; dy += 1)
        near = squares.get(`${column + dx} ${row + dy}`)?.find((one) => touch(one, pin));
    if (near) {
      near.grids += 1;
      const { open, unacknowledged, urgent } = pin.mark;
      near.mark = { ...near.mark, open: near.mark.open + open, unacknowledged: near.mark.unacknowledged || unacknowledged, urgent: near.mark.urgent || urgent };
      continue;
    }
    const made = { mark: pin.mark, x: pin.x, y: pin.y, grids: 1 };
    clusters.push(made);
    const key = `${column} ${row}`;
    squares.set(key, [...(squares.get(key) ?? []), made]);
  }
  return clusters;
}

/** Of a mark with its number, in rem. */
const WIDE_REM = 2.9;
const ALONE_REM = 1.9;
const HIGH_REM = 1.9;

export const reachOf = (remPx: number): Reach => ({ x: WIDE_REM * remPx, alone: ALONE_REM * remPx, y: HIGH_REM * remPx });
