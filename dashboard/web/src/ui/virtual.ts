/** Which lines of a long list are in sight: only those are in the document. Pure. */

/** Where each line begins, and in the end how high all are; `heights` in pixels. */
export function offsetsOf(count: number, heightOf: (index: number) => number): Float64Array {
  const offsets = new Float64Array(count + 1);
  for (let i = 0; i < count; i += 1) offsets[i + 1] = (offsets[i] as number) + heightOf(i);
  return offsets;
}

/** The line that holds `at`, in pixels; the last one below the end. */
export function lineAt(offsets: Float64Array, at: number): number {
  let [low, high] = [0, Math.max(0, offsets.length - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** [first, last) of the lines between `top` and `top + height`, with `over` more to either side. */
export function inSight(offsets: Float64Array, top: number, height: number, over: number): [number, number] {
  const count = offsets.length - 1;
  if (count <= 0) return [0, 0];
  return [Math.max(0, lineAt(offsets, top) - over), Math.min(count, lineAt(offsets, top + height) + 1 + over)];
}

/** How far to scroll so that a line is in sight: nowhere, where it is. */
export function scrolledTo(offsets: Float64Array, index: number, top: number, height: number): number {
  const [begins, ends] = [offsets[index] as number, offsets[index + 1] as number];
  if (begins < top) return begins;
  return ends > top + height ? ends - height : top;
}
