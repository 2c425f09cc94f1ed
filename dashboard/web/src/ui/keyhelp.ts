/** The rows of the keyboard help: what stands together, and the word for it. Each page's tells of all its keys. */

import type { Messages } from '../i18n/en';
import { ANYWHERE, REVIEW, WALL, WATCH, signOf } from './keys';

export interface Row {
  acts: readonly string[];
  /** Of a question that is open: they do nothing before. */
  keys?: readonly string[];
  word: (t: Messages) => string;
}
const row = (word: Row['word'], ...acts: string[]): Row => ({ acts, word });
const EVERYWHERE = [row((t) => t.desk.help.mute, 'mute'), row((t) => t.help.help, 'help')];

/** `other`: of the pages that have no keys of their own. */
export const HELP: Record<string, readonly Row[]> = {
  watch: [
    row((t) => t.help.move, 'next', 'previous'),
    row((t) => t.help.first, 'first'),
    row((t) => t.help.ack, 'acknowledge'),
    row((t) => t.help.shelve, 'shelve'),
    row((t) => t.help.comment, 'comment'),
    row((t) => t.help.clear, 'clear'),
    { acts: [], keys: ['1', '2', '3'], word: (t) => t.desk.help.reasons },
    row((t) => t.desk.help.take, 'take'),
    row((t) => t.desk.help.handOn, 'handOn'),
    row((t) => t.desk.help.picture, 'picture'),
    row((t) => t.desk.help.review, 'review'),
    row((t) => t.help.details, 'details'),
    row((t) => t.help.filter, 'filter'),
    row((t) => t.help.escape, 'escape'),
    ...EVERYWHERE,
  ],
  review: [
    row((t) => t.review.help.space, 'toggle'),
    row((t) => t.review.help.jkl, 'backward', 'pause', 'forward'),
    row((t) => t.review.help.second, 'secondBack', 'secondOn'),
    row((t) => t.review.help.frame, 'pictureBack', 'pictureOn'),
    row((t) => t.review.help.event, 'eventBefore', 'eventAfter'),
    row((t) => t.review.help.ends, 'begin', 'end'),
    row((t) => t.review.help.zoom, 'closer', 'farther', 'all'),
    row((t) => t.review.help.move, 'earlier', 'later'),
    row((t) => t.review.help.numbers, 'large'),
    row((t) => t.review.help.small, 'small'),
    row((t) => t.review.help.mark, 'mark'),
    row((t) => t.review.help.search, 'search'),
    ...EVERYWHERE,
  ],
  wall: [
    row((t) => t.wall.help.choose, 'left', 'right', 'up', 'down'),
    row((t) => t.wall.help.empty, 'empty'),
    row((t) => t.wall.help.full, 'full'),
    ...EVERYWHERE,
  ],
  other: EVERYWHERE,
};

const TABLES: Record<string, readonly string[]> = { ...ANYWHERE, ...WALL, ...REVIEW, ...WATCH };
const MANY = 4;
/** The keys of a row, as they stand on the keyboard; of many in a row the first and the last. */
export function signsOf({ acts, keys }: Row): string[] {
  const all = (keys ?? acts.flatMap((act) => TABLES[act] ?? [])).map(signOf);
  return all.length > MANY ? [all[0] as string, '…', all.at(-1) as string] : all;
}
