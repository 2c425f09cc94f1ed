import { describe, expect, it } from 'vitest';
import { alert, alertEvent, area, city, device } from '../testing';
import { ancestry, boardOf, camerasFor, emptyStatus, gridsOf, isBlind } from './board';
import { applyAll } from './state';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const AREAS = ['c', 'c/s', 'c/s/g1', 'c/s/g10', 'c/s/g2'].map(area);

describe('the board', () => {
  it('counts an alert in its grid and in every area above it, and nowhere else', () => {
    const board = boardOf(city({ areas: AREAS, alerts: [alert({ area: 'c/s/g1' })] }), NOW);
    expect(board.areas.get('c/s/g1')?.open).toBe(1);
    expect(board.areas.get('c')?.open).toBe(1);
    expect(board.areas.get('c/s/g10')?.open).toBe(0);
    expect(board.total.open).toBe(1);
  });

  it('gives an area the worst of its open alerts, and the next worst when that one is over', () => {
    const before = city({
      areas: AREAS,
      alerts: [alert({ id: 1, area: 'c/s/g1', severity: 'minor' }), alert({ id: 2, area: 'c/s/g1', severity: 'critical' })],
    });
    expect(boardOf(before, NOW).areas.get('c/s/g1')?.worst).toBe('critical');
    const over = alert({ id: 2, area: 'c/s/g1', severity: 'critical', state: 'resolved' });
    const after = applyAll(before, [alertEvent(1, over, 'resolved')]);
    expect(boardOf(after, NOW).areas.get('c/s/g1')?.worst).toBe('minor');
  });

  it('is urgent only while a critical alert is unacknowledged', () => {
    const of = (change: Parameters<typeof alert>[0]) =>
      boardOf(city({ areas: AREAS, alerts: [alert({ area: 'c/s/g1', ...change })] }), NOW).areas.get('c/s/g1')?.urgent;
    expect(of({ severity: 'critical' })).toBe(true);
    expect(of({ severity: 'critical', state: 'acknowledged' })).toBe(false);
    expect(of({ severity: 'major' })).toBe(false);
  });

  it('leaves shelved alerts out until their time is over', () => {
    const shelved = city({ areas: AREAS, alerts: [alert({ area: 'c/s/g1', shelved_until: '2026-01-01T01:00:10Z' })] });
    expect(boardOf(shelved, NOW).total.open).toBe(0);
    expect(boardOf(shelved, NOW + 10_001).total.open).toBe(1);
  });

  it('shows an area as blind when one source does not watch, and when there is none at all', () => {
    const board = boardOf(
      city({
        areas: AREAS,
        devices: [device('a', 'c/s/g1'), device('b', 'c/s/g1', { state: 'silent' }), device('d', 'c/s/g2')],
      }),
      NOW,
    );
    const blind = (path: string) => isBlind(board.areas.get(path) ?? emptyStatus());
    expect(blind('c/s/g1')).toBe(true);
    expect(blind('c/s/g2')).toBe(false);
    expect(blind('c/s/g10')).toBe(true);
    expect(board.total).toMatchObject({ sources: 3, watching: 2 });
  });

  it('counts alerts and sources in areas that are not listed in the total', () => {
    expect(boardOf(city({ areas: [], alerts: [alert()] }), NOW).total.open).toBe(1);
  });
});

it('takes the areas without children for grids', () => {
  expect(gridsOf(city({ areas: AREAS }).areas).map((grid) => grid.path)).toEqual(['c/s/g1', 'c/s/g10', 'c/s/g2']);
});

it('names the areas around a grid from the outside in', () => {
  expect(ancestry(city({ areas: AREAS }).areas, 'c/s/g10').map((step) => step.path)).toEqual(['c', 'c/s', 'c/s/g10']);
});

describe('cameras of a place', () => {
  const camera = (id: string, place: string) => [id, { id, kind: 'camera', area: place }] as const;
  const sources = new Map([camera('cam-2', 'c/s/g2'), camera('cam-1', 'c/s/g10')]) as never;

  const ids = (found: ReturnType<typeof camerasFor>) => found.cameras.map((one) => one.id);

  it('are those inside it', () => {
    const found = camerasFor(sources, 'c/s/g2', () => Infinity);
    expect([found.here, ids(found)]).toEqual([true, ['cam-2']]);
    expect(ids(camerasFor(sources, 'c/s', () => Infinity))).toEqual(['cam-1', 'cam-2']);
  });

  it('are the nearest where it has none of its own', () => {
    const found = camerasFor(sources, 'c/s/g1', (_, to) => (to === 'c/s/g2' ? 1 : 2));
    expect([found.here, ids(found)]).toEqual([false, ['cam-2', 'cam-1']]);
  });

  it('are some where nothing is known about distances', () => {
    expect(ids(camerasFor(sources, 'c/s/g1', () => Infinity))).toEqual(['cam-1', 'cam-2']);
  });
});
