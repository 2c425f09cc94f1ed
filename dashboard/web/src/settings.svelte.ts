/** What a person set for this browser: language, theme, sound. Kept in localStorage where that is allowed. */

import { SEVERITIES, type Severity } from './api/types';
import type { Grouping, Order } from './live/queue';

export type Language = 'zh' | 'en';
export type Theme = 'dark' | 'light' | 'auto';

const KEY = 'gridhub.settings';

interface Kept {
  language: Language;
  theme: Theme;
  sound: boolean;
  /** Milliseconds since the epoch until which nothing is heard, by this computer's clock; 0: it is heard. */
  mutedUntil: number;
  /** The severities that are heard. */
  heard: Severity[];
  /** How the queue is sorted, and what it is grouped by. */
  order: Order;
  grouping: Grouping;
}

const ORDERS: readonly Order[] = ['priority', 'age', 'deadline'];
const GROUPINGS: readonly Grouping[] = ['none', 'severity', 'area', 'rule', 'person'];

function defaults(): Kept {
  return {
    language: navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en',
    theme: 'auto',
    sound: false,
    mutedUntil: 0,
    heard: [...SEVERITIES],
    order: 'priority',
    grouping: 'none',
  };
}

function read(): Kept {
  const kept = defaults();
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>;
    if (stored.language === 'zh' || stored.language === 'en') kept.language = stored.language;
    if (stored.theme === 'dark' || stored.theme === 'light' || stored.theme === 'auto') kept.theme = stored.theme;
    kept.sound = stored.sound === true;
    if (typeof stored.mutedUntil === 'number') kept.mutedUntil = stored.mutedUntil;
    if (Array.isArray(stored.heard)) kept.heard = SEVERITIES.filter((severity) => stored.heard?.includes(severity));
    if (ORDERS.includes(stored.order as Order)) kept.order = stored.order as Order;
    if (GROUPINGS.includes(stored.grouping as Grouping)) kept.grouping = stored.grouping as Grouping;
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
  get mutedUntil(): number {
    return this.#kept.mutedUntil;
  }
  get heard(): readonly Severity[] {
    return this.#kept.heard;
  }
  get order(): Order {
    return this.#kept.order;
  }
  get grouping(): Grouping {
    return this.#kept.grouping;
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
