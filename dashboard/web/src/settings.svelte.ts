/** What a person set for this browser: language, theme, sound. Kept in localStorage where that is allowed. */

export type Language = 'zh' | 'en';
export type Theme = 'dark' | 'light' | 'auto';

const KEY = 'gridhub.settings';

interface Kept {
  language: Language;
  theme: Theme;
  sound: boolean;
}

function defaults(): Kept {
  return { language: navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en', theme: 'auto', sound: false };
}

function read(): Kept {
  const kept = defaults();
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>;
    if (stored.language === 'zh' || stored.language === 'en') kept.language = stored.language;
    if (stored.theme === 'dark' || stored.theme === 'light' || stored.theme === 'auto') kept.theme = stored.theme;
    kept.sound = stored.sound === true;
  } catch {
    // Storage is blocked, or holds something else: the defaults do.
  }
  return kept;
}

class Settings {
  #kept = $state(read());
  #systemDark = $state(matchMedia('(prefers-color-scheme: dark)').matches);

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => (this.#systemDark = event.matches));
  }

  get language(): Language {
    return this.#kept.language;
  }
  get theme(): Theme {
    return this.#kept.theme;
  }
  get sound(): boolean {
    return this.#kept.sound;
  }
  /** The theme that is in force. */
  get dark(): boolean {
    return this.#kept.theme === 'auto' ? this.#systemDark : this.#kept.theme === 'dark';
  }

  set(change: Partial<Kept>): void {
    Object.assign(this.#kept, change);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#kept));
    } catch {
      // Storage is blocked or full: the choice lasts until the page is closed.
    }
  }
}

export const settings = new Settings();
