/**
 * How many videos a computer decodes at once. It is found out while it runs: where pictures are dropped there are too many,
 * and the tiles beyond go over to a picture a second. Pure.
 */

export interface Budget {
  videos: number;
  /** Looks in a row at which nothing was dropped. */
  calm: number;
}

/** Beyond this many connections of video a browser and a hub have better things to do. */
export const MOST_VIDEOS = 25;
export const LOOK_MS = 5_000;
/** Of a hundred pictures, this many may be late: more is seen. */
const TOO_MANY = 0.12;
const FEW = 0.02;
/** After so many calm looks one more video is tried. */
const PATIENT = 6;

/** `cores`: as the browser says, which may say less than there are. */
export const startOf = (cores: number): Budget => ({ videos: Math.min(MOST_VIDEOS, Math.max(2, cores * 3)), calm: 0 });

/** `shown` videos had `total` pictures since the last look, of which `dropped` never came onto the screen. */
export function adjusted(budget: Budget, shown: number, total: number, dropped: number): Budget {
  if (total === 0) return budget;
  const share = dropped / total;
  // Counted from what was shown: with fewer tiles than the budget allows it would fall through many steps for nothing.
  if (share > TOO_MANY) return { videos: Math.max(1, Math.floor(Math.min(budget.videos, shown) * 0.75)), calm: 0 };
  if (share > FEW || shown < budget.videos) return { ...budget, calm: 0 };
  return budget.calm + 1 < PATIENT ? { ...budget, calm: budget.calm + 1 } : { videos: Math.min(MOST_VIDEOS, budget.videos + 1), calm: 0 };
}

/** Which tiles are videos: those in alarm first, then from the top; the others are pictures. */
export function movingOf(tiles: readonly { used: boolean; alarmed: boolean }[], videos: number): boolean[] {
  const order = tiles.map((tile, i) => ({ ...tile, i })).filter((tile) => tile.used);
  order.sort((a, b) => Number(b.alarmed) - Number(a.alarmed) || a.i - b.i);
  const moving = new Set(order.slice(0, videos).map((tile) => tile.i));
  return tiles.map((_, i) => moving.has(i));
}
