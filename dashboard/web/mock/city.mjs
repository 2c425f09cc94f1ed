/** An invented town for the mock server: areas with outlines, cameras, devices, rules. Deterministic. */

/** A small seeded generator (mulberry32), so that every run shows the same town. */
export function random(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const NAMES = ['桃源', '河湾', '铁西', '新立', '兴华', '长安'];
const COLUMNS = 15;
const ROWS = 4;
const WEST = 130.87;
const NORTH = 45.79;
const WIDE = 0.0042;
const HIGH = 0.0047;

function lattice() {
  const r = random(7);
  const points = [];
  for (let j = 0; j <= ROWS; j += 1) {
    for (let i = 0; i <= COLUMNS; i += 1) {
      const bend = Math.sin(i / 3.1) * 0.22 + Math.sin(i / 1.3 + j) * 0.08;
      const x = WEST + (i + (r() - 0.5) * 0.42 + j * 0.12) * WIDE;
      const y = NORTH - (j + (r() - 0.5) * 0.36 + bend) * HIGH;
      points.push([Number(x.toFixed(6)), Number(y.toFixed(6))]);
    }
  }
  return (i, j) => points[j * (COLUMNS + 1) + i];
}

const polygon = (ring) => ({ type: 'Polygon', coordinates: [[...ring, ring[0]]] });

function outline(at, i0, j0, i1, j1) {
  const ring = [];
  for (let i = i0; i < i1; i += 1) ring.push(at(i, j0));
  for (let j = j0; j < j1; j += 1) ring.push(at(i1, j));
  for (let i = i1; i > i0; i -= 1) ring.push(at(i, j1));
  for (let j = j1; j > j0; j -= 1) ring.push(at(i0, j));
  return polygon(ring);
}

export function areas() {
  const at = lattice();
  const features = [];
  const add = (path, name, kind, geometry) =>
    features.push({ type: 'Feature', properties: { path, name, kind }, geometry });
  const whole = outline(at, 0, 0, COLUMNS, ROWS);
  add('qth', '青台河市', 'city', whole);
  add('qth/taoshan', '桃山区', 'district', whole);
  add('qth/taoshan/xinghua', '兴华街道', 'street', whole);
  for (let c = 0; c < 6; c += 1) {
    const i0 = (c % 3) * 5;
    const j0 = Math.floor(c / 3) * 2;
    const path = `qth/taoshan/xinghua/c0${c + 1}`;
    add(path, `${NAMES[c]}社区`, 'community', outline(at, i0, j0, i0 + 5, j0 + 2));
    for (let g = 0; g < 10; g += 1) {
      const i = i0 + (g % 5);
      const j = j0 + Math.floor(g / 5);
      const number = String(c * 10 + g + 1).padStart(3, '0');
      const ring = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      add(`${path}/g${number}`, `${NAMES[c]} ${String(g + 1).padStart(2, '0')}`, 'grid', polygon(ring));
    }
  }
  return features;
}

export function gridPath(n) {
  return `qth/taoshan/xinghua/c0${Math.floor((n - 1) / 10) + 1}/g${String(n).padStart(3, '0')}`;
}

export const CAMERAS = [
  { id: 'cam-0001', name: '兴华路口', grid: 17, state: 'watching', reason: '' },
  { id: 'cam-0002', name: '桃源小区院内', grid: 3, state: 'watching', reason: '' },
  { id: 'cam-0003', name: '铁西仓库北门', grid: 26, state: 'watching', reason: '' },
  { id: 'cam-0004', name: '河湾泵站', grid: 14, state: 'unreachable', reason: 'nothing listens at port 554' },
];

const TYPES = ['smoke', 'water', 'door', 'air', 'manhole'];
export const METRICS = { smoke: ['smoke'], water: ['water_level'], door: ['open'], air: ['co2', 'pm25'], manhole: ['tilt'] };

export function devices() {
  return Array.from({ length: 200 }, (_, n) => {
    const type = TYPES[n % TYPES.length];
    const number = String(Math.floor(n / TYPES.length) + 1).padStart(4, '0');
    const silent = n === 61 || n === 118;
    return {
      id: `${type}-${number}`,
      name: `${type}-${number}`,
      area: gridPath(((n + Math.floor(n / 60)) % 60) + 1),
      type,
      origin: 'config',
      approved: true,
      state: silent ? 'silent' : 'watching',
      reason: silent ? 'nothing heard for more than 1m' : '',
    };
  });
}

export const RULES = [
  {
    rule: 'smoke-and-movement',
    severity: 'critical',
    summary: (v, area) => `烟雾 ${v.toFixed(2)}，${area} 有人活动 / smoke and movement`,
    metric: 'smoke',
    procedure: '1. 查看画面，确认是否有明火或人员被困。\n2. 通知网格员到场，同时拨打 119。\n3. 疏散楼道人员，保持消防通道畅通。',
  },
  { rule: 'manhole-open', severity: 'critical', summary: (v, area) => `井盖倾斜 ${v.toFixed(0)}°，${area} / manhole cover open`, metric: 'tilt', procedure: '派员设置警示，联系市政。' },
  { rule: 'water-level', severity: 'major', summary: (v) => `水位 ${v.toFixed(2)} m 超过警戒 / water level high`, metric: 'water_level', procedure: null },
  { rule: 'camera-blind', severity: 'major', summary: () => '摄像机失去画面 / camera is blind', metric: 'camera.health', procedure: null },
  { rule: 'door-at-night', severity: 'minor', summary: () => '夜间门被打开 / door opened at night', metric: 'open', procedure: null },
  { rule: 'air-quality', severity: 'minor', summary: (v) => `PM2.5 ${v.toFixed(0)} µg/m³，10 分钟内 5 次 / air quality`, metric: 'pm25', procedure: null },
  { rule: 'device-silent', severity: 'warning', summary: () => '设备超过 2 分钟无数据 / device silent', metric: 'smoke', procedure: null },
];
