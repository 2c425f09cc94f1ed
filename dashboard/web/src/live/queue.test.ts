import { describe, expect, it } from 'vitest';
import { SEVERITIES } from '../api/types';
import { alert } from '../testing';
import { arrange, matches, queueOf, type Filter } from './queue';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const OPEN: Filter = { show: 'open', severities: new Set(SEVERITIES), area: null, text: '' };
const ids = (alerts: { id: number }[]) => alerts.map((item) => item.id);

describe('the order of the queue', () => {
  it('is unacknowledged before acknowledged, then the worst, then the newest', () => {
    const alerts = [
      alert({ id: 1, severity: 'critical', state: 'acknowledged' }),
      alert({ id: 2, severity: 'warning' }),
      alert({ id: 3, severity: 'major', started_at: '2026-01-01T00:00:00Z' }),
      alert({ id: 4, severity: 'major', started_at: '2026-01-01T00:10:00Z' }),
    ];
    expect(ids(queueOf(alerts, OPEN, NOW))).toEqual([4, 3, 2, 1]);
  });

  it('keeps what is over until somebody has acknowledged or reset it, above what is over and done', () => {
    const left = [
      alert({ id: 1, state: 'resolved', stage: 'returned' }),
      alert({ id: 2, state: 'resolved', stage: 'latched_acknowledged', acked_at: '2026-01-01T00:01:00Z' }),
    ];
    const done = alert({ id: 3, state: 'resolved', started_at: '2026-01-01T00:10:00Z' });
    const on = alert({ id: 4, state: 'acknowledged' });
    expect(ids(queueOf([done, ...left, on], OPEN, NOW))).toEqual([4, 2, 1]);
    expect(ids(queueOf([done, ...left, on], { ...OPEN, show: 'all' }, NOW))).toEqual([4, 2, 1, 3]);
  });

  it('leaves out what is muted or out of service', () => {
    expect(queueOf([alert({ stage: 'suppressed' }), alert({ id: 2, stage: 'out_of_service' })], OPEN, NOW)).toEqual([]);
  });

  it('puts resolved alerts last, the newest first whatever their severity', () => {
    const alerts = [
      alert({ id: 1, severity: 'critical', state: 'resolved', started_at: '2026-01-01T00:00:00Z' }),
      alert({ id: 2, severity: 'warning', state: 'resolved', started_at: '2026-01-01T00:10:00Z' }),
      alert({ id: 3, severity: 'warning', state: 'acknowledged' }),
    ];
    expect(ids(queueOf(alerts, { ...OPEN, show: 'all' }, NOW))).toEqual([3, 2, 1]);
  });

  it('is by time, not by the way times are written', () => {
    const alerts = [
      alert({ id: 1, started_at: '2026-01-01T00:00:00.5Z' }),
      alert({ id: 2, started_at: '2026-01-01T00:00:00Z' }),
    ];
    expect(ids(queueOf(alerts, OPEN, NOW))).toEqual([1, 2]);
  });
});

describe('filters', () => {
  const shelved = alert({ id: 1, shelved_until: '2026-01-01T02:00:00Z' });

  it('keep shelved alerts apart from open ones', () => {
    expect(matches(shelved, OPEN, NOW)).toBe(false);
    expect(matches(shelved, { ...OPEN, show: 'shelved' }, NOW)).toBe(true);
    expect(matches(shelved, OPEN, NOW + 3_600_001)).toBe(true);
  });

  it('take an area with everything below it, and not its namesakes', () => {
    expect(matches(alert({ area: 'c/g1/x' }), { ...OPEN, area: 'c/g1' }, NOW)).toBe(true);
    expect(matches(alert({ area: 'c/g10' }), { ...OPEN, area: 'c/g1' }, NOW)).toBe(false);
  });

  it('look for words in summary, place, rule, source and number', () => {
    const found = (text: string) => matches(alert({ id: 7, summary: '烟雾 Smoke', area_name: '桃源 03' }), { ...OPEN, text }, NOW);
    expect(['烟雾', 'SMOKE', '桃源', 'smoke-1', '#7', ' '].every(found)).toBe(true);
    expect(found('water')).toBe(false);
  });

  it('show only the severities that are wanted', () => {
    expect(matches(alert({ severity: 'minor' }), { ...OPEN, severities: new Set(['critical']) }, NOW)).toBe(false);
  });
});

describe('while somebody points at the list', () => {
  it('no row moves, nothing vanishes, and newcomers wait', () => {
    const shown = arrange([2, 1], [alert({ id: 3, severity: 'critical' }), alert({ id: 1 })], true);
    expect(shown).toEqual({ order: [2, 1], waiting: [3] });
  });

  it('and when they have gone, the order is that of the queue', () => {
    expect(arrange([2, 1], [alert({ id: 3 }), alert({ id: 1 })], false)).toEqual({ order: [3, 1], waiting: [] });
  });

  it('an empty list shows what comes at once', () => {
    expect(arrange([], [alert({ id: 3 })], true)).toEqual({ order: [3], waiting: [] });
  });
});
