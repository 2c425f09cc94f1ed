import { describe, expect, it } from 'vitest';
import type { Severity } from '../api/types';
import { clustered } from './clusters';

const pin = (path: string, x: number, y: number, worst: Severity | null = 'minor', open = 1) => ({
  mark: { path, worst, open, unacknowledged: false, urgent: worst === 'critical', blind: false },
  x,
  y,
});
const reach = { x: 40, alone: 40, y: 25 };

describe('marks on the map', () => {
  it('stay apart where there is room', () => {
    expect(clustered([pin('a', 0, 0), pin('b', 40, 0), pin('c', 0, 25)], reach)).toHaveLength(3);
  });

  it('need less room without a number', () => {
    const narrow = { ...reach, alone: 24 };
    expect(clustered([pin('a', 0, 0), pin('b', 30, 0, 'major', 5)], narrow)).toHaveLength(2);
    expect(clustered([pin('a', 0, 0, 'minor', 5), pin('b', 30, 0, 'major')], narrow)).toHaveLength(1);
  });

  it('become one where they would lie on each other, in the place and colour of the worst', () => {
    const [one, ...others] = clustered([pin('a', 0, 0, 'minor', 3), pin('b', 20, 10, 'critical', 2), pin('c', 39, 20, 'major')], reach);
    expect(others).toEqual([]);
    expect([one?.mark.path, one?.mark.worst, one?.mark.open, one?.grids, one?.mark.urgent, one?.x]).toEqual(['b', 'critical', 6, 3, true, 20]);
  });

  it('are the same whatever order they come in, and lose no alert', () => {
    const pins = Array.from({ length: 810 }, (_, i) => pin(`g${i}`, (i % 30) * 11, Math.floor(i / 30) * 9, (['critical', 'major', 'minor', 'warning'] as const)[i % 4], 1 + (i % 3)));
    const there = clustered(pins, reach);
    expect(clustered([...pins].reverse(), reach)).toEqual(there);
    expect(there.reduce((sum, one) => sum + one.mark.open, 0)).toBe(pins.reduce((sum, one) => sum + one.mark.open, 0));
    for (const a of there) for (const b of there) if (a !== b) expect(Math.abs(a.x - b.x) < reach.x && Math.abs(a.y - b.y) < reach.y).toBe(false);
  });

  it('say nothing of places without an alert', () => {
    expect(clustered([pin('a', 0, 0, null)], reach)).toEqual([]);
  });
});
