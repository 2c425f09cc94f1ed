import { expect, it } from 'vitest';
import { HEIGHT, WIDTH, barsOf, mostOf } from './timeline';

const FROM = '2026-03-01T00:00:00Z';

it('shows both sides on one scale, each from the middle', () => {
  const bars = barsOf({ step_s: 3600, now: [10, 0], proposed: [5, 1] }, FROM);
  expect(bars.map(({ now, proposed }) => [now, proposed])).toEqual([[10, 5], [0, 1]]);
  expect((bars[0]?.up ?? 0) / (bars[0]?.down ?? 1)).toBeCloseTo(2);
  expect(Math.max(...bars.map((bar) => bar.up))).toBeLessThanOrEqual(HEIGHT / 2);
  expect(bars[1]?.up).toBe(0);
});

it('has no other side where there is nothing to hold it against', () => {
  const [bar] = barsOf({ step_s: 60, now: null, proposed: [3] }, FROM);
  expect(bar).toMatchObject({ now: null, proposed: 3, down: 0 });
  expect(bar?.up).toBeGreaterThan(HEIGHT / 2);
});

it('keeps one alert among a thousand in sight, and none out of it', () => {
  const bars = barsOf({ step_s: 60, now: [1000, 1, 0], proposed: [0, 0, 0] }, FROM);
  expect(bars[1]?.up).toBeGreaterThan(1);
  expect(bars[2]?.up).toBe(0);
});

it('fills the width, in the order of time', () => {
  const bars = barsOf({ step_s: 3600, now: null, proposed: Array.from({ length: 168 }, () => 0) }, FROM);
  expect(bars.at(-1)?.x).toBeCloseTo(WIDTH - WIDTH / 168);
  expect(bars[1]?.at).toBe(Date.parse('2026-03-01T01:00:00Z'));
  expect(mostOf({ step_s: 1, now: [], proposed: [] })).toBe(1);
});
