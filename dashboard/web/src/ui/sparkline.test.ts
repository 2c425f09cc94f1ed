import { expect, it } from 'vitest';
import { HEIGHT, SPAN_MS, WIDTH, lineOf } from './sparkline';

const NOW = 1_000_000_000;
const at = (fraction: number, value: number): readonly [number, number] => [NOW - SPAN_MS * (1 - fraction), value];
const points = (line: string): number[][] => line.split(' ').map((pair) => pair.split(',').map(Number));

it('draws values as a line from their times', () => {
  expect(lineOf([at(0, 10), at(0.5, 20), at(1, 10)], NOW)).toBe('0.0,18.0 50.0,2.0 100.0,18.0');
});

it('draws noise as what it is: nearly level', () => {
  const heights = points(lineOf([at(0, 1), at(0.5, 1.01), at(1, 1)], NOW)).map(([, y]) => y as number);
  expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(HEIGHT / 10);
});

it('draws truths as steps that hold until the next one, and until now', () => {
  expect(lineOf([at(0.2, 0), at(0.4, 1), at(0.6, 1), at(0.8, 0)], NOW)).toBe(
    '20.0,18.0 40.0,18.0 40.0,2.0 60.0,2.0 80.0,2.0 80.0,18.0 100.0,18.0',
  );
});

it('holds a truth that was told before the first minute shown', () => {
  expect(lineOf([at(-3, 1)], NOW)).toBe('0.0,2.0 100.0,2.0');
});

it('draws nothing of nothing, and of values that are long past', () => {
  expect(lineOf([], NOW)).toBe('');
  expect(lineOf([at(-1, 5)], NOW)).toBe('');
});

it('does not leave the picture for a value from the future', () => {
  expect(points(lineOf([at(0.5, 3), at(1.5, 3)], NOW)).every(([x]) => (x as number) <= WIDTH)).toBe(true);
});
