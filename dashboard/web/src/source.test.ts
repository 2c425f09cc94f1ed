import { expect, it } from 'vitest';

const sources = import.meta.glob('./**/*.svelte', { query: '?raw', import: 'default', eager: true }) as Record<string, string>;

it('writes everything that comes from the network as text, and nothing that the Content-Security-Policy refuses', () => {
  expect(Object.keys(sources).length).toBeGreaterThan(15);
  const forbidden = /\{@html|innerHTML|outerHTML|insertAdjacentHTML|\sstyle="|javascript:|\son[a-z]+="/;
  expect(Object.entries(sources).filter(([, text]) => forbidden.test(text)).map(([name]) => name)).toEqual([]);
});

it('shows the summary of an alert in one language: the one of the console', () => {
  const both = /\{(?:alert|group)\.summary\}/;
  expect(Object.entries(sources).filter(([, text]) => both.test(text.replace(/title=\{[^}]*\}/g, ''))).map(([name]) => name)).toEqual([]);
});
