/** What a figure of load means. Pure. The bounds are the hub's (`GET /load`), which names the standard each is from. */

import type { Figure, Verdict } from '../api/types';

/** Of an area or a shift, against the bounds of the whole. */
export function verdictOf(value: number, figure: Pick<Figure, 'acceptable' | 'limit'> | undefined): Verdict | null {
  if (!figure) return null;
  return value <= figure.acceptable ? 'good' : value <= figure.limit ? 'fair' : 'poor';
}

const SHARES = new Set(['in_floods', 'worst_ten_rules']);
export const isShare = (name: string): boolean => SHARES.has(name);

/** With as many digits as say something. */
export function percent(share: number): string {
  const value = share * 100;
  const digits = value === 0 || value >= 99.95 ? 0 : value >= 99 ? 2 : value >= 10 ? 0 : value >= 1 ? 1 : value >= 0.1 ? 2 : 3;
  return `${String(Number(value.toFixed(digits)))}\u202f%`;
}

export function figure(name: string, value: number): string {
  if (isShare(name)) return percent(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 1 : 0);
}

/** Where a value stands on a scale that ends somewhat beyond the limit, 0 to 1. */
export const placeOf = (value: number, limit: number): number => Math.min(1, value / (limit * 1.25));
