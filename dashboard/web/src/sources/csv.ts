/** Tables as CSV (RFC 4180) that no spreadsheet takes for a formula. Pure. */

/** What a spreadsheet would run: OWASP, "CSV Injection"; of the wide signs, those that are set to Chinese or Japanese. A number
 * may begin with a sign. */
const FORMULA = /^[\s\u0000]*[=+\-@\t\r＝＋－＠]/u;
const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** One field. An apostrophe before what could be a formula makes it a text; it is part of the field. */
export function field(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n;\t]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** With the mark that tells spreadsheets that it is UTF-8. */
export function toCsv(head: readonly string[], rows: Iterable<readonly (string | number | boolean | null)[]>): string {
  const lines = [head, ...rows].map((row) => row.map(field).join(','));
  return `\ufeff${lines.join('\r\n')}\r\n`;
}
