import { describe, expect, it } from 'vitest';
import { inSight, lineAt, offsetsOf, scrolledTo } from './virtual';

const HEIGHTS = [20, 60, 60, 20, 60];
const offsets = offsetsOf(HEIGHTS.length, (i) => HEIGHTS[i] as number);

describe('a long list', () => {
  it('knows where each line begins', () => expect([...offsets]).toEqual([0, 20, 80, 140, 160, 220]));

  it('finds the line at a height, for every height as a walk would', () => {
    for (let at = 0; at < 220; at += 1) {
      let walked = 0;
      while ((offsets[walked + 1] as number) <= at) walked += 1;
      expect(lineAt(offsets, at), String(at)).toBe(walked);
    }
    expect(lineAt(offsets, 5000)).toBe(4);
  });

  it('shows what is in sight and a little more, and nothing of nothing', () => {
    expect(inSight(offsets, 85, 60, 0)).toEqual([2, 4]);
    expect(inSight(offsets, 85, 60, 9)).toEqual([0, 5]);
    expect(inSight(offsetsOf(0, () => 60), 0, 500, 4)).toEqual([0, 0]);
  });

  it('scrolls no further than it must', () => {
    expect(scrolledTo(offsets, 2, 70, 100)).toBe(70);
    expect(scrolledTo(offsets, 0, 70, 100)).toBe(0);
    expect(scrolledTo(offsets, 4, 70, 100)).toBe(120);
  });
});
