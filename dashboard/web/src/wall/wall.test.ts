import { describe, expect, it } from 'vitest';
import type { WallTile } from '../api/types';
import type { Source } from '../live/state';
import { alert } from '../testing';
import { MOST_VIDEOS, adjusted, movingOf, startOf } from './budget';
import { FIRST, filled, gridOf, neighbour, nextEmpty, put, readShowing, resized, swapped, tourAt, type Tiles } from './layout';
import { calling, shownOf } from './turn';

const cam = (id: string): WallTile => ({ kind: 'camera', id });
const names = (tiles: Tiles): (string | null)[] => tiles.map((tile) => (tile === null ? null : tile.kind === 'camera' ? tile.id : tile.path));

describe('a grid of tiles', () => {
  it.each([
    [1, 16 / 9, 1, 1],
    [4, 16 / 9, 2, 2],
    [9, 16 / 9, 3, 3],
    [25, 16 / 9, 5, 5],
    [2, 16 / 9, 1, 2],
    [2, 32 / 9, 2, 1],
    [6, 16 / 9, 2, 3],
    [3, 9 / 16, 1, 3],
  ])('has for %i tiles on a screen of shape %f as many columns and rows as make pictures largest', (n, shape, columns, rows) => {
    const found = gridOf(n, shape);
    const size = (c: number, r: number): number => Math.min(1 / c, 16 / 9 / shape / r);
    expect(found.columns * found.rows).toBeGreaterThanOrEqual(n);
    expect(size(found.columns, found.rows)).toBeCloseTo(size(columns, rows));
  });

  it('keeps what is on it when it grows, and gives up empty tiles first when it shrinks', () => {
    const tiles = [cam('a'), null, cam('b'), null];
    expect(names(resized(tiles, 6))).toEqual(['a', null, 'b', null, null, null]);
    expect(names(resized(tiles, 2))).toEqual(['a', 'b']);
    expect(names(resized(tiles, 1))).toEqual(['a']);
    expect(resized(tiles, 99)).toHaveLength(25);
    expect(resized(tiles, 0)).toHaveLength(1);
  });

  it('takes what is put on it, and changes places', () => {
    const tiles = [cam('a'), null, cam('b')];
    expect(names(put(tiles, 1, { kind: 'area', path: 'c/g1' }))).toEqual(['a', 'c/g1', 'b']);
    expect(names(swapped(tiles, 0, 2))).toEqual(['b', null, 'a']);
    expect(names(filled(tiles, ['a', 'x', 'y']))).toEqual(['a', 'x', 'b']);
    expect([nextEmpty(tiles, 2), nextEmpty([cam('a')], 0)]).toEqual([1, 0]);
  });

  it('is walked through by arrows, and not left', () => {
    expect(['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'x'].map((key) => neighbour(4, key, 3, 9))).toEqual([5, 3, 7, 1, 4]);
    expect([neighbour(0, 'ArrowUp', 3, 9), neighbour(8, 'ArrowRight', 3, 9)]).toEqual([0, 8]);
  });
});

it('shows each layout of a tour for its time, round and round', () => {
  expect(tourAt(0, 10, 3)).toEqual({ index: 0, leftS: 10 });
  expect(tourAt(9_999, 10, 3)).toEqual({ index: 0, leftS: 1 });
  expect(tourAt(25_000, 10, 3)).toEqual({ index: 2, leftS: 5 });
  expect(tourAt(30_000, 10, 3).index).toBe(0);
  expect(tourAt(-5, 10, 3).index).toBe(0);
});

it.each([null, '', '{}', '{"tiles":[]}', '{"tiles":[{"kind":"camera"}]}', '{"tiles":[1]}', `{"tiles":[${'null,'.repeat(25)}null]}`])(
  'begins with an empty wall where the browser has kept %s',
  (text) => expect(readShowing(text)).toEqual(FIRST),
);

it('goes on with the wall that the browser has kept', () => {
  const kept = { tiles: [cam('a'), null], name: 'gates', tour: { name: 'round', since: 5 } };
  expect(readShowing(JSON.stringify(kept))).toEqual(kept);
});

describe('a tile', () => {
  const camera = (id: string, area: string): Source => ({ id, kind: 'camera', name: id, type: 'camera', area, state: 'watching', reason: '', since: '', detail: {}, seenId: 0 });
  const sources = new Map([camera('gate', 'c/g1'), camera('yard', 'c/g1'), camera('far', 'c/g2')].map((one) => [one.id, one]));
  const far = (a: string, b: string): number => (a === b ? 0 : 1);
  const show = (tile: WallTile, ...alerts: ReturnType<typeof alert>[]): [string | undefined, number | undefined] => {
    const shown = shownOf(tile, sources, calling(alerts, 0), far);
    return [shown.camera?.id, shown.alert?.id];
  };

  it('shows its camera while nothing alarms', () => {
    expect(show(cam('gate'))).toEqual(['gate', undefined]);
    expect(show(cam('gate'), alert({ id: 1, area: 'c/g2', sources: ['far'] }))).toEqual(['gate', undefined]);
    expect(show(cam('nobody'))).toEqual([undefined, undefined]);
  });

  it('turns to the camera that sees an alarm of its place, and back once somebody has acknowledged it', () => {
    const raised = { id: 1, area: 'c/g1', sources: ['smoke-1', 'yard'] };
    expect(show(cam('gate'), alert(raised))).toEqual(['yard', 1]);
    expect(show(cam('gate'), alert({ ...raised, state: 'acknowledged' }))).toEqual(['gate', undefined]);
    expect(show(cam('gate'), alert({ ...raised, state: 'resolved' }))).toEqual(['gate', undefined]);
  });

  it('stays with its own view where that saw it, or no camera did', () => {
    expect(show(cam('gate'), alert({ id: 1, area: 'c/g1', sources: ['yard', 'gate'] }))).toEqual(['gate', 1]);
    expect(show(cam('gate'), alert({ id: 1, area: 'c/g1', sources: ['smoke-1'] }))).toEqual(['gate', 1]);
  });

  it('of a place shows the worst and newest that alarms anywhere in it', () => {
    const tile: WallTile = { kind: 'area', path: 'c' };
    const minor = alert({ id: 1, area: 'c/g1', severity: 'minor', sources: ['yard'], started_at: '2026-01-01T00:00:09Z' });
    const major = alert({ id: 2, area: 'c/g2', severity: 'major', sources: ['smoke-2'] });
    expect(show(tile, minor, major)).toEqual(['far', 2]);
    expect(show(tile, minor, alert({ ...minor, id: 3, started_at: '2026-01-01T00:00:20Z', sources: ['gate'] }))).toEqual(['gate', 3]);
    expect(show(tile)[1]).toBeUndefined();
  });

  it('does not turn to what is shelved, muted or only flickers', () => {
    const at = { id: 1, area: 'c/g1', sources: ['yard'] };
    expect(show(cam('gate'), alert({ ...at, shelved_until: '2030-01-01T00:00:00Z' }))).toEqual(['gate', undefined]);
    expect(show(cam('gate'), alert({ ...at, stage: 'suppressed' }))).toEqual(['gate', undefined]);
    expect(show(cam('gate'), alert({ ...at, damped: 'chattering' }))).toEqual(['gate', undefined]);
  });
});

describe('how many videos are decoded', () => {
  it('falls where pictures are dropped, down to one, and from what was shown', () => {
    expect(adjusted({ videos: 12, calm: 3 }, 12, 100, 20).videos).toBe(9);
    expect(adjusted({ videos: 12, calm: 0 }, 4, 100, 20).videos).toBe(3);
    expect(adjusted({ videos: 1, calm: 0 }, 1, 100, 90).videos).toBe(1);
  });

  it('rises by one after half a minute without, and only where more were wanted', () => {
    let budget = { videos: 4, calm: 0 };
    for (let i = 0; i < 6; i += 1) budget = adjusted(budget, 4, 100, 0);
    expect(budget).toEqual({ videos: 5, calm: 0 });
    for (let i = 0; i < 20; i += 1) budget = adjusted(budget, 3, 100, 0);
    expect(budget.videos).toBe(5);
    expect(adjusted({ videos: 4, calm: 5 }, 4, 0, 0)).toEqual({ videos: 4, calm: 5 });
    expect(adjusted({ videos: MOST_VIDEOS, calm: 5 }, MOST_VIDEOS, 100, 0).videos).toBe(MOST_VIDEOS);
  });

  it('begins with what the computer may be able to', () => expect([startOf(1), startOf(2), startOf(64)].map((b) => b.videos)).toEqual([3, 6, 25]));

  it('goes to tiles in alarm first, then from the top', () => {
    const tile = (used: boolean, alarmed = false) => ({ used, alarmed });
    expect(movingOf([tile(true), tile(false), tile(true), tile(true, true)], 2)).toEqual([true, false, false, true]);
  });
});
