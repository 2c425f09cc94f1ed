/**
 * What the hub's `/api/v1` says, as docs/design/http-shapes.md describes it. The one place for these types: everything
 * else imports them from here. `npm run types` writes the full description of a running hub to schema.ts beside this file.
 */

import type { FeatureCollection, Geometry } from 'geojson';

export const SEVERITIES = ['critical', 'major', 'minor', 'warning'] as const;
/** Worst first. */
export type Severity = (typeof SEVERITIES)[number];

export type AlertState = 'firing' | 'acknowledged' | 'resolved';

export type AlertChange =
  | 'fired'
  | 'updated'
  | 'acknowledged'
  | 'shelved'
  | 'unshelved'
  | 'commented'
  | 'cleared'
  | 'resolved';

export type SourceState =
  | 'unknown'
  | 'connecting'
  | 'watching'
  | 'unreachable'
  | 'unauthorized'
  | 'no_video'
  | 'stalled'
  | 'ended'
  | 'unsupported'
  | 'silent'
  | 'offline'
  | 'worker_down'
  | 'disabled';

export type Role = 'viewer' | 'operator' | 'integrator' | 'administrator';

export interface User {
  name: string;
  role: Role;
  area: string | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Area {
  path: string;
  parent: string | null;
  name: string;
  kind: string;
}

export type AreaProperties = Pick<Area, 'path' | 'name' | 'kind'>;
export type AreasGeoJson = FeatureCollection<Geometry | null, AreaProperties>;

export interface Camera {
  id: string;
  name: string;
  area: string;
  state: SourceState;
  reason: string;
  since: string | null;
  seen_at: string | null;
  detail: Record<string, unknown> | null;
}

export interface Latest {
  value: number | null;
  text: string | null;
  ts: string;
}

export interface Device {
  id: string;
  name: string;
  area: string;
  type: string;
  approved: boolean;
  state: SourceState;
  reason: string;
  since: string | null;
  seen_at: string | null;
  latest: Record<string, Latest>;
}

export interface Evidence {
  source: string;
  metric: string;
  ts: string;
  value: number | null;
  text: string | null;
  attrs: Record<string, unknown> | null;
}

export interface Alert {
  id: number;
  rule: string;
  severity: Severity;
  state: AlertState;
  area: string;
  area_name: string;
  sources: string[];
  started_at: string;
  detected_at: string;
  resolved_at: string | null;
  acked_at: string | null;
  acked_by: string | null;
  shelved_until: string | null;
  summary: string;
  incident: number | null;
  evidence: Evidence[];
}

export interface LogEntry {
  id: number;
  at: string;
  actor: string;
  change: AlertChange;
  note: string | null;
}

export interface AlertDetail extends Alert {
  log: LogEntry[];
  procedure: string | null;
}

/** Raw points: `[ts, value]`, or `[ts, null, text]`. */
export interface Series {
  source: string;
  metric: string;
  points: [string, number | null, ...unknown[]][];
}

export interface Part {
  name: string;
  state: 'ok' | 'degraded' | 'down';
  detail: string;
  since: string | null;
  beat_at: string | null;
}

export interface Status {
  version: string;
  started_at: string;
  now: string;
  parts: Part[];
}

export interface Reading {
  source: string;
  area: string;
  metric: string;
  ts: string;
  received_at: string;
  value: number | null;
  text: string | null;
}

/** The events of `GET /stream`. Those with an `id` come from the journal; ids only grow. */
export type StreamEvent =
  | { type: 'hello'; data: { now: string; last_id: number; version: string } }
  | {
      type: 'alert';
      id: number;
      data: { change: AlertChange; at: string; actor: string; note: string | null; alert: Alert };
    }
  | {
      type: 'source';
      id: number;
      data: {
        source: string;
        kind: 'camera' | 'device';
        area: string;
        state: SourceState;
        reason: string;
        since: string | null;
        detail: Record<string, unknown> | null;
      };
    }
  | { type: 'incident'; id: number; data: Record<string, unknown> }
  | { type: 'observation'; data: { items: Reading[] } }
  | { type: 'system'; data: { parts: Part[] } }
  | { type: 'reset'; data: Record<string, never> };
