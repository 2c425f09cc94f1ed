/**
 * The newest picture of a camera, about once a second while its tile is on the screen and the page is not hidden. A request
 * ends before the next begins, and only a few run at once: a browser has six connections to the hub, of which one is the
 * event stream, and an acknowledgement must never wait behind pictures.
 */

import { ApiError, api } from '../api/client';
import { lifting, type Lift } from './lift';
import { whileSeen } from './sight';

const EVERY_MS = 1_000;
const AFTER_FAILURE_MS = 4_000;
const AT_ONCE = 3;
/** Widths asked for: few, so that the hub encodes each only once for several viewers. */
const WIDTHS = [480, 720, 1280];

let running = 0;
const waiting: (() => void)[] = [];

export async function inTurn<T>(call: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await call();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

export class Picture {
  url = $state.raw<string | null>(null);
  /** When the frame was taken, in milliseconds since the epoch. */
  frameTime = $state.raw<number | null>(null);
  /** Why there is no picture, in the hub's words; `unreachable` where the hub itself does not answer. */
  failure = $state.raw<{ unreachable: boolean; detail: string } | null>(null);
  /** Width by height. */
  ratio = $state.raw(16 / 9);

  constructor(
    readonly camera: () => string,
    readonly lift: () => Lift | null = () => null,
  ) {}

  /** Keeps fetching while `tile` can be seen; the answer ends it. */
  show(tile: HTMLElement): () => void {
    const end = new AbortController();
    let inSight = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let busy = false;

    const next = async (): Promise<void> => {
      clearTimeout(timer);
      if (busy || !inSight || end.signal.aborted) return;
      busy = true;
      const width = WIDTHS.find((w) => w >= tile.clientWidth * Math.min(devicePixelRatio, 2)) ?? 1280;
      const good = await this.#fetch(width, end.signal);
      busy = false;
      if (!end.signal.aborted) timer = setTimeout(() => void next(), good ? EVERY_MS : AFTER_FAILURE_MS);
    };
    const unsee = whileSeen(tile, (seen) => {
      inSight = seen;
      void next();
    });
    return () => {
      end.abort();
      clearTimeout(timer);
      unsee();
      this.#replace(null);
    };
  }

  loaded(img: HTMLImageElement): void {
    if (img.naturalHeight > 0) this.ratio = img.naturalWidth / img.naturalHeight;
  }

  async #fetch(width: number, signal: AbortSignal): Promise<boolean> {
    try {
      const [response, blob] = await inTurn(async () => {
        const answer = await api.snapshot(this.camera(), width, signal, lifting(this.lift()));
        return [answer, await answer.blob()] as const;
      });
      if (signal.aborted) return false;
      this.#replace(URL.createObjectURL(blob));
      this.frameTime = timeOf(response);
      this.failure = null;
      return true;
    } catch (cause) {
      if (signal.aborted) return false;
      const unreachable = cause instanceof ApiError && cause.status === 0;
      this.failure = { unreachable, detail: cause instanceof Error ? cause.message : String(cause) };
      // A picture that cannot be renewed is not a picture of now.
      this.#replace(null);
      return false;
    }
  }

  #replace(url: string | null): void {
    if (this.url !== null) URL.revokeObjectURL(this.url);
    this.url = url;
  }
}

/** RFC 3339 or seconds since the epoch in `X-Frame-Time`; else `Last-Modified`; null where neither says. */
export function timeOf(response: Pick<Response, 'headers'>): number | null {
  const exact = response.headers.get('X-Frame-Time');
  const coarse = response.headers.get('Last-Modified');
  const time = exact !== null && /^\d+(\.\d+)?$/.test(exact) ? Number(exact) * 1000 : Date.parse(exact ?? coarse ?? '');
  return Number.isNaN(time) ? null : time;
}
