/**
 * How late is what a viewer sees? Opens the console on one camera whose pictures carry their number as black and white
 * blocks, reads them back from the <video> by a canvas, and prints one JSON line with the delays in milliseconds.
 *
 * The camera: picture n of LOOP_PICTURES was taken at EPOCH_MS + n / FPS, and again after each loop; BITS blocks of equal
 * width fill its upper half, the highest bit first.
 */

import { check, contextFor, signIn, withBrowser } from './browser.mjs';

const camera = process.env.CAMERA ?? 'cam-1';
const given = (name) => Number(process.env[name]);
const film = { epochMs: given('EPOCH_MS'), fps: given('FPS'), pictures: given('LOOP_PICTURES'), bits: given('BITS') };
const SAMPLES = given('SAMPLES') || 60;

await withBrowser(async (browser) => {
  const { page, check: checkPage } = await signIn(await contextFor(browser));
  const tile = page.locator(`[data-camera="${camera}"]`);
  const openedAt = Date.now();
  await page.locator(`[data-camera="${camera}"][data-by=video]`).waitFor();
  const firstMs = Date.now() - openedAt;
  await page.waitForTimeout(1_500); // the player finds the live edge
  const delays = await tile.locator('video').evaluate(
    async (video, { film, samples }) => {
      const canvas = document.createElement('canvas');
      const pen = canvas.getContext('2d', { willReadFrequently: true });
      const found = [];
      while (found.length < samples) {
        await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
        [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
        pen.drawImage(video, 0, 0);
        const now = Date.now();
        let number = 0;
        for (let bit = 0; bit < film.bits; bit += 1) {
          const x = Math.round(((bit + 0.5) * canvas.width) / film.bits);
          number = number * 2 + (pen.getImageData(x, Math.round(canvas.height / 4), 1, 1).data[0] > 127 ? 1 : 0);
        }
        const loopMs = (film.pictures / film.fps) * 1000;
        const delay = (now - film.epochMs - (number / film.fps) * 1000) % loopMs;
        found.push(Math.round(delay));
      }
      return found;
    },
    { film, samples: SAMPLES },
  );
  const sorted = [...delays].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  check((await tile.getAttribute('data-condition')) === 'live', 'the tile does not say that it is live');
  const told = await tile.locator('.condition').innerText();
  checkPage();
  console.log(JSON.stringify({ first_ms: firstMs, p50_ms: at(0.5), p95_ms: at(0.95), max_ms: sorted.at(-1), told }));
});
