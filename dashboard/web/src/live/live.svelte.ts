/**
 * The one store of live state. It opens the stream first and reads the lists after its `hello`, holding back what the
 * stream brings meanwhile; so there is no instant between the two in which a change could be missed.
 */

import { untrack } from 'svelte';
import { ApiError, api } from '../api/client';
import type { Alert, Area, AreasGeoJson, Camera, Device, SourceState, StreamEvent } from '../api/types';
import { shapesOf } from '../map/geometry';
import { boardOf, gridsOf } from './board';
import { USUAL, type Respond } from './queue';
import { EMPTY, applyAll, cityOf, countedOf, seriesKey, withAlerts, withCamera, withDevices, withHistory, type City, type Point, type Standing } from './state';
import { Stream } from './stream';

export type Connection =
  | { state: 'starting' }
  | { state: 'live' }
  | { state: 'lost'; since: number; reason: string; retryAt: number };

export interface LiveHandlers {
  /** Called after the city has changed by them. */
  onEvents: (events: StreamEvent[]) => void;
  /** The stream is back, and goes on where it broke off. */
  onCaughtUp: (awayMs: number) => void;
  onSignedOut: () => void;
}

/** How far back a sparkline looks. */
const HISTORY_MS = 5 * 60_000;
const NOTICE_CLOCK_MS = 5_000;
/** After lists that could not be read. */
const RELOAD_MS = 5_000;
/** How a device can be that does not watch. */
const BLIND: SourceState[] = ['silent', 'offline', 'worker_down', 'unknown', 'disabled'];
/** After the stream spoke of a source that is not known: others may follow. */
const RECOUNT_MS = 2_000;
/** With more alerts than this, whatever comes within so short a time is counted and drawn together. */
const MANY = 500;
const GATHER_MS = 250;
/** So many of those that fell silent at once are asked for their names; of the rest the ids are shown. */
const NAMED_AT_ONCE = 50;

export class Live {
  city = $state.raw<City>(EMPTY);
  geojson = $state.raw<AreasGeoJson | null>(null);
  connection = $state.raw<Connection>({ state: 'starting' });
  loaded = $state(false);
  /** Why the lists could not be read; the stream may be fine all the same. */
  loadError = $state.raw<unknown>(null);
  /** Milliseconds since the epoch by the hub's clock, moving once a second. */
  now = $state(Date.now());
  /** How far this computer's clock is from the hub's, where it matters. */
  clockError = $state<number | null>(null);
  /** The hub was updated under this page. */
  outdated = $state(false);
  /** Within how many seconds alerts should be acknowledged, by severity. */
  respond = $state.raw<Respond>(USUAL);
  /** The area whose observations the stream carries. */
  watched = $state.raw<string | null>(null);

  // Each part by itself, so that a reading of a sensor does not count all alerts again.
  readonly #alerts = $derived(this.city.alerts);
  readonly #areas = $derived(this.city.areas);
  readonly #sources = $derived(this.city.sources);
  readonly #counted = $derived(this.city.counted);
  /** Shelved alerts come back by the clock; looking every 15 s is enough. */
  readonly slowNow = $derived(Math.floor(this.now / 15_000) * 15_000);
  readonly board = $derived(
    boardOf({ alerts: this.#alerts, areas: this.#areas, sources: this.#sources, counted: this.#counted }, this.slowNow),
  );
  readonly grids = $derived(gridsOf(this.#areas));
  readonly shapes = $derived(this.geojson && shapesOf(this.geojson, new Set(this.grids.map((grid) => grid.path))));
  /** By id. */
  readonly known = $derived(this.#alerts);
  readonly alerts = $derived([...this.#alerts.values()].map((known) => known.alert));

  #offset = 0;
  #version: string | null = null;
  #held: StreamEvent[] | null = null;
  #loading: AbortController | null = null;
  #recount: ReturnType<typeof setTimeout> | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #stream: Stream;
  #lastHello = 0;
  #gathered: StreamEvent[] = [];
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #appliedAt = -Infinity;

  constructor(readonly handlers: LiveHandlers) {
    this.#stream = new Stream({
      lastId: () => (this.loaded || this.#held ? this.city.lastId : null),
      area: () => this.watched,
      onEvents: (events) => this.#take(events),
      onConnected: () => {
        const before = this.connection;
        this.connection = { state: 'live' };
        if (before.state === 'lost' && this.loaded) this.handlers.onCaughtUp(this.hubTime() - before.since);
      },
      onLost: (reason, retryAt) => {
        const since = this.connection.state === 'lost' ? this.connection.since : this.hubTime();
        this.connection = { state: 'lost', since, reason, retryAt };
      },
      onSignedOut: handlers.onSignedOut,
    });
  }

  start(): void {
    this.#ticker = setInterval(() => (this.now = this.hubTime()), 1000);
    window.addEventListener('online', this.retry);
    this.#stream.start();
  }

  stop(): void {
    clearInterval(this.#ticker);
    clearTimeout(this.#recount);
    clearTimeout(this.#gathering);
    window.removeEventListener('online', this.retry);
    this.#loading?.abort();
    this.#stream.stop();
  }

  readonly retry = (): void => this.#stream.reconnect();

  readonly reload = (): void => void this.#load(this.city.lastId);

  hubTime(): number {
    return Date.now() + this.#offset;
  }

  watch(area: string | null): void {
    if (area === untrack(() => this.watched)) return;
    this.watched = area;
    this.#stream.reconnect();
  }

  /** An alert as the hub answered it to a request; `askedAt` is `city.lastId` when the request was sent. */
  learn(alerts: readonly Alert[], askedAt: number): void {
    this.city = withAlerts(this.city, alerts, askedAt);
  }

  /** Devices of a place that is looked at; `askedAt` as in `learn`. */
  learnDevices(devices: readonly Device[], askedAt: number): void {
    this.city = withDevices(this.city, devices, askedAt);
  }

  learnCamera(camera: Camera, askedAt: number): void {
    this.city = withCamera(this.city, camera, askedAt);
  }

  /** Signs of life are no event: they are asked for while somebody looks at them. */
  async loadParts(): Promise<void> {
    const { parts } = await api.status();
    this.city = { ...this.city, parts };
  }

  async loadHistory(source: string, metric: string, signal: AbortSignal): Promise<void> {
    const to = new Date(this.hubTime());
    const series = await api.series(source, metric, new Date(to.getTime() - HISTORY_MS), to, signal);
    const points = series.points.flatMap(([ts, value]): Point[] => (value === null ? [] : [[Date.parse(ts), value]]));
    this.city = withHistory(this.city, seriesKey(source, metric), points);
  }

  #take(events: StreamEvent[]): void {
    for (const event of events) {
      if (event.type === 'hello') this.#hello(event.data);
      if (event.type === 'reset') void this.#load(this.#lastHello);
    }
    if (this.#held) {
      this.#held.push(...events);
      return;
    }
    if (this.city.alerts.size < MANY) return this.#apply(events);
    this.#gathered.push(...events);
    const wait = this.#appliedAt + GATHER_MS - performance.now();
    if (wait <= 0) this.#applyGathered();
    else this.#gathering ??= setTimeout(() => this.#applyGathered(), wait);
  }

  #applyGathered(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#appliedAt = performance.now();
    const events = this.#gathered;
    this.#gathered = [];
    this.#apply(events);
  }

  #apply(events: StreamEvent[]): void {
    const { sources } = this.city;
    this.city = applyAll(this.city, events);
    // A source that was not known has just stopped watching, or has just been added.
    if (events.some((event) => event.type === 'source' && !sources.has(event.data.source)))
      this.#recount ??= setTimeout(() => void this.#count(), RECOUNT_MS);
    this.handlers.onEvents(events);
  }

  /** How many sources there are, and the names of those of which only the stream has spoken. */
  async #count(): Promise<void> {
    // From here on another such event asks again.
    this.#recount = undefined;
    const askedAt = this.city.lastId;
    const nameless = [...this.city.sources.values()].filter((source) => source.name === '');
    try {
      const counted = countedOf(await standings([...this.city.areas.values()]));
      this.city = { ...this.city, counted };
      for (const { id, kind } of nameless.slice(0, NAMED_AT_ONCE))
        if (kind === 'camera') this.learnCamera(await api.camera(id), askedAt);
        else this.learnDevices([await api.device(id)], askedAt);
    } catch (cause) {
      // Where the hub is away the screen says so already, and the next event asks again.
      if (!(cause instanceof ApiError)) throw cause;
    }
  }

  #hello(hello: { now: string; last_id: number; version: string }): void {
    this.#offset = Date.parse(hello.now) - Date.now();
    this.now = this.hubTime();
    this.clockError = Math.abs(this.#offset) > NOTICE_CLOCK_MS ? this.#offset : null;
    this.outdated = this.#version !== null && this.#version !== hello.version;
    this.#version ??= hello.version;
    this.#lastHello = hello.last_id;
    // Later connections resume, and the hub answers `reset` where it cannot: when too much was missed, or when its
    // journal is another one.
    if (!this.loaded && !this.#held) void this.#load(hello.last_id);
  }

  /** Reads everything as of the journal's `lastId` or later, then applies what the stream brought meanwhile. */
  async #load(lastId: number): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#held = this.#gathered;
    this.#gathered = [];
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.city = { ...this.city, lastId };
    const { signal } = loading;
    try {
      const areas = await api.areas(signal);
      const [counts, geojson, alerts, cameras, status, ...blind] = await Promise.all([
        standings(areas, signal),
        api.geojson(signal),
        api.openAlerts(signal),
        api.cameras(signal),
        api.status(signal),
        ...BLIND.map((state) => api.devicesBeing(state, signal)),
      ]);
      if (signal.aborted) return;
      this.geojson = geojson;
      this.respond = { ...USUAL, ...status.respond_s };
      this.city = cityOf({ lastId, areas, alerts, cameras, devices: blind.flat(), standings: counts, parts: status.parts });
      this.loaded = true;
      this.loadError = null;
    } catch (cause) {
      if (signal.aborted) return;
      this.loadError = cause;
      setTimeout(() => signal.aborted || this.reload(), RELOAD_MS);
    }
    const held = this.#held ?? [];
    this.#held = null;
    this.#apply(held);
  }
}

/** Of the outermost areas that this person sees. */
function standings(areas: readonly Area[], signal?: AbortSignal): Promise<Standing[]> {
  const paths = new Set(areas.map((area) => area.path));
  const outermost = areas.filter((area) => area.parent === null || !paths.has(area.parent));
  return Promise.all(outermost.map((area) => api.areaStatus(area.path, signal)));
}

export const liveSeries = (city: City, source: string, metric: string): readonly Point[] =>
  city.recent.get(seriesKey(source, metric)) ?? [];
