/**
 * When do events reach a browser? Opens the console, listens with an EventSource of the page's own, and prints a JSON line
 * for each event of one source, with the page's Date.now() at its arrival.
 *
 *     node tests/e2e/latency.mjs --source smoke-0001 --area qth/…/g017 --seconds 60
 *
 * The first line is {"event": "ready"}: publish only after it. `seen_ms` is milliseconds since the epoch.
 */

import { parseArgs } from 'node:util';
import { check, contextFor, signIn, withBrowser } from './browser.mjs';

const { values: options } = parseArgs({
  options: { source: { type: 'string' }, area: { type: 'string' }, seconds: { type: 'string', default: '30' } },
});

await withBrowser(async (browser) => {
  check(options.source && options.area, '--source and --area are needed');
  const { page, check: checkPage } = await signIn(await contextFor(browser));
  await page.exposeFunction('told', (line) => console.log(JSON.stringify(line)));
  await page.evaluate(({ source, area }) => {
    const stream = new EventSource(`/api/v1/stream?observations=${encodeURIComponent(area)}`);
    stream.addEventListener('hello', () => window.told({ event: 'ready', seen_ms: Date.now() }));
    stream.addEventListener('observation', (event) => {
      const seen_ms = Date.now();
      for (const item of JSON.parse(event.data).items)
        if (item.source === source) window.told({ event: 'observation', seen_ms, ...item });
    });
    stream.addEventListener('alert', (event) => {
      const seen_ms = Date.now();
      const { change, alert } = JSON.parse(event.data);
      const { id, rule, sources, started_at, detected_at } = alert;
      if (sources.includes(source)) window.told({ event: 'alert', seen_ms, change, id, rule, started_at, detected_at });
    });
  }, options);
  await page.waitForTimeout(Number(options.seconds) * 1000);
  checkPage();
});
