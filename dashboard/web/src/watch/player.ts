/** Fragmented MP4 into a <video>, by Media Source Extensions: appended as it comes, held at the live edge. */

import { steer, type Range } from './edge';

const STEER_MS = 200;
/** More than this that a browser has not taken yet, and it will not catch up: better begin anew. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;

export interface PlayerHandlers {
  /** A new picture is on the screen; when it was taken, where that is known. */
  onPicture: (takenAt: number | null) => void;
  /** It cannot go on with what it was given. */
  onFault: () => void;
}

export const playable = (mime: string): boolean => 'MediaSource' in window && MediaSource.isTypeSupported(mime);

/** Of one initialization segment; `stop` it before the next. */
export class Player {
  #media = new MediaSource();
  #buffer: SourceBuffer | null = null;
  #queue: ArrayBuffer[] = [];
  #queuedBytes = 0;
  #zero: number | null = null;
  #stopped = false;
  #url = URL.createObjectURL(this.#media);
  #timer: ReturnType<typeof setInterval>;

  constructor(
    readonly video: HTMLVideoElement,
    mime: string,
    readonly handlers: PlayerHandlers,
  ) {
    this.#media.addEventListener('sourceopen', () => this.#opened(mime), { once: true });
    video.onerror = () => this.#fault();
    video.src = this.#url;
    this.#timer = setInterval(() => this.#steer(), STEER_MS);
    this.#watch();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#queue = [];
    this.video.onerror = null;
    this.video.removeAttribute('src');
    this.video.load();
    URL.revokeObjectURL(this.#url);
  }

  append(bytes: ArrayBuffer): void {
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.byteLength;
    if (this.#queuedBytes > MAX_QUEUED_BYTES) this.#fault();
    else this.#next();
  }

  /** The picture at `mediaS` of the stream was taken at `at`, in milliseconds since the epoch. */
  clock(mediaS: number, at: number): void {
    this.#zero = at - mediaS * 1000;
  }

  #opened(mime: string): void {
    if (this.#stopped) return;
    this.#buffer = this.#media.addSourceBuffer(mime);
    this.#buffer.addEventListener('updateend', () => this.#next());
    this.#next();
  }

  #next(): void {
    const buffer = this.#buffer;
    const bytes = this.#queue[0];
    if (this.#stopped || !buffer || buffer.updating || !bytes || this.#media.readyState !== 'open') return;
    try {
      buffer.appendBuffer(bytes);
    } catch (cause) {
      // The browser's store is full: steering makes room, and then it is tried again.
      if (!(cause instanceof DOMException) || cause.name !== 'QuotaExceededError') this.#fault();
      return;
    }
    this.#queue.shift();
    this.#queuedBytes -= bytes.byteLength;
  }

  #steer(): void {
    const buffer = this.#buffer;
    if (this.#stopped || !buffer || this.#media.readyState !== 'open') return;
    const ranges = Array.from({ length: buffer.buffered.length }, (_, i): Range => [buffer.buffered.start(i), buffer.buffered.end(i)]);
    const step = steer(ranges, this.video.currentTime);
    if (step.seek !== null) this.video.currentTime = step.seek;
    if (this.video.playbackRate !== step.rate) this.video.playbackRate = step.rate;
    // A tab that was in the background, or a power saver, may have paused it.
    if (this.video.paused && ranges.length) void this.video.play().catch(() => undefined);
    if (step.forget !== null && !buffer.updating) buffer.remove(0, step.forget);
    this.#next();
  }

  #watch(): void {
    this.video.requestVideoFrameCallback((_, { mediaTime }) => {
      if (this.#stopped) return;
      this.handlers.onPicture(this.#zero === null ? null : this.#zero + mediaTime * 1000);
      this.#watch();
    });
  }

  #fault(): void {
    if (this.#stopped) return;
    this.stop();
    this.handlers.onFault();
  }
}
