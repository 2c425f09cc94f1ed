import { describe, expect, it } from 'vitest';
import { factorText, weightsOf } from './weights';

const DETAIL = {
  probability: 0.952,
  prior_log_odds: Math.log(0.001 / 0.999),
  contributions: [
    { name: 'heat', held: false, log_odds: Math.log(0.5) },
    { name: 'smoke', held: true, log_odds: Math.log(200) },
  ],
  not_available: ['flame'],
};

describe('the weights of a fused alert', () => {
  const found = weightsOf({ detail: DETAIL });
  it('begin with what was likely before, and name what nobody could see', () => {
    expect(found?.prior).toBeCloseTo(0.001);
    expect(found?.blind).toEqual(['flame']);
  });
  it('are in the order of what they say, for or against', () => {
    expect(found?.pieces.map(({ name, held, factor }) => [name, held, factorText(factor)])).toEqual([
      ['smoke', true, '200'],
      ['heat', false, '2'],
    ]);
    expect(found?.most).toBeCloseTo(Math.log(200));
  });
});

it.each([[null], [{}], [{ latch: true }], [{ probability: 'high' }]])('are none for a rule that weighs nothing: %j', (detail) => {
  expect(weightsOf({ detail })).toBeNull();
});

it('leave out what is not understood', () => {
  const odd = { probability: 1, contributions: [null, 7, { name: 'x' }, { name: 'y', held: true, log_odds: 1 }], not_available: 'all' };
  const found = weightsOf({ detail: odd });
  expect(found?.pieces.map((piece) => piece.name)).toEqual(['y']);
  expect([found?.blind, found?.prior]).toEqual([[], null]);
});

it.each([[1, '1'], [1.5, '1.5'], [12.4, '12'], [2000, '2,000']])('tells a factor of %d as %s', (factor, text) => expect(factorText(factor)).toBe(text));
