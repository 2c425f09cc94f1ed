import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SILENT_MS, View, messageOf, type Message } from './view';

class Socket {
  static all: Socket[] = [];
  binaryType = '';
  closed = false;
  onmessage: (event: { data: string | ArrayBuffer }) => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;
  constructor(readonly url: string) {
    Socket.all.push(this);
  }
  close(): void {
    this.closed = true;
  }
}
const socket = (): Socket => Socket.all.at(-1) as Socket;
const state = JSON.stringify({ type: 'state', state: 'watching', reason: '' });

describe('a live view', () => {
  let messages: Message[];
  let bytes: number;
  let lost: boolean[];
  let signedOut: boolean;
  let view: View;

  beforeEach(() => {
    vi.useFakeTimers();
    [Socket.all, messages, bytes, lost, signedOut] = [[], [], 0, [], false];
    vi.stubGlobal('WebSocket', Socket);
    view = new View('ws://hub/live', {
      onMessage: (message) => messages.push(message),
      onBytes: (data) => (bytes += data.byteLength),
      onLost: (hopeless) => lost.push(hopeless),
      onSignedOut: () => (signedOut = true),
    });
    view.start();
  });
  afterEach(() => {
    view.stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('hands on texts and bytes, and passes over what it does not know', () => {
    socket().onmessage({ data: state });
    socket().onmessage({ data: '{"type":"weather"}' });
    socket().onmessage({ data: new ArrayBuffer(5) });
    expect(messages).toEqual([{ type: 'state', state: 'watching', reason: '' }]);
    expect(bytes).toBe(5);
  });

  it('connects again when the hub goes away', () => {
    socket().onmessage({ data: state });
    socket().onclose({ code: 1012 });
    expect(lost).toEqual([false]);
    vi.advanceTimersByTime(1000);
    expect(Socket.all).toHaveLength(2);
  });

  it('takes a hub that says nothing for one that is gone', () => {
    socket().onmessage({ data: state });
    vi.advanceTimersByTime(SILENT_MS + 10);
    expect(Socket.all[0]?.closed).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(Socket.all).toHaveLength(2);
  });

  it('says that it is hopeless where no connection ever stood, and goes on trying', () => {
    for (let n = 0; n < 4; n += 1) {
      socket().onclose({ code: 1006 });
      vi.advanceTimersByTime(10_000);
    }
    expect(lost.slice(0, 4)).toEqual([false, false, true, true]);
    expect(Socket.all.length).toBeGreaterThan(4);
  });

  it('does not despair of a connection that once stood', () => {
    socket().onmessage({ data: state });
    for (let n = 0; n < 5; n += 1) {
      socket().onclose({ code: 1006 });
      vi.advanceTimersByTime(15_000);
    }
    expect(lost).not.toContain(true);
  });

  it('ends with the session, and does not come back', () => {
    socket().onclose({ code: 4401 });
    vi.advanceTimersByTime(60_000);
    expect(signedOut).toBe(true);
    expect(Socket.all).toHaveLength(1);
  });

  it('begins anew when it is asked to', () => {
    socket().onmessage({ data: state });
    view.again();
    expect(Socket.all[0]?.closed).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(Socket.all).toHaveLength(2);
  });

  it('says nothing any more after it was stopped', () => {
    view.stop();
    socket().onmessage({ data: state });
    socket().onclose({ code: 1000 });
    vi.advanceTimersByTime(60_000);
    expect([messages, lost, Socket.all.length]).toEqual([[], [], 1]);
  });
});

it('knows the messages of the hub', () => {
  expect(messageOf('{"type":"end"}')).toEqual({ type: 'end' });
  expect(messageOf('{"type":"constructor"}')).toBeNull();
});
