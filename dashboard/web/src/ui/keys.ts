/** What the keyboard does, page by page, as the help tells it; and which strokes are meant for something else. Pure. */

/** Each thing that can be done, with its keys as `KeyboardEvent.key` names them. */
export const ANYWHERE = { mute: ['m'], help: ['?'] } as const;

export const WATCH = {
  next: ['j', 'ArrowDown'],
  previous: ['k', 'ArrowUp'],
  first: ['g', 'Home'],
  acknowledge: ['a'],
  shelve: ['s'],
  comment: ['c'],
  clear: ['x'],
  take: ['t'],
  handOn: ['h'],
  picture: ['o'],
  review: ['r'],
  details: ['Enter'],
  filter: ['/'],
  escape: ['Escape'],
} as const;

export const REVIEW = {
  toggle: [' '],
  backward: ['j'],
  pause: ['k'],
  forward: ['l'],
  secondBack: ['ArrowLeft'],
  secondOn: ['ArrowRight'],
  pictureBack: ['Shift+ArrowLeft'],
  pictureOn: ['Shift+ArrowRight'],
  eventBefore: ['ArrowUp'],
  eventAfter: ['ArrowDown'],
  closer: ['+', '='],
  farther: ['-'],
  all: ['0'],
  begin: ['Home'],
  end: ['End'],
  earlier: ['PageUp'],
  later: ['PageDown'],
  large: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
  mark: ['b'],
  search: ['/'],
  small: ['Escape'],
} as const;

export const WALL = {
  left: ['ArrowLeft'],
  right: ['ArrowRight'],
  up: ['ArrowUp'],
  down: ['ArrowDown'],
  empty: ['Delete'],
  full: ['f'],
} as const;

/** What a key does; null: nothing. */
export function meant<Act extends string>(table: Record<Act, readonly string[]>, key: string): Act | null {
  return (Object.keys(table) as Act[]).find((act) => table[act].includes(key)) ?? null;
}

const SIGNS: Record<string, string> = {
  ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', 'Shift+ArrowLeft': '⇧←', 'Shift+ArrowRight': '⇧→',
  ' ': '␣', Escape: 'Esc', PageUp: 'PgUp', PageDown: 'PgDn', Delete: 'Del', '-': '−',
};
/** As it stands on the keyboard. */
export const signOf = (key: string): string => SIGNS[key] ?? key;

/** Whether a word is being put together (Chinese and other input methods): each key of that is the input method's. Safari
 * tells of the last one, by 229 alone, when it has ended. */
export const isComposing = (event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean => event.isComposing || event.keyCode === 229;

/** Where a key is typed, or belongs to what is open. */
const THEIRS = 'input, textarea, select, [contenteditable], [popover]';
/** A question that is asked: all keys are its own, also where the focus has left it by a click beside its fields. */
const ASKED = 'dialog[open]';

/** The key that was pressed for a page, whatever Caps Lock says; null where it is meant for something else. */
export function strokeOf(event: KeyboardEvent): string | null {
  if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null;
  const at = event.target as Element | null;
  if (at?.closest?.(THEIRS) || at?.ownerDocument?.querySelector(ASKED)) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.shiftKey && (key === 'ArrowLeft' || key === 'ArrowRight') ? `Shift+${key}` : key;
}
