import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamEvent } from '../api/types';
import { FrameParser } from './sse';
import { SILENCE_MS, Stream, eventOf, retryDelay, type StreamHandlers } from './stream';

describe('frames', () => {
  it('come out whole however the bytes were cut', () => {
    const text = ': hi\n\nid: 7\nevent: alert\ndata: {"a":\ndata: 1}\n\nevent: hello\r\ndata: {}\r\n\r\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const parser = new FrameParser();
      const frames = [...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))];
      expect(frames, `cut at ${cut}`).toEqual([
        { event: 'alert', id: '7', data: '{"a":\n1}' },
        { event: 'hello', id: null, data: '{}' },
      ]);
    }
  });

  it('without data are none, and an id does not stick to the next one', () => {
    const parser = new FrameParser();
    expect(parser.push('id: 3\n\ndata: x\n\n')).toEqual([{ event: 'message', id: null, data: 'x' }]);
  });

  it('of a kind that is not known are passed over', () => {
    expect(eventOf({ event: 'weather', id: '9', data: '{}' })).toBeNull();
  });

  it('of the journal without an id are an error: they could not be resumed after', () => {
    expect(() => eventOf({ event: 'alert', id: null, data: '{}' })).toThrow('without an id');
  });
});

it('tries again soon, then ever less often, never later than every 12.5 s', () => {
  expect(retryDelay(0, 0.5)).toBe(500);
  expect(retryDelay(3, 0.5)).toBe(4000);
  expect(retryDelay(50, 0.999)).toBeLessThanOrEqual(12_500);
});

describe('the stream', () => {
  let urls: string[];
  let answers: (() => Promise<Response>)[];
  let pipes: ReadableStreamDefaultController<Uint8Array>[];
  let heard: StreamEvent[];
  let lost: string[];
  let lastId: number | null;
  let signedOut: boolean;
  let stream: Stream;

  const open = () =>
    new Response(new ReadableStream<Uint8Array>({ start: (pipe) => void pipes.push(pipe) }), { status: 200 });
  const say = (text: string) => pipes.at(-1)?.enqueue(new TextEncoder().encode(text));

  beforeEach(() => {
    vi.useFakeTimers();
    [urls, answers, pipes, heard, lost, lastId, signedOut] = [[], [], [], [], [], null, false];
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      urls.push(url);
      const answer = (answers.shift() ?? (async () => open()))();
      init.signal?.addEventListener('abort', () => pipes.at(-1)?.error(init.signal?.reason));
      return answer;
    });
    const handlers: StreamHandlers = {
      lastId: () => lastId,
      area: () => 'c/g1',
      onEvents: (events) => heard.push(...events),
      onConnected: () => undefined,
      onLost: (reason) => lost.push(reason),
      onSignedOut: () => (signedOut = true),
    };
    stream = new Stream(handlers);
    stream.start();
  });
  afterEach(() => {
    stream.stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it('hands on what it hears', async () => {
    await settle();
    say('id: 5\nevent: alert\ndata: {}\n\n');
    await settle();
    expect(heard).toEqual([{ type: 'alert', id: 5, data: {} }]);
  });

  it('resumes after the last id when the hub goes away', async () => {
    await settle();
    lastId = 5;
    pipes.at(-1)?.close();
    await vi.advanceTimersByTimeAsync(1000);
    expect(lost).toEqual(['closed']);
    expect(urls.at(-1)).toBe('/api/v1/stream?observations=c%2Fg1&last_event_id=5');
  });

  it('goes on trying while a restarting hub answers 502', async () => {
    answers = [async () => new Response('', { status: 502 }), async () => new Response('', { status: 502 })];
    stream.reconnect();
    await vi.advanceTimersByTimeAsync(5000);
    expect(lost).toEqual(['HTTP 502', 'HTTP 502']);
    expect(pipes).not.toHaveLength(0);
  });

  it('notices a connection that is open but silent', async () => {
    await vi.advanceTimersByTimeAsync(SILENCE_MS + 1);
    expect(lost).toEqual(['silent']);
  });

  it('takes a comment for a sign of life', async () => {
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 10);
    say(': here\n\n');
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 10);
    expect(lost).toEqual([]);
  });

  it('says that the session is over, and stops', async () => {
    answers = [async () => new Response('', { status: 401 })];
    stream.reconnect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(signedOut).toBe(true);
    expect(urls).toHaveLength(2);
  });

  it('changes its area without reporting a loss', async () => {
    await settle();
    stream.reconnect();
    await settle();
    expect(urls).toHaveLength(2);
    expect(lost).toEqual([]);
  });
});
