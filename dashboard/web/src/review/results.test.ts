import { expect, it } from 'vitest';
import type { Bookmark, Stretch } from '../api/types';
import { alert } from '../testing';
import { curvesOf, drawnOf, valueAt } from './curves';
import { andWorse, kindsOf, metricsFor, resultsOf } from './results';

const METRICS = ['line.fence', 'motion', 'object.car', 'object.person', 'zone.gate', 'left.gate'];

it('tells things from places in what cameras can see', () => {
  expect(kindsOf(METRICS)).toEqual({ objects: ['car', 'person'], places: ['fence', 'gate'] });
});

it('asks for what was chosen, and for mere motion only where nothing better is seen', () => {
  expect(metricsFor(METRICS, '', '')).toEqual(METRICS.filter((metric) => metric !== 'motion'));
  expect(metricsFor(['motion'], '', '')).toEqual(['motion']);
  expect(metricsFor(METRICS, 'motion', '')).toEqual(['motion']);
  expect(metricsFor(METRICS, 'car', '')).toEqual(['object.car']);
  expect(metricsFor(METRICS, '', 'gate')).toEqual(['zone.gate', 'left.gate']);
  expect(metricsFor(['motion'], 'person', '')).toEqual([]);
});

it('makes one list of what was seen, raised and marked, the newest first', () => {
  const stretch: Stretch = { source: 'cam-1', area: 'a', metric: 'motion', from: '2026-01-01T00:00:05Z', to: '2026-01-01T00:00:06Z', peak: 1 };
  const bookmark: Bookmark = { id: 3, area: 'a', at: '2026-01-01T00:00:09Z', until: null, sources: ['cam-2'], incident: null, note: 'here', owner: 'li', created_at: '2026-01-02T00:00:00Z' };
  const found = resultsOf([stretch], [alert({ id: 7 })], [bookmark], Date.parse('2026-01-01T01:00:00Z'));
  expect(found.map((one) => [one.kind, one.cameras])).toEqual([['bookmark', ['cam-2']], ['motion', ['cam-1']], ['alert', []]]);
  expect(andWorse('minor')).toEqual(['critical', 'major', 'minor']);
});

const device = (id: string, latest: Record<string, number | null>) => ({
  id, name: id, area: 'a', type: 'x', approved: true, state: 'watching' as const, reason: '', since: '2026-01-01T00:00:00Z',
  latest: Object.fromEntries(Object.entries(latest).map(([metric, value]) => [metric, { value, text: null, ts: '2026-01-01T00:00:00Z', unit: '', flags: [] }])),
});

it('draws first what spoke for an alert, and never what a device says of itself or in words', () => {
  const evidence = [{ source: 'b', metric: 'smoke', ts: '2026-01-01T00:00:00Z', value: 1, text: null, attrs: null }];
  const devices = [device('a', { water: 1, battery: 90, label: null }), device('b', { smoke: 0.5, 'device.online': 1 })];
  expect(curvesOf(devices, [alert({ evidence })]).map((curve) => `${curve.source} ${curve.metric}`)).toEqual(['b smoke', 'a water']);
});

it('reads buckets and points alike, and what was said last before a moment', () => {
  const drawn = drawnOf({ columns: ['ts', 'mean', 'min', 'max', 'count', 'last', 'bad'], step_s: 1, points: [['2026-01-01T00:00:00Z', 2, 1, 3, 4, 3, 0], ['2026-01-01T00:00:10Z', null, null, null, 0, null, 1]] });
  const zero = Date.parse('2026-01-01T00:00:00Z') / 1000;
  expect(drawn).toEqual([[zero, zero + 10], [2, null]]);
  expect(drawnOf({ columns: ['ts', 'value', 'text', 'quality'], step_s: null, points: [['2026-01-01T00:00:00Z', 5, null, 0]] })[1]).toEqual([5]);
  expect([valueAt(drawn, zero - 1, 60), valueAt(drawn, zero, 60), valueAt(drawn, zero + 12, 60), valueAt(drawn, zero + 70, 60)]).toEqual([null, 2, 2, null]);
});
