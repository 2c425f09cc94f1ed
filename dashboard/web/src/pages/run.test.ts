import { beforeEach, expect, it, vi } from 'vitest';

let answer: (signal: AbortSignal) => Promise<Response>;
vi.stubGlobal('fetch', async (_: string, init: RequestInit) => answer(init.signal as AbortSignal));
const { run } = await import('./run.svelte');
const ASKED = { text: 'rules: []', file: 'a.yaml', from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
const lines = (...of: object[]) => new Response(of.map((line) => JSON.stringify(line) + '\n').join(''));

beforeEach(() => Object.assign(run, { outcome: null, failure: null, mistakes: [] }));

it('ends with its outcome', async () => {
  answer = async () => lines({ at: '', done: 0.5, observations: 7, alerts: 1 }, { outcome: { total: 3 } });
  await run.start(ASKED);
  expect([run.outcome?.total, run.failure, run.progress]).toEqual([3, null, null]);
});

it('tells every mistake of the rules', async () => {
  const errors = [{ file: 'a.yaml', line: 3, key: 'rules[0].when', message: 'did you mean above?' }];
  answer = async () => Response.json({ code: 'invalid', errors }, { status: 422 });
  await run.start(ASKED);
  expect([run.mistakes, run.failure]).toEqual([errors, null]);
});

it.each([
  ['what the hub says', async () => lines({ failed: 'too long' }), 'too long'],
  ['a connection that breaks', async () => lines({ at: '', done: 0.5, observations: 7, alerts: 1 }), 'the connection was lost'],
  ['somebody else’s run', async () => Response.json({ code: 'busy', detail: 'another one' }, { status: 409 }), 'busy'],
] as const)('says why there is none: %s', async (_, given, why) => {
  answer = given;
  await run.start(ASKED);
  expect([run.outcome, run.failure, run.progress]).toEqual([null, why, null]);
});

it('is canceled by whoever started it, and says so', async () => {
  answer = (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  const going = run.start(ASKED);
  expect(run.progress).not.toBeNull();
  run.cancel();
  await going;
  expect([run.failure, run.progress]).toEqual(['canceled', null]);
});
