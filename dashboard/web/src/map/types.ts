/** What both maps are given. */

import type { Severity } from '../api/types';
import type { Shapes } from './geometry';

export interface Mark {
  path: string;
  worst: Severity | null;
  open: number;
  unacknowledged: boolean;
  /** An unacknowledged critical alert: the only thing on the map that moves. */
  urgent: boolean;
  blind: boolean;
}

export interface MapProps {
  shapes: Shapes;
  marks: ReadonlyMap<string, Mark>;
  selected: string | null;
  /** Grows when the whole city is to be shown again. */
  fitted: number;
  onselect: (path: string) => void;
  onhover: (path: string | null) => void;
  /** The map cannot be drawn here. */
  onbroken: () => void;
}
