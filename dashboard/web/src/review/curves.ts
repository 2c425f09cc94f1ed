/** Which series of a place are drawn, and what they say at a moment. Pure. */

import type { Alert, Device, Series } from '../api/types';

export interface Curve {
  source: string;
  metric: string;
  unit: string;
}

/** Says whether it is there, and nothing of the place. */
const OF_ITSELF = /^(device\.|battery|rssi|clock\.|tamper\.|camera\.)/;

/** Those that spoke for an alert first, then the others of the place; texts have no curve. */
export function curvesOf(devices: readonly Device[], alerts: readonly Alert[]): Curve[] {
  const spoke = new Set(alerts.flatMap((alert) => alert.evidence.map((item) => `${item.source} ${item.metric}`)));
  const all = devices.flatMap((device) =>
    Object.entries(device.latest)
      .filter(([metric, latest]) => latest.value !== null && !OF_ITSELF.test(metric))
      .map(([metric, latest]): Curve => ({ source: device.id, metric, unit: latest.unit })),
  );
  const rank = (curve: Curve): number => (spoke.has(`${curve.source} ${curve.metric}`) ? 0 : 1);
  return all.sort((a, b) => rank(a) - rank(b) || (a.source < b.source ? -1 : a.source > b.source ? 1 : a.metric < b.metric ? -1 : 1));
}

/** Seconds and values, as uPlot wants them; buckets in which nothing was said break the line. */
export type Drawn = [number[], (number | null)[]];

export function drawnOf(series: Pick<Series, 'columns' | 'points' | 'step_s'>): Drawn {
  const ts = series.columns.indexOf('ts');
  const value = Math.max(series.columns.indexOf('mean'), series.columns.indexOf('value'));
  const at: number[] = [];
  const values: (number | null)[] = [];
  for (const point of series.points as (string | number | null)[][]) {
    at.push(Date.parse(point[ts] as string) / 1000);
    values.push(point[value] as number | null);
  }
  return [at, values];
}

/** What was said last at or before `atS`; null where nothing was, or longer ago than `oldS`. */
export function valueAt([at, values]: Drawn, atS: number, oldS: number): number | null {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) <= atS) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0 && atS - (at[i] as number) <= oldS; i -= 1) if (values[i] !== null) return values[i] as number;
  return null;
}
