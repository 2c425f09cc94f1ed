/**
 * The alert queue: which alerts are in it, in which order, and when that order may change under an operator's hand. Pure.
 */

import { SEVERITIES, type Alert, type Severity } from '../api/types';
import { contains, isLeft, isOpen, isShelved, isUnseen, rank } from './board';

export type Show = 'open' | 'shelved' | 'all';
export type Order = 'priority' | 'age' | 'deadline';
export type Grouping = 'none' | 'severity' | 'area' | 'rule' | 'person';
/** Within how many seconds somebody should have acknowledged an alert of each severity. */
export type Respond = Readonly<Record<Severity, number>>;

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

/**
 * By when somebody has to do something about an alert, in milliseconds since the epoch: acknowledge it, or look again once
 * the acknowledgement lapses. Infinity where nobody is waited for.
 */
export function dueAt(alert: Alert, respond: Respond): number {
  if (isUnseen(alert) && !isLeft(alert)) return Date.parse(alert.announced_at ?? alert.detected_at) + respond[alert.severity] * 1000;
  return alert.re_alarm_at === null || alert.state !== 'acknowledged' ? Infinity : Date.parse(alert.re_alarm_at);
}

/** What an alert is sorted by, worked out once: it is another object when it changes. */
interface Keys {
  place: number;
  rank: number;
  began: number;
}
const known = new WeakMap<Alert, Keys>();
function keysOf(alert: Alert): Keys {
  let keys = known.get(alert);
  if (keys === undefined) {
    const place = placeOf(alert);
    keys = { place, rank: place === STATE_ORDER.resolved ? 0 : rank(alert.severity), began: Date.parse(alert.started_at) };
    known.set(alert, keys);
  }
  return keys;
}

/** Unacknowledged first, then acknowledged, then what is over and left to somebody, then resolved; in each the worst
 * first; of those the newest first. */
export function compareAlerts(a: Alert, b: Alert): number {
  const [one, other] = [keysOf(a), keysOf(b)];
  return one.place - other.place || one.rank - other.rank || other.began - one.began || b.id - a.id;
}

/** What is not resolved first; of that the oldest first. */
function compareAges(a: Alert, b: Alert): number {
  const [one, other] = [keysOf(a), keysOf(b)];
  const over = Number(one.place === STATE_ORDER.resolved) - Number(other.place === STATE_ORDER.resolved);
  return over || one.began - other.began || a.id - b.id;
}

function comparison(order: Order, respond: Respond): (a: Alert, b: Alert) => number {
  if (order === 'priority') return compareAlerts;
  if (order === 'age') return compareAges;
  const due = new Map<Alert, number>();
  const of = (alert: Alert): number => {
    let at = due.get(alert);
    if (at === undefined) due.set(alert, (at = dueAt(alert, respond)));
    return at;
  };
  return (a, b) => {
    const [one, other] = [of(a), of(b)];
    return one === other ? compareAlerts(a, b) : one < other ? -1 : 1;
  };
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

/** Until the hub has told its own. */
export const USUAL: Respond = { critical: 60, major: 300, minor: 1800, warning: 14_400 };

export function queueOf(alerts: Iterable<Alert>, filter: Filter, now: number, order: Order = 'priority', respond: Respond = USUAL): Alert[] {
  return [...alerts].filter((alert) => matches(alert, filter, now)).sort(comparison(order, respond));
}

/** `alerts` in the order in which they stood before, newcomers last: a sort of what is nearly sorted takes one pass. */
export function inOrderOf(before: readonly Alert[], alerts: ReadonlyMap<number, { alert: Alert }>): Alert[] {
  const found: Alert[] = [];
  const seen = new Set<number>();
  for (const { id } of before) {
    const known = alerts.get(id);
    if (!known) continue;
    seen.add(id);
    found.push(known.alert);
  }
  if (seen.size < alerts.size) for (const [id, { alert }] of alerts) if (!seen.has(id)) found.push(alert);
  return found;
}

/** An alert in its group; the group's key is '' where nothing is grouped. */
export interface Entry {
  id: number;
  group: string;
}

const GROUP_OF: Record<Grouping, (alert: Alert) => string> = {
  none: () => '',
  severity: (alert) => alert.severity,
  area: (alert) => alert.area,
  rule: (alert) => alert.rule,
  person: (alert) => alert.assigned_to ?? '',
};

/** Brought together by group: groups in the order of their first alerts, severities always the worst first. */
export function grouped(queue: readonly Alert[], by: Grouping): Entry[] {
  const keyOf = GROUP_OF[by];
  if (by === 'none') return queue.map(({ id }) => ({ id, group: '' }));
  const groups = new Map<string, Entry[]>();
  if (by === 'severity') for (const severity of SEVERITIES) groups.set(severity, []);
  for (const alert of queue) {
    const group = keyOf(alert);
    const entry = { id: alert.id, group };
    const there = groups.get(group);
    if (there) there.push(entry);
    else groups.set(group, [entry]);
  }
  return [...groups.values()].flat();
}

/** A line of the list: the head of a group, or an alert. */
export type Line = { head: string; count: number } | { id: number };

/** The lines of the list; of a group that is folded up only its head. */
export function linesOf(order: readonly Entry[], by: Grouping, folded: ReadonlySet<string>): Line[] {
  if (by === 'none') return order.map(({ id }) => ({ id }));
  const lines: Line[] = [];
  let head: { head: string; count: number } | null = null;
  for (const { id, group } of order) {
    if (head === null || head.head !== group) lines.push((head = { head: group, count: 0 }));
    head.count += 1;
    if (!folded.has(group)) lines.push({ id });
  }
  return lines;
}

export interface Shown {
  /** In the order on the screen. */
  order: Entry[];
  /** Alerts that wait to be shown, because somebody looks at the list. */
  waiting: number[];
}

/** So many newcomers in so short a time are a storm: a list that follows them cannot be read. */
const STORM = 8;
const STORM_MS = 2_000;

/** Whether newcomers come faster than anybody reads. `arrivals` (milliseconds, oldest first) is cut to what still counts. */
export function isStorm(arrivals: number[], now: number): boolean {
  while (arrivals.length > 0 && (arrivals[0] as number) <= now - STORM_MS) arrivals.shift();
  return arrivals.length > STORM;
}

/**
 * What to show next. While `held`, every row stays where it is, so that nothing moves under the pointer: newcomers wait,
 * and what has left the queue stays until it is let go. Otherwise the order is that of the queue.
 */
export function arrange(shown: readonly Entry[], queue: readonly Entry[], held: boolean): Shown {
  if (!held || shown.length === 0) return { order: [...queue], waiting: [] };
  const there = new Set(shown.map(({ id }) => id));
  return { order: [...shown], waiting: queue.filter(({ id }) => !there.has(id)).map(({ id }) => id) };
}
