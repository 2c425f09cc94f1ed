import { describe, expect, it } from 'vitest';
import type { Evidence } from '../api/types';
import { alert } from '../testing';
import { boxesAt, boxesIn, momentsOf, motionAt } from './boxes';
import { timeOf } from './picture.svelte';

const evidence = (source: string, ts: string, boxes: unknown): Evidence => ({
  source, metric: 'motion', ts, value: 0.1, text: null, attrs: { boxes } as Record<string, unknown>,
});

describe('boxes on a picture', () => {
  const of = alert({
    evidence: [
      evidence('cam-1', '2026-01-01T00:00:01Z', [[0, 0, 1, 1]]),
      evidence('cam-1', '2026-01-01T00:00:04Z', [[0.1, 0.2, 0.3, 0.4]]),
      evidence('cam-2', '2026-01-01T00:00:09Z', [[0.5, 0.5, 0.1, 0.1]]),
    ],
  });
  const boxes = (ts: string) => boxesAt(of, 'cam-1', Date.parse(ts));

  it('are those of its camera from within a second of it', () => {
    expect(boxes('2026-01-01T00:00:03.500Z')).toEqual([[0.1, 0.2, 0.3, 0.4]]);
    expect(boxes('2026-01-01T00:00:00Z')).toEqual([[0, 0, 1, 1]]);
  });

  it('are none on a picture of another time, or of an unknown one', () => {
    expect(boxes('2026-01-01T00:00:05.100Z')).toEqual([]);
    expect(boxes('2026-01-01T00:00:09Z')).toEqual([]);
    expect(boxesAt(of, 'cam-1', null)).toEqual([]);
    expect(boxesAt(null, 'cam-1', 0)).toEqual([]);
  });

  it('are left out where they are not four fractions', () => {
    expect(boxesIn(evidence('cam-1', '2026-01-01T00:00:01Z', [[1, 2], 'x', [0, 0, 2, 1]]))).toEqual([]);
  });

  it('are also those of the things that were followed', () => {
    const item = evidence('cam-1', '2026-01-01T00:00:01Z', null);
    const tracks = [{ id: 1, box: [0.1, 0.2, 0.3, 0.4], score: 0.9 }, null, { id: 2 }];
    expect(boxesIn({ ...item, attrs: { tracks } as Record<string, unknown> })).toEqual([[0.1, 0.2, 0.3, 0.4]]);
  });

  it('tell when there last was motion', () => {
    expect(motionAt(of, 'cam-1')).toBe('2026-01-01T00:00:04Z');
    expect(motionAt(of, 'cam-3')).toBeNull();
  });
});

it('finds the evidence that has a picture of its moment, under the number that the hub knows it by', () => {
  const [smoke, motion] = [evidence('s', '2026-01-01T00:00:00Z', null), evidence('cam-1', '2026-01-01T00:00:01Z', [])];
  const of = alert({ evidence: [smoke, { ...motion, attrs: { snapshot: 'cam-1/1.jpg' } }, { ...motion, attrs: { snapshot: 7 } }] });
  expect(momentsOf(of, 4).map(({ n }) => n)).toEqual([1]);
  const later = { ...motion, ts: '2026-01-01T00:00:05Z', attrs: { snapshot: 'cam-1/5.jpg' } };
  expect(momentsOf({ ...of, evidence: [...of.evidence, later] }, 4).map(({ n }) => n)).toEqual([3, 1]);
});

describe('the time of a picture', () => {
  const of = (headers: Record<string, string>) => timeOf({ headers: new Headers(headers) });

  it('is read from either header, in either form', () => {
    expect(of({ 'X-Frame-Time': '2026-01-01T00:00:00.250Z' })).toBe(Date.parse('2026-01-01T00:00:00.250Z'));
    expect(of({ 'X-Frame-Time': '1767225600.25' })).toBe(1_767_225_600_250);
    expect(of({ 'Last-Modified': 'Thu, 01 Jan 2026 00:00:00 GMT' })).toBe(1_767_225_600_000);
  });

  it('is unknown where neither says, and so the picture is not called live by mistake', () => {
    expect(of({})).toBeNull();
  });
});
