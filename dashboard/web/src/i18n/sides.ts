/** Texts that rules write in two languages at once, “中文 / English”. Pure. */

import type { Language } from '../settings.svelte';

const CJK = /[\u3400-\u9fff\uf900-\ufaff]/;
const BETWEEN = ' / ';
/** The number or dash of a list belongs to both sides. */
const BULLET = /^\s*(?:\d+[.)、]|[-*•])\s*/;

/** The side of `line` that is in `language`; the whole where it has not exactly one side with Chinese characters. */
function ofLine(line: string, language: Language): string {
  const bullet = BULLET.exec(line)?.[0] ?? '';
  for (let at = line.indexOf(BETWEEN); at >= 0; at = line.indexOf(BETWEEN, at + 1)) {
    const sides = [line.slice(bullet.length, at).trim(), line.slice(at + BETWEEN.length).trim()] as const;
    const [first, second] = sides.map((side) => CJK.test(side));
    if (first === second || sides.includes('')) continue;
    return bullet + (first === (language === 'zh') ? sides[0] : sides[1]);
  }
  return line;
}

/** Line by line: a procedure has several. */
export const sideOf = (text: string, language: Language): string =>
  text
    .split('\n')
    .map((line) => ofLine(line, language))
    .join('\n');
