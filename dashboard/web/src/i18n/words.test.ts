import { beforeAll, describe, expect, it, vi } from 'vitest';

// What a browser has and Node has not: enough for the settings to be read.
vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined }));
vi.stubGlobal('navigator', { language: 'zh-CN' });
const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
});

let index: typeof import('./index.svelte');
let settings: typeof import('../settings.svelte').settings;
beforeAll(async () => {
  ({ settings } = await import('../settings.svelte'));
  index = await import('./index.svelte');
});

/** Every message as text; parameters are given numbers. */
function* texts(of: unknown, path = ''): Generator<[string, string]> {
  if (typeof of === 'string') yield [path, of];
  else if (typeof of === 'function') yield [path, String((of as (...n: number[]) => string)(2, 3))];
  else for (const [key, value] of Object.entries(of as object)) yield* texts(value, `${path}.${key}`);
}

describe('the catalogues', () => {
  it('say something for every key', () => {
    for (const [language, catalogue] of Object.entries(index.catalogues))
      for (const [path, text] of texts(catalogue)) expect(text.trim(), language + path).not.toBe('');
  });

  it('are in Chinese where Chinese is meant', () => {
    const latin = [...texts(index.catalogues.zh)].filter(([, text]) => !/[\u3400-\u9fff]/.test(text)).map(([path]) => path);
    expect(latin.sort()).toEqual(['.add.urlHint', '.colon', '.comma', '.locale', '.metric.co2', '.metric.pm25', '.page.kbps', '.page.size', '.product', '.queue.by', '.top.switchLanguage']);
  });
});

describe('words', () => {
  it('follow the language of the browser, then what was chosen, and remember it', () => {
    expect(settings.language).toBe('zh');
    expect(index.words.t.severity.critical).toBe('紧急');
    settings.set({ language: 'en' });
    expect(index.words.t.severity.critical).toBe('Critical');
    expect(stored.get('gridhub.settings')).toContain('"en"');
  });

  it('tell an age in its two largest units', () => {
    const start = '2026-01-01T00:00:00Z';
    const after = (s: number) => index.words.age(start, Date.parse(start) + s * 1000);
    expect([after(0), after(59), after(60), after(3_725), after(90_000)]).toEqual(['now', '59 s', '1 min', '1 h 2 min', '1 d 1 h']);
  });

  it('never tell a negative age when clocks differ', () => {
    expect(index.words.age('2026-01-01T00:00:10Z', Date.parse('2026-01-01T00:00:00Z'))).toBe('now');
  });

  it('write times with seconds, and with the day where it is another', () => {
    const now = new Date(2026, 0, 2, 10, 42, 7).getTime();
    expect(index.words.time(now, now)).toBe('10:42:07');
    expect(index.words.time(now - 86_400_000, now)).toContain('01/01');
    expect(index.words.time('nonsense', now)).toBe('–');
  });

  it('write values with their units, and states in words', () => {
    expect(index.words.value('water_level', 2.414, null)).toBe('2.41\u202fm');
    expect(index.words.value('open', 1, null)).toBe('open');
    expect(index.words.value('camera.health', 0, 'stalled')).toBe('Stalled');
    expect(index.words.value('tamper.covered', 1, null)).toBe('yes');
    expect(index.words.value('label', null, 'as it is')).toBe('as it is');
    expect(index.words.metric('unheard_of')).toBe('unheard_of');
  });
});
