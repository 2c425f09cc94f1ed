/** What mutes an alert, as the hub names it: `topology:sw-3`, `inhibition:flood`, `silence:7`. Pure. */

import type { Messages } from '../i18n/en';

export interface Cause {
  kind: 'topology' | 'inhibition' | 'silence';
  name: string;
}

export function causeOf(by: string): Cause | null {
  const [, kind, name] = /^(topology|inhibition|silence):(.+)$/s.exec(by) ?? [];
  return kind === undefined || name === undefined ? null : { kind: kind as Cause['kind'], name };
}

/** In words; one that is not known as it is. */
export function causeWords(by: string, t: Messages): string {
  const cause = causeOf(by);
  return cause === null ? by : t.pages.groups[cause.kind](cause.name);
}
