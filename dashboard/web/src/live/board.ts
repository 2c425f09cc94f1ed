/**
 * How every area stands, counted from the alerts and sources that the console holds. Pure.
 *
 * An alert counts while it is open: not resolved, not shelved, not muted and not out of service. A grid is *blind* when not every source in it is
 * watching, or when it has none: quiet and unwatched must never look the same.
 */

import { SEVERITIES, type Alert, type Area, type Severity } from '../api/types';
import type { City, Known, Source } from './state';

export interface AreaStatus {
  worst: Severity | null;
  alerts: Record<Severity, number>;
  open: number;
  unacknowledged: number;
  /** An unacknowledged critical alert is here. */
  urgent: boolean;
  sources: number;
  watching: number;
  cameras: number;
  camerasWatching: number;
}

export const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

export const isShelved = (alert: Alert, now: number): boolean =>
  alert.state !== 'resolved' && alert.shelved_until !== null && Date.parse(alert.shelved_until) > now;

/** Kept from the operators: its cause is known, or somebody works on what raised it. */
export const isHidden = (alert: Alert): boolean => alert.stage === 'suppressed' || alert.stage === 'out_of_service';

export const isOpen = (alert: Alert, now: number): boolean =>
  alert.state !== 'resolved' && !isShelved(alert, now) && !isHidden(alert);

/** Over, and still to be acknowledged, or to be reset. */
export const isLeft = (alert: Alert): boolean =>
  alert.stage === 'returned' || alert.stage === 'latched' || alert.stage === 'latched_acknowledged';

/** Whether it can be acknowledged now. */
export const isUnseen = (alert: Alert): boolean => alert.stage !== 'normal' && alert.state !== 'acknowledged' && alert.acked_at === null;

export const contains = (outer: string, inner: string): boolean => inner === outer || inner.startsWith(`${outer}/`);

export const isBlind = (status: AreaStatus): boolean => status.sources === 0 || status.watching < status.sources;

export function emptyStatus(): AreaStatus {
  return {
    worst: null,
    alerts: { critical: 0, major: 0, minor: 0, warning: 0 },
    open: 0,
    unacknowledged: 0,
    urgent: false,
    sources: 0,
    watching: 0,
    cameras: 0,
    camerasWatching: 0,
  };
}

/** `path` and every path above it. */
function* upwards(path: string): Generator<string> {
  for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1)) yield path.slice(0, at);
}

function countAlert(status: AreaStatus, alert: Alert): void {
  status.alerts[alert.severity] += 1;
  if (alert.state === 'firing') {
    status.unacknowledged += 1;
    if (alert.severity === 'critical') status.urgent = true;
  }
}

function addAlerts(status: AreaStatus, of: AreaStatus): void {
  for (const severity of SEVERITIES) {
    const n = of.alerts[severity];
    status.alerts[severity] += n;
    status.open += n;
    if (n > 0 && (status.worst === null || rank(severity) < rank(status.worst))) status.worst = severity;
  }
  status.unacknowledged += of.unacknowledged;
  status.urgent ||= of.urgent;
}

/** Known sources only: how many there are is counted by the hub, and each that does not watch is known. */
function countSource(status: AreaStatus, source: Source): void {
  const watching = source.state === 'watching' ? 1 : 0;
  status.watching -= 1 - watching;
  if (source.kind === 'camera') {
    status.cameras += 1;
    status.camerasWatching += watching;
  }
}

export interface Board {
  total: AreaStatus;
  areas: ReadonlyMap<string, AreaStatus>;
}

/** `now` in milliseconds since the epoch: a shelved alert counts again when its time is over. */
export function boardOf(city: Pick<City, 'areas' | 'alerts' | 'sources' | 'counted'>, now: number): Board {
  const areas = new Map<string, AreaStatus>();
  for (const path of city.areas.keys()) areas.set(path, emptyStatus());
  const total = emptyStatus();
  const each = (path: string, count: (status: AreaStatus) => void): void => {
    count(total);
    for (const step of upwards(path)) {
      const status = areas.get(step);
      if (status) count(status);
    }
  };
  for (const [path, n] of city.counted)
    each(path, (status) => {
      status.sources += n;
      status.watching += n;
    });
  for (const source of city.sources.values())
    if (source.kind === 'camera' || source.state !== 'watching') each(source.area, (status) => countSource(status, source));
  // By area first: ten thousand alerts are in a few hundred areas, each below several others.
  const own = new Map<string, AreaStatus>();
  for (const { alert } of city.alerts.values() as IterableIterator<Known>) {
    if (!isOpen(alert, now)) continue;
    let status = own.get(alert.area);
    if (status === undefined) own.set(alert.area, (status = emptyStatus()));
    countAlert(status, alert);
  }
  for (const [path, counted] of own) each(path, (status) => addAlerts(status, counted));
  // A source that has just been added is known before it is counted.
  for (const status of [total, ...areas.values()]) status.watching = Math.max(0, status.watching);
  return { total, areas };
}

/** The areas without children: what the map colours. In the order of their paths. */
export function gridsOf(areas: ReadonlyMap<string, Area>): Area[] {
  const parents = new Set([...areas.values()].map((area) => area.parent));
  return [...areas.values()].filter((area) => !parents.has(area.path)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** From the outermost area that is known down to `path` itself. */
export function ancestry(areas: ReadonlyMap<string, Area>, path: string): Area[] {
  return [...upwards(path)]
    .reverse()
    .map((step) => areas.get(step))
    .filter((area) => area !== undefined);
}

/** As many as are shown of a place that has no camera of its own. */
const NEAREST = 4;

/** Cameras in `area`; where there are none, the nearest ones. */
export function camerasFor(
  sources: ReadonlyMap<string, Source>,
  area: string,
  distance: (from: string, to: string) => number,
): { cameras: Source[]; here: boolean } {
  const cameras = [...sources.values()].filter((source) => source.kind === 'camera').sort((a, b) => (a.id < b.id ? -1 : 1));
  const inside = cameras.filter((camera) => contains(area, camera.area));
  if (inside.length) return { cameras: inside, here: true };
  const far = new Map(cameras.map((camera) => [camera.id, distance(area, camera.area)]));
  const farness = (camera: Source): number => far.get(camera.id) as number;
  cameras.sort((a, b) => (farness(a) === farness(b) ? 0 : farness(a) < farness(b) ? -1 : 1));
  return { cameras: cameras.slice(0, NEAREST), here: false };
}
