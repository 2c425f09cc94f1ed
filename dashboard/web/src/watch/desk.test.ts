import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alert, Role } from '../api/types';
import { alert, city } from '../testing';

vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined }));
vi.stubGlobal('navigator', { language: 'en' });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
const { Desk } = await import('./desk.svelte');

let calls: { path: string; body: unknown }[];
let answer: () => Response | Promise<Response>;

function deskOf(alerts: Alert[], role: Role = 'operator') {
  const desk = new Desk({ name: 'li', role, area: null, grants: [], rights: role === 'viewer' ? { see: [''] } : { see: [''], act: [''] }, password_change_needed: false, second_factor_needed: false }, () => undefined);
  desk.live.city = city({ alerts });
  return desk;
}
const said = (desk: InstanceType<typeof Desk>) => desk.toasts.map((toast) => [toast.text, toast.bad]);
const problem = (status: number, code: string, more = {}) => Response.json({ code, detail: code, ...more }, { status });

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    calls.push({ path: url.replace('/api/v1', ''), body: init.body ? JSON.parse(init.body as string) : null });
    return answer();
  });
});
afterEach(() => void vi.useRealTimers());

describe('acknowledging', () => {
  it('asks the hub once and shows how the alert stands then', async () => {
    const desk = deskOf([alert({ id: 1 })]);
    desk.select(desk.live.alerts[0] as Alert);
    answer = () => Response.json(alert({ id: 1, state: 'acknowledged', acked_by: 'li' }));
    await Promise.all([desk.acknowledge(), desk.acknowledge()]);
    expect(calls).toEqual([{ path: '/alerts/1/ack', body: {} }]);
    expect(desk.alert?.state).toBe('acknowledged');
  });

  it('that somebody else did first says who, and shows it', async () => {
    const desk = deskOf([alert({ id: 1 })]);
    desk.select(desk.live.alerts[0] as Alert);
    answer = () => problem(409, 'already_acknowledged', { alert: alert({ id: 1, state: 'acknowledged', acked_by: 'wang' }) });
    await desk.acknowledge();
    expect(said(desk)).toEqual([['Already acknowledged by wang', true]]);
    expect(desk.alert?.acked_by).toBe('wang');
  });

  it('that did not reach the hub says so and leaves the alert as it was', async () => {
    const desk = deskOf([alert({ id: 1 })]);
    desk.select(desk.live.alerts[0] as Alert);
    answer = () => Promise.reject(new TypeError('refused'));
    await desk.acknowledge();
    expect(said(desk)).toEqual([['Not done: the hub does not answer. Try again.', true]]);
    expect(desk.alert?.state).toBe('firing');
    expect(desk.busy).toBe(false);
  });

  it.each([
    ['a viewer', alert(), 'viewer' as const],
    ['anybody, of an alert that is over', alert({ state: 'resolved' }), 'operator' as const],
    ['anybody, twice', alert({ state: 'acknowledged' }), 'operator' as const],
  ])('is nothing for %s', async (_, of, role) => {
    const desk = deskOf([of], role);
    desk.select(of);
    await desk.acknowledge();
    expect(calls).toEqual([]);
  });
});

it('shelves by the clock of the hub', async () => {
  vi.setSystemTime('2026-01-01T00:00:00Z');
  const desk = deskOf([alert({ id: 1 })]);
  desk.select(desk.live.alerts[0] as Alert);
  answer = () => Response.json(alert({ id: 1, shelved_until: '2026-01-01T00:30:00Z' }));
  expect(await desk.shelve(30, '')).toBe(true);
  expect(calls[0]?.body).toEqual({ until: '2026-01-01T00:30:00.000Z' });
});

it('shelves until a moment that was chosen, and brings back what is shelved', async () => {
  const desk = deskOf([alert({ id: 1 })]);
  desk.select(desk.live.alerts[0] as Alert);
  answer = () => Response.json(alert({ id: 1, stage: 'shelved', shelved_until: '2026-01-02T08:00:00Z' }));
  expect(await desk.shelveUntil(Date.parse('2026-01-02T08:00:00Z'), 'night')).toBe(true);
  expect(calls[0]?.body).toEqual({ until: '2026-01-02T08:00:00.000Z', note: 'night' });
  answer = () => Response.json(alert({ id: 1 }));
  expect(await desk.unshelve()).toBe(true);
  expect(calls[1]?.path).toBe('/alerts/1/unshelve');
  expect(desk.alert?.stage).toBe('unacknowledged');
});

it('takes out of service what an alert is about, and shows how it stands then', async () => {
  const desk = deskOf([alert({ id: 1 })], 'integrator');
  desk.select(desk.live.alerts[0] as Alert);
  answer = () => Response.json(alert({ id: 1, stage: 'out_of_service', out_of_service: 4 }));
  expect(await desk.takeOut({ source: 'smoke-1', reason: 'repair', until: '2026-01-02T08:00:00Z' })).toBe(true);
  expect(calls.map((call) => call.path)).toEqual(['/outages', '/alerts/1']);
  expect(desk.alert?.out_of_service).toBe(4);
});

it('does not clear an alert that ended while the reason was written, and says why', async () => {
  const desk = deskOf([alert({ id: 1 })]);
  desk.select(desk.live.alerts[0] as Alert);
  desk.live.city = city({ alerts: [alert({ id: 1, state: 'resolved' })] });
  expect(await desk.clear('false alarm')).toBe(false);
  expect(calls).toEqual([]);
  expect(said(desk)[0]?.[1]).toBe(true);
});

describe('what is in sight', () => {
  const alerts = [alert({ id: 1, area: 'c/s/g1' }), alert({ id: 2, area: 'c/s/g2' }), alert({ id: 3, area: 'd' })];

  it('is told when filters hide open alerts', () => {
    const desk = deskOf(alerts);
    expect(desk.hidden).toBe(0);
    desk.selectArea('c/s/g1');
    desk.onlyArea = 'c/s';
    expect(desk.hidden).toBe(1);
    desk.clearFilters();
    expect(desk.hidden).toBe(0);
  });

  it('stays that of the area the filter was set for while alerts in it are stepped through', () => {
    const desk = deskOf(alerts);
    desk.onlyArea = 'c/s';
    desk.select(alerts[1] as Alert);
    expect(desk.queue.map((one) => one.id).sort()).toEqual([1, 2]);
  });

  it('follows the chosen alert to its area, and lets it go with another area', () => {
    const desk = deskOf(alerts);
    desk.select(alerts[0] as Alert);
    expect(desk.area).toBe('c/s/g1');
    desk.selectArea('c/s/g2');
    expect(desk.alert).toBeNull();
  });
});
