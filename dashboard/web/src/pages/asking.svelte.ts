/** Something that is read from the hub now and then while a page shows it. */

import { untrack } from 'svelte';
import { ApiError } from '../api/client';

const AGAIN_MS = 5_000;

/**
 * Reads with `ask` at once, again where what `ask` depends on has changed, every `everyMs` (0: not by itself), and when
 * told to. What was read stays while it is read again. Call it while a component is made.
 */
export class Asking<T> {
  value = $state.raw<T | null>(null);
  /** Why it could not be read, in the hub's words; null where the last reading succeeded. */
  failure = $state.raw<string | null>(null);
  #attempt = $state(0);

  constructor(ask: (signal: AbortSignal) => Promise<T>, everyMs = 0) {
    $effect(() => {
      void this.#attempt;
      const asking = new AbortController();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const later = (ms: number): void => void (timer = setTimeout(() => (this.#attempt += 1), ms));
      ask(asking.signal)
        .then((value) => {
          this.value = value;
          this.failure = null;
          if (everyMs > 0) later(everyMs);
        })
        .catch((cause: unknown) => {
          if (asking.signal.aborted) return;
          if (!(cause instanceof ApiError)) throw cause;
          this.failure = cause.message;
          later(AGAIN_MS);
        });
      return () => {
        asking.abort();
        clearTimeout(timer);
      };
    });
  }

  again(): void {
    untrack(() => (this.#attempt += 1));
  }
}
