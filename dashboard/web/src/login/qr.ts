/** A text as a QR code (ISO/IEC 18004), to be drawn here: what it holds is a secret, and goes nowhere. Pure. */

import encodeQR from 'qr';

/** Modules to a side with the quiet zone of 4, and the dark ones as the path of an SVG, a run of them a rectangle. */
export function qrOf(text: string): { size: number; path: string } {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const runs: string[] = [];
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x += 1;
      runs.push(`M${from} ${y}h${x - from + 1}v1h${from - x - 1}z`);
    }
  });
  return { size: rows.length, path: runs.join('') };
}
