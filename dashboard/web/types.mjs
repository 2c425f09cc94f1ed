/**
 * Writes src/api/schema.ts from the hub's own description of its interface, which describe.py prints.
 *
 *     npm run types                   # writes it
 *     npm run types -- --check        # fails where the file is another; part of `npm run check`
 *
 * GRIDHUB_PYTHON names another interpreter than that of the repository's .venv.
 */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTypescript, { astToString } from 'openapi-typescript';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const FILE = new URL('src/api/schema.ts', import.meta.url);
const HEAD = '// Written by `npm run types` from the hub’s own description. Not for editing: types.ts names what is used.\n\n';

function described() {
  const python = process.env.GRIDHUB_PYTHON ?? `${REPOSITORY}.venv/bin/python`;
  if (!existsSync(python)) throw new Error(`there is no ${python}: run "make setup", or name an interpreter in GRIDHUB_PYTHON`);
  const env = { ...process.env, PYTHONPATH: REPOSITORY };
  const script = fileURLToPath(new URL('describe.py', import.meta.url));
  return JSON.parse(execFileSync(python, [script], { cwd: REPOSITORY, env, encoding: 'utf8', maxBuffer: 2 ** 26 }));
}

const types = HEAD + astToString(await openapiTypescript(described(), { rootTypes: false }));
if (!process.argv.includes('--check')) {
  await writeFile(FILE, types);
} else if ((await readFile(FILE, 'utf8')) !== types) {
  console.error('src/api/schema.ts is not what the hub describes: run "npm run types", and see what it changes');
  process.exitCode = 1;
}
