/** What people and rules did, as marks along the axis: what each is, and beside which there is room to say who. Pure. */

import { placeOf, type Span } from './axis';
import type { Line } from './scene.svelte';

export type StepKind = 'begun' | 'acknowledged' | 'assigned' | 'commented' | 'shelved' | 'over' | 'other';

const KINDS: Record<string, StepKind> = {
  fired: 'begun',
  re_alarmed: 'begun',
  raised: 'begun',
  opened: 'begun',
  acknowledged: 'acknowledged',
  assigned: 'assigned',
  dispatched: 'assigned',
  commented: 'commented',
  shelved: 'shelved',
  taken_out: 'shelved',
  suppressed: 'shelved',
  resolved: 'over',
  cleared: 'over',
  closed: 'over',
};

export interface Step {
  line: Line;
  kind: StepKind;
  /** 0 at the beginning of what is looked at, 1 at its end. */
  place: number;
  /** Who did it can be written beside it without covering the next mark. */
  named: boolean;
}

/** Marks nearer than this, of the width of the axis, are one: the later would cover the earlier. */
const TOGETHER = 0.012;
/** So much a name takes. */
const NAME = 0.075;
/** Of what happens together, what a reviewer asks for first. */
const RANK: StepKind[] = ['acknowledged', 'assigned', 'commented', 'shelved', 'begun', 'over', 'other'];

export const kindOfStep = (change: string): StepKind => KINDS[change] ?? 'other';

/** In the order of time; of several that stand together, one that people did. */
export function stepsIn(lines: readonly Line[], view: Span): Step[] {
  const steps: Step[] = [];
  for (const line of lines) {
    if (line.at < view.from || line.at > view.to) continue;
    const step = { line, kind: kindOfStep(line.change), place: placeOf(view, line.at), named: false };
    const last = steps.at(-1);
    if (last === undefined || step.place - last.place > TOGETHER) steps.push(step);
    else if (RANK.indexOf(step.kind) < RANK.indexOf(last.kind)) steps[steps.length - 1] = { ...step, place: last.place };
  }
  return steps.map((step, i) => ({ ...step, named: (steps[i + 1]?.place ?? 1.02) - step.place > NAME }));
}
