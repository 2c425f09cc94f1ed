import { describe, expect, it } from 'vitest';
import { en } from '../i18n/en';
import { zh } from '../i18n/zh';
import { ANYWHERE, REVIEW, WALL, WATCH, isComposing, meant, signOf, strokeOf } from './keys';
import { HELP, signsOf } from './keyhelp';

/** A stroke on an element of these kinds, one within the other. */
function stroke(key: string, more: Partial<KeyboardEvent> = {}, ...on: string[]): KeyboardEvent {
  const found = (selector: string) => selector.split(', ').find((each) => on.includes(each)) ?? null;
  const target = { closest: found, ownerDocument: { querySelector: found } };
  return { key, isComposing: false, keyCode: 0, target, ...more } as unknown as KeyboardEvent;
}
const TABLES: Record<string, Record<string, readonly string[]>> = { watch: { ...WATCH, ...ANYWHERE }, review: { ...REVIEW, ...ANYWHERE }, wall: { ...WALL, ...ANYWHERE } };

describe.each(Object.entries(TABLES))('the keys of %s', (page, table) => {
  it('do each one thing', () => {
    const keys = Object.values(table).flat();
    expect(new Set(keys).size).toBe(keys.length);
    for (const [act, own] of Object.entries(table)) for (const key of own) expect(meant(table, key), key).toBe(act);
  });

  it('are all in its help, and nothing else is', () => {
    const told = (HELP[page] ?? []).flatMap(({ acts }) => acts);
    expect([...told].sort()).toEqual(Object.keys(table).sort());
  });

  it('are heard by it, also with Caps Lock', () => {
    for (const key of Object.values(table).flat()) {
      const [name, shiftKey] = key.startsWith('Shift+') ? [key.slice(6), true] : [key, false];
      expect(strokeOf(stroke(name, { shiftKey })), key).toBe(key);
      if (/^[a-z]$/.test(key)) expect(strokeOf(stroke(key.toUpperCase())), key).toBe(key);
    }
  });
});

it('tells of pages without keys of their own only what is done everywhere', () => {
  expect((HELP.other ?? []).flatMap(({ acts }) => acts).sort()).toEqual(Object.keys(ANYWHERE).sort());
});

it('tells of as many reasons as there are', () => {
  const rows = (HELP.watch ?? []).filter(({ keys }) => keys !== undefined);
  expect(rows.map(signsOf)).toEqual([en.act.reasons.map((_, at) => String(at + 1))]);
  expect(zh.act.reasons.length).toBe(en.act.reasons.length);
  expect((HELP.review ?? []).map(signsOf)).toContainEqual(['1', '…', '9']);
});

describe('a stroke', () => {
  const keys = Object.values(TABLES).flatMap((table) => Object.values(table).flat());
  it.each([['input'], ['textarea'], ['select'], ['[contenteditable]'], ['[popover]'], ['dialog[open]']])('in %s is nobody else’s', (field) => {
    for (const key of keys) expect(strokeOf(stroke(key, {}, field)), key).toBeNull();
  });
  it('belongs to the input method while a word is put together', () => {
    for (const key of [...keys, 'Process']) {
      expect(strokeOf(stroke(key, { isComposing: true })), key).toBeNull();
      expect(strokeOf(stroke(key, { keyCode: 229 })), key).toBeNull();
    }
    expect(isComposing(stroke('Enter', { keyCode: 13 }))).toBe(false);
  });
  it.each(['ctrlKey', 'metaKey', 'altKey', 'defaultPrevented'] as const)('with %s is somebody else’s', (held) => {
    for (const key of keys) expect(strokeOf(stroke(key, { [held]: true })), key).toBeNull();
  });
  it('is written as it stands on the keyboard', () => {
    expect(['a', ' ', 'Shift+ArrowLeft', 'Escape'].map(signOf)).toEqual(['a', '␣', '⇧←', 'Esc']);
  });
});

const sources = import.meta.glob('../**/*.svelte', { query: '?raw', import: 'default', eager: true }) as Record<string, string>;
/** Nothing is typed there: they are pressed, or lie under the pointer. Escape there ends a tour, wherever it is pressed. */
const UNTYPED = ['../camera/DayStrip.svelte', '../pages/TimelineBars.svelte'];

it('is looked at for an input method wherever keys are read', () => {
  const reading = Object.entries(sources).filter(([, text]) => /\b(event|key)\.key\b/.test(text));
  expect(reading.length).toBeGreaterThan(5);
  expect(reading.filter(([, text]) => !/isComposing\(|strokeOf\(/.test(text)).map(([name]) => name).sort()).toEqual(UNTYPED);
});
