/** What is known of the place and the time that is reviewed, read from the hub, and read again while it still grows. */

import { createContext, untrack } from 'svelte';
import { ApiError, api } from '../api/client';
import type { Alert, AlertChange, Bookmark, Device, Incident, LogEntry, Recordings, Stretch } from '../api/types';
import { camerasFor, contains } from '../live/board';
import { distances } from '../map/geometry';
import type { Desk } from '../watch/desk.svelte';
import { inTurn } from '../watch/picture.svelte';
import { MOST_CAMERAS, chosenOf, spanOf, type Asked } from './asked';
import { holesIn, recordedIn, type Bar, type Hole, type Span } from './axis';
import { ofAlert, ofBookmark, ofStretch, type Mark } from './marks';
import { Playback } from './playback.svelte';

/** One thing that happened, as the log of the review tells it. */
export interface Line {
  key: string;
  at: number;
  actor: string;
  alert: Alert | null;
  /** The step of an alert, or of the incident. */
  change: string;
  note: string;
  byAlert: boolean;
}

const AGAIN_MS = 15_000;
/** Logs are asked for one by one: those of the incident, or the first of the place. Of the others the alert itself tells the most. */
const LOGS = 30;
const STRETCHES = 3_000;

export class Scene {
  incident = $state.raw<Incident | null>(null);
  area = $state.raw<string | null>(null);
  bounds = $state.raw<Span>({ from: 0, to: 1 });
  /** Something is to be looked at. */
  open = $state.raw(false);
  cameras = $state.raw<string[]>([]);
  recordings = $state.raw<ReadonlyMap<string, Recordings>>(new Map());
  stretches = $state.raw<readonly Stretch[]>([]);
  alerts = $state.raw<readonly Alert[]>([]);
  bookmarks = $state.raw<readonly Bookmark[]>([]);
  lines = $state.raw<readonly Line[]>([]);
  devices = $state.raw<readonly Device[]>([]);
  failure = $state.raw<string | null>(null);
  busy = $state.raw(false);
  motionStops = $state(false);

  readonly playback = new Playback(() => this.bounds);
  readonly marks = $derived.by((): Mark[] => {
    const now = this.desk.live.slowNow;
    return [...this.stretches.map(ofStretch), ...this.alerts.map((alert) => ofAlert(alert, now)), ...this.bookmarks.map(ofBookmark)];
  });
  readonly bars = $derived(new Map([...this.recordings].map(([id, found]): [string, Bar[]] => [id, recordedIn(found.segments)])));
  readonly holes = $derived(
    new Map([...this.recordings].map(([id, found]): [string, Hole[]] => [id, holesIn(found, this.bounds, this.desk.live.slowNow + AGAIN_MS)])),
  );

  #reading: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly desk: Desk) {}

  readonly nameOf = (camera: string): string => this.desk.live.city.sources.get(camera)?.name || camera;
  readonly areaName = (path: string): string => this.desk.live.city.areas.get(path)?.name ?? path;

  /** Raises nothing: what could not be read is said in `failure`. */
  async show(asked: Asked): Promise<void> {
    this.close();
    const reading = new AbortController();
    this.#reading = reading;
    this.busy = true;
    this.failure = null;
    try {
      if (!(await this.#place(asked, reading.signal))) return;
      this.open = true;
      this.playback.go(asked.at ?? this.bounds.from);
      await this.#read(reading.signal);
      if (asked.at === null) this.playback.go(this.#firstOfInterest());
    } catch (cause) {
      if (reading.signal.aborted) return;
      if (!(cause instanceof ApiError)) throw cause;
      this.failure = cause.message;
    } finally {
      if (!reading.signal.aborted) this.busy = false;
    }
  }

  close(): void {
    this.#reading?.abort();
    clearTimeout(this.#timer);
  }

  /** Other cameras of the same time. */
  async choose(cameras: readonly string[]): Promise<void> {
    this.cameras = cameras.slice(0, MOST_CAMERAS);
    await this.again();
  }

  async again(): Promise<void> {
    const { signal } = this.#reading ?? new AbortController();
    try {
      await this.#read(signal);
    } catch (cause) {
      if (!(cause instanceof ApiError) && !signal.aborted) throw cause;
    }
  }

  async #place(asked: Asked, signal: AbortSignal): Promise<boolean> {
    const { live } = this.desk;
    let named = asked.cameras;
    this.incident = null;
    if (asked.incident !== null) {
      const { alerts, ...incident } = await api.incident(asked.incident, signal);
      this.incident = incident;
      this.area = incident.area;
      this.bounds = asked.from !== null && asked.to !== null ? { from: asked.from, to: asked.to } : spanOf(incident, live.hubTime());
      if (named.length === 0) named = alerts.flatMap((alert) => alert.sources).filter((id) => live.city.sources.get(id)?.kind === 'camera');
    } else {
      if (asked.area === null || asked.from === null || asked.to === null) return false;
      this.area = asked.area;
      this.bounds = { from: asked.from, to: asked.to };
    }
    const far = distances(live.shapes);
    const { area } = this;
    const near = asked.cameras.length > 0 ? [] : camerasFor(live.city.sources, area, far).cameras;
    this.cameras = chosenOf(named, near, (other) => (other === area ? 0 : far(area, other)));
    this.recordings = new Map();
    this.stretches = [];
    this.alerts = [];
    this.bookmarks = [];
    this.lines = [];
    this.devices = await api.devicesIn(area, signal);
    return true;
  }

  async #read(signal: AbortSignal): Promise<void> {
    clearTimeout(this.#timer);
    const { from, to } = this.bounds;
    const { area, cameras, incident } = this;
    const found = await Promise.all(cameras.map((id) => inTurn(async () => [id, await api.recordings(id, from, to, signal)] as const)));
    this.recordings = new Map(found);
    const [stretches, alerts, bookmarks] = await Promise.all([
      cameras.length ? api.activity(from, to, { sources: cameras, limit: STRETCHES }, signal) : { items: [] },
      api.alertsOf(from, to, area, [], signal),
      api.bookmarks(`from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`, signal),
    ]);
    this.stretches = stretches.items;
    this.alerts = alerts.items;
    // One of several cameras may be of a wider area than this place.
    this.bookmarks = bookmarks.filter((one) => one.sources.some((id) => cameras.includes(id)) || (area !== null && contains(area, one.area)));
    this.lines = await this.#log(alerts.items, incident, signal);
    if (to > untrack(() => this.desk.live.now)) this.#timer = setTimeout(() => void this.again(), AGAIN_MS);
  }

  async #log(alerts: readonly Alert[], incident: Incident | null, signal: AbortSignal): Promise<Line[]> {
    const own = alerts.filter((alert) => incident === null || alert.incident === incident.id).slice(0, LOGS);
    const steps = await Promise.all(own.map((alert) => inTurn(async () => [alert, (await api.alert(alert.id, signal)).log] as const)));
    const ofIncident = incident === null ? [] : (await api.incidentLog(incident.id, signal)).items;
    return [
      ...alerts.filter((alert) => !own.includes(alert)).flatMap(linesOf),
      ...steps.flatMap(([alert, log]) => log.map((entry: LogEntry) => lineOf(entry, alert))),
      ...ofIncident.map((entry): Line => ({ ...plain(entry), key: `i${entry.id}`, alert: null, note: '', byAlert: false })),
    ].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  }

  /** Where a reviewer wants to begin: at the first alert, or where the first camera saw something. */
  #firstOfInterest(): number {
    const begins = this.alerts.map((alert) => Date.parse(alert.started_at)).filter((at) => at >= this.bounds.from);
    const first = begins.length > 0 ? Math.min(...begins) : Math.min(...[...this.bars.values()].flatMap((bars) => bars.slice(0, 1).map((bar) => bar.from)));
    return Number.isFinite(first) ? Math.max(this.bounds.from, first - 3_000) : this.bounds.from;
  }

  async mark(note: string, at: number): Promise<Bookmark> {
    const area = this.#areaOf(this.cameras);
    const made = await api.mark({
      area,
      at: new Date(at).toISOString(),
      sources: this.cameras.filter((id) => contains(area, this.desk.live.city.sources.get(id)?.area ?? '')),
      note,
      ...(this.incident !== null && { incident: this.incident.id }),
    });
    this.bookmarks = [...this.bookmarks, made];
    return made;
  }

  /** The least area that holds the place and the cameras that are shown: a bookmark is of all of them. */
  #areaOf(cameras: readonly string[]): string {
    const { areas, sources } = this.desk.live.city;
    let path = this.area ?? '';
    const holds = (outer: string): boolean => cameras.every((id) => contains(outer, sources.get(id)?.area ?? outer));
    while (!holds(path) && areas.has(path.slice(0, path.lastIndexOf('/')))) path = path.slice(0, path.lastIndexOf('/'));
    return path;
  }

  async unmark(bookmark: number): Promise<void> {
    await api.removeBookmark(bookmark);
    this.bookmarks = this.bookmarks.filter((one) => one.id !== bookmark);
  }
}

const plain = (entry: { at: string; actor: string; change: string }): { at: number; actor: string; change: string } => ({
  at: Date.parse(entry.at),
  actor: entry.actor,
  change: entry.change,
});

const lineOf = (entry: LogEntry, alert: Alert): Line => ({ ...plain(entry), key: `a${entry.id}`, alert, note: entry.note, byAlert: true });

/** When it was raised, acknowledged and over. */
function linesOf(alert: Alert): Line[] {
  const line = (change: AlertChange, at: string | null, actor: string): Line[] =>
    at === null ? [] : [{ key: `${alert.id} ${change}`, at: Date.parse(at), actor, alert, change, note: '', byAlert: true }];
  return [
    ...line('fired', alert.started_at, 'rules'),
    ...line('acknowledged', alert.acked_at, alert.acked_by ?? ''),
    ...line('resolved', alert.resolved_at, 'rules'),
  ];
}

export const [useScene, provideScene] = createContext<Scene>();
