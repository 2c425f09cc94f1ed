import { svelte } from '@sveltejs/vite-plugin-svelte';
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => {
  const hub = loadEnv(mode, '.', 'GRIDHUB_').GRIDHUB_URL ?? 'http://127.0.0.1:8000';
  return {
    plugins: [svelte()],
    // Under `vitest` Svelte's files must be the browser's ones: stores with runes are tested too.
    resolve: mode === 'test' ? { conditions: ['browser'] } : {},
    build: {
      outDir: '../api/static',
      emptyOutDir: true,
      target: 'es2022',
      // The Content-Security-Policy allows fonts and styles from the hub only: nothing is inlined.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // The map is a chunk of its own, loaded after the first screen.
      chunkSizeWarningLimit: 1300,
    },
    worker: { format: 'es' as const },
    server: { proxy: { '/api': hub } },
    // css: the contrasts of the themes are tested on the style sheet itself.
    test: { include: ['src/**/*.test.ts'], css: true },
  };
});
