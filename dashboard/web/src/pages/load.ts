/** The pages beside the watch screen, each a chunk of its own. */

import type { Component } from 'svelte';
import type { Page } from '../route.svelte';

export const LOAD: Record<Exclude<Page, 'watch'>, () => Promise<{ default: Component }>> = {
  wall: () => import('../wall/Wall.svelte'),
  review: () => import('../review/Review.svelte'),
  groups: () => import('./Groups.svelte'),
  silences: () => import('./Silences.svelte'),
  rules: () => import('./Rules.svelte'),
  backtest: () => import('./Backtest.svelte'),
  load: () => import('./Load.svelte'),
  sources: () => import('../sources/Sources.svelte'),
  people: () => import('../people/People.svelte'),
  account: () => import('../account/Account.svelte'),
  system: () => import('../system/System.svelte'),
};

/**
 * All of them, one after the other, once nothing else is loaded: whoever opens a page for the first time while the hub
 * is away shall get it. What cannot be loaded now is loaded when it is opened.
 */
export async function loadAhead(): Promise<void> {
  for (const load of Object.values(LOAD)) await load().catch(() => undefined);
}
