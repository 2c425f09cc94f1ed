/** Bytes and days as people read them. Pure. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Three figures and a decimal unit: `12.3 GB`. */
export function sizeOf(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (Math.abs(value) >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}\u202f${UNITS[unit]}`;
}

/** Whole days; below ten with a decimal, as a day matters then. Never more than there are. */
export const daysOf = (days: number): number => (days < 10 ? Math.floor(days * 10) / 10 : Math.floor(days));
