import { describe, expect, it } from 'vitest';
import type { AreasGeoJson } from '../api/types';
import { flat, middleOf, pathOf, shapesOf } from './geometry';

const square = (x: number, y: number, size: number) => [
  [x, y],
  [x + size, y],
  [x + size, y + size],
  [x, y + size],
  [x, y],
];

describe('the middle of an area', () => {
  it('is its centroid, whichever way its ring runs', () => {
    expect(middleOf({ type: 'Polygon', coordinates: [square(0, 0, 2)] })).toEqual([1, 1]);
    expect(middleOf({ type: 'Polygon', coordinates: [square(0, 0, 2).reverse()] })).toEqual([1, 1]);
  });

  it('is in the largest part of one that has several', () => {
    const middle = middleOf({ type: 'MultiPolygon', coordinates: [[square(0, 0, 1)], [square(10, 10, 4)]] });
    expect(middle).toEqual([12, 12]);
  });

  it('is its first point where the outline encloses nothing', () => {
    expect(middleOf({ type: 'Polygon', coordinates: [[[3, 4], [3, 4], [3, 4]]] })).toEqual([3, 4]);
  });
});

it('draws what has an outline, and knows grids from what is around them', () => {
  const feature = (path: string, geometry: unknown) => ({ type: 'Feature', properties: { path, name: path, kind: 'x' }, geometry });
  const shapes = shapesOf(
    {
      type: 'FeatureCollection',
      features: [
        feature('c', { type: 'Polygon', coordinates: [square(0, 0, 4)] }),
        feature('c/g1', { type: 'Polygon', coordinates: [square(0, 0, 2)] }),
        feature('c/g2', null),
        feature('c/g3', { type: 'Point', coordinates: [1, 1] }),
      ],
    } as AreasGeoJson,
    new Set(['c/g1', 'c/g2', 'c/g3']),
  );
  expect(shapes.grids.map((shape) => shape.path)).toEqual(['c/g1']);
  expect(shapes.outlines.map((shape) => shape.path)).toEqual(['c']);
  expect(shapes.bounds).toEqual([0, 0, 2, 2]);
});

it('lays the map flat with north up and degrees of longitude as long as they are there', () => {
  const plan = flat([0, 60, 2, 61]);
  expect(plan.of([0, 61])).toEqual([0, 0]);
  // At 60.5° a degree of longitude is cos(60.5°) of one of latitude.
  expect(plan.width / plan.height).toBeCloseTo(2 * Math.cos((60.5 * Math.PI) / 180), 6);
  expect(pathOf({ type: 'Polygon', coordinates: [[[0, 61], [2, 61], [0, 61]]] }, plan.of)).toMatch(/^M0\.0 0\.0L/);
});
