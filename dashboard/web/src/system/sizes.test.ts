import { expect, it } from 'vitest';
import { daysOf, sizeOf } from './sizes';

it.each([[0, '0 B'], [999, '999 B'], [1000, '1.00 kB'], [12_345_678, '12.3 MB'], [999_999_999, '1.00 GB'], [123e12, '123 TB']])('%d bytes are %s', (bytes, text) =>
  expect(sizeOf(bytes).replace('\u202f', ' ')).toBe(text),
);

it('tells no more days than are left', () => expect([9.99, 0.05, 10.9].map(daysOf)).toEqual([9.9, 0, 10]));
