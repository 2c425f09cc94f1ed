import { describe, expect, it } from 'vitest';
import css from './tokens.css?raw';

function tokens(theme: string): Map<string, string> {
  const block = new RegExp(`:root\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] as string, m[2] as string]));
}

/** Relative luminance and contrast ratio as WCAG 2.2 defines them. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const TEXT: [string, string[]][] = [
  ['text', ['bg', 'panel', 'raised', 'hover', 'critical-tint', 'major-tint', 'minor-tint', 'warning-tint']],
  ['soft', ['bg', 'panel', 'raised', 'hover', 'critical-tint', 'major-tint', 'minor-tint', 'warning-tint']],
  ['accent', ['bg', 'panel', 'raised', 'hover', 'minor-tint', 'critical-tint']],
  ['on-accent', ['accent']],
  ['on-alarm', ['alarm']],
  ['ok', ['panel']],
  ['critical', ['panel', 'hover', 'critical-tint']],
  ['major', ['panel', 'hover', 'major-tint']],
  ['minor', ['panel', 'hover', 'minor-tint']],
  ['warning', ['panel', 'hover', 'warning-tint']],
  ['map-label', ['map-bg', 'map-grid']],
];
/** Not text, but must be seen: signs, edges of what is chosen, focus. */
const SIGNS: [string, string[]][] = [
  ['focus', ['panel', 'bg']],
  ['selected', ['map-grid', 'panel']],
  ['on-severity', ['critical-fill', 'major-fill', 'minor-fill', 'warning-fill']],
  ['map-hatch', ['map-grid']],
];

describe.each(['dark', 'light'])('the %s theme', (theme) => {
  const of = tokens(theme);
  /** The pairs whose contrast is below `least`, in words. */
  const weak = (pairs: [string, string[]][], least: number) =>
    pairs
      .flatMap(([front, grounds]) => grounds.map((ground) => [front, ground] as const))
      .map(([front, ground]) => ({ front, ground, ratio: contrast(of.get(front) ?? '', of.get(ground) ?? '') }))
      .filter(({ ratio }) => !(ratio >= least))
      .map(({ front, ground, ratio }) => `${front} on ${ground}: ${ratio.toFixed(2)}`);

  it('shows text with a contrast of 4.5 at least', () => expect(weak(TEXT, 4.5)).toEqual([]));
  it('shows signs and edges with a contrast of 3 at least', () => expect(weak(SIGNS, 3)).toEqual([]));
});
