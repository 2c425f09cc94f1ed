/** One backtest of this browser. It goes on, and its outcome is kept, while other pages are looked at. */

import { ApiError, api } from '../api/client';
import type { BacktestAsked, BacktestLine, Mistake, Outcome } from '../api/types';
import { linesOf } from './lines';

export interface Progress {
  done: number;
  observations: number;
  alerts: number;
}

class Run {
  /** While it runs. */
  progress = $state.raw<Progress | null>(null);
  outcome = $state.raw<Outcome | null>(null);
  mistakes = $state.raw<readonly Mistake[]>([]);
  /** Why there is no outcome: `canceled`, `busy`, or the hub's own words. */
  failure = $state.raw<string | null>(null);
  /** What is edited, by the name of the file; kept while other pages are looked at. */
  texts = $state<Record<string, string>>({});
  #running: AbortController | null = null;

  async start(asked: BacktestAsked): Promise<void> {
    this.cancel();
    const running = (this.#running = new AbortController());
    this.progress = { done: 0, observations: 0, alerts: 0 };
    this.outcome = null;
    this.mistakes = [];
    this.failure = null;
    try {
      const answer = await api.backtest(asked, running.signal);
      for await (const line of linesOf<BacktestLine>(answer.body as ReadableStream<Uint8Array>)) this.#take(line);
      // A connection that breaks between two lines ends like one that is over.
      if (this.outcome === null && this.failure === null) this.failure = 'the connection was lost';
    } catch (cause) {
      if (this.#running !== running) return;
      if (running.signal.aborted) this.failure = 'canceled';
      else if (!(cause instanceof ApiError)) this.failure = cause instanceof Error ? cause.message : String(cause);
      else if (cause.mistakes.length > 0) this.mistakes = cause.mistakes;
      else this.failure = cause.code === 'busy' ? 'busy' : cause.message;
    } finally {
      if (this.#running === running) this.progress = this.#running = null;
    }
  }

  cancel(): void {
    this.#running?.abort();
  }

  #take(line: BacktestLine): void {
    if ('outcome' in line) this.outcome = line.outcome;
    else if ('failed' in line) this.failure = line.failed;
    else this.progress = line;
  }
}

export const run = new Run();
