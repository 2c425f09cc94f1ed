import { expect, it, vi } from 'vitest';

vi.stubGlobal('location', { pathname: '/', search: '' });
vi.stubGlobal('window', { addEventListener: () => undefined });
const { PATHS, pageOf } = await import('./route.svelte');

it('knows every page by its address, with and without a slash at the end', () => {
  for (const [page, path] of Object.entries(PATHS)) {
    expect(pageOf(path)).toBe(page);
    expect(pageOf(path === '/' ? '/index.html' : `${path}/`)).toBe(page);
  }
});

it.each(['/nothing', '/rules/x', '/load/rules'])('does not take %s for a page of ours', (path) => {
  expect(pageOf(path)).toBeNull();
});
