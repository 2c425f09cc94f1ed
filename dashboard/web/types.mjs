/**
 * Writes src/api/schema.ts from the hub's own description of its interface.
 *
 *     GRIDHUB_URL=http://127.0.0.1:8000 GRIDHUB_PASSWORD=… npm run types      # from a running hub
 *     npm run types -- openapi.json                                           # from a file
 */

import { readFile, writeFile } from 'node:fs/promises';
import openapiTypescript, { astToString } from 'openapi-typescript';

const HUB = process.env.GRIDHUB_URL ?? 'http://127.0.0.1:8000';

async function described() {
  if (process.argv[2]) return JSON.parse(await readFile(process.argv[2], 'utf8'));
  const credentials = { username: process.env.GRIDHUB_USER ?? 'admin', password: process.env.GRIDHUB_PASSWORD };
  const headers = { 'Content-Type': 'application/json' };
  const session = await fetch(`${HUB}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify(credentials) });
  if (!session.ok) throw new Error(`signing in: ${session.status}`);
  const { token } = await session.json();
  const document = await fetch(`${HUB}/api/openapi.json`, { headers: { Authorization: `Bearer ${token}` } });
  if (!document.ok) throw new Error(`openapi.json: ${document.status}`);
  return document.json();
}

const head = '// Written by `npm run types` from the hub’s /api/openapi.json. Not for editing: types.ts names what is used.\n\n';
const types = astToString(await openapiTypescript(await described(), { rootTypes: false }));
await writeFile(new URL('src/api/schema.ts', import.meta.url), head + types);
