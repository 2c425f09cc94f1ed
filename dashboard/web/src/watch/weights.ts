/** The evidence of a fused alert with its weight, out of what the rule found (`docs/design/evidence.md`). Pure. */

import type { Alert } from '../api/types';

export interface Weight {
  name: string;
  held: boolean;
  /** Natural logarithm of what it multiplies the odds by. */
  logOdds: number;
  /** How many times likelier, or less likely, it makes the event: 1 or more. */
  factor: number;
}

export interface Weights {
  probability: number;
  /** Before anything was seen; null where an older hub did not say. */
  prior: number | null;
  /** What says most first. */
  pieces: Weight[];
  /** Names of what nobody could see. */
  blind: string[];
  /** The largest |logOdds| of the pieces: the scale of their bars. */
  most: number;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function pieceOf(item: unknown): Weight[] {
  const { name, held, log_odds: logOdds } = (item ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || !isNumber(logOdds)) return [];
  return [{ name, held: held === true, logOdds, factor: Math.exp(Math.abs(logOdds)) }];
}

/** Null where the rule does not weigh its evidence. */
export function weightsOf(alert: Pick<Alert, 'detail'>): Weights | null {
  const { probability, prior_log_odds: prior, contributions, not_available: blind } = alert.detail ?? {};
  if (!isNumber(probability)) return null;
  const pieces = (Array.isArray(contributions) ? contributions : []).flatMap(pieceOf);
  pieces.sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds));
  return {
    probability,
    prior: isNumber(prior) ? 1 / (1 + Math.exp(-prior)) : null,
    pieces,
    blind: Array.isArray(blind) ? blind.filter((name) => typeof name === 'string') : [],
    most: Math.max(1e-9, ...pieces.map((piece) => Math.abs(piece.logOdds))),
  };
}

/** A factor as a person says it: 200, 12, 1.5. */
export const factorText = (factor: number): string =>
  factor >= 10 ? Math.round(factor).toLocaleString('en-GB') : factor.toFixed(1).replace(/\.0$/, '');
