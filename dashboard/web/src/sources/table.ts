/** The table of all sources: what a row holds, which rows are shown, and in which order. Pure. */

import type { CameraRow, DeviceRow, SourceState } from '../api/types';
import { contains } from '../live/board';
import type { Source } from '../live/state';

export interface Row {
  id: string;
  kind: 'camera' | 'device';
  name: string;
  type: string;
  area: string;
  areaName: string;
  state: SourceState;
  reason: string;
  since: string;
  /** Set in the configuration of the hub: it can be changed only there. */
  fixed: boolean;
  /** How a camera records, or how often a device reports. */
  setting: string;
  /** Share of the last day in which a camera watched; null where it is not known. */
  watched: number | null;
  problems: readonly string[];
}

export type Column = 'state' | 'id' | 'name' | 'type' | 'area' | 'since' | 'setting' | 'watched';
export const COLUMNS: readonly Column[] = ['state', 'id', 'name', 'type', 'area', 'since', 'setting', 'watched'];

export interface Filter {
  text: string;
  kind: 'all' | 'camera' | 'device';
  /** 'blind': whatever does not watch, or has something else the matter. */
  state: 'all' | 'blind' | SourceState;
  type: string | null;
  area: string | null;
}

export const NO_FILTER: Filter = { text: '', kind: 'all', state: 'all', type: null, area: null };

interface Known {
  cameras: readonly CameraRow[];
  devices: readonly DeviceRow[];
  watched: ReadonlyMap<string, number | null>;
}

/** `live` is newer where the stream has spoken of a source since it was read at the journal's `readAt`. */
export function rowsOf(known: Known, live: ReadonlyMap<string, Source>, readAt: number, nameOf: (area: string) => string): Row[] {
  const standing = (one: CameraRow | DeviceRow): Pick<Row, 'state' | 'reason' | 'since' | 'area' | 'areaName'> => {
    const newer = live.get(one.id);
    const { state, reason, since } = newer && newer.seenId > readAt ? newer : one;
    return { state, reason, since, area: one.area, areaName: nameOf(one.area) };
  };
  const cameras = known.cameras.map((one): Row => ({
    id: one.id,
    kind: 'camera',
    name: one.name,
    type: 'camera',
    ...standing(one),
    fixed: one.origin === 'config',
    setting: one.record.mode,
    watched: known.watched.get(one.id) ?? null,
    problems: [],
  }));
  const devices = known.devices.map((one): Row => ({
    id: one.id,
    kind: 'device',
    name: one.name,
    type: one.type,
    ...standing(one),
    fixed: one.origin === 'config',
    setting: one.period ?? '',
    watched: null,
    problems: one.condition.problems,
  }));
  return [...cameras, ...devices];
}

export const isBlind = (row: Row): boolean => row.state !== 'watching' || row.problems.length > 0;

export function shown(rows: readonly Row[], filter: Filter): Row[] {
  const words = filter.text.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (filter.kind === 'all' || row.kind === filter.kind) &&
      (filter.state === 'all' || (filter.state === 'blind' ? isBlind(row) : row.state === filter.state)) &&
      (filter.type === null || row.type === filter.type) &&
      (filter.area === null || contains(filter.area, row.area)) &&
      (words === '' || [row.id, row.name, row.areaName, row.area, row.reason].some((text) => text.toLowerCase().includes(words))),
  );
}

const natural = new Intl.Collator('en', { numeric: true });
/** What does not watch before what does, and what nobody has heard of between. */
const STATE_ORDER: readonly SourceState[] = [
  'worker_down', 'unauthorized', 'unreachable', 'no_video', 'ended', 'stalled', 'tampered', 'unsupported', 'offline', 'silent',
  'unknown', 'connecting', 'disabled', 'watching',
];

const COMPARE: Record<Column, (a: Row, b: Row) => number> = {
  state: (a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || b.problems.length - a.problems.length,
  id: () => 0,
  name: (a, b) => natural.compare(a.name, b.name),
  type: (a, b) => natural.compare(a.type, b.type),
  area: (a, b) => natural.compare(a.area, b.area),
  since: (a, b) => Date.parse(b.since) - Date.parse(a.since),
  setting: (a, b) => natural.compare(a.setting, b.setting),
  // What is not known comes last.
  watched: (a, b) => (a.watched ?? 2) - (b.watched ?? 2),
};

/** Sorted by a column; what is equal in it by id. */
export function sorted(rows: readonly Row[], by: Column, down: boolean): Row[] {
  const sign = down ? -1 : 1;
  return rows.toSorted((a, b) => sign * (COMPARE[by](a, b) || natural.compare(a.id, b.id)));
}

export interface AreaLine {
  path: string;
  name: string;
  depth: number;
  sources: number;
  watching: number;
  cameras: number;
  /** Mean and least share of the last day of the cameras that were there. */
  watched: number | null;
  worst: number | null;
}

/** Every area that holds sources, with what lies below it. */
export function byArea(rows: readonly Row[], areas: Iterable<{ path: string; name: string }>): AreaLine[] {
  const lines = new Map<string, AreaLine & { sum: number; known: number }>();
  for (const { path, name } of areas)
    lines.set(path, { path, name, depth: 0, sources: 0, watching: 0, cameras: 0, watched: null, worst: null, sum: 0, known: 0 });
  for (const row of rows)
    for (let at = row.area.length; at > 0; at = row.area.lastIndexOf('/', at - 1)) {
      const line = lines.get(row.area.slice(0, at));
      if (!line) continue;
      line.sources += 1;
      if (row.state === 'watching') line.watching += 1;
      if (row.kind === 'camera') line.cameras += 1;
      if (row.watched === null) continue;
      line.sum += row.watched;
      line.known += 1;
      line.worst = Math.min(line.worst ?? 1, row.watched);
    }
  const found = [...lines.values()].filter((line) => line.sources > 0).sort((a, b) => natural.compare(a.path, b.path));
  const least = Math.min(...found.map((line) => line.path.split('/').length));
  return found.map(({ sum, known, ...line }) => ({
    ...line,
    depth: line.path.split('/').length - least,
    watched: known > 0 ? sum / known : null,
  }));
}
