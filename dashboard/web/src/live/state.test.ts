import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../api/types';
import { alert, alertEvent, city, device } from '../testing';
import { KEPT_POINTS, KEPT_RESOLVED, applyAll, cityOf, insertPoint, seriesKey, withAlerts, withHistory } from './state';

const source = (id: number, state: 'watching' | 'stalled'): StreamEvent => ({
  type: 'source',
  id,
  data: { source: 'cam-1', kind: 'camera', area: 'c/g1', state, reason: 'why', since: '2026-01-01T00:00:00Z', detail: {} },
});
const reading = (ts: string, value: number): StreamEvent => ({
  type: 'observation',
  data: { items: [{ source: 'smoke-1', area: 'c/g1', metric: 'smoke', ts, received_at: ts, value, text: null, flags: [] }] },
});

describe('events of the journal', () => {
  it('are applied once, however often they come', () => {
    const once = applyAll(city({ lastId: 4 }), [alertEvent(5, alert({ id: 1 }))]);
    const again = applyAll(once, [alertEvent(5, alert({ id: 1, state: 'resolved' }))]);
    expect(again.alerts.get(1)?.alert.state).toBe('firing');
    expect(again.log.get(1)).toHaveLength(1);
    expect(again.lastId).toBe(5);
  });

  it('that are older than what was loaded change nothing', () => {
    const after = applyAll(city({ lastId: 9, alerts: [alert({ id: 1, state: 'resolved' })] }), [
      alertEvent(9, alert({ id: 1 })),
    ]);
    expect(after.alerts.get(1)?.alert.state).toBe('resolved');
  });

  it('are all applied when several come at once, the last one winning', () => {
    const after = applyAll(city(), [
      alertEvent(1, alert({ id: 1 })),
      alertEvent(2, alert({ id: 2 })),
      alertEvent(3, alert({ id: 1, state: 'acknowledged', acked_by: 'li' }), 'acknowledged'),
    ]);
    expect(after.alerts.get(1)?.alert.acked_by).toBe('li');
    expect(after.log.get(1)?.map((entry) => entry.change)).toEqual(['fired', 'acknowledged']);
    expect(after.alerts.size).toBe(2);
  });

  it('leave the city they were applied to as it was', () => {
    const before = city();
    applyAll(before, [alertEvent(1, alert({ id: 1 })), source(2, 'stalled')]);
    expect(before.alerts.size).toBe(0);
    expect(before.sources.size).toBe(0);
  });

  it('about a source keep its name and change its state', () => {
    const before = cityOf({ lastId: 0, areas: [], alerts: [], devices: [], standings: [], parts: [], cameras: [
      { id: 'cam-1', name: 'North gate', area: 'c/g1', state: 'watching', reason: '', since: '2026-01-01T00:00:00Z', detail: {}, zones: [], lines: [] },
    ] });
    const after = applyAll(before, [source(1, 'stalled')]);
    expect(after.sources.get('cam-1')).toMatchObject({ name: 'North gate', state: 'stalled', reason: 'why' });
  });

  it('about a source that was added since make it known', () => {
    expect(applyAll(city(), [source(1, 'watching')]).sources.get('cam-1')?.kind).toBe('camera');
  });

  it('that this console knows nothing to do with still move the place where the stream resumes', () => {
    expect(applyAll(city(), [{ type: 'incident', id: 7, data: {} }]).lastId).toBe(7);
  });
});

describe('readings', () => {
  it('show the newest value even when a late one follows', () => {
    const after = applyAll(city(), [reading('2026-01-01T00:00:10Z', 0.5), reading('2026-01-01T00:00:05Z', 0.1)]);
    expect(after.latest.get(seriesKey('smoke-1', 'smoke'))?.value).toBe(0.5);
  });

  it('take their place by time in the line', () => {
    const after = applyAll(city(), [reading('2026-01-01T00:00:10Z', 2), reading('2026-01-01T00:00:05Z', 1)]);
    expect(after.recent.get(seriesKey('smoke-1', 'smoke'))?.map(([, value]) => value)).toEqual([1, 2]);
  });

  it('of one instant count once', () => {
    expect(insertPoint([[1, 1], [2, 2]], [2, 5])).toEqual([[1, 1], [2, 5]]);
  });

  it('beyond the kept number push out the oldest', () => {
    let points = insertPoint([], [0, 0]);
    for (let n = 1; n < KEPT_POINTS + 5; n += 1) points = insertPoint(points, [n, n]);
    expect(points).toHaveLength(KEPT_POINTS);
    expect(points[0]).toEqual([5, 5]);
  });

  it('that came while the history was read are in it', () => {
    const key = seriesKey('smoke-1', 'smoke');
    const live = applyAll(city(), [reading('1970-01-01T00:00:03Z', 3)]);
    expect(withHistory(live, key, [[1000, 1], [2000, 2]]).recent.get(key)).toEqual([[1000, 1], [2000, 2], [3000, 3]]);
  });

  it('from the list of devices are there from the start', () => {
    const latest = { smoke: { value: 0.2, text: null, ts: '2026-01-01T00:00:00Z', unit: '1', flags: [] } };
    const start = cityOf({ lastId: 0, areas: [], alerts: [], cameras: [], standings: [], parts: [], devices: [device('smoke-1', 'c/g1', { latest })] });
    expect(start.latest.get(seriesKey('smoke-1', 'smoke'))?.value).toBe(0.2);
  });
});

describe('answers to requests', () => {
  it('do not undo an event that overtook them', () => {
    const live = applyAll(city({ lastId: 4 }), [alertEvent(5, alert({ id: 1, state: 'resolved' }), 'resolved')]);
    const after = withAlerts(live, [alert({ id: 1, state: 'acknowledged' })], 4);
    expect(after.alerts.get(1)?.alert.state).toBe('resolved');
  });

  it('count where no event came meanwhile', () => {
    const after = withAlerts(city({ lastId: 4, alerts: [alert({ id: 1 })] }), [alert({ id: 1, state: 'acknowledged' })], 4);
    expect(after.alerts.get(1)?.alert.state).toBe('acknowledged');
  });
});

it('forgets the oldest resolved alerts, never an open one', () => {
  const many = Array.from({ length: KEPT_RESOLVED + 10 }, (_, n) =>
    alertEvent(n + 2, alert({ id: n + 2, state: 'resolved' }), 'resolved'),
  );
  const after = applyAll(city(), [alertEvent(1, alert({ id: 1 })), ...many]);
  expect(after.alerts.has(1)).toBe(true);
  expect(after.alerts.has(2)).toBe(false);
  expect(after.alerts.size).toBe(KEPT_RESOLVED + 1);
});
