/**
 * A stand-in for the hub, for working on the console and for its pictures; no part of the product. Node only.
 *
 *     npm run build && npm run mock -- --port 8010       # then open http://127.0.0.1:8010, any name, password "mock"
 *
 * It serves the built console under the hub's Content-Security-Policy, the shapes of docs/design/http-shapes.md, and an
 * event stream with ids that resumes. `--static FOLDER` serves another build; `--quiet` stops the story; `--storm N` raises N alerts at the start; `POST
 * /mock/{drop|expire|break}` cuts every stream, ends every session, or takes a part of the hub down.
 */

import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RULES } from './city.mjs';
import { Hub } from './hub.mjs';
import { answer as pageAnswer } from './pages.mjs';
import { scene } from './scene.mjs';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8010' },
    quiet: { type: 'boolean', default: false },
    storm: { type: 'string', default: '0' },
    role: { type: 'string', default: 'operator' },
    static: { type: 'string', default: fileURLToPath(new URL('../../api/static', import.meta.url)) },
  },
});
const STATIC = options.static;
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
  "worker-src 'self' blob:; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const hub = new Hub(options);
let sessions = new Set();

function send(response, status, body, type = 'application/json', headers = {}) {
  const text = type.includes('json') ? JSON.stringify(body) : body;
  response.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': CSP, 'X-Content-Type-Options': 'nosniff', ...headers });
  response.end(status === 204 ? undefined : text);
}

const problem = (response, status, code, detail, more = {}) =>
  send(response, status, { type: 'about:blank', title: code, status, detail, code, ...more }, 'application/problem+json');

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return text ? JSON.parse(text) : {};
}

function serveFile(response, path) {
  let file = join(STATIC, normalize(path));
  let status = 200;
  if (!file.startsWith(STATIC) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
    status = extname(path) === '' ? 200 : 404;
    file = join(STATIC, 'index.html');
  }
  send(response, status, readFileSync(file), TYPES[extname(file)] ?? 'application/octet-stream');
}

/** Somebody who may do everything, everywhere; `--role viewer` only looks. */
function personOf(name) {
  const rights = ['see', 'live', 'recordings', ...(options.role === 'viewer' ? [] : ['unmasked', 'act', 'dispatch', 'sources', 'rules', 'people', 'audit', 'system'])];
  return { name, role: options.role, area: null, grants: [], rights: Object.fromEntries(rights.map((right) => [right, ['']])), second_factor_needed: false };
}

async function session(request, response, user) {
  if (request.method === 'POST') {
    const { username, password } = await bodyOf(request);
    if (password !== 'mock') return problem(response, 401, 'bad_credentials', 'name or password is wrong');
    const token = `s${Math.random().toString(36).slice(2)}`;
    sessions.add(token);
    const made = personOf(username);
    const cookie = `gridhub_session=${token}.${encodeURIComponent(username)}; HttpOnly; SameSite=Strict; Path=/`;
    return send(response, 200, { token, expires_at: new Date(Date.now() + 8.64e7), user: made }, undefined, { 'Set-Cookie': cookie });
  }
  if (user === null) return problem(response, 401, 'unauthenticated', 'no session');
  if (request.method === 'DELETE') return send(response, 204, '', 'text/plain', { 'Set-Cookie': 'gridhub_session=; Max-Age=0; Path=/' });
  return send(response, 200, { user: personOf(user) });
}

function userOf(request) {
  const [token, name] = (/gridhub_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '').split('.');
  return sessions.has(token) ? decodeURIComponent(name) : null;
}

async function api(request, response, url) {
  const path = url.pathname.slice('/api/v1'.length);
  const user = userOf(request);
  if (path === '/session') return session(request, response, user);
  if (user === null) return problem(response, 401, 'unauthenticated', 'no session');
  const query = url.searchParams;
  const list = (items) => {
    const from = Number(query.get('cursor') ?? 0);
    const limit = Number(query.get('limit') ?? 50);
    const next = from + limit < items.length ? String(from + limit) : null;
    send(response, 200, { items: items.slice(from, from + limit), next });
  };
  if (path === '/areas') return list(hub.areaList());
  if (path === '/areas.geojson') return send(response, 200, { type: 'FeatureCollection', features: hub.features });
  if (path === '/status') return send(response, 200, hub.status());
  if (path === '/cameras') return list(hub.cameras);
  if (path === '/devices') {
    const state = query.get('state');
    return list(hub.devices.filter((d) => d.area.startsWith(query.get('area') ?? '') && (state === null || d.state === state)));
  }
  const standing = /^\/areas\/(.+)\/status$/.exec(path);
  if (standing) return send(response, 200, hub.standing(standing[1]));
  if (path === '/alerts') return list(hub.alertList(query.getAll('state')));
  if (path === '/series') return send(response, 200, hub.series(query.get('source'), query.get('metric'), query.get('from'), query.get('to')));
  if (path === '/stream') return hub.stream(request, response, query);
  const snapshot = /^\/cameras\/([^/]+)\/snapshot$/.exec(path);
  if (snapshot) {
    const camera = hub.cameras.find((c) => c.id === snapshot[1]);
    if (camera?.state !== 'watching') return problem(response, 503, camera?.state ?? 'unknown', camera?.reason ?? 'no such camera');
    const taken = Date.now() - 400;
    return send(response, 200, scene(camera, taken), 'image/svg+xml', { 'X-Frame-Time': new Date(taken).toISOString() });
  }
  const moment = /^\/alerts\/(\d+)\/snapshot$/.exec(path);
  if (moment) {
    const item = hub.alerts.get(Number(moment[1]))?.evidence[Number(query.get('n') ?? 0)];
    const camera = hub.cameras.find((c) => c.id === item?.source);
    if (!item?.attrs?.snapshot || !camera) return problem(response, 404, 'no_snapshot', 'this piece of evidence has no picture');
    return send(response, 200, scene(camera, Date.parse(item.ts)), 'image/svg+xml');
  }
  const one = /^\/alerts\/(\d+)(?:\/(ack|shelve|clear|comment))?$/.exec(path);
  if (one) {
    const answer = hub.alertCall(Number(one[1]), one[2], await bodyOf(request), user);
    return answer.code ? problem(response, answer.status, answer.code, answer.code, { alert: answer.alert }) : send(response, 200, answer.alert);
  }
  const body = request.method === 'POST' ? await bodyOf(request) : {};
  const found = pageAnswer(hub, request.method, path, query, body, RULES, user);
  if (Array.isArray(found)) return send(response, 200, found.map((line) => `${JSON.stringify(line)}\n`).join(''), 'text/plain');
  if (found !== undefined) return send(response, 200, found);
  return problem(response, 404, 'not_found', `no ${path}`);
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://mock');
  const answer = async () => {
    if (url.pathname.startsWith('/api/v1/')) return api(request, response, url);
    if (url.pathname === '/mock/expire') sessions = new Set();
    if (url.pathname === '/mock/expire' || url.pathname === '/mock/drop') hub.drop(url.searchParams.get('for'));
    if (url.pathname === '/mock/break') hub.breakPart();
    if (url.pathname.startsWith('/mock/')) return send(response, 204, '');
    return serveFile(response, url.pathname);
  };
  answer().catch((error) => {
    console.error(error);
    if (!response.headersSent) problem(response, 500, 'mock_failed', String(error));
  });
});
server.listen(Number(options.port), '127.0.0.1', () => console.error(`mock hub on http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));
