/** What is fetched of a recording to play it: pieces of a minute, one ahead. Pure. */

import type { Bar } from './axis';

export const PIECE_MS = 60_000;
/** The next piece is fetched when so little of this one is left, in seconds of watching. */
const AHEAD_MS = 25_000;

export interface Piece {
  from: number;
  to: number;
}

/** Pieces begin with whole minutes, so that those of a small step are the same. */
export const pieceOf = (at: number): Piece => {
  const from = Math.floor(at / PIECE_MS) * PIECE_MS;
  return { from, to: from + PIECE_MS };
};

const holds = (bars: readonly Bar[], piece: Piece): boolean => bars.some((bar) => bar.from < piece.to && bar.to > piece.from);

/** The pieces that are needed now, the most urgent first; nothing where nothing is recorded. */
export function wanted(bars: readonly Bar[], at: number, rate: number, playing: boolean): Piece[] {
  const here = pieceOf(at);
  const found = holds(bars, here) ? [here] : [];
  if (!playing) return found;
  const next = rate > 0 ? { from: here.to, to: here.to + PIECE_MS } : { from: here.from - PIECE_MS, to: here.from };
  const left = rate > 0 ? here.to - at : at - here.from;
  if (left <= AHEAD_MS * Math.max(1, Math.abs(rate) / 2) && holds(bars, next)) found.push(next);
  return found;
}

export const covers = (bars: readonly Bar[], at: number): boolean => bars.some((bar) => at >= bar.from && at < bar.to);
