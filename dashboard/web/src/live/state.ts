/**
 * What the console knows of the city, and how one event changes it. Pure: no network, no clock, no browser.
 *
 * An event of the journal is applied once: ids only grow, so one that is not above `lastId` was seen before and changes
 * nothing. `applyAll` copies a map at most once per call, however many events it is given.
 */

import type {
  Alert,
  Area,
  AreaStatus,
  Camera,
  Device,
  Latest,
  LogEntry,
  Part,
  Reading,
  SourceState,
  StreamEvent,
} from '../api/types';

export interface Source {
  id: string;
  kind: 'camera' | 'device';
  name: string;
  type: string;
  area: string;
  state: SourceState;
  reason: string;
  since: string;
  detail: Record<string, unknown>;
  /** The journal id of the last event that said something about it (0: it was only loaded). */
  seenId: number;
}

/** Whether pictures arrive, whatever they show: those of a camera that is covered are shown too. */
export const isConnected = (state: SourceState): boolean => state === 'watching' || state === 'tampered';

/** An alert, and the journal id of the last event that said something about it (0: it was only loaded). */
export interface Known {
  alert: Alert;
  seenId: number;
}

export interface City {
  lastId: number;
  alerts: ReadonlyMap<number, Known>;
  /** Log entries that came by the stream, by alert. */
  log: ReadonlyMap<number, readonly LogEntry[]>;
  areas: ReadonlyMap<string, Area>;
  /** Every camera, every device that does not watch, and the devices of the places that were looked at. */
  sources: ReadonlyMap<string, Source>;
  /** How many sources there are in each area itself, known here or not. */
  counted: ReadonlyMap<string, number>;
  parts: readonly Part[];
  /** Newest value of each series, by `seriesKey`. */
  latest: ReadonlyMap<string, Latest>;
  /** Recent points of a series, by `seriesKey`, oldest first. */
  recent: ReadonlyMap<string, readonly Point[]>;
}

/** Milliseconds since the epoch, and the value. */
export type Point = readonly [number, number];

/** Resolved alerts beyond this many are forgotten, oldest first; the hub still has them. */
export const KEPT_RESOLVED = 2000;
export const KEPT_POINTS = 240;

export const EMPTY: City = {
  lastId: 0,
  alerts: new Map(),
  log: new Map(),
  areas: new Map(),
  sources: new Map(),
  counted: new Map(),
  parts: [],
  latest: new Map(),
  recent: new Map(),
};

export const seriesKey = (source: string, metric: string): string => `${source}\u0000${metric}`;

/** What is read when the console starts, or starts over. */
export interface Loaded {
  lastId: number;
  areas: Area[];
  alerts: Alert[];
  cameras: Camera[];
  /** At least those that do not watch. */
  devices: Device[];
  /** Of the outermost areas. */
  standings: Standing[];
  parts: Part[];
}

export type Standing = Pick<AreaStatus, 'path' | 'sources'> & { grids: Pick<AreaStatus['grids'][number], 'path' | 'sources'>[] };

/** What is not in a grid below is counted as the outermost area's own. */
export function countedOf(standings: readonly Standing[]): Map<string, number> {
  const counted = new Map<string, number>();
  const add = (path: string, n: number): void => void counted.set(path, (counted.get(path) ?? 0) + n);
  for (const { path, sources, grids } of standings) {
    add(path, sources);
    for (const grid of grids) {
      add(path, -grid.sources);
      add(grid.path, grid.sources);
    }
  }
  return counted;
}

export function cityOf(loaded: Loaded): City {
  const sources = new Map<string, Source>();
  for (const c of loaded.cameras) sources.set(c.id, { ...c, kind: 'camera', type: 'camera', seenId: 0 });
  const city = {
    ...EMPTY,
    lastId: loaded.lastId,
    alerts: new Map(loaded.alerts.map((alert) => [alert.id, { alert, seenId: 0 }])),
    areas: new Map(loaded.areas.map((area) => [area.path, area])),
    sources,
    counted: countedOf(loaded.standings),
    parts: loaded.parts,
  };
  return withDevices(city, loaded.devices, loaded.lastId);
}

type Draft = { -readonly [K in keyof City]: City[K] extends ReadonlyMap<infer A, infer B> ? Map<A, B> : City[K] };

/** Copies a map of the city the first time it is about to change. */
class Copy {
  readonly city: Draft;
  #copied = new Set<string>();

  constructor(readonly before: City) {
    this.city = { ...before } as Draft;
  }

  map<K extends 'alerts' | 'log' | 'sources' | 'latest' | 'recent'>(name: K): Draft[K] {
    if (!this.#copied.has(name)) {
      this.#copied.add(name);
      this.city[name] = new Map(this.before[name] as never) as Draft[K];
    }
    return this.city[name];
  }
}

export function applyAll(city: City, events: readonly StreamEvent[]): City {
  const copy = new Copy(city);
  for (const event of events) applyOne(copy, event);
  return copy.city;
}

function applyOne(copy: Copy, event: StreamEvent): void {
  if ('id' in event) {
    if (event.id <= copy.city.lastId) return;
    copy.city.lastId = event.id;
  }
  switch (event.type) {
    case 'alert': {
      const { alert, change, at, actor, note } = event.data;
      copy.map('alerts').set(alert.id, { alert, seenId: event.id });
      const log = copy.map('log');
      log.set(alert.id, [...(log.get(alert.id) ?? []), { id: event.id, at, actor, change, note, reason: '' }]);
      if (alert.state === 'resolved') forgetOldest(copy);
      return;
    }
    case 'source': {
      const { source, kind, ...rest } = event.data;
      const known = copy.city.sources.get(source) ?? { id: source, kind, name: '', type: kind };
      copy.map('sources').set(source, { ...known, ...rest, seenId: event.id });
      return;
    }
    case 'observation':
      for (const item of event.data.items) applyReading(copy, item);
      return;
    case 'system':
      copy.city.parts = event.data.parts;
      return;
    case 'hello':
    case 'incident':
    case 'reset':
      return;
  }
}

function applyReading(copy: Copy, item: Reading): void {
  const key = seriesKey(item.source, item.metric);
  const known = copy.city.latest.get(key);
  const ts = Date.parse(item.ts);
  // Late data fills the past; it is not what the sensor says now.
  if (!known || ts >= Date.parse(known.ts)) {
    copy.map('latest').set(key, {
      value: item.value,
      text: item.text,
      ts: item.ts,
      unit: known?.unit ?? '',
      flags: item.flags,
    });
  }
  if (item.value !== null) {
    const recent = copy.map('recent');
    recent.set(key, insertPoint(recent.get(key) ?? [], [ts, item.value]));
  }
}

/** `points` with `point` in its place by time; one of the same time is replaced; the oldest go beyond KEPT_POINTS. */
export function insertPoint(points: readonly Point[], point: Point): readonly Point[] {
  let at = points.length;
  while (at > 0 && (points[at - 1] as Point)[0] > point[0]) at -= 1;
  const same = at > 0 && (points[at - 1] as Point)[0] === point[0];
  return [...points.slice(0, same ? at - 1 : at), point, ...points.slice(at)].slice(-KEPT_POINTS);
}

/** Points read from the hub, joined with those that came meanwhile. */
export function withHistory(city: City, key: string, history: readonly Point[]): City {
  const recent = new Map(city.recent);
  recent.set(key, (recent.get(key) ?? []).reduce(insertPoint, history.slice(-KEPT_POINTS)));
  return { ...city, recent };
}

/** Alerts read from the hub. One that the stream spoke of since `askedAt` (a journal id) is newer here: it stays. */
export function withAlerts(city: City, alerts: readonly Alert[], askedAt: number): City {
  const next = new Map(city.alerts);
  for (const alert of alerts) {
    const known = next.get(alert.id);
    if (!known || known.seenId <= askedAt) next.set(alert.id, { alert, seenId: known?.seenId ?? 0 });
  }
  return { ...city, alerts: next };
}

/** A camera as the hub answered it; `askedAt` is `city.lastId` when the request was sent. */
export function withCamera(city: City, camera: Camera, askedAt: number): City {
  const known = city.sources.get(camera.id);
  const { id, name, area, state, reason, since, detail } = camera;
  const newer = known && known.seenId > askedAt ? known : { id, area, state, reason, since, detail, seenId: known?.seenId ?? 0 };
  return { ...city, sources: new Map(city.sources).set(id, { ...newer, kind: 'camera', type: 'camera', name }) };
}

/** Devices read from the hub. How one stands that the stream spoke of since `askedAt` (a journal id) is newer here. */
export function withDevices(city: City, devices: readonly Device[], askedAt: number): City {
  const sources = new Map(city.sources);
  const latest = new Map(city.latest);
  for (const { latest: values, approved, ...device } of devices) {
    // Who is not let in yet is nobody to wait for.
    if (!approved) continue;
    const known = sources.get(device.id);
    const newer = known && known.seenId > askedAt ? known : { ...device, detail: {}, seenId: known?.seenId ?? 0 };
    sources.set(device.id, { ...newer, kind: 'device', name: device.name, type: device.type });
    for (const [metric, value] of Object.entries(values)) {
      const key = seriesKey(device.id, metric);
      const before = latest.get(key);
      if (!before || Date.parse(before.ts) < Date.parse(value.ts)) latest.set(key, value);
    }
  }
  return { ...city, sources, latest };
}

function forgetOldest(copy: Copy): void {
  if (copy.city.alerts.size <= KEPT_RESOLVED) return;
  const resolved = [...copy.city.alerts.values()].filter((known) => known.alert.state === 'resolved');
  if (resolved.length <= KEPT_RESOLVED) return;
  resolved.sort((a, b) => a.alert.id - b.alert.id);
  for (const { alert } of resolved.slice(0, resolved.length - KEPT_RESOLVED)) {
    copy.map('alerts').delete(alert.id);
    copy.map('log').delete(alert.id);
  }
}
