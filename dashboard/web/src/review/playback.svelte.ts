/** The films of a review under one clock: it ticks, waits for those that are not ready, and tells all of them where to be. */

import type { Span } from './axis';
import { hold, mayRun, pause, play, read, seek, stopped, type Clock } from './clock';
import type { Film } from './film.svelte';

const TICK_MS = 50;
/** What a step of one picture is where nothing has been seen to play: most cameras send 15 to 25 a second. */
const PICTURE_MS = 1000 / 15;

export class Playback {
  /** Milliseconds since the epoch on the axis. */
  at = $state.raw(0);
  rate = $state.raw(1);
  playing = $state.raw(false);
  /** The clock stands still for a recording that is being fetched. */
  holding = $state.raw(false);
  /** How far the two players that differ most are apart, in milliseconds, while at least two play. */
  apartMs = $state.raw<number | null>(null);

  #clock: Clock = stopped(0, 0);
  #waitingSince: number | null = null;
  #films = new Set<Film>();

  constructor(readonly bounds: () => Span) {}

  start(): () => void {
    const timer = setInterval(() => this.#tick(), TICK_MS);
    return () => clearInterval(timer);
  }

  join(film: Film): () => void {
    this.#films.add(film);
    return () => this.#films.delete(film);
  }

  /** Lets a key of the clock happen: `play`, `pause`, `forward`, `backward`. */
  turn(key: (clock: Clock, now: number) => Clock): void {
    this.#clock = key(this.#clock, performance.now());
    this.#waitingSince = null;
    this.#tell();
  }

  toggle(): void {
    const { bounds } = this;
    if (!this.playing && this.at >= bounds().to) this.go(bounds().from);
    this.turn((clock, now) => (clock.playing ? pause(clock, now) : play(clock, now)));
  }

  go(at: number): void {
    const { from, to } = this.bounds();
    this.#clock = seek(this.#clock, Math.min(to, Math.max(from, at)), performance.now());
    this.#waitingSince = null;
    this.#tell();
  }

  step(byMs: number): void {
    this.go(this.at + byMs);
  }

  /** One picture on or back, standing. */
  picture(by: number): void {
    if (this.playing) this.turn(pause);
    this.step(by * PICTURE_MS);
  }

  #tick(): void {
    const now = performance.now();
    const at = read(this.#clock, now);
    const { from, to } = this.bounds();
    const waiting = [...this.#films].map((film) => film.tick(at, this.#clock.rate, this.#clock.playing && !this.holding, now)).some((waits) => waits);
    if (this.#clock.playing) {
      this.#waitingSince = waiting ? (this.#waitingSince ?? now) : null;
      if (!mayRun(waiting, this.#waitingSince, now)) this.#clock = hold(this.#clock, this.at, now);
      else if (at >= to || at <= from) this.#clock = pause(seek(this.#clock, Math.min(to, Math.max(from, at)), now), now);
    }
    this.holding = this.#clock.playing && !mayRun(waiting, this.#waitingSince, now);
    const drifts = [...this.#films].flatMap((film) => (film.drift === null ? [] : [film.drift * 1000]));
    this.apartMs = drifts.length > 1 ? Math.max(...drifts) - Math.min(...drifts) : null;
    this.#tell();
  }

  #tell(): void {
    this.at = read(this.#clock, performance.now());
    this.rate = this.#clock.rate;
    this.playing = this.#clock.playing;
  }
}
