/** The mock's state: alerts that come and go by a small story, values that drift, a journal with ids. */

import { CAMERAS, METRICS, RULES, areas, devices, gridPath, random } from './city.mjs';

const iso = (ms) => new Date(ms).toISOString();
const SHAPES = {
  smoke: (t) => 0.06 + 0.02 * Math.sin(t / 40),
  water_level: (t) => 1.2 + 0.15 * Math.sin(t / 300),
  open: (t) => (Math.floor(t / 240) % 5 === 0 ? 1 : 0),
  co2: (t) => 520 + 60 * Math.sin(t / 200),
  pm25: (t) => 38 + 14 * Math.sin(t / 150),
  tilt: (t) => 1.1 + 0.3 * Math.sin(t / 90),
};

export class Hub {
  constructor({ quiet, storm }) {
    this.random = random(11);
    this.started = Date.now();
    this.features = areas();
    this.names = new Map(this.features.map((f) => [f.properties.path, f.properties.name]));
    const since = iso(this.started - 3_600_000);
    this.cameras = CAMERAS.map(({ grid, ...camera }) => ({
      ...camera, area: gridPath(grid), url: 'rtsp://127.0.0.1/' + camera.id, since: iso(this.started - 372_000), seen_at: since,
      detail: { codec: 'h264', width: 960, height: 540, fps: 10 },
    }));
    this.devices = devices().map((device) => ({ ...device, since, seen_at: since, latest: {} }));
    this.parts = ['store', 'broker', 'rules', 'video-0', 'video-1', 'mqtt-0', 'dashboard', 'keeper'].map((name) => ({
      name, state: 'ok', detail: '', since, beat_at: iso(this.started),
    }));
    this.journal = [];
    this.alerts = new Map();
    this.logs = new Map();
    this.clients = new Set();
    this.silences = [];
    this.refuseUntil = 0;
    this.tick();
    this.opening(Number(storm));
    if (!quiet) setInterval(() => this.story(), 9_000);
    setInterval(() => this.tick(), 1_000);
    setInterval(() => this.beat(), 5_000);
  }

  areaList() {
    return this.features.map(({ properties: { path, name, kind } }) => ({ path, name, kind, parent: path.split('/').slice(0, -1).join('/') || null }));
  }

  standing(path) {
    const sources = [...this.cameras, ...this.devices];
    const grids = this.areaList().filter((a) => a.kind === 'grid').map((a) => ({ path: a.path, sources: sources.filter((s) => s.area === a.path).length }));
    return { path, sources: sources.length, grids };
  }

  status() {
    return { version: '0.1.0', started_at: iso(this.started), now: iso(Date.now()), parts: this.parts };
  }

  /** What is on the wall when the console opens. */
  opening(storm) {
    const ago = (s) => Date.now() - s * 1000;
    this.fire(RULES[6], 51, ago(7_400));
    this.fire(RULES[5], 22, ago(3_100));
    this.fire(RULES[3], 14, ago(372));
    this.change(this.fire(RULES[2], 45, ago(1_500)), 'acknowledged', '王芳', '');
    this.change(this.fire(RULES[4], 26, ago(640)), 'acknowledged', '李强', '');
    this.resolve(this.fire(RULES[4], 33, ago(5_000)), ago(4_000));
    this.fire(RULES[2], 38, ago(95));
    this.fire(RULES[0], 3, ago(41));
    for (let n = 0; n < storm; n += 1) this.fire(RULES[n % RULES.length], (n % 60) + 1, ago(storm - n));
  }

  story() {
    const open = [...this.alerts.values()].filter((a) => a.state !== 'resolved');
    if (open.length > 9) return this.resolve(open[0], Date.now());
    return this.fire(RULES[Math.floor(this.random() * RULES.length)], 1 + Math.floor(this.random() * 60), Date.now() - 900);
  }

  fire(rule, grid, at) {
    const area = gridPath(grid);
    const camera = this.cameras.find((c) => c.area === area);
    const value = { smoke: 0.58, water_level: 2.41, tilt: 37, pm25: 168, open: 1, 'camera.health': 0 }[rule.metric];
    const device = this.devices.find((d) => d.area === area && METRICS[d.type].includes(rule.metric)) ?? this.devices[grid];
    const evidence = [{ source: rule.metric === 'camera.health' && camera ? camera.id : device.id, metric: rule.metric, ts: iso(at - 2_000), value, text: null, attrs: null }];
    if (camera && rule.metric === 'smoke') {
      const attrs = { snapshot: 'mock.jpg', boxes: [[0.31, 0.52, 0.09, 0.29], [0.62, 0.2, 0.16, 0.52]] };
      evidence.push({ source: camera.id, metric: 'motion', ts: iso(at - 900), value: 0.061, text: null, attrs });
    }
    const alert = {
      id: this.alerts.size + 1, rule: rule.rule, severity: rule.severity, state: 'firing', area, area_name: this.names.get(area),
      sources: evidence.map((e) => e.source), started_at: iso(at), detected_at: iso(at + 60), resolved_at: null, acked_at: null,
      acked_by: null, shelved_until: null, summary: rule.summary(value, this.names.get(area)), incident: 40 + grid, evidence,
      stage: 'unacknowledged', latch: false, damped: null, suppressed_by: null, out_of_service: null, re_alarm_at: null,
      announced_at: iso(at + 60), repeats: 0, superseded_by: null, assigned_to: null, assigned_at: null, detail: null,
    };
    this.alerts.set(alert.id, alert);
    this.change(alert, 'fired', 'rules', '', at);
    return alert;
  }

  resolve(alert, at) {
    Object.assign(alert, { state: 'resolved', stage: alert.acked_at === null ? 'returned' : 'normal', resolved_at: iso(at) });
    this.change(alert, 'resolved', 'rules', '', at);
  }

  change(alert, change, actor, note, at = Date.now()) {
    if (change === 'acknowledged') {
      const over = alert.state === 'resolved';
      Object.assign(alert, over ? { stage: 'normal' } : { state: 'acknowledged', stage: 'acknowledged' }, { acked_at: iso(at), acked_by: actor });
    }
    const id = this.write('alert', { change, at: iso(at), actor, note, alert: { ...alert } });
    this.logs.set(alert.id, [...(this.logs.get(alert.id) ?? []), { id, at: iso(at), actor, change, note, reason: '' }]);
    return alert;
  }

  alertList(states) {
    const wanted = new Set(states.flatMap((s) => (s === 'open' ? ['firing', 'acknowledged'] : [s])));
    return [...this.alerts.values()].filter((a) => !states.length || wanted.has(a.state) || (states.includes('open') && a.stage === 'returned')).sort((a, b) => b.id - a.id);
  }

  alertCall(id, call, body, user) {
    const alert = this.alerts.get(id);
    if (!alert) return { status: 404, code: 'not_found' };
    if (call === undefined) {
      const procedure = RULES.find((r) => r.rule === alert.rule).procedure;
      return { alert: { ...alert, log: this.logs.get(id), procedure } };
    }
    if (alert.stage === 'normal' && call !== 'comment') return { status: 409, code: 'not_open', alert };
    if (call === 'ack' && alert.state === 'acknowledged') return { status: 409, code: 'already_acknowledged', alert };
    if (call === 'ack') this.change(alert, 'acknowledged', user, body.note ?? '');
    if (call === 'comment') this.change(alert, 'commented', user, body.note);
    if (call === 'shelve') this.change(Object.assign(alert, { shelved_until: body.until, stage: 'shelved' }), 'shelved', user, body.note ?? '');
    if (call === 'clear') this.change(Object.assign(alert, { state: 'resolved', stage: 'normal', resolved_at: iso(Date.now()) }), 'cleared', user, body.note);
    return { alert };
  }

  valueOf(device, metric, ms) {
    const base = SHAPES[metric](ms / 1000 + device.id.length * 7 + Number(device.id.slice(-2)) * 31);
    const alarmed = [...this.alerts.values()].some((a) => a.state !== 'resolved' && Date.parse(a.started_at) < ms && a.evidence[0].source === device.id && a.evidence[0].metric === metric);
    const noise = metric === 'open' ? 0 : (Math.sin(ms * 0.37 + device.id.charCodeAt(0)) * base) / 30;
    return Number((alarmed ? base + ({ smoke: 0.5, water_level: 1.2, tilt: 35, pm25: 120 }[metric] ?? 0) : base + noise).toFixed(3));
  }

  series(source, metric, from, to) {
    const device = this.devices.find((d) => d.id === source);
    const points = [];
    for (let ms = Date.parse(from); ms <= Date.parse(to); ms += 10_000) points.push([iso(ms), this.valueOf(device, metric, ms), null, 0]);
    const columns = ['ts', 'value', 'text', 'quality'];
    return { source, metric, unit: '', from, to, step_s: null, level: 'raw', tz: null, columns, points, next: null };
  }

  /** A tenth of the devices speak every second. */
  tick() {
    const now = Date.now();
    const items = [];
    for (const [n, device] of this.devices.entries()) {
      if (device.state !== 'watching' || (this.ticked && n % 10 !== Math.floor(now / 1000) % 10)) continue;
      for (const metric of METRICS[device.type]) {
        const value = this.valueOf(device, metric, now);
        device.latest[metric] = { value, text: null, ts: iso(now) };
        items.push({ source: device.id, area: device.area, metric, ts: iso(now), received_at: iso(now), value, text: null });
      }
    }
    this.ticked = true;
    for (const client of this.clients) {
      const wanted = items.filter((item) => client.area && item.area.startsWith(client.area));
      if (wanted.length) this.say(client, 'observation', { items: wanted });
    }
  }

  beat() {
    for (const part of this.parts) if (part.state === 'ok') part.beat_at = iso(Date.now());
  }

  breakPart() {
    Object.assign(this.parts[5], { state: 'down', detail: 'the broker at 127.0.0.1:1883 does not answer', since: iso(Date.now()) });
    Object.assign(this.parts[1], { state: 'degraded', detail: 'restarted 3 times in 5 min', since: iso(Date.now() - 60_000) });
    for (const client of this.clients) this.say(client, 'system', { parts: this.parts });
  }

  write(event, data) {
    const id = this.journal.length + 1;
    this.journal.push({ id, event, data });
    for (const client of this.clients) this.say(client, event, data, id);
    return id;
  }

  say(client, event, data, id) {
    client.response.write(`${id ? `id: ${id}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  stream(request, response, query) {
    if (Date.now() < this.refuseUntil) return response.writeHead(503).end();
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const client = { response, area: query.get('observations') };
    const last = query.get('last_event_id') ?? request.headers['last-event-id'];
    this.say(client, 'hello', { now: iso(Date.now()), last_id: this.journal.length, version: '0.1.0' });
    this.say(client, 'system', { parts: this.parts });
    if (last) for (const { id, event, data } of this.journal.slice(Number(last))) this.say(client, event, data, id);
    this.clients.add(client);
    const comment = setInterval(() => response.write(': here\n\n'), 15_000);
    request.on('close', () => {
      clearInterval(comment);
      this.clients.delete(client);
    });
    return undefined;
  }

  drop(seconds) {
    this.refuseUntil = Date.now() + Number(seconds ?? 0) * 1000;
    for (const client of this.clients) client.response.destroy();
  }
}
