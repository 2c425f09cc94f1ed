import { expect, it } from 'vitest';
import { en } from '../i18n/en';
import { causeOf, causeWords } from './cause';

it.each([
  ['topology:sw-3', 'sw-3 is down'],
  ['inhibition:flood', 'rule flood is on'],
  ['silence:7', 'silence 7'],
])('%s is “%s”', (by, said) => expect(causeWords(by, en)).toBe(said));

it('leaves alone what it does not know', () => {
  expect(causeOf('weather:rain')).toBeNull();
  expect(causeWords('weather:rain', en)).toBe('weather:rain');
});
