/** What one operator has in front of them: the live city, the selected alert and area, the filters, and what they do. */

import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import { ApiError, api } from '../api/client';
import { SEVERITIES, type Alert, type AlertChange, type OutageNew, type Severity, type StreamEvent, type User } from '../api/types';
import { words } from '../i18n/index.svelte';
import { isOpen, isUnseen, rank } from '../live/board';
import { Live } from '../live/live.svelte';
import { grouped, inOrderOf, queueOf, type Show } from '../live/queue';
import { settings } from '../settings.svelte';
import { isHeard, play } from '../sound.svelte';

export interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

export type Asking = 'shelve' | 'comment' | 'reset' | 'clear' | 'outage' | 'hand' | 'help';

const TOAST_MS = 6_000;
/** What makes an alert call for an operator, or call again. */
const CALLS: ReadonlySet<AlertChange> = new Set(['fired', 'raised', 're_alarmed', 'surfaced', 'put_back']);

export class Desk {
  readonly live: Live;
  readonly user: User;

  alertId = $state<number | null>(null);
  area = $state<string | null>(null);
  show = $state<Show>('open');
  readonly severities = new SvelteSet<Severity>(SEVERITIES);
  /** Only alerts of this area are shown: the one that was chosen when the filter was set. */
  onlyArea = $state<string | null>(null);
  text = $state('');
  asking = $state<Asking | null>(null);
  /** The camera whose page is open. */
  camera = $state<string | null>(null);
  /** The form for a new camera is open. */
  adding = $state(false);
  busy = $state(false);
  toasts = $state.raw<Toast[]>([]);
  /** The newest critical alert, in words, for screen readers. */
  announcement = $state('');
  /** Where older resolved alerts go on; undefined: none were read; null: there are no more. */
  olderCursor = $state<string | null | undefined>(undefined);

  #toastId = 0;

  readonly alert = $derived.by(() =>
    this.alertId === null ? null : (this.live.city.alerts.get(this.alertId)?.alert ?? null),
  );
  readonly filter = $derived({
    show: this.show,
    severities: this.severities,
    area: this.onlyArea,
    text: this.text,
  });
  #sorted: Alert[] = [];
  readonly queue = $derived.by(() => {
    const alerts = inOrderOf(this.#sorted, this.live.known);
    return (this.#sorted = queueOf(alerts, this.filter, this.live.slowNow, settings.order, this.live.respond));
  });
  readonly entries = $derived(grouped(this.queue, settings.grouping));
  /** Groups of the queue of which only the head is shown. */
  readonly folded = new SvelteSet<string>();
  readonly filtered = $derived(this.onlyArea !== null || this.text.trim() !== '' || this.severities.size < SEVERITIES.length);
  /** Open alerts that the filters keep out of sight. */
  readonly hidden = $derived.by(() => {
    if (this.show === 'shelved' || !this.filtered) return 0;
    const open = (alerts: Alert[]): number => alerts.filter((alert) => isOpen(alert, this.live.slowNow)).length;
    return open(this.live.alerts) - open(this.queue);
  });
  readonly mayAdd = $derived.by(() => this.user.rights.sources !== undefined);
  readonly mayAct = $derived.by(() => this.user.rights.act !== undefined);

  constructor(
    user: User,
    readonly signedOut: () => void,
  ) {
    this.user = user;
    this.live = new Live({
      onEvents: (events) => this.#heard(events),
      onCaughtUp: (awayMs) => this.say(words.t.notice.caughtUp(Math.max(1, Math.round(awayMs / 1000)))),
      onSignedOut: signedOut,
    });
  }

  select(alert: Alert | null): void {
    this.alertId = alert?.id ?? null;
    if (alert) this.area = alert.area;
  }

  selectArea(path: string | null): void {
    this.area = path;
    if (this.alert && path !== this.alert.area) this.alertId = null;
  }

  clearFilters(): void {
    this.onlyArea = null;
    this.text = '';
    for (const severity of SEVERITIES) this.severities.add(severity);
  }

  toggleSeverity(severity: Severity): void {
    if (!this.severities.delete(severity)) this.severities.add(severity);
  }

  say(text: string, bad = false): void {
    const toast = { id: ++this.#toastId, text, bad };
    this.toasts = [...this.toasts.slice(-3), toast];
    setTimeout(() => this.dismiss(toast.id), TOAST_MS);
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  /** Whether an alert can be changed now, by this person. */
  may(alert: Alert | null): alert is Alert {
    return alert !== null && this.mayAct && alert.stage !== 'normal';
  }

  async acknowledge(): Promise<void> {
    const { alert } = this;
    if (!this.may(alert) || !isUnseen(alert)) return;
    await this.#change(() => api.acknowledge(alert.id), words.t.act.acknowledged(alert.id));
  }

  shelve(minutes: number, note: string): Promise<boolean> {
    return this.shelveUntil(this.live.hubTime() + minutes * 60_000, note);
  }

  /** `at` in milliseconds since the epoch, by the hub's clock. */
  async shelveUntil(at: number, note: string): Promise<boolean> {
    const { alert } = this;
    if (!this.#still(alert)) return false;
    const until = new Date(at).toISOString();
    return this.#change(() => api.shelve(alert.id, until, note), words.t.act.shelved(alert.id, words.time(until)));
  }

  async unshelve(): Promise<boolean> {
    const { alert } = this;
    if (!this.#still(alert)) return false;
    return this.#change(() => api.unshelve(alert.id), words.t.pages.state.unshelved(alert.id));
  }

  /** What the selected alert is about; how it stands then is asked for, as the answer is about something else. */
  async takeOut(outage: OutageNew): Promise<boolean> {
    const { alert } = this;
    if (!this.#still(alert)) return false;
    return this.#change(async () => {
      await api.takeOut(outage);
      const { log: _log, procedure: _procedure, ...now } = await api.alert(alert.id);
      return now;
    }, words.t.pages.state.outageDone);
  }

  async comment(note: string): Promise<boolean> {
    const { alert } = this;
    if (alert === null || !this.mayAct) return false;
    return this.#change(() => api.comment(alert.id, note), words.t.act.commented(alert.id));
  }

  async clear(note: string): Promise<boolean> {
    const { alert } = this;
    if (!this.#still(alert)) return false;
    return this.#change(() => api.clear(alert.id, note), words.t.act.cleared(alert.id));
  }

  /** Take the selected alert; put it down again where it is one's own. What somebody else has is handed over, not taken. */
  async take(): Promise<void> {
    const { alert } = this;
    if (!this.may(alert)) return;
    if (alert.assigned_to !== null && alert.assigned_to !== this.user.name) {
      this.say(words.t.desk.assign.has(alert.assigned_to), true);
      return;
    }
    await this.assign(alert.assigned_to === null ? this.user.name : null);
  }

  async assign(to: string | null, note = ''): Promise<boolean> {
    const { alert } = this;
    if (!this.#still(alert)) return false;
    const { assign } = words.t.desk;
    const done = to === null ? assign.down(alert.id) : to === this.user.name ? assign.taken(alert.id) : assign.handed(alert.id, to);
    return this.#change(() => api.assign(alert.id, to, alert.assigned_to, note), done);
  }

  async reset(note: string): Promise<boolean> {
    const { alert } = this;
    if (!this.#still(alert)) return false;
    return this.#change(() => api.reset(alert.id, note), words.t.act.reset(alert.id));
  }

  /** As `may`, but tells the person who was about to press the button why not. */
  #still(alert: Alert | null): alert is Alert {
    if (this.may(alert)) return true;
    this.say(words.t.act.notOpen, true);
    return false;
  }

  async loadOlder(): Promise<void> {
    const askedAt = this.live.city.lastId;
    try {
      const page = await api.resolvedAlerts(this.olderCursor ?? null);
      this.live.learn(page.items, askedAt);
      this.olderCursor = page.next;
    } catch (cause) {
      this.#failed(cause);
    }
  }

  async #change(call: () => Promise<Alert>, done: string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const askedAt = this.live.city.lastId;
    try {
      this.live.learn([await call()], askedAt);
      this.say(done);
      return true;
    } catch (cause) {
      if (cause instanceof ApiError && cause.alert) this.live.learn([cause.alert], askedAt);
      this.#failed(cause);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #failed(cause: unknown): void {
    if (!(cause instanceof ApiError)) throw cause;
    const { act } = words.t;
    if (cause.code === 'already_acknowledged') this.say(act.already(cause.alert?.acked_by ?? '?'), true);
    else if (cause.code === 'already_assigned')
      this.say(cause.alert?.assigned_to ? words.t.desk.assign.already(cause.alert.assigned_to) : words.t.desk.assign.nobody, true);
    else if (cause.code === 'not_open') this.say(act.notOpen, true);
    else if (cause.status === 403) this.say(act.forbidden, true);
    else if (cause.status === 0 || cause.status >= 502) this.say(act.unreachable, true);
    else this.say(act.failed(cause.message), true);
  }

  /** Sound and announcement for what has just begun: once for a burst, in the voice of its worst. */
  #heard(events: readonly StreamEvent[]): void {
    const fired = events
      .filter((event) => event.type === 'alert')
      .filter((event) => CALLS.has(event.data.change) && event.data.alert.stage === 'unacknowledged')
      .filter((event) => event.data.alert.damped === null)
      .map((event) => event.data.alert);
    const worst = fired.sort((a, b) => rank(a.severity) - rank(b.severity))[0];
    if (!worst) return;
    const heard = fired.find((alert) => isHeard(alert.severity, Date.now()));
    if (heard) play(heard.severity);
    if (worst.severity === 'critical') this.announcement = words.t.queue.newCritical(words.side(worst.summary), worst.area_name);
  }
}

export const [useDesk, provideDesk] = createContext<Desk>();
