/**
 * The live picture of one camera from the hub, as one endless reader: it connects, hands on texts and bytes, and connects
 * again when the connection dies. What the messages mean stands in docs/design/live-view.md.
 */

import type { SourceState } from '../api/types';
import { retryDelay } from './stream';

/** The hub says how the camera is every two seconds: silence for longer means that nobody is there. */
export const SILENT_MS = 7_000;
/** So many connections that failed at once: something between does not let WebSockets through. */
const GIVEN_UP_AFTER = 3;
const NOT_FOUND = 4404;
const SESSION_OVER = 4401;

export type Message =
  | { type: 'init'; mime: string; codec: string; width: number; height: number }
  | { type: 'key'; media_s: number; at: string }
  | { type: 'gap'; reason: string }
  | { type: 'end' }
  | { type: 'unsupported'; codec: string; code?: 'masks_busy' | 'masks_failed' }
  | { type: 'state'; state: SourceState; reason: string };

export interface ViewHandlers {
  onMessage: (message: Message) => void;
  onBytes: (bytes: ArrayBuffer) => void;
  /** The connection is gone; `hopeless` where it never stood, however often it was tried. */
  onLost: (hopeless: boolean) => void;
  onSignedOut: () => void;
}

/** A message of the hub; null for what this console does not know, which a newer hub may send. */
export function messageOf(text: string): Message | null {
  const known = ['init', 'key', 'gap', 'end', 'unsupported', 'state'];
  const data = JSON.parse(text) as { type?: unknown };
  return known.includes(data.type as string) ? (data as Message) : null;
}

export class View {
  #socket: WebSocket | null = null;
  #stopped = false;
  #attempt = 0;
  #stood = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly url: string,
    readonly handlers: ViewHandlers,
  ) {}

  start(): void {
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Another beginning of the same picture, soon. */
  again(): void {
    const socket = this.#socket;
    if (socket === null) return;
    socket.close();
    this.#lost(socket, 1000);
  }

  #connect(): void {
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    this.#await(socket);
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (this.#stopped || socket !== this.#socket) return;
      this.#await(socket);
      this.#attempt = 0;
      this.#stood = true;
      if (typeof data !== 'string') return this.handlers.onBytes(data);
      const message = messageOf(data);
      if (message) this.handlers.onMessage(message);
    };
    socket.onclose = ({ code }) => this.#lost(socket, code);
  }

  /** A socket that says nothing is as good as closed; its own `close` may take a minute to notice. */
  #await(socket: WebSocket): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      socket.close();
      this.#lost(socket, 1006);
    }, SILENT_MS);
  }

  #lost(socket: WebSocket, code: number): void {
    if (this.#stopped || socket !== this.#socket) return;
    this.#socket = null;
    clearTimeout(this.#timer);
    if (code === SESSION_OVER) {
      this.#stopped = true;
      return this.handlers.onSignedOut();
    }
    this.#attempt += 1;
    this.handlers.onLost(code === NOT_FOUND || (!this.#stood && this.#attempt >= GIVEN_UP_AFTER));
    this.#timer = setTimeout(() => this.#connect(), retryDelay(this.#attempt - 1, Math.random()));
  }
}
