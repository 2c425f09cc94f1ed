/** Since when the hub is not heard, for what lies over everything else: a dialog must not hide that what it shows is old. */
class Lost {
  /** Milliseconds since the epoch by the hub's clock; null: it is heard. */
  since = $state.raw<number | null>(null);
}

export const lost = new Lost();
