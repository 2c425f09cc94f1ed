/** What a tile shows: its camera, or while its place alarms the camera that sees the alarm. Pure. */

import type { Alert, WallTile } from '../api/types';
import { camerasFor, contains, isOpen, isUnseen, rank } from '../live/board';
import type { Source } from '../live/state';

export interface Shown {
  camera: Source | null;
  /** Because of which it has turned. */
  alert: Alert | null;
}

type Sources = ReadonlyMap<string, Source>;
type Far = (from: string, to: string) => number;

/** Alerts that nobody has acknowledged, the worst first, of these the newest. */
export const calling = (alerts: readonly Alert[], now: number): Alert[] =>
  alerts
    .filter((alert) => isOpen(alert, now) && isUnseen(alert) && alert.damped === null)
    .sort((a, b) => rank(a.severity) - rank(b.severity) || Date.parse(b.started_at) - Date.parse(a.started_at) || b.id - a.id);

/** `calls`: as `calling` gives them. */
export function shownOf(tile: WallTile, sources: Sources, calls: readonly Alert[], far: Far): Shown {
  if (tile.kind === 'camera') {
    const own = sources.get(tile.id);
    if (!own || own.kind !== 'camera') return { camera: null, alert: null };
    const alert = calls.find((one) => one.sources.includes(own.id) || contains(own.area, one.area)) ?? null;
    // Its own view, where that is what saw it.
    if (alert === null || alert.sources.includes(own.id)) return { camera: own, alert };
    return { camera: witness(alert, sources) ?? own, alert };
  }
  const alert = calls.find((one) => contains(tile.path, one.area)) ?? null;
  const of = alert ? (witness(alert, sources) ?? first(alert.area, sources, far)) : null;
  return { camera: of ?? first(tile.path, sources, far), alert };
}

/** The camera whose words speak for an alert. */
const witness = (alert: Alert, sources: Sources): Source | null =>
  alert.sources.map((id) => sources.get(id)).find((source) => source?.kind === 'camera') ?? null;

const first = (area: string, sources: Sources, far: Far): Source | null => camerasFor(sources, area, far).cameras[0] ?? null;
