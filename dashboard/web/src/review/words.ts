/** What a camera saw, as a person says it. */

import { words } from '../i18n/index.svelte';
import { nameOf } from './marks';
import type { Line } from './scene.svelte';

/** What was done: a step of an alert, or of the incident. */
export function didWhat(line: Line): string {
  const known: Record<string, string> = line.byAlert ? words.t.change : words.t.review.change;
  return Object.hasOwn(known, line.change) ? (known[line.change] as string) : line.change;
}

export function sawWhat(metric: string): string {
  const { saw, objects } = words.t.review;
  if (metric === 'motion') return saw.motion;
  const [kind] = metric.split('.', 1) as [string];
  const name = nameOf(metric);
  if (kind === 'object') return saw.object(Object.hasOwn(objects, name) ? (objects[name] as string) : name);
  const say = Object.hasOwn(saw, kind) ? (saw as Record<string, unknown>)[kind] : null;
  return typeof say === 'function' ? (say as (name: string) => string)(name) : metric;
}
