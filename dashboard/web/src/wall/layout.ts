/** What stands where on a wall: tiles from left to right and from the top. Pure. */

import type { WallBody, WallTile } from '../api/types';

export const MOST_TILES = 25;
const PICTURE = 16 / 9;

/** Columns and rows for `n` tiles on a screen of this shape (width by height), so that pictures become largest. */
export function gridOf(n: number, shape: number): { columns: number; rows: number } {
  let best = { columns: 1, rows: n, size: 0 };
  for (let columns = 1; columns <= n; columns += 1) {
    const rows = Math.ceil(n / columns);
    // The width of a picture in a tile, as a part of the wall's width.
    const size = Math.min(1 / columns, PICTURE / shape / rows);
    if (size > best.size + 1e-9) best = { columns, rows, size };
  }
  return { columns: best.columns, rows: best.rows };
}

export type Tiles = readonly (WallTile | null)[];

/** As many tiles as are wanted; what no longer fits is left out from the end, empty ones first. */
export function resized(tiles: Tiles, n: number): Tiles {
  const size = Math.min(MOST_TILES, Math.max(1, Math.round(n)));
  if (size >= tiles.length) return [...tiles, ...Array.from({ length: size - tiles.length }, () => null)];
  const kept = [...tiles];
  while (kept.length > size) {
    const empty = kept.lastIndexOf(null);
    kept.splice(empty >= 0 ? empty : kept.length - 1, 1);
  }
  return kept;
}

export const put = (tiles: Tiles, at: number, what: WallTile | null): Tiles => tiles.map((tile, i) => (i === at ? what : tile));

export const swapped = (tiles: Tiles, a: number, b: number): Tiles =>
  tiles.map((tile, i) => (i === a ? (tiles[b] ?? null) : i === b ? (tiles[a] ?? null) : tile));

/** The next empty tile after `at`, round the end; `at` itself where there is none. */
export function nextEmpty(tiles: Tiles, at: number): number {
  for (let i = 1; i <= tiles.length; i += 1) if (tiles[(at + i) % tiles.length] === null) return (at + i) % tiles.length;
  return at;
}

/** Empty tiles are given the cameras that are not on the wall, in their order. */
export function filled(tiles: Tiles, cameras: readonly string[]): Tiles {
  const shown = new Set(tiles.flatMap((tile) => (tile?.kind === 'camera' ? [tile.id] : [])));
  const rest = cameras.filter((id) => !shown.has(id));
  return tiles.map((tile) => {
    const id = tile === null ? rest.shift() : undefined;
    return id === undefined ? tile : { kind: 'camera', id };
  });
}

/** Where an arrow leads from a tile. */
export function neighbour(at: number, key: string, columns: number, n: number): number {
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns }[key];
  return to === undefined || to < 0 || to >= n ? at : to;
}

/** Which layout of a tour is shown, and how long it stays, `sinceMs` after it began. */
export function tourAt(sinceMs: number, dwellS: number, count: number): { index: number; leftS: number } {
  const dwell = dwellS * 1000;
  const passed = Math.max(0, sinceMs);
  return { index: Math.floor(passed / dwell) % count, leftS: Math.ceil((dwell - (passed % dwell)) / 1000) };
}

/** The wall of one browser: what both of its displays show. */
export interface Showing {
  tiles: Tiles;
  /** The saved layout that it is; null: none, or one that was changed. */
  name: string | null;
  /** The tour that runs, and since when. */
  tour: { name: string; since: number } | null;
}

export const FIRST: Showing = { tiles: [null, null, null, null], name: null, tour: null };

const isTile = (value: unknown): value is WallTile | null =>
  value === null ||
  (typeof value === 'object' &&
    (((value as WallTile).kind === 'camera' && typeof (value as { id?: unknown }).id === 'string') ||
      ((value as WallTile).kind === 'area' && typeof (value as { path?: unknown }).path === 'string')));

/** What was kept in the browser; anything else that may stand there is no wall. */
export function readShowing(text: string | null): Showing {
  try {
    const kept = JSON.parse(text ?? '') as Partial<Showing>;
    if (!Array.isArray(kept.tiles) || kept.tiles.length === 0 || kept.tiles.length > MOST_TILES || !kept.tiles.every(isTile)) return FIRST;
    const tour = kept.tour && typeof kept.tour.name === 'string' && typeof kept.tour.since === 'number' ? kept.tour : null;
    return { tiles: kept.tiles, name: typeof kept.name === 'string' ? kept.name : null, tour };
  } catch {
    return FIRST;
  }
}

export const isLayout = (body: WallBody): body is Extract<WallBody, { kind: 'layout' }> => body.kind === 'layout';
