import { describe, expect, it } from 'vitest';
import { drawnLine, drawnZone } from './places';

const zone = (polygon: [number, number][]) => ({ name: 'gate', polygon, mask: false, privacy: false, loiter: null, left: null, crowd: null });

describe('a zone', () => {
  it('is drawn in the shape of the picture, and named at its upper left corner', () => {
    const drawn = drawnZone(zone([[0.5, 0.5], [0.25, 0.1], [0.75, 0.1]]), 2);
    expect(drawn.points).toBe('1000,500 500,100 1500,100');
    expect(drawn.at).toEqual([0.25, 0.1]);
  });
});

describe('a line', () => {
  const line = (points: [[number, number], [number, number]]) => drawnLine({ name: 'door', points }, 2);

  it('has an arrow to the right of its way from the first point to the second', () => {
    expect(line([[0.25, 0.5], [0.75, 0.5]]).arrow).toBe('1000,500 1000,545');
    expect(line([[0.75, 0.5], [0.25, 0.5]]).arrow).toBe('1000,500 1000,455');
    expect(line([[0.5, 0.25], [0.5, 0.75]]).arrow).toBe('1000,500 955,500');
  });

  it('of no length is drawn all the same', () => {
    expect(line([[0.5, 0.5], [0.5, 0.5]]).arrow).toBe('1000,500 1000,500');
  });
});
