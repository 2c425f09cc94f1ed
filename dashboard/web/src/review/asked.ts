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
  /** What stands beside the axis; null: what happened. */
  tab: Tab | null;
}

export const TABS = ['log', 'gaps', 'found', 'around'] as const;
export type Tab = (typeof TABS)[number];
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
    tab: TABS.find((one) => one === params.get('tab')) ?? null,
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
  if (asked.tab !== null) params.set('tab', asked.tab);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** As far as "what else happened" looks (`GET /around`). */
const AROUND_MS = 10 * 60_000;

const MARGIN_MS = 60_000;
const LONGEST_INCIDENT_MS = 2 * 3_600_000;

/**
 * The place and the time of an alert: from ten minutes before it began to ten minutes after, or to when it was
 * acknowledged, where that was within two hours. The cursor stands where it began.
 */
export function askedOfAlert(alert: { area: string; started_at: string; acked_at?: string | null }, tab: Tab | null = null): Asked {
  const at = Date.parse(alert.started_at);
  const acked = alert.acked_at ? Date.parse(alert.acked_at) + MARGIN_MS : at;
  const to = acked - at > LONGEST_INCIDENT_MS ? at + AROUND_MS : Math.max(at + AROUND_MS, acked);
  return { incident: null, area: alert.area, from: at - AROUND_MS, to, at, cameras: [], tab };
}

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
