/**
 * What the hub's `/api/v1` says. The one place for these types: everything else imports them from here. The shapes come
 * from the hub's own description (`npm run types` writes schema.ts); the events of the stream, which it cannot describe,
 * are those of docs/design/http-shapes.md.
 */

import type { FeatureCollection, Geometry } from 'geojson';
import type { components } from './schema';

type Schemas = components['schemas'];

export type Severity = Schemas['Severity'];
/** Worst first. */
export const SEVERITIES = ['critical', 'major', 'minor', 'warning'] as const satisfies readonly Severity[];

export type AlertState = Schemas['AlertState'];
export type AlertChange = Schemas['AlertChange'];
export type SourceState = Schemas['SourceState'];
export type Role = Schemas['Role'];
export type User = Schemas['User'];
export type Area = Schemas['Area'];
export type Latest = Schemas['Latest'];
export type Evidence = Schemas['Evidence'];
export type Alert = Schemas['Alert'];
export type Able = Schemas['Able'];
export type LogEntry = Schemas['LogEntry'];
export type AlertDetail = Schemas['AlertDetail'];
export type Series = Schemas['Series'];
export type Part = Schemas['Part'];
export type AreaStatus = Schemas['AreaStatus'];
export type Status = Schemas['Status'];
export type Segment = Schemas['RecordedSegment'];
export type Gap = Schemas['Gap'];
export type GapCause = Schemas['GapCause'];
export type Recordings = Schemas['Recordings'];
export type Availability = Schemas['Availability'];
export type Probe = Schemas['Probe'];
export type Profile = Schemas['Profile'];
export type OnvifDevice = Schemas['OnvifDevice'];
export type Zone = Schemas['Zone'];
export type Line = Schemas['Line'];
export type Rule = Schemas['Rule'];
export type RuleFile = Schemas['RuleFile'];
export type Hold = Schemas['Hold'];
export type Checked = Schemas['Checked'];
export type Silence = Schemas['Silence'];
export type Matcher = Required<Schemas['SilenceMatcher']>;
export type MatcherField = Matcher['field'];
export type MatcherHow = Matcher['how'];
export type Outage = Schemas['Outage'];
export type OutageNew = Schemas['NewOutage'];
export type AlertGroup = Schemas['AlertGroup'];
export type AlertGroups = Schemas['AlertGroups'];
export type Load = Schemas['Load'];
export type Figure = Schemas['Figure'];
export type Verdict = Figure['verdict'];
export type LoadShare = Schemas['Share'];
export type Bookmark = Schemas['Bookmark'];
export type Stretch = Schemas['Stretch'];
export type Around = Schemas['Around'];
export type Incident = Schemas['Incident'];
export type IncidentDetail = Schemas['IncidentDetail'];
export type IncidentLogEntry = Schemas['IncidentLogEntry'];
export type Wall = Schemas['Wall'];
export type WallBody = Wall['body'];
export type Layout = Schemas['Layout'];
export type Tour = Schemas['Tour'];
export type WallTile = NonNullable<Layout['tiles'][number]>;
export type Me = Schemas['Me'];
export type Right = Schemas['Right'];
export type RoleRights = Schemas['RoleRights'];
export type Person = Schemas['PersonShape'];
export type PersonNew = Schemas['NewPerson'];
export type GrantNew = Schemas['NewGrant'];
export type Session = Schemas['SessionShape'];
export type Token = Schemas['TokenShape'];
export type TokenNew = Schemas['NewToken'];
export type MadeToken = Schemas['MadeToken'];
export type PasskeyKnown = Schemas['PasskeyShape'];
export type Ways = Schemas['Ways'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditChain = Schemas['AuditChain'];
export interface BookmarkNew {
  area: string;
  at: string;
  until?: string;
  sources: string[];
  incident?: number;
  note: string;
}
export interface SilenceNew {
  matchers: Matcher[];
  area?: string;
  reason: string;
  ends_at: string;
}

/** What a backtest is asked; it answers lines of JSON, which the hub's description cannot tell. */
export interface BacktestAsked {
  text: string;
  file: string;
  from: string;
  to: string;
  area?: string;
}
export interface Timeline {
  step_s: number;
  proposed: number[];
  now: number[] | null;
}
export interface Occurrence {
  rule: string;
  severity: Severity;
  area: string;
  summary: string;
  started_at: string;
  ended_at: string | null;
}
/** An alert that was raised, and what people made of it. */
export interface Judged {
  id: number;
  rule: string;
  area: string;
  summary: string;
  started_at: string;
  ended_at: string | null;
  by: string;
  note: string;
  /** Whether the rules as they are now would raise it; null where there is nothing to hold it against. */
  now: boolean | null;
}
export interface Outcome {
  from: string;
  to: string;
  observations: number;
  rules: { rule: string; alerts: number; before: number | null; longest_s: number; on_s: number; areas: number }[];
  new: number | null;
  missing: number | null;
  lost: Judged[];
  gone: Judged[];
  kept: { confirmed: number; dismissed: number };
  timeline: Timeline;
  areas: { area: string; proposed: number; now: number | null }[];
  longest: Occurrence[];
  faults: string[];
  total: number;
}
export type BacktestLine =
  | { at: string; done: number; observations: number; alerts: number }
  | { outcome: Outcome }
  | { failed: string };

/** One thing that is wrong in what was sent. */
export interface Mistake {
  line: number;
  key: string;
  message: string;
}
export type RecordMode = Schemas['RecordSettings']['mode'];
/** What the console asks for; the hub has a usual value for everything else. */
export interface CameraNew {
  id: string;
  url: string;
  substream_url?: string;
  area: string;
  name?: string;
  username?: string;
  password?: string;
  record: { mode: RecordMode };
}

/** Only what the console uses: the rest is for those who configure. */
export type Camera = Pick<
  Schemas['Camera'],
  'id' | 'name' | 'area' | 'state' | 'reason' | 'since' | 'detail' | 'zones' | 'lines'
>;
export type Device = Pick<
  Schemas['Device'],
  'id' | 'name' | 'area' | 'type' | 'approved' | 'state' | 'reason' | 'since' | 'latest'
>;

/** All that the hub tells of one, for those who set it up. */
export type CameraRow = Schemas['Camera'];
export type DeviceRow = Schemas['Device'];
export type CameraChange = Schemas['CameraChange'];
export type DeviceChange = Schemas['DeviceChange'];
export type DeviceType = Schemas['DeviceType'];
export type UnknownDevice = Schemas['UnknownDevice'];
export type Approval = Schemas['Approval'];
export type Refused = Schemas['Refused'];
export type RefusedDetail = Schemas['RefusedDetail'];
export type RefusedCount = Schemas['RefusedCount'];
export type AreaAvailability = Schemas['AreaAvailability'];
export type Imported = Schemas['Imported'];
export type System = Schemas['System'];
export type Commands = Schemas['Commands'];
export type Command = Schemas['Command'];
export type Offer = Schemas['Offer'];

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** GeoJSON (RFC 7946), which has types of its own. */
export type AreasGeoJson = FeatureCollection<Geometry | null, Schemas['FeatureProperties']>;

export interface Reading {
  source: string;
  area: string;
  metric: string;
  ts: string;
  received_at: string;
  value: number | null;
  text: string | null;
  /** What is known against the value; none of it is a good one. */
  flags: Latest['flags'];
}

/** The events of `GET /stream`. Those with an `id` come from the journal; ids only grow. */
export type StreamEvent =
  | { type: 'hello'; data: { now: string; last_id: number; version: string } }
  | {
      type: 'alert';
      id: number;
      data: { change: AlertChange; at: string; actor: string; note: string; alert: Alert };
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
        since: string;
        detail: Record<string, unknown>;
      };
    }
  | { type: 'incident'; id: number; data: Record<string, unknown> }
  | { type: 'observation'; data: { items: Reading[] } }
  | { type: 'system'; data: { parts: Part[] } }
  | { type: 'reset'; data: Record<string, never> };
