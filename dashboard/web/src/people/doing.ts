/** Something that a person asks the hub to do: said when it is done, and said why when not. */

import { ApiError } from '../api/client';
import { words } from '../i18n/index.svelte';
import type { Desk } from '../watch/desk.svelte';

export function whyNot(cause: ApiError): string {
  const { act, people } = words.t;
  if (cause.code === 'last_administrator') return people.people.last;
  if (cause.code === 'not_yours_to_give') return people.people.notYours;
  if (cause.code === 'second_factor_required') return people.me.strongFirst;
  if (cause.status === 0 || cause.status >= 502) return act.unreachable;
  return cause.code === 'not_allowed' ? act.forbidden : people.people.failed(cause.message);
}

/** Whether it was done. */
export async function doing(desk: Desk, call: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await call();
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    desk.say(whyNot(cause), true);
    return false;
  }
  desk.say(done);
  return true;
}
