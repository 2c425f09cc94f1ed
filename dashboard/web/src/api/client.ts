/**
 * Calls to the hub. Every answer that is not a success becomes an `ApiError`, whose `code` and `detail` come from the
 * hub's problem document (RFC 9457); an answer that never came becomes one with status 0.
 */

import type {
  Able,
  Alert,
  AlertDetail,
  AlertGroup,
  AlertGroups,
  Approval,
  Area,
  AreaAvailability,
  AreaStatus,
  AreasGeoJson,
  Around,
  Availability,
  BacktestAsked,
  Bookmark,
  BookmarkNew,
  Camera,
  CameraChange,
  CameraNew,
  CameraRow,
  Checked,
  Command,
  Commands,
  Device,
  DeviceChange,
  DeviceRow,
  DeviceType,
  Hold,
  Imported,
  Incident,
  IncidentDetail,
  IncidentLogEntry,
  Load,
  Mistake,
  Outage,
  OutageNew,
  OnvifDevice,
  Page,
  Probe,
  Recordings,
  Refused,
  RefusedCount,
  RefusedDetail,
  Rule,
  RuleFile,
  Series,
  Silence,
  SilenceNew,
  SourceState,
  Status,
  System,
  Stretch,
  UnknownDevice,
  User,
  Wall,
  WallBody,
} from './types';

export const ROOT = '/api/v1';
/** No answer of the hub may take longer; a picture that does is given up too. */
const TIMEOUT_MS = 15_000;
/** A backtest ends itself after ten minutes. */
const BACKTEST_MS = 11 * 60_000;
/** A clip is cut by a process of its own, and a few at once; one with masks is encoded anew. */
const FILM_MS = 130_000;
/** A list of a thousand cameras is read against all that are known. */
const IMPORT_MS = 60_000;
/** But a look at a camera that is to be added. */
const PROBE_MS = 30_000;
const DISCOVER_MS = 70_000;

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** How the alert stands now, where the hub refused to change it (409). */
    readonly alert: Alert | null = null,
    readonly retryAfterS: number | null = null,
    /** What is wrong with what was sent (422), each by itself. */
    readonly mistakes: readonly Mistake[] = [],
  ) {
    super(detail);
    this.name = 'ApiError';
  }
}

/** Called where the session is over, but not where it was only asked whether there is one. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(call: () => void): void {
  onSignedOut = call;
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (key: string): string | null => (typeof body[key] === 'string' ? (body[key] as string) : null);
  const retryAfter = Number(response.headers.get('Retry-After'));
  return new ApiError(
    response.status,
    text('code') ?? `http_${response.status}`,
    text('detail') ?? text('title') ?? response.statusText,
    (body.alert as Alert | undefined) ?? null,
    Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
    Array.isArray(body.errors) ? (body.errors as Mistake[]) : [],
  );
}

/** One request under `/api/v1`. Raises ApiError. */
export async function request(path: string, init: RequestInit = {}, limitMs = TIMEOUT_MS): Promise<Response> {
  const limit = AbortSignal.timeout(limitMs);
  let response: Response;
  try {
    response = await fetch(ROOT + path, {
      credentials: 'same-origin',
      ...init,
      signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit,
    });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiError(0, 'unreachable', cause instanceof Error ? cause.message : String(cause));
  }
  if (response.ok) return response;
  const failure = await errorOf(response);
  // Not where a password or a code was wrong: the session goes on.
  if (failure.code === 'not_signed_in' && path !== '/session') onSignedOut();
  throw failure;
}

/** Of an answer without content (204): undefined. */
const answerOf = async <T>(response: Response): Promise<T> =>
  (response.status === 204 ? undefined : await response.json()) as T;

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, signal ? { signal } : {});
  return (await response.json()) as T;
}

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

export async function post<T>(path: string, body: unknown, limitMs?: number): Promise<T> {
  const response = await request(path, json(body), limitMs);
  return answerOf<T>(response);
}

export async function put<T>(path: string, body: unknown): Promise<T> {
  const response = await request(path, { ...json(body), method: 'PUT' });
  return answerOf<T>(response);
}

export async function patch<T>(path: string, body: unknown): Promise<T> {
  const response = await request(path, { ...json(body), method: 'PATCH' });
  return answerOf<T>(response);
}

async function remove<T>(path: string): Promise<T> {
  const response = await request(path, { method: 'DELETE' });
  return (await response.json()) as T;
}

/** As many as the hub gives at once. */
const PAGE = 1000;

/** Every item of a list, page by page. */
export async function all<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page<T> = await get<Page<T>>(`${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}${query}`, signal);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

const id = encodeURIComponent;
const between = (from: number, to: number): string =>
  `from=${id(new Date(from).toISOString())}&to=${id(new Date(to).toISOString())}`;

const inArea = (area: string | null): string => (area === null ? '' : `&area=${id(area)}`);

/** Where the alerts of a group stand: what is muted is in groups of its own. */
const SHOWN = ['unacknowledged', 'acknowledged', 'returned', 'latched', 'latched_acknowledged', 'shelved', 'out_of_service'];
const stagesOf = (group: AlertGroup): string =>
  group.cause === null ? SHOWN.map((stage) => `stage=${stage}`).join('&') : `stage=suppressed&cause=${id(group.cause)}`;

export const api = {
  session: () => get<{ user: User }>('/session'),
  logout: () => request('/session', { method: 'DELETE' }),

  areas: (signal?: AbortSignal) => all<Area>('/areas', signal),
  geojson: (signal?: AbortSignal) => get<AreasGeoJson>('/areas.geojson', signal),
  cameras: (signal?: AbortSignal) => all<Camera>('/cameras', signal),
  camera: (camera: string, signal?: AbortSignal) => get<Camera>(`/cameras/${id(camera)}`, signal),
  areaStatus: (area: string, signal?: AbortSignal) => get<AreaStatus>(`/areas/${area.split('/').map(id).join('/')}/status`, signal),
  device: (device: string, signal?: AbortSignal) => get<Device>(`/devices/${id(device)}`, signal),
  devicesBeing: (state: SourceState, signal?: AbortSignal) => all<Device>(`/devices?state=${state}`, signal),
  devicesIn: (area: string, signal?: AbortSignal) => all<Device>(`/devices?area=${id(area)}`, signal),
  status: (signal?: AbortSignal) => get<Status>('/status', signal),

  openAlerts: (signal?: AbortSignal) => all<Alert>('/alerts?state=open', signal),
  resolvedAlerts: (cursor: string | null, signal?: AbortSignal) =>
    get<Page<Alert>>(`/alerts?state=resolved&limit=100${cursor === null ? '' : `&cursor=${id(cursor)}`}`, signal),
  alert: (alert: number, signal?: AbortSignal) => get<AlertDetail>(`/alerts/${alert}`, signal),
  acknowledge: (alert: number) => post<Alert>(`/alerts/${alert}/ack`, {}),
  shelve: (alert: number, until: string, note: string) =>
    post<Alert>(`/alerts/${alert}/shelve`, note ? { until, note } : { until }),
  unshelve: (alert: number) => post<Alert>(`/alerts/${alert}/unshelve`, {}),
  reset: (alert: number, note: string) => post<Alert>(`/alerts/${alert}/reset`, { note }),
  clear: (alert: number, note: string) => post<Alert>(`/alerts/${alert}/clear`, { note }),
  comment: (alert: number, note: string) => post<Alert>(`/alerts/${alert}/comment`, { note }),

  /** `held` is who has it as far as is known here; where that is somebody else by now, the hub refuses. */
  assign: (alert: number, to: string | null, held: string | null, note: string) =>
    post<Alert>(`/alerts/${alert}/assign`, { to, held_by: held, note }),
  able: (alert: number, signal: AbortSignal) => get<Able[]>(`/alerts/${alert}/people`, signal),

  groups: (area: string | null, signal: AbortSignal) =>
    get<AlertGroups>(`/alert-groups${area === null ? '' : `?area=${id(area)}`}`, signal),
  /** The newest alerts of a group. */
  members: (group: AlertGroup, limit: number, signal: AbortSignal) =>
    get<Page<Alert>>(`/alerts?rule=${id(group.rule)}&area=${id(group.area)}&limit=${limit}&${stagesOf(group)}`, signal),
  incidents: (signal: AbortSignal) => get<Page<Incident>>('/incidents?limit=100', signal),
  incident: (incident: number, signal: AbortSignal) => get<IncidentDetail>(`/incidents/${incident}`, signal),
  incidentLog: (incident: number, signal: AbortSignal) => get<Page<IncidentLogEntry>>(`/incidents/${incident}/log`, signal),
  /** Alerts that were on between two moments, the newest first. */
  alertsOf: (from: number, to: number, area: string | null, severities: readonly string[], signal: AbortSignal) =>
    get<Page<Alert>>(`/alerts?${between(from, to)}&limit=500${inArea(area)}${severities.map((one) => `&severity=${one}`).join('')}`, signal),
  bookmarks: (query: string, signal: AbortSignal) => all<Bookmark>(`/bookmarks?${query}`, signal),
  mark: (made: BookmarkNew) => post<Bookmark>('/bookmarks', made),
  removeBookmark: (bookmark: number) => request(`/bookmarks/${bookmark}`, { method: 'DELETE' }),
  /** What cameras saw, the newest first; `next` is the `to` of what was not looked at yet. */
  activity: (from: number, to: number, asked: { area?: string | null; sources?: readonly string[]; metrics?: readonly string[]; limit?: number }, signal: AbortSignal) =>
    get<Page<Stretch>>(
      `/activity?${between(from, to)}&limit=${asked.limit ?? 500}${inArea(asked.area ?? null)}` +
        `${(asked.sources ?? []).map((one) => `&source=${id(one)}`).join('')}${(asked.metrics ?? []).map((one) => `&metric=${id(one)}`).join('')}`,
      signal,
    ),
  activityMetrics: (area: string | null, signal: AbortSignal) => get<Page<string>>(`/activity/metrics?${inArea(area).slice(1)}`, signal),
  around: (area: string, at: number, signal: AbortSignal) => get<Around>(`/around?area=${id(area)}&at=${id(new Date(at).toISOString())}`, signal),
  walls: (signal?: AbortSignal) => get<Page<Wall>>('/walls', signal),
  saveWall: (name: string, body: WallBody) => put<Wall>(`/walls/${id(name)}`, body),
  removeWall: (name: string) => request(`/walls/${id(name)}`, { method: 'DELETE' }),
  silences: (over: boolean, signal: AbortSignal) =>
    over
      ? get<Page<Silence>>('/silences?state=over&limit=100', signal).then((page) => page.items)
      : Promise.all([all<Silence>('/silences?state=active', signal), all<Silence>('/silences?state=pending', signal)]).then((both) => both.flat()),
  silence: (made: SilenceNew) => post<Silence>('/silences', made),
  endSilence: (silence: number) => remove<Silence>(`/silences/${silence}`),
  outages: (signal: AbortSignal, area?: string) => all<Outage>(`/outages${area === undefined ? '' : `?area=${id(area)}`}`, signal),
  takeOut: (outage: OutageNew) => post<Outage>('/outages', outage),
  putBack: (outage: number) => remove<Outage>(`/outages/${outage}`),
  rules: (signal: AbortSignal) => get<Page<Rule>>('/rules', signal),
  ruleFiles: (signal: AbortSignal) => get<Page<RuleFile>>('/rules/files', signal),
  heldRules: (signal: AbortSignal) => get<Page<Hold>>('/rules/held', signal),
  release: (rule: string, note: string) => post<Hold>(`/rules/${id(rule)}/release`, { note }),
  checkRules: (text: string, file: string) => post<Checked>('/rules/check', { text, file }),
  backtest: (asked: BacktestAsked, signal: AbortSignal) =>
    request('/rules/backtest', { ...json(asked), signal }, BACKTEST_MS),
  load: (from: number, to: number, area: string | null, signal: AbortSignal) =>
    get<Load>(`/load?${between(from, to)}${area === null ? '' : `&area=${id(area)}`}`, signal),

  series: (source: string, metric: string, from: Date, to: Date, signal?: AbortSignal) =>
    get<Series>(
      `/series?source=${id(source)}&metric=${id(metric)}&from=${id(from.toISOString())}&to=${id(to.toISOString())}`,
      signal,
    ),
  /** The picture that the nth piece of evidence names. */
  /** `lifting`: what `watch/lift` adds to the query. */
  moment: (alert: number, n: number, signal: AbortSignal, lifting: string) => request(`/alerts/${alert}/snapshot?n=${n}${lifting}`, { signal }),
  recordings: (camera: string, from: number, to: number, signal: AbortSignal) =>
    get<Recordings>(`/cameras/${id(camera)}/recordings?${between(from, to)}`, signal),
  availability: (camera: string, from: number, to: number, signal: AbortSignal) =>
    get<Availability>(`/cameras/${id(camera)}/availability?${between(from, to)}`, signal),
  /** A series in as many buckets as can be drawn. */
  curve: (source: string, metric: string, from: number, to: number, points: number, signal: AbortSignal) =>
    get<Series>(`/series?source=${id(source)}&metric=${id(metric)}&${between(from, to)}&step=auto&max_points=${points}`, signal),
  /** A clip as it is fetched: the answer says where it begins. */
  film: (camera: string, from: number, to: number, signal: AbortSignal, lift = '') =>
    request(`/cameras/${id(camera)}/clip?${between(from, to)}${lift}`, { signal }, FILM_MS),
  /** The address of a clip. */
  clip: (camera: string, from: number, to: number, lift = '') => `${ROOT}/cameras/${id(camera)}/clip?${between(from, to)}${lift}`,
  probe: (url: string, username: string, password: string) =>
    post<Probe>('/cameras/probe', { url, ...(username && { username }), ...(password && { password }) }, PROBE_MS),
  /** Of the targets, or of everybody on the hub's own network. */
  discover: (targets: readonly string[], username: string, password: string) =>
    post<{ devices: OnvifDevice[] }>('/cameras/discover', { targets, ...(username && { username }), ...(password && { password }) }, DISCOVER_MS).then((answer) => answer.devices),
  system: (signal: AbortSignal) => get<System>('/system', signal),
  cameraRows: (signal: AbortSignal) => all<CameraRow>('/cameras', signal),
  cameraRow: (camera: string, signal?: AbortSignal) => get<CameraRow>(`/cameras/${id(camera)}`, signal),
  deviceRows: (signal: AbortSignal) => all<DeviceRow>('/devices', signal),
  deviceRow: (device: string, signal: AbortSignal) => get<DeviceRow>(`/devices/${id(device)}`, signal),
  deviceTypes: (signal: AbortSignal) => get<DeviceType[]>('/devices/types', signal),
  areaAvailability: (area: string, from: number, to: number, signal: AbortSignal) =>
    get<AreaAvailability>(`/areas/${area.split('/').map(id).join('/')}/availability?${between(from, to)}`, signal),
  changeCamera: (camera: string, change: CameraChange) => patch<CameraRow>(`/cameras/${id(camera)}`, change),
  changeDevice: (device: string, change: DeviceChange) => patch<DeviceRow>(`/devices/${id(device)}`, change),
  importCameras: (csv: Blob | string, how: { dryRun: boolean; partial?: boolean; update?: boolean }) =>
    request(`/cameras/import?dry_run=${how.dryRun}&partial=${how.partial ?? false}&update=${how.update ?? false}`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv' },
      body: csv,
    }, IMPORT_MS).then((response) => response.json() as Promise<Imported>),
  unknownDevices: (blocked: boolean, signal: AbortSignal) => all<UnknownDevice>(`/devices/unknown?blocked=${blocked}`, signal),
  approveUnknown: (device: string, how: Approval) => post<DeviceRow>(`/devices/unknown/${id(device)}/approve`, how),
  blockUnknown: (device: string) => post<UnknownDevice>(`/devices/unknown/${id(device)}/block`, {}),
  dismissUnknown: (device: string) => request(`/devices/unknown/${id(device)}`, { method: 'DELETE' }),
  refused: (cause: string | null, cursor: string | null, signal: AbortSignal) =>
    get<Page<Refused>>(`/quarantine?limit=100${cause === null ? '' : `&cause=${id(cause)}`}${cursor === null ? '' : `&cursor=${id(cursor)}`}`, signal),
  refusedOne: (refused: number, signal: AbortSignal) => get<RefusedDetail>(`/quarantine/${refused}`, signal),
  refusedCauses: (signal: AbortSignal) => get<RefusedCount[]>('/quarantine/causes', signal),
  replayRefused: (cause: string | null) => post<{ count: number }>('/quarantine/replay', cause === null ? {} : { cause }),
  replayOne: (refused: number) => post<{ count: number }>(`/quarantine/${refused}/replay`, {}),
  removeRefused: (refused: number) => request(`/quarantine/${refused}`, { method: 'DELETE' }),
  commands: (device: string, signal: AbortSignal) => get<Commands>(`/devices/${id(device)}/commands?limit=20`, signal),
  command: (device: string, name: string, params: Record<string, boolean | number | string>, confirm: boolean) =>
    post<Command>(`/devices/${id(device)}/commands`, { name, params, confirm }),
  seriesSteps: (source: string, metric: string, from: number, to: number, points: number, signal: AbortSignal) =>
    get<Series>(`/series?source=${id(source)}&metric=${id(metric)}&${between(from, to)}&step=auto&max_points=${points}`, signal),
  addCamera: (camera: CameraNew) => post<Camera>('/cameras', camera),
  snapshot: (camera: string, width: number, signal: AbortSignal, lift = '') =>
    request(`/cameras/${id(camera)}/snapshot?width=${width}${lift}`, { signal, cache: 'no-store' }),
};
