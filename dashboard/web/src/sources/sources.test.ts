import { describe, expect, it } from 'vitest';
import type { CameraRow, DeviceRow, Zone } from '../api/types';
import type { Source } from '../live/state';
import { listedIn } from './bring';
import { field, toCsv } from './csv';
import { NO_FILTER, byArea, rowsOf, shown, sorted, type Row } from './table';
import { faultsOf, freeName, moved, pointAt, split, without } from './zones';

const camera = (id: string, change: Partial<CameraRow> = {}): CameraRow =>
  ({ id, name: id, area: 'c/g1', state: 'watching', reason: '', since: '2026-01-01T00:00:00Z', origin: 'api', record: { mode: 'event' }, ...change }) as CameraRow;
const device = (id: string, change: Partial<DeviceRow> = {}): DeviceRow =>
  ({ id, name: id, area: 'c/g2', type: 'smoke', state: 'watching', reason: '', since: '2026-01-01T00:00:00Z', origin: 'config', period: '30s', condition: { problems: [] }, ...change }) as unknown as DeviceRow;
const rows = (cameras: CameraRow[], devices: DeviceRow[], live = new Map<string, Source>(), watched = new Map<string, number | null>()): Row[] =>
  rowsOf({ cameras, devices, watched }, live, 10, (area) => area.toUpperCase());
const ids = (found: readonly Row[]) => found.map(({ id }) => id);

describe('the table of sources', () => {
  it('holds cameras and devices, each as the stream last told of it', () => {
    const newer = { id: 'cam-1', state: 'stalled', reason: 'nothing arrives', since: '2026-01-02T00:00:00Z', seenId: 11 } as Source;
    const older = { ...newer, id: 'cam-2', seenId: 10 };
    const found = rows([camera('cam-1'), camera('cam-2')], [device('smoke-1')], new Map([newer, older].map((one) => [one.id, one])));
    expect(found.map(({ id, state, fixed, setting }) => [id, state, fixed, setting])).toEqual([
      ['cam-1', 'stalled', false, 'event'], ['cam-2', 'watching', false, 'event'], ['smoke-1', 'watching', true, '30s'],
    ]);
  });

  it('is filtered by words, kind, state, type and area; what has a problem is blind too', () => {
    const all = rows([camera('cam-1', { state: 'offline' as never })], [device('smoke-1'), device('door-1', { type: 'door', condition: { problems: ['battery'] } as never })]);
    expect(ids(shown(all, { ...NO_FILTER, state: 'blind' }))).toEqual(['cam-1', 'door-1']);
    expect(ids(shown(all, { ...NO_FILTER, kind: 'device', type: 'smoke' }))).toEqual(['smoke-1']);
    expect(ids(shown(all, { ...NO_FILTER, area: 'c/g2' }))).toEqual(['smoke-1', 'door-1']);
    expect(ids(shown(all, { ...NO_FILTER, text: 'C/G1' }))).toEqual(['cam-1']);
    expect(ids(shown(all, { ...NO_FILTER, area: 'c/g' }))).toEqual([]);
  });

  it('is sorted by every column, numbers in names as numbers, and what is unknown last', () => {
    const watched = new Map([['cam-2', 0.5], ['cam-10', 0.9]]);
    const all = rows([camera('cam-10'), camera('cam-2'), camera('cam-1', { state: 'unreachable' as never })], [], undefined, watched);
    expect(ids(sorted(all, 'id', false))).toEqual(['cam-1', 'cam-2', 'cam-10']);
    expect(ids(sorted(all, 'id', true))).toEqual(['cam-10', 'cam-2', 'cam-1']);
    expect(ids(sorted(all, 'state', false))).toEqual(['cam-1', 'cam-2', 'cam-10']);
    expect(ids(sorted(all, 'watched', false))).toEqual(['cam-2', 'cam-10', 'cam-1']);
  });

  it('is added up for every area and those above it', () => {
    const watched = new Map([['cam-1', 1], ['cam-2', 0.5]]);
    const all = rows([camera('cam-1'), camera('cam-2', { area: 'c/g2', state: 'ended' as never })], [device('smoke-1')], undefined, watched);
    const areas = ['c', 'c/g1', 'c/g2', 'c/g3'].map((path) => ({ path, name: path }));
    expect(byArea(all, areas).map((line) => [line.path, line.depth, line.sources, line.watching, line.watched, line.worst])).toEqual([
      ['c', 0, 3, 2, 0.75, 0.5], ['c/g1', 1, 1, 1, 1, 1], ['c/g2', 1, 2, 1, 0.5, 0.5],
    ]);
  });
});

describe('a table as CSV', () => {
  it.each(['=1+1', '＝1+1', ' ＠SUM(A1)', '+cmd|calc', '-2+3', '@SUM(A1)', '\t=1', '\r=1', ' =1', "=HYPERLINK(\"http://x\")"])('makes a text of %j', (text) => {
    expect(field(text).replace(/^"/, '')[0]).toBe("'");
  });

  it.each([['-5', '-5'], [-0.25, '-0.25'], ['cam-1', 'cam-1'], ['桃山区', '桃山区'], [null, ''], ['a,b', '"a,b"'], ['a"b', '"a""b"'], ['a\nb', '"a\nb"']])(
    'leaves %j as %j', (value, text) => expect(field(value)).toBe(text),
  );

  it('has a head, lines that end as they should, and says that it is UTF-8', () => {
    expect(toCsv(['id', 'name'], [['cam-1', '=1']])).toBe("\ufeffid,name\r\ncam-1,'=1\r\n");
  });
});

describe('a zone that is drawn', () => {
  const square: Zone = { name: 'gate', mask: false, privacy: false, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] };

  it('stays in the picture', () => expect(pointAt(-0.2, 1.00004)).toEqual([0, 1]));

  it('has its corners moved, added and taken away, but never fewer than three', () => {
    expect(moved(square, 2, [0.5, 0.5]).polygon[2]).toEqual([0.5, 0.5]);
    expect(split(square, 3).polygon).toEqual([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0.5]]);
    const triangle = without(square, 0);
    expect(triangle.polygon.length).toBe(3);
    expect(without(triangle, 0)).toBe(triangle);
  });

  it('gets a name of its own', () => expect(freeName([{ ...square, name: 'zone-1' }], 'zone')).toBe('zone-2'));

  it('is wrong without a name, with that of another, with two corners, or when it crosses itself', () => {
    const bow: Zone = { ...square, name: 'bow', polygon: [[0, 0], [1, 1], [1, 0], [0, 1]] };
    const found = faultsOf([square, { ...square, name: ' ' }, square, { ...square, name: 'x', polygon: [[0, 0], [1, 1]] }, bow]);
    expect([...found]).toEqual([[1, 'name_missing'], [2, 'name_twice'], [3, 'too_few'], [4, 'crossed']]);
    expect(faultsOf([square, { ...square, name: 'yard' }]).size).toBe(0);
  });
});

describe('a list that is brought', () => {
  it('is of cameras or of devices, as its first line says', () => {
    expect(listedIn('id,url,area\ncam-1,rtsp://x,a')).toBe('cameras');
    expect(listedIn('\ufeff"id","area","type"\r\nx,a,smoke')).toBe('devices');
    expect(listedIn('id,url,type,area')).toBe('cameras');
    expect(listedIn('')).toBe('cameras');
  });
});
