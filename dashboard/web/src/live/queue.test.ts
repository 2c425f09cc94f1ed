import { describe, expect, it } from 'vitest';
import { SEVERITIES, type Alert } from '../api/types';
import { alert } from '../testing';
import { arrange, dueAt, grouped, inOrderOf, isStorm, linesOf, matches, queueOf, type Filter } from './queue';

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

describe('while somebody looks at the list', () => {
  const entries = (...ids: number[]) => ids.map((id) => ({ id, group: '' }));

  it('no row moves, nothing vanishes, and newcomers wait', () => {
    expect(arrange(entries(2, 1), entries(3, 1), true)).toEqual({ order: entries(2, 1), waiting: [3] });
  });

  it('and when they have gone, the order is that of the queue', () => {
    expect(arrange(entries(2, 1), entries(3, 1), false)).toEqual({ order: entries(3, 1), waiting: [] });
  });

  it('an empty list shows what comes at once', () => {
    expect(arrange([], entries(3), true)).toEqual({ order: entries(3), waiting: [] });
  });

  it('a storm is more than eight within two seconds, and is over when they are', () => {
    const arrivals = [0, 100, 200, 300, 400, 500, 600, 700, 800];
    expect(isStorm(arrivals, 900)).toBe(true);
    expect(isStorm(arrivals, 2000)).toBe(false);
    expect(arrivals).toEqual([100, 200, 300, 400, 500, 600, 700, 800]);
  });
});

it('what stood in an order before keeps it, changed or not; what is gone is left out, and what is new comes last', () => {
  const [one, two, three] = [alert({ id: 1 }), alert({ id: 2 }), alert({ id: 3 })];
  const changed = alert({ id: 2, state: 'acknowledged' });
  const now = new Map([one, changed, alert({ id: 4 })].map((item) => [item.id, { alert: item }]));
  const found = inOrderOf([three, two, one], now);
  expect(ids(found)).toEqual([2, 1, 4]);
  expect(found[0]).toBe(changed);
});

describe('another order', () => {
  const respond = { critical: 60, major: 300, minor: 1800, warning: 14_400 };
  const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;

  it('is by age: what has been on for longest first, what is over last', () => {
    const alerts = [
      alert({ id: 1, severity: 'critical', started_at: at(20) }),
      alert({ id: 2, severity: 'warning', started_at: at(10) }),
      alert({ id: 3, state: 'resolved', started_at: at(1) }),
    ];
    expect(ids(queueOf(alerts, { ...OPEN, show: 'all' }, NOW, 'age'))).toEqual([2, 1, 3]);
  });

  it('is by deadline: a minor one that has waited for long comes before a critical one that has just come', () => {
    const alerts = [
      alert({ id: 1, severity: 'critical', announced_at: at(40) }),
      alert({ id: 2, severity: 'minor', announced_at: at(5) }),
      alert({ id: 3, state: 'acknowledged', acked_at: at(6) }),
      alert({ id: 4, state: 'acknowledged', acked_at: at(6), re_alarm_at: at(30) }),
      alert({ id: 5, state: 'resolved', stage: 'returned' }),
    ];
    expect(ids(queueOf(alerts, OPEN, NOW, 'deadline', respond))).toEqual([4, 2, 1, 3, 5]);
    expect(dueAt(alerts[0] as Alert, respond)).toBe(Date.parse(at(41)));
    expect(dueAt(alerts[2] as Alert, respond)).toBe(Infinity);
  });
});

describe('groups', () => {
  const queue = [alert({ id: 1, area: 'c/g2' }), alert({ id: 2, area: 'c/g1', assigned_to: 'li' }), alert({ id: 3, area: 'c/g2', severity: 'critical' })];

  it('come in the order of their first alerts, and bring theirs together', () => {
    expect(grouped(queue, 'area').map(({ id }) => id)).toEqual([1, 3, 2]);
    expect(grouped(queue, 'person').map(({ id, group }) => [id, group])).toEqual([[1, ''], [3, ''], [2, 'li']]);
    expect(grouped(queue, 'none').map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('of severities are the worst first, whatever the order in them', () => {
    expect(grouped(queue, 'severity').map(({ id }) => id)).toEqual([3, 1, 2]);
  });

  it('have a head that counts them, folded up or not', () => {
    const order = grouped(queue, 'area');
    expect(linesOf(order, 'area', new Set())).toEqual([{ head: 'c/g2', count: 2 }, { id: 1 }, { id: 3 }, { head: 'c/g1', count: 1 }, { id: 2 }]);
    expect(linesOf(order, 'area', new Set(['c/g2']))).toEqual([{ head: 'c/g2', count: 2 }, { head: 'c/g1', count: 1 }, { id: 2 }]);
    expect(linesOf(order, 'none', new Set())).toEqual([{ id: 1 }, { id: 3 }, { id: 2 }]);
  });
});
