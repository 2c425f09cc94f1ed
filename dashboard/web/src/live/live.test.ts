import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamEvent } from '../api/types';
import { alert, area, device } from '../testing';
import { Live } from './live.svelte';

const NOW = '2026-01-01T00:00:00Z';

let live: Live;
let heard: StreamEvent[];
let caughtUp: number;
let streams: string[];
let pipe: ReadableStreamDefaultController<Uint8Array>;
let lists: Record<string, () => unknown>;
/** Lists wait for this; the stream does not. */
let gate: Promise<void>;

function answer(url: string, init: RequestInit): Promise<Response> {
  if (url.includes('/stream')) {
    streams.push(url);
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (pipe = controller) });
    const mine = pipe;
    init.signal?.addEventListener('abort', () => mine.error(init.signal?.reason));
    return Promise.resolve(new Response(body));
  }
  const path = url.replace('/api/v1', '').split('?')[0] as string;
  return gate.then(() => {
    const list = lists[path];
    return list ? Response.json(list()) : new Response('', { status: 503 });
  });
}

const say = async (event: string, data: unknown, id?: number) => {
  pipe.enqueue(new TextEncoder().encode(`${id ? `id: ${id}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
  await settle();
};
const hello = (last_id: number, version = '1') => say('hello', { now: NOW, last_id, version });
const fired = (id: number, state: 'firing' | 'resolved' = 'firing') =>
  say('alert', { change: state === 'firing' ? 'fired' : 'resolved', at: NOW, actor: 'rules', note: '', alert: alert({ id: 1, state }) }, id);
const settle = () => vi.advanceTimersByTimeAsync(1);

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.parse(NOW) });
  vi.stubGlobal('window', { addEventListener: () => undefined, removeEventListener: () => undefined });
  vi.stubGlobal('fetch', answer);
  const page = (items: unknown[]) => () => ({ items, next: null });
  [heard, caughtUp, streams, gate] = [[], 0, [], Promise.resolve()];
  lists = {
    '/areas': page([area('c'), area('c/g1')]),
    '/areas.geojson': () => ({ type: 'FeatureCollection', features: [] }),
    '/alerts': page([]),
    '/cameras': page([]),
    '/areas/c/status': () => ({ path: 'c', sources: 3, grids: [{ path: 'c/g1', sources: 3 }] }),
    '/devices': page([]),
    '/status': () => ({ version: '1', started_at: NOW, now: NOW, parts: [] }),
  };
  live = new Live({
    onEvents: (events) => heard.push(...events),
    onCaughtUp: () => (caughtUp += 1),
    onSignedOut: () => undefined,
  });
  live.start();
  await settle();
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('starting', () => {
  it('loses nothing that happens while the lists are read', async () => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    await hello(7);
    await fired(8);
    expect(live.loaded).toBe(false);
    open();
    await settle();
    expect(live.loaded).toBe(true);
    expect(live.city.alerts.get(1)?.alert.state).toBe('firing');
    expect(heard.filter((event) => event.type === 'alert')).toHaveLength(1);
  });

  it('does not apply again what the lists already hold', async () => {
    lists['/alerts'] = () => ({ items: [alert({ id: 1, state: 'acknowledged' })], next: null });
    await hello(7);
    await fired(7);
    expect(live.city.alerts.get(1)?.alert.state).toBe('acknowledged');
  });

  it('reads every page of a list', async () => {
    let calls = 0;
    lists['/alerts'] = () => (calls++ === 0 ? { items: [alert({ id: 1 })], next: 'x' } : { items: [alert({ id: 2 })], next: null });
    await hello(7);
    expect([...live.city.alerts.keys()]).toEqual([1, 2]);
  });

  it('says that a list could not be read, and tries again by itself', async () => {
    const { '/devices': devices, ...others } = lists;
    lists = others;
    await hello(7);
    expect(live.loadError).not.toBeNull();
    lists = { ...others, '/devices': devices as () => unknown };
    await vi.advanceTimersByTimeAsync(6_000);
    expect(live.loadError).toBeNull();
    expect(live.loaded).toBe(true);
  });
});

describe('going on', () => {
  it('resumes after the last event it saw, without reading the lists again', async () => {
    await hello(7);
    await fired(8);
    lists['/alerts'] = () => ({ items: [], next: null });
    pipe.close();
    await settle();
    expect(live.connection.state).toBe('lost');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(streams.at(-1)).toContain('last_event_id=8');
    await hello(9);
    await fired(9, 'resolved');
    expect(live.connection.state).toBe('live');
    expect(caughtUp).toBe(1);
    expect(live.city.alerts.get(1)?.alert.state).toBe('resolved');
  });

  it('keeps the first instant of a loss while attempts fail', async () => {
    await hello(7);
    pipe.close();
    await settle();
    const since = live.connection.state === 'lost' ? live.connection.since : 0;
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(live.connection).toMatchObject({ state: 'lost', since, reason: 'refused' });
  });

  it('reads everything again when the hub cannot resume, and goes on from where its journal stands', async () => {
    await hello(7);
    await fired(8);
    lists['/alerts'] = () => ({ items: [alert({ id: 5 })], next: null });
    await hello(3);
    await say('reset', {});
    expect([...live.city.alerts.keys()]).toEqual([5]);
    expect(live.city.lastId).toBe(3);
  });

  it('subscribes to the chosen area, and only when it changes', async () => {
    await hello(7);
    live.watch('c/g1');
    await settle();
    live.watch('c/g1');
    await settle();
    expect(streams).toHaveLength(2);
    expect(streams.at(-1)).toContain('observations=c%2Fg1&last_event_id=7');
    expect(caughtUp).toBe(0);
    expect(live.connection.state).toBe('live');
  });

  it('notices that the hub was updated under the page', async () => {
    await hello(7);
    expect(live.outdated).toBe(false);
    await hello(7, '2');
    expect(live.outdated).toBe(true);
  });

  it("goes by the hub's clock, and says when this computer's is wrong", async () => {
    await say('hello', { now: '2026-01-01T00:02:00Z', last_id: 7, version: '1' });
    expect(live.hubTime()).toBeGreaterThanOrEqual(Date.parse('2026-01-01T00:02:00Z'));
    expect(live.clockError).toBeGreaterThan(100_000);
  });
});

describe('sources', () => {
  const turned = (id: number, source: string, state: string) =>
    say('source', { source, kind: 'device', area: 'c/g1', state, reason: '', since: NOW, detail: {} }, id);
  const status = () => live.board.areas.get('c/g1');

  it('are counted by the hub, less those that do not watch', async () => {
    const silent = device('d-1', 'c/g1', { state: 'silent' });
    let calls = 0;
    lists['/devices'] = () => ({ items: calls++ === 0 ? [silent] : [], next: null });
    await hello(7);
    expect(status()).toMatchObject({ sources: 3, watching: 2 });
    expect(live.city.sources.size).toBe(1);
    await turned(8, 'd-2', 'offline');
    expect(status()).toMatchObject({ sources: 3, watching: 1 });
    await turned(9, 'd-1', 'watching');
    expect(status()).toMatchObject({ sources: 3, watching: 2 });
  });

  it('that are new are counted and named soon', async () => {
    await hello(7);
    lists['/areas/c/status'] = () => ({ path: 'c', sources: 5, grids: [{ path: 'c/g1', sources: 4 }] });
    lists['/devices/d-9'] = () => device('d-9', 'c/g1', { name: 'Nine', state: 'offline' });
    await turned(8, 'd-9', 'silent');
    await turned(9, 'd-9', 'offline');
    await vi.advanceTimersByTimeAsync(2_500);
    expect(live.board.total).toMatchObject({ sources: 5, watching: 4 });
    expect(live.city.sources.get('d-9')?.name).toBe('Nine');
  });

  it('of a place that is looked at do not set back what the stream said meanwhile', async () => {
    await hello(7);
    const askedAt = live.city.lastId;
    await turned(8, 'd-1', 'silent');
    live.learnDevices([device('d-1', 'c/g1', { name: 'One' })], askedAt);
    expect(live.city.sources.get('d-1')).toMatchObject({ name: 'One', state: 'silent' });
  });
});
