/** Instants as the browser's own field for them writes them: local, without a zone. Pure. */

const two = (n: number): string => String(n).padStart(2, '0');

export function localOf(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Milliseconds since the epoch; null where the field is empty or half filled. */
export function momentOf(local: string): number | null {
  const ms = new Date(local).getTime();
  return Number.isNaN(ms) ? null : ms;
}
