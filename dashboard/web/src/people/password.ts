/** Passwords as they are typed and made. What the hub says of them holds; this spares a question. Pure but for chance. */

const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz';
const SHORTEST = 10;

/** 123 bits, in groups that can be read aloud, without what looks alike. */
export function newPassword(): string {
  const letters: string[] = [];
  while (letters.length < 25) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    // Of 256 only a whole number of turns, so that no letter comes more often than another.
    if (byte !== undefined && byte < 256 - (256 % LETTERS.length)) letters.push(LETTERS[byte % LETTERS.length] as string);
  }
  return [0, 5, 10, 15, 20].map((at) => letters.slice(at, at + 5).join('')).join('-');
}

export function passwordFault(fresh: string, repeated: string, current: string): 'short' | 'same' | 'differ' | null {
  if ([...fresh].length < SHORTEST) return 'short';
  if (fresh === current) return 'same';
  return fresh === repeated ? null : 'differ';
}
