import { describe, expect, it } from 'vitest';
import type { Zone } from '../api/types';
import { holds, isMasked, lifting } from './lift';

const zone = (privacy: boolean): Zone => ({ name: 'window', polygon: [[0, 0], [1, 0], [1, 1]], mask: !privacy, privacy });

describe('privacy masks', () => {
  it('are the zones for privacy, not those that are not looked at', () => {
    expect(isMasked([zone(false)])).toBe(false);
    expect(isMasked([zone(false), zone(true)])).toBe(true);
  });

  it('are lifted where the right holds: in the whole city, or at and below an area', () => {
    expect(holds(undefined, 'qth/a')).toBe(false);
    expect(holds([''], 'qth/a')).toBe(true);
    expect(holds(['qth/a'], 'qth/a/1')).toBe(true);
    expect(holds(['qth/a'], 'qth/ab')).toBe(false);
  });

  it('are asked for with a reason where there is one, and not at all by default', () => {
    expect(lifting(null)).toBe('');
    expect(lifting({ why: '  ' })).toBe('&masks=lifted');
    expect(lifting({ why: '案件 & 17' })).toBe(`&masks=lifted&why=${encodeURIComponent('案件 & 17')}`);
  });
});
