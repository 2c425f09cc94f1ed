/** Marks along the axis: what cameras saw, alerts, bookmarks. To be seen, and to jump by. Pure. */

import type { Alert, Bookmark, Severity, Stretch } from '../api/types';
import type { Span } from './axis';

export type MarkKind = 'motion' | 'object' | 'place' | 'alert' | 'bookmark';

export interface Mark extends Span {
  key: string;
  kind: MarkKind;
  /** The camera it belongs to; null: the whole. */
  source: string | null;
  /** What was seen, as the hub calls it: `object.person`; of an alert its summary, of a bookmark its note. */
  what: string;
  severity: Severity | null;
}

/** Motion is everywhere where something happens: of a kind of its own, so that it can be left out. */
export function kindOf(metric: string): MarkKind {
  if (metric === 'motion') return 'motion';
  return metric.startsWith('object.') ? 'object' : 'place';
}

/** `person` of `object.person`. */
export const nameOf = (metric: string): string => metric.slice(metric.indexOf('.') + 1);

export const ofStretch = (stretch: Stretch): Mark => ({
  key: `${stretch.source} ${stretch.metric} ${stretch.from}`,
  kind: kindOf(stretch.metric),
  source: stretch.source,
  what: stretch.metric,
  severity: null,
  from: Date.parse(stretch.from),
  to: Date.parse(stretch.to),
});

/** `now`: the end of what still goes on. */
export const ofAlert = (alert: Alert, now: number): Mark => ({
  key: `alert ${alert.id}`,
  kind: 'alert',
  source: null,
  what: alert.summary,
  severity: alert.severity,
  from: Date.parse(alert.started_at),
  to: alert.resolved_at === null ? Math.max(now, Date.parse(alert.started_at)) : Date.parse(alert.resolved_at),
});

export const ofBookmark = (bookmark: Bookmark): Mark => ({
  key: `bookmark ${bookmark.id}`,
  kind: 'bookmark',
  source: null,
  what: bookmark.note,
  severity: null,
  from: Date.parse(bookmark.at),
  to: Date.parse(bookmark.until ?? bookmark.at),
});

/** What is nearer than this is where one is already. */
const HERE_MS = 300;
/** Marks that begin together are one place to stop at. */
const TOGETHER_MS = 1_000;

/** The beginnings that one stops at, in order. */
export function stopsOf(marks: readonly Mark[]): number[] {
  const stops: number[] = [];
  for (const at of marks.map((mark) => mark.from).sort((a, b) => a - b)) {
    const last = stops.at(-1);
    if (last === undefined || at - last > TOGETHER_MS) stops.push(at);
  }
  return stops;
}

export const nextStop = (stops: readonly number[], at: number): number | null => stops.find((stop) => stop > at + HERE_MS) ?? null;
export const stopBefore = (stops: readonly number[], at: number): number | null => stops.findLast((stop) => stop < at - HERE_MS) ?? null;
