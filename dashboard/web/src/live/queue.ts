/**
 * The alert queue: which alerts are in it, in which order, and when that order may change under an operator's hand. Pure.
 */

import type { Alert, Severity } from '../api/types';
import { contains, isLeft, isOpen, isShelved, rank } from './board';

export type Show = 'open' | 'shelved' | 'all';

export interface Filter {
  show: Show;
  severities: ReadonlySet<Severity>;
  /** Only alerts in or below this area. */
  area: string | null;
  /** Words looked for in summary, area, rule and sources. */
  text: string;
}

const STATE_ORDER = { firing: 0, acknowledged: 1, resolved: 3 } as const;
const placeOf = (alert: Alert): number => (isLeft(alert) ? 2 : STATE_ORDER[alert.state]);

/** Unacknowledged first, then acknowledged, then what is over and left to somebody, then resolved; in each the worst
 * first; of those the newest first. */
export function compareAlerts(a: Alert, b: Alert): number {
  return (
    placeOf(a) - placeOf(b) ||
    (placeOf(a) === STATE_ORDER.resolved ? 0 : rank(a.severity) - rank(b.severity)) ||
    Date.parse(b.started_at) - Date.parse(a.started_at) ||
    b.id - a.id
  );
}

export function matches(alert: Alert, filter: Filter, now: number): boolean {
  if (filter.show === 'open' && !isOpen(alert, now) && !isLeft(alert)) return false;
  if (filter.show === 'shelved' && !isShelved(alert, now)) return false;
  if (!filter.severities.has(alert.severity)) return false;
  if (filter.area !== null && !contains(filter.area, alert.area)) return false;
  const words = filter.text.trim().toLowerCase();
  if (words === '') return true;
  const text = [alert.summary, alert.area_name, alert.area, alert.rule, ...alert.sources, `#${alert.id}`];
  return text.join('\n').toLowerCase().includes(words);
}

export function queueOf(alerts: Iterable<Alert>, filter: Filter, now: number): Alert[] {
  return [...alerts].filter((alert) => matches(alert, filter, now)).sort(compareAlerts);
}

export interface Shown {
  /** Ids in the order on the screen. */
  order: number[];
  /** Alerts that wait to be shown, because somebody is pointing at the list. */
  waiting: number[];
}

/**
 * What to show next. While `held`, every row stays where it is, so that nothing moves under the pointer: newcomers wait,
 * and what has left the queue stays until it is let go. Otherwise the order is that of the queue.
 */
export function arrange(shown: readonly number[], queue: readonly Alert[], held: boolean): Shown {
  const ids = queue.map((alert) => alert.id);
  if (!held || shown.length === 0) return { order: ids, waiting: [] };
  const there = new Set(shown);
  return { order: [...shown], waiting: ids.filter((id) => !there.has(id)) };
}
