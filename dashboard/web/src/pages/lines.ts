/** Lines of JSON out of a body that comes in pieces (application/x-ndjson). */

export async function* linesOf<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  // Not `for await` over the body itself: not every browser has that.
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    rest += decoder.decode(piece.value, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() as string;
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T;
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield JSON.parse(rest) as T;
}
