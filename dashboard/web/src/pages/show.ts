/** From a page to an alert: the watch screen with this one chosen. */

import { route } from '../route.svelte';
import type { Desk } from '../watch/desk.svelte';

export function showAlert(desk: Desk, id: number): void {
  desk.alertId = id;
  const known = desk.live.city.alerts.get(id)?.alert;
  if (known) desk.area = known.area;
  route.go('watch');
}
