/**
 * Server-sent events, taken apart as the HTML standard says (section "Interpreting an event stream").
 *
 * Our own, not `EventSource`, because an operator must be told within seconds that the stream is dead: EventSource hides
 * the comment line that the hub sends every 15 s, so a half-open connection looks like a quiet city; it hides the status
 * of a refusal, so an expired session looks like a network fault; and it gives up for good on a 502 of a restarting hub.
 */

export interface Frame {
  event: string;
  id: string | null;
  data: string;
}

/** Text in, whole frames out; what is not whole yet waits for the next text. */
export class FrameParser {
  #rest = '';
  #event = '';
  #id: string | null = null;
  #data: string[] = [];

  push(text: string): Frame[] {
    const frames: Frame[] = [];
    this.#rest += text;
    // A \r at the very end may be the first half of \r\n: it waits.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const frame = this.#line(line);
      if (frame) frames.push(frame);
    }
    return frames;
  }

  #line(line: string): Frame | null {
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #dispatch(): Frame | null {
    const frame = this.#data.length
      ? { event: this.#event || 'message', id: this.#id, data: this.#data.join('\n') }
      : null;
    this.#event = '';
    this.#id = null;
    this.#data = [];
    return frame;
  }
}
