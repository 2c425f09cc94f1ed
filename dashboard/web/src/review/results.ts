/** What a search has found, of three kinds, as one list: the newest first. Pure. */

import { SEVERITIES, type Alert, type Bookmark, type Severity, type Stretch } from '../api/types';
import { ofAlert, ofBookmark, ofStretch, type Mark } from './marks';

export interface Result extends Mark {
  area: string;
  /** What it is to be seen on; empty: whatever is there. */
  cameras: string[];
}

export const resultsOf = (stretches: readonly Stretch[], alerts: readonly Alert[], bookmarks: readonly Bookmark[], now: number): Result[] =>
  [
    ...stretches.map((one): Result => ({ ...ofStretch(one), area: one.area, cameras: [one.source] })),
    ...alerts.map((one): Result => ({ ...ofAlert(one, now), area: one.area, cameras: [] })),
    ...bookmarks.map((one): Result => ({ ...ofBookmark(one), area: one.area, cameras: one.sources })),
  ].sort((a, b) => b.from - a.from || (a.key < b.key ? -1 : 1));

/** `severity` and all that are worse. */
export const andWorse = (severity: Severity): Severity[] => SEVERITIES.slice(0, SEVERITIES.indexOf(severity) + 1);

export interface Kinds {
  /** Of `object.person`: `person`. */
  objects: string[];
  /** Zones and lines, by name. */
  places: string[];
}

const PLACES = /^(zone|line|loitering|crowd|left|removed)\./;

export function kindsOf(metrics: readonly string[]): Kinds {
  const names = (pattern: RegExp): string[] => [...new Set(metrics.filter((metric) => pattern.test(metric)).map((metric) => metric.slice(metric.indexOf('.') + 1)))].sort();
  return { objects: names(/^object\./), places: names(PLACES) };
}

/** The metrics to ask for. '' is any; where nothing is chosen, everything but mere motion, and motion where there is nothing else. */
export function metricsFor(metrics: readonly string[], object: string, place: string): string[] {
  if (object === 'motion') return ['motion'];
  const fits = metrics.filter((metric) => {
    if (object !== '' && place !== '') return metric === `object.${object}` || (PLACES.test(metric) && metric.endsWith(`.${place}`));
    if (object !== '') return metric === `object.${object}`;
    if (place !== '') return PLACES.test(metric) && metric.slice(metric.indexOf('.') + 1) === place;
    return metric !== 'motion';
  });
  return fits.length === 0 && object === '' && place === '' ? ['motion'] : fits;
}
