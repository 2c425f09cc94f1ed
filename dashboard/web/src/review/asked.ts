/** What a review is of, as it stands in its address: so it can be kept, sent and gone back to. Pure. */

import type { Span } from './axis';

export interface Asked {
  incident: number | null;
  area: string | null;
  from: number | null;
  to: number | null;
  /** Where the cursor stands. */
  at: number | null;
  cameras: string[];
}

export const MOST_CAMERAS = 9;

export function askedOf(search: string): Asked {
  const params = new URLSearchParams(search);
  const time = (name: string): number | null => {
    const ms = Date.parse(params.get(name) ?? '');
    return Number.isNaN(ms) ? null : ms;
  };
  const incident = Number(params.get('incident'));
  return {
    incident: Number.isSafeInteger(incident) && incident > 0 ? incident : null,
    area: params.get('area') || null,
    from: time('from'),
    to: time('to'),
    at: time('at'),
    cameras: (params.get('cameras') ?? '').split(',').filter((id) => id !== '').slice(0, MOST_CAMERAS),
  };
}

export function searchOf(asked: Asked): string {
  const params = new URLSearchParams();
  if (asked.incident !== null) params.set('incident', String(asked.incident));
  if (asked.area !== null) params.set('area', asked.area);
  for (const name of ['from', 'to', 'at'] as const) {
    const at = asked[name];
    if (at !== null) params.set(name, new Date(at).toISOString());
  }
  if (asked.cameras.length > 0) params.set('cameras', asked.cameras.join(','));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

const MARGIN_MS = 60_000;
const LONGEST_INCIDENT_MS = 2 * 3_600_000;

/** What is looked at of an incident: all of it with a minute on both sides, of a long one its beginning. */
export function spanOf(incident: { opened_at: string; closed_at: string | null }, now: number): Span {
  const from = Date.parse(incident.opened_at) - MARGIN_MS;
  const end = incident.closed_at === null ? now : Date.parse(incident.closed_at) + MARGIN_MS;
  return { from, to: Math.max(from + 2 * MARGIN_MS, Math.min(end, from + LONGEST_INCIDENT_MS)) };
}

/** Cameras of a place, those that are named first; then by how far they are, at most nine. */
export function chosenOf(named: readonly string[], here: readonly { id: string; area: string }[], far: (area: string) => number): string[] {
  const rest = [...here].sort((a, b) => far(a.area) - far(b.area) || (a.id < b.id ? -1 : 1)).map((camera) => camera.id);
  return [...new Set([...named, ...rest])].slice(0, MOST_CAMERAS);
}
