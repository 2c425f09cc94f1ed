/** From a page to an alert: the watch screen with this one chosen. */

import { route } from '../route.svelte';
import type { Desk } from '../watch/desk.svelte';

export function showAlert(desk: Desk, alert: { id: number; area: string }): void {
  desk.alertId = alert.id;
  desk.area = alert.area;
  route.go('watch');
}
