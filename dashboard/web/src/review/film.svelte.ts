/**
 * The recording of one camera, as two <video>: one is seen, the other gets the next piece ready. A piece is fetched whole,
 * so that leaping in it costs nothing; how far it is from the clock is put right with each tick.
 */

import { ApiError, api } from '../api/client';
import { lifting, type Lift } from '../watch/lift';
import { inTurn } from '../watch/picture.svelte';
import type { Bar } from './axis';
import { correction } from './clock';
import { covers, pieceOf, wanted, type Piece } from './film';

export type FilmState = 'loading' | 'playing' | 'hole' | 'failed';

interface Loaded {
  piece: Piece;
  loading: AbortController;
  /** The address of its bytes; null while they come. */
  url: string | null;
  /** Milliseconds since the epoch of its first and its last picture. */
  began: number;
  ended: number;
  /** Its bytes did not come; `final` where they never will. */
  failed: 'no' | 'for now' | 'final';
  /** When it was asked for, by the browser's own clock. */
  askedAt: number;
}

/** A piece that was only passed while somebody drags the cursor is not fetched. */
const SETTLED_MS = 250;
const KEPT = 3;
/** What failed, or ends before what is recorded by now, is asked for again after so long. */
const AGAIN_MS = 8_000;
/** A picture or two that are not there yet are no reason to. */
const SHORT_MS = 1_500;
/** Nearer than this a standing picture is the right one. */
const STILL_S = 0.015;
const READY = 2; // HAVE_CURRENT_DATA

export class Film {
  state = $state.raw<FilmState>('hole');
  /** Which of the two is seen. */
  seen = $state.raw(0);
  /** Seconds it is ahead of the clock; null while it does not play. */
  drift: number | null = null;

  #videos: HTMLVideoElement[] = [];
  /** What each of the two holds: the beginning of a piece. */
  #holds: (number | null)[] = [null, null];
  #pieces = new Map<number, Loaded>();
  #settling: { from: number; since: number } | null = null;

  constructor(
    readonly camera: string,
    readonly bars: () => readonly Bar[],
    readonly lift: () => Lift | null = () => null,
  ) {}

  /** Everything is fetched again: its masks were lifted, or are burnt in again. */
  anew(): void {
    for (const loaded of this.#pieces.values()) this.#drop(loaded);
    this.#holds = [null, null];
    for (const video of this.#videos) video.removeAttribute('src');
  }

  attach(videos: HTMLVideoElement[]): () => void {
    this.#videos = videos;
    return () => {
      this.#videos = [];
      this.#holds = [null, null];
      for (const loaded of this.#pieces.values()) this.#drop(loaded);
      for (const video of videos) video.removeAttribute('src');
    };
  }

  /** Once for each step of the clock. Answers whether the others have to wait for this one. */
  tick(at: number, rate: number, playing: boolean, now: number): boolean {
    const bars = this.bars();
    const pieces = wanted(bars, at, rate, playing);
    this.#fetch(pieces, now);
    this.drift = null;
    if (!covers(bars, at)) {
      this.#rest();
      this.state = 'hole';
      return false;
    }
    const loaded = this.#pieces.get(pieceOf(at).from);
    if (loaded && now - loaded.askedAt > AGAIN_MS && (loaded.failed === 'for now' || (loaded.url !== null && at > loaded.ended + SHORT_MS))) this.#drop(loaded);
    if (!loaded || loaded.url === null) {
      this.#rest();
      this.state = loaded && loaded.failed !== 'no' ? 'failed' : 'loading';
      return this.state === 'loading';
    }
    const which = this.#given(loaded);
    this.#ahead(pieces, which);
    const video = this.#videos[which];
    if (!video) return false;
    return this.#steer(video, which, (at - loaded.began) / 1000, rate, playing);
  }

  #steer(video: HTMLVideoElement, which: number, wantedS: number, rate: number, playing: boolean): boolean {
    if (video.error) {
      this.state = 'failed';
      return false;
    }
    // Its last picture stands until the next piece.
    const target = Math.max(0, Number.isFinite(video.duration) ? Math.min(wantedS, video.duration - 0.01) : wantedS);
    const drift = video.currentTime - target;
    if (playing && rate > 0) {
      const step = correction(drift, rate);
      if (step.leap && !video.seeking) video.currentTime = target;
      if (Math.abs(video.playbackRate - step.rate) > 0.005) video.playbackRate = step.rate;
      if (video.paused && !video.ended) void video.play().catch(() => undefined);
      this.drift = video.readyState >= READY && !video.seeking ? drift : null;
    } else {
      if (!video.paused) video.pause();
      if (Math.abs(drift) > STILL_S && !video.seeking) video.currentTime = target;
    }
    const ready = video.readyState >= READY;
    if (ready) {
      this.state = 'playing';
      if (this.seen !== which) this.#show(which);
    } else if (this.seen === which || this.state !== 'playing') this.state = 'loading';
    return !ready;
  }

  #show(which: number): void {
    this.#videos[this.seen]?.pause();
    this.seen = which;
  }

  #rest(): void {
    for (const video of this.#videos) if (!video.paused) video.pause();
  }

  /** The one of the two that holds a piece; given to the one that is not seen where neither does. */
  #given(loaded: Loaded): number {
    const held = this.#holds.indexOf(loaded.piece.from);
    if (held >= 0) return held;
    const which = this.#holds[this.seen] === null ? this.seen : 1 - this.seen;
    const video = this.#videos[which];
    if (video && loaded.url !== null) {
      this.#holds[which] = loaded.piece.from;
      video.src = loaded.url;
    }
    return which;
  }

  /** The next piece into the other one, so that it begins without a moment of black. */
  #ahead(pieces: readonly Piece[], which: number): void {
    const next = pieces[1] && this.#pieces.get(pieces[1].from);
    if (next?.url && this.#holds[1 - which] !== next.piece.from && this.seen === which) this.#given(next);
  }

  #fetch(pieces: readonly Piece[], now: number): void {
    const here = pieces[0]?.from;
    if (here !== undefined && this.#settling?.from !== here) this.#settling = { from: here, since: now };
    const near = new Set([...pieces.map((piece) => piece.from), ...this.#holds]);
    for (const loaded of this.#pieces.values())
      if (!near.has(loaded.piece.from) && (loaded.url === null || this.#pieces.size > KEPT)) this.#drop(loaded);
    if (this.#settling === null || now - this.#settling.since < SETTLED_MS) return;
    for (const piece of pieces) if (!this.#pieces.has(piece.from)) void this.#load(piece, now);
  }

  async #load(piece: Piece, now: number): Promise<void> {
    const loaded: Loaded = { piece, loading: new AbortController(), url: null, began: piece.from, ended: piece.to, failed: 'no', askedAt: now };
    this.#pieces.set(piece.from, loaded);
    const { signal } = loaded.loading;
    try {
      const [began, ended, bytes] = await inTurn(async () => {
        signal.throwIfAborted();
        const answer = await api.film(this.camera, piece.from, piece.to, signal, lifting(this.lift()));
        return [answer.headers.get('X-Clip-From'), answer.headers.get('X-Clip-To'), await answer.blob()] as const;
      });
      if (signal.aborted) return;
      loaded.began = Date.parse(began ?? '') || piece.from;
      loaded.ended = Date.parse(ended ?? '') || piece.to;
      loaded.url = URL.createObjectURL(bytes);
    } catch (cause) {
      if (signal.aborted) return;
      if (!(cause instanceof ApiError)) throw cause;
      // Not allowed, or gone: asking again changes nothing.
      loaded.failed = cause.status >= 400 && cause.status < 500 ? 'final' : 'for now';
    }
  }

  #drop(loaded: Loaded): void {
    loaded.loading.abort();
    if (loaded.url !== null) URL.revokeObjectURL(loaded.url);
    this.#pieces.delete(loaded.piece.from);
    this.#holds = this.#holds.map((held) => (held === loaded.piece.from ? null : held));
  }
}
