/** Short tones that tell severities apart by ear. Nothing sounds until a person has switched sound on. */

import type { Severity } from './api/types';
import { settings } from './settings.svelte';

/** Hertz of each beep, played one after the other. Higher and more of them is worse (after IEC 60601-1-8's bursts). */
const TONES: Record<Severity, readonly number[]> = {
  critical: [988, 988, 988, 1319, 1319],
  major: [784, 784, 988],
  minor: [659, 659],
  warning: [523],
};
const BEEP_S = 0.11;
const PAUSE_S = 0.07;
const VOLUME = 0.18;

let context: AudioContext | null = null;
let running = $state(false);

/** Whether a tone would be heard now. Browsers keep a page silent until somebody has clicked or typed in it. */
export const audible = (): boolean => running;

/** Called from a click or a key. */
export function unlockSound(): void {
  if (context === null) {
    context = new AudioContext();
    context.onstatechange = () => (running = context?.state === 'running');
  }
  running = context.state === 'running';
  void context.resume();
}

/** Whether an alert of a severity is to be heard at `now`: sound is on, not muted for a time, and wanted of this one. */
export const isHeard = (severity: Severity, now: number): boolean =>
  settings.sound && settings.mutedUntil <= now && settings.heard.includes(severity);

export function play(severity: Severity): void {
  if (context === null || context.state !== 'running') return;
  let at = context.currentTime + 0.01;
  for (const hertz of TONES[severity]) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.type = 'triangle';
    tone.frequency.value = hertz;
    // Ramps instead of steps: a step clicks.
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(VOLUME, at + 0.01);
    gain.gain.setValueAtTime(VOLUME, at + BEEP_S - 0.02);
    gain.gain.linearRampToValueAtTime(0, at + BEEP_S);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + BEEP_S);
    at += BEEP_S + PAUSE_S;
  }
}
