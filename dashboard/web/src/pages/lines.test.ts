import { expect, it } from 'vitest';
import { linesOf } from './lines';

const bytes = new TextEncoder().encode('{"at":"烟雾"}\n\n{"n":2}\n{"last":true}');

/** The same body in pieces of `size` bytes. */
function body(size: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(to) {
      for (let at = 0; at < bytes.length; at += size) to.enqueue(bytes.slice(at, at + size));
      to.close();
    },
  });
}

it.each([1, 2, 7, 1000])('are whole, however the body was cut: in pieces of %i bytes', async (size) => {
  const found = [];
  for await (const line of linesOf(body(size))) found.push(line);
  expect(found).toEqual([{ at: '烟雾' }, { n: 2 }, { last: true }]);
});
