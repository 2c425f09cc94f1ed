import { describe, expect, it } from 'vitest';
import type { Evidence } from '../api/types';
import { alert } from '../testing';
import { boxesOf } from './boxes';
import { timeOf } from './picture.svelte';

const evidence = (source: string, ts: string, boxes: unknown): Evidence => ({
  source, metric: 'motion', ts, value: 0.1, text: null, attrs: { boxes } as Record<string, unknown>,
});

describe('boxes on a picture', () => {
  it('are those of the newest evidence of that camera', () => {
    const of = alert({
      evidence: [
        evidence('cam-1', '2026-01-01T00:00:01Z', [[0, 0, 1, 1]]),
        evidence('cam-1', '2026-01-01T00:00:02Z', [[0.1, 0.2, 0.3, 0.4]]),
        evidence('cam-2', '2026-01-01T00:00:03Z', [[0.5, 0.5, 0.1, 0.1]]),
      ],
    });
    expect(boxesOf(of, 'cam-1')).toEqual({ ts: '2026-01-01T00:00:02Z', boxes: [[0.1, 0.2, 0.3, 0.4]] });
  });

  it('are left out where they are not four fractions', () => {
    const of = alert({ evidence: [evidence('cam-1', '2026-01-01T00:00:01Z', [[1, 2], 'x', [0, 0, 2, 1]])] });
    expect(boxesOf(of, 'cam-1')).toBeNull();
    expect(boxesOf(null, 'cam-1')).toBeNull();
  });
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
