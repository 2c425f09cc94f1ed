/** The map's style: a local object, no tiles, no glyphs, no sprites; nothing is asked of any server. */

import type { ExpressionSpecification, GeoJSONSourceSpecification, StyleSpecification } from 'maplibre-gl';
import { SEVERITIES } from '../api/types';
import type { Shape, Shapes } from './geometry';

/** Colours of the theme in force, as `tokens.css` names them. */
export type Palette = Record<
  | 'map-bg'
  | 'map-street'
  | 'map-grid'
  | 'map-grid-line'
  | 'map-outline'
  | 'map-label'
  | 'map-hatch'
  | 'selected'
  | `${(typeof SEVERITIES)[number]}-fill`,
  string
>;

const PALETTE_KEYS = [
  'map-bg',
  'map-street',
  'map-grid',
  'map-grid-line',
  'map-outline',
  'map-label',
  'map-hatch',
  'selected',
  ...SEVERITIES.map((severity) => `${severity}-fill` as const),
] as const;

export function paletteOf(style: CSSStyleDeclaration): Palette {
  return Object.fromEntries(PALETTE_KEYS.map((key) => [key, style.getPropertyValue(`--${key}`).trim()])) as Palette;
}

export const HATCH = 'hatch';
const FONT = ['Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', 'sans-serif'];

function source(shapes: readonly Shape[], points = false): GeoJSONSourceSpecification {
  return {
    type: 'geojson',
    promoteId: 'path',
    data: {
      type: 'FeatureCollection',
      features: shapes.map(({ geometry, middle, ...properties }) => ({
        type: 'Feature',
        properties,
        geometry: points ? { type: 'Point', coordinates: middle } : geometry,
      })),
    },
  };
}

/** A feature's state as `CityMap` sets it: `worst` (a severity or ''), `blind`, `selected`, `hover`, `unacknowledged`. */
const state = (key: string): ExpressionSpecification => ['feature-state', key];
const when = (key: string, yes: number, no: number): ExpressionSpecification => [
  'case',
  ['boolean', state(key), false],
  yes,
  no,
];

/** `rem`: the root's font size in pixels, so that lines and names grow with the screen. */
export function styleOf(shapes: Shapes, palette: Palette, rem: number): StyleSpecification {
  const px = rem / 13;
  const severity: ExpressionSpecification = [
    'match',
    ['coalesce', state('worst'), ''],
    'critical',
    palette['critical-fill'],
    'major',
    palette['major-fill'],
    'minor',
    palette['minor-fill'],
    'warning',
    palette['warning-fill'],
    palette['map-grid'],
  ];
  // Names only from where a grid is about as wide as one: of 810 in sight nothing could be read but their halos.
  const [west, south, east, north] = shapes.bounds ?? [0, 0, 1, 1];
  const stretch = 1 / Math.cos((((south + north) / 2) * Math.PI) / 180);
  const cell = Math.max(1e-9, Math.sqrt(((east - west) * (north - south) * stretch) / Math.max(1, shapes.grids.length)));
  const legible = Math.max(0, Math.min(24, Math.log2((2 * rem * 360) / (512 * cell))));
  const communities = shapes.outlines.filter((shape) => shape.path.split('/').length > 1);
  return {
    version: 8,
    sources: {
      grids: source(shapes.grids),
      outlines: source(communities),
      labels: source(shapes.grids, true),
    },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': palette['map-bg'] } },
      // Wide lines between the grids read as the streets that divide them.
      { id: 'streets', type: 'line', source: 'grids', paint: { 'line-color': palette['map-street'], 'line-width': 5 * px } },
      {
        id: 'grids',
        type: 'fill',
        source: 'grids',
        paint: {
          'fill-color': severity,
          'fill-opacity': [
            'case',
            ['==', ['coalesce', state('worst'), ''], ''],
            when('hover', 1, 0.85),
            ['boolean', state('unacknowledged'), false],
            when('hover', 0.95, 0.8),
            when('hover', 0.65, 0.45),
          ],
        },
      },
      {
        id: 'blind',
        type: 'fill',
        source: 'grids',
        paint: { 'fill-pattern': HATCH, 'fill-opacity': when('blind', 1, 0) },
      },
      {
        id: 'lines',
        type: 'line',
        source: 'grids',
        paint: { 'line-color': palette['map-grid-line'], 'line-width': px },
      },
      {
        id: 'outlines',
        type: 'line',
        source: 'outlines',
        paint: { 'line-color': palette['map-outline'], 'line-width': 2 * px, 'line-opacity': 0.8 },
      },
      {
        id: 'selected',
        type: 'line',
        source: 'grids',
        layout: { 'line-join': 'round' },
        paint: { 'line-color': palette.selected, 'line-width': 3.5 * px, 'line-opacity': when('selected', 1, 0) },
      },
      {
        id: 'labels',
        type: 'symbol',
        source: 'labels',
        minzoom: legible,
        layout: {
          'text-field': ['get', 'name'],
          'text-font': FONT,
          'text-size': 0.88 * rem,
          'text-max-width': 7,
          'text-offset': [0, 0.35],
          'text-padding': 2,
        },
        paint: {
          'text-color': palette['map-label'],
          'text-halo-color': palette['map-bg'],
          'text-halo-width': 1.4 * px,
        },
      },
    ],
  };
}

/** A tile of diagonal lines that joins itself on every side. `ratio` is the screen's pixels per CSS pixel. */
export function hatchImage(colour: string, ratio: number): ImageData {
  const size = 10 * ratio;
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('no 2d canvas');
  pen.strokeStyle = colour;
  pen.lineWidth = 2 * ratio;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - ratio, size + ratio);
    pen.lineTo(shift + size + ratio, -ratio);
  }
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}
