/**
 * The event stream as one endless reader: it connects, hands on events, and when the connection dies it says so and
 * connects again from the last id it was given, so that nothing is missed.
 */

import type { StreamEvent } from '../api/types';
import { FrameParser, type Frame } from './sse';

/** The hub says something every 15 s, if only a comment: silence for longer than this means that nobody is there. */
export const SILENCE_MS = 40_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** Why a connection was dropped by ourselves: nothing is lost, and nobody needs to be told. */
const WANTED = new Error('wanted');

export interface StreamHandlers {
  /** Where to resume; null asks for what comes from now on. */
  lastId: () => number | null;
  /** The area whose observations are wanted. */
  area: () => string | null;
  onEvents: (events: StreamEvent[]) => void;
  onConnected: () => void;
  /** The connection died and `retryAt` (performance.now()) is the next attempt. */
  onLost: (reason: string, retryAt: number) => void;
  onSignedOut: () => void;
}

/** Doubles from half a second to ten, with jitter so that ten browsers do not come back at one instant. */
export function retryDelay(attempt: number, random: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt) * (0.75 + random / 2);
}

/** The event in a frame; null for kinds this console does not know, which a newer hub may send. */
export function eventOf(frame: Frame): StreamEvent | null {
  const data: unknown = JSON.parse(frame.data);
  switch (frame.event) {
    case 'alert':
    case 'source':
    case 'incident': {
      const id = Number(frame.id);
      if (!Number.isSafeInteger(id) || id <= 0) throw new Error(`an ${frame.event} event without an id`);
      return { type: frame.event, id, data } as StreamEvent;
    }
    case 'hello':
    case 'observation':
    case 'system':
    case 'reset':
      return { type: frame.event, data } as StreamEvent;
    default:
      return null;
  }
}

export class Stream {
  #connection: AbortController | null = null;
  #stopped = false;
  #attempt = 0;
  #wake: (() => void) | null = null;

  constructor(readonly handlers: StreamHandlers) {}

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.reconnect();
  }

  /** Drops the connection, if there is one, and connects again at once. */
  reconnect(): void {
    this.#attempt = 0;
    this.#connection?.abort(WANTED);
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const connection = new AbortController();
      this.#connection = connection;
      let reason = 'closed';
      try {
        await this.#read(connection);
      } catch (cause) {
        reason = cause instanceof Error ? cause.message : String(cause);
      }
      if (this.#stopped || connection.signal.reason === WANTED) continue;
      const delay = retryDelay(this.#attempt, Math.random());
      this.#attempt += 1;
      this.handlers.onLost(reason, performance.now() + delay);
      await this.#pause(delay);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #read(connection: AbortController): Promise<void> {
    const alive = new Watchdog(() => connection.abort(new Error('silent')));
    try {
      const response = await fetch(this.#url(), {
        headers: { Accept: 'text/event-stream' },
        credentials: 'same-origin',
        cache: 'no-store',
        signal: connection.signal,
      });
      if (response.status === 401) {
        this.#stopped = true;
        this.handlers.onSignedOut();
        return;
      }
      if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
      this.handlers.onConnected();
      const parser = new FrameParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        alive.feed();
        const events = parser
          .push(piece.value)
          .map(eventOf)
          .filter((event) => event !== null);
        if (events.length) {
          this.#attempt = 0;
          this.handlers.onEvents(events);
        }
      }
    } finally {
      alive.stop();
    }
  }

  #url(): string {
    const query = new URLSearchParams();
    const area = this.handlers.area();
    const lastId = this.handlers.lastId();
    if (area !== null) query.set('observations', area);
    if (lastId !== null) query.set('last_event_id', String(lastId));
    return `/api/v1/stream?${query}`;
  }
}

/** Calls when it was not fed for SILENCE_MS. */
class Watchdog {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly bite: () => void) {
    this.feed();
  }

  feed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.bite, SILENCE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
