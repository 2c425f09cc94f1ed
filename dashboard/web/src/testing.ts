/** Small makers of the things that tests speak about. Used by tests only. */

import type { Alert, AlertChange, Area, Device, StreamEvent } from './api/types';
import { cityOf, type City } from './live/state';

export function alert(change: Partial<Alert> = {}): Alert {
  return {
    id: 1,
    rule: 'smoke',
    severity: 'major',
    state: 'firing',
    area: 'c/g1',
    area_name: 'Grid 1',
    sources: ['smoke-1'],
    started_at: '2026-01-01T00:00:00Z',
    detected_at: '2026-01-01T00:00:01Z',
    resolved_at: null,
    acked_at: null,
    acked_by: null,
    shelved_until: null,
    summary: 'smoke',
    incident: null,
    evidence: [],
    stage: { firing: 'unacknowledged', acknowledged: 'acknowledged', resolved: 'normal' }[change.state ?? 'firing'] as Alert['stage'],
    latch: false,
    damped: null,
    suppressed_by: null,
    out_of_service: null,
    re_alarm_at: null,
    announced_at: null,
    repeats: 0,
    superseded_by: null,
    assigned_to: null,
    assigned_at: null,
    detail: null,
    ...change,
  };
}

export function alertEvent(id: number, of: Alert, change: AlertChange = 'fired'): StreamEvent {
  return { type: 'alert', id, data: { change, at: of.detected_at, actor: 'rules', note: '', alert: of } };
}

export function device(id: string, area: string, change: Partial<Device> = {}): Device {
  return {
    id,
    name: id,
    area,
    type: 'smoke',
    approved: true,
    state: 'watching',
    reason: '',
    since: '2026-01-01T00:00:00Z',
    latest: {},
    ...change,
  };
}

export const area = (path: string): Area => ({
  path,
  parent: path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : null,
  name: path,
  kind: 'grid',
});

export function city(given: { lastId?: number; alerts?: Alert[]; areas?: Area[]; devices?: Device[] } = {}): City {
  return cityOf({
    lastId: given.lastId ?? 0,
    areas: given.areas ?? [],
    alerts: given.alerts ?? [],
    cameras: [],
    devices: given.devices ?? [],
    standings: (given.devices ?? []).map((one) => ({ path: one.area, sources: 1, grids: [] })),
    parts: [],
  });
}
