/** The words of the language in force, and times and numbers as it writes them. */

import { settings } from '../settings.svelte';
import { codecName, en, type Messages } from './en';
import { said } from './reasons';
import { sideOf } from './sides';
import { zh } from './zh';

export const catalogues: Record<'zh' | 'en', Messages> = { zh, en };

const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${settings.language} ${name}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(catalogues[settings.language].locale, options);
  formats.set(key, known);
  return known;
}

const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const DAY = { month: '2-digit', day: '2-digit' } as const;

class Words {
  /** The catalogue: `words.t.queue.title`. */
  get t(): Messages {
    return catalogues[settings.language];
  }

  /** Local time with seconds; with the day where it is not `now`'s. */
  time(at: string | number | null, now: number = Date.now()): string {
    if (at === null) return '–';
    const date = new Date(at);
    if (Number.isNaN(date.getTime())) return '–';
    if (date.toDateString() === new Date(now).toDateString()) return format('time', TIME).format(date);
    return format('day', { ...DAY, ...TIME }).format(date);
  }

  clock(at: number): string {
    return format('time', TIME).format(at);
  }

  date(at: number): string {
    return format('date', { year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'short' }).format(at);
  }

  /** How long ago, in the two largest units. */
  age(at: string, now: number): string {
    const seconds = Math.floor((now - Date.parse(at)) / 1000);
    const { age } = this.t;
    // Below nothing where two clocks differ.
    if (seconds < 1) return age.now;
    return this.span(seconds);
  }

  /** How long, in the two largest units. */
  span(seconds: number): string {
    const { age } = this.t;
    if (seconds < 60) return age.seconds(Math.round(seconds));
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return age.minutes(minutes);
    const hours = Math.floor(minutes / 60);
    return hours < 24 ? age.hours(hours, minutes % 60) : age.days(Math.floor(hours / 24), hours % 24);
  }

  codec(name: string): string {
    return codecName(name);
  }

  metric(name: string): string {
    return named(this.t.metric, name);
  }

  /** A part of the hub; of several of a kind with its number, counted from one. */
  part(name: string): string {
    const [, kind = name, number] = /^(.+)-(\d+)$/.exec(name) ?? [];
    return named(this.t.part, kind) + (number === undefined ? '' : ` ${Number(number) + 1}`);
  }

  sourceType(name: string): string {
    return named(this.t.sourceType, name);
  }

  /** A reason or a detail that a process of the hub wrote. What people wrote must not go through here. */
  reason(text: string): string {
    return said(text, settings.language);
  }

  /** A text that a rule gives in both languages. */
  side(text: string): string {
    return sideOf(text, settings.language);
  }

  /** A value with its unit, as a person reads it. */
  value(metric: string, value: number | null, text: string | null): string {
    if (value === null) return text ?? '–';
    if (metric === 'open') return value > 0 ? this.t.open : this.t.closed;
    if (metric === 'device.online') return value > 0 ? this.t.online : this.t.sourceState.offline;
    if (metric === 'camera.health') return text ? this.state(text) : String(value);
    if (metric.startsWith('tamper.')) return value > 0 ? this.t.yes : this.t.no;
    // The moving share of the picture.
    if (metric === 'motion') return `${(value * 100).toFixed(1)}\u202f%`;
    const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
    return `${value.toFixed(digits)}${UNITS[metric] ?? ''}`;
  }

  state(state: string): string {
    return named(this.t.sourceState, state);
  }
}

/** Names come from outside: one like “constructor” is no word of ours. */
const named = (catalogue: Record<string, string>, name: string): string =>
  Object.hasOwn(catalogue, name) ? (catalogue[name] as string) : name;

/** After a narrow no-break space, as SI writes it. */
const UNITS: Record<string, string> = {
  water_level: '\u202fm',
  pm25: '\u202fµg/m³',
  co2: '\u202fppm',
  tilt: '°',
  temperature: '\u202f°C',
  humidity: '\u202f%',
  battery: '\u202f%',
  'clock.offset': '\u202fs',
};

export const words = new Words();
