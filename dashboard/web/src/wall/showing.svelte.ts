/** The wall that is shown, kept in this browser, so that both of its displays show the same and a reload changes nothing. */

import { FIRST, readShowing, type Showing } from './layout';

const KEY = 'gridhub.wall';

function kept(): Showing {
  try {
    return readShowing(localStorage.getItem(KEY));
  } catch {
    return FIRST; // storage is blocked
  }
}

export class Kept {
  now = $state.raw<Showing>(kept());

  /** What another display of this browser changes is shown here, too. */
  listen(): () => void {
    const heard = (event: StorageEvent): void => {
      if (event.key === KEY) this.now = readShowing(event.newValue);
    };
    window.addEventListener('storage', heard);
    return () => window.removeEventListener('storage', heard);
  }

  set(change: Partial<Showing>): void {
    this.now = { ...this.now, ...change };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.now));
    } catch {
      // Storage is blocked or full: this display alone shows it, until it is closed.
    }
  }
}
