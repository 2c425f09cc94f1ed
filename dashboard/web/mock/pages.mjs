/** What the mock answers to the pages beside the watch screen: groups, silences, rules, a backtest, the load. */

const iso = (ms) => new Date(ms).toISOString();
const page = (items) => ({ items, next: null });
const HOUR = 3_600_000;

function groups(hub) {
  const open = [...hub.alerts.values()].filter((alert) => alert.stage !== 'normal');
  const byRule = new Map();
  for (const alert of open) byRule.set(alert.rule, [...(byRule.get(alert.rule) ?? []), alert]);
  const made = [...byRule].map(([rule, alerts]) => ({
    id: rule, rule, area: 'qth', area_name: hub.names.get('qth'), cause: null, severity: alerts[0].severity,
    severities: { [alerts[0].severity]: alerts.length }, alerts: alerts.length,
    unacknowledged: alerts.filter((alert) => alert.stage === 'unacknowledged').length,
    active: alerts.filter((alert) => alert.state !== 'resolved').length,
    areas: new Set(alerts.map((alert) => alert.area)).size, first_at: alerts[0].started_at, last_at: alerts.at(-1).started_at,
  }));
  return { alerts: open.length, muted: 0, down: [{ name: 'sw-3', why: 'cam-0004 is unreachable' }], groups: made };
}

function load(query) {
  const figure = (name, value, acceptable, limit, verdict) => ({ name, value, acceptable, limit, verdict, source: 'ISA-18.2' });
  const share = (name, alarms, per_hour) => ({ name, alarms, per_hour, peak_10_min: 7, in_floods: 0.02 });
  return {
    from: query.get('from'), to: query.get('to'), area: query.get('area'), positions: 1, alarms: 912, raised: 1204, suppressed: 240,
    out_of_service: 3, chattering: 49, fleeting: 31, stale: 5, acknowledged_s: 47, per_hour: 1.3, peak_10_min: 23, in_floods: 0.004,
    floods: [{ from: iso(Date.now() - 7 * HOUR), to: iso(Date.now() - 6.8 * HOUR) }],
    severities: { critical: 12, major: 90, minor: 210, warning: 600 },
    priorities: [['critical', 0.013, 0.01], ['major', 0.099, 0.05], ['minor', 0.23, 0.15], ['warning', 0.658, 0.8]].map(([severity, part, aim]) => ({ severity, share: part, aim })),
    priorities_source: 'EEMUA 191', chatterers: [], stale_alerts: [],
    figures: [
      figure('per_hour', 1.3, 6, 12, 'good'), figure('peak_10_min', 23, 10, 100, 'fair'), figure('in_floods', 0.004, 0.01, 0.05, 'good'),
      figure('stale', 5, 4, 20, 'fair'), figure('worst_ten_rules', 0.61, 0.01, 0.05, 'poor'),
    ],
    worst_rules: [{ name: 'device-silent', alarms: 400 }, { name: 'air-quality', alarms: 160 }], worst_sources: [{ name: 'smoke-0007', alarms: 60 }],
    areas: [share('qth/taoshan', 912, 1.3)], shifts: [share('00:00', 300, 1.2), share('08:00', 312, 1.3), share('16:00', 300, 7.2)],
  };
}

function outcome(asked) {
  const now = Array.from({ length: 168 }, (_, i) => Math.round(3 + 3 * Math.sin(i / 7)));
  const proposed = now.map((n) => Math.floor(n / 2));
  const sum = (counts) => counts.reduce((all, n) => all + n, 0);
  return {
    from: asked.from, to: asked.to, observations: 100_000, new: 0, missing: sum(now) - sum(proposed), lost: [], gone: [],
    kept: { confirmed: 9, dismissed: 2, unjudged: 40 }, timeline: { step_s: 3600, now, proposed }, faults: [], total: sum(proposed), longest: [],
    areas: [{ area: 'qth/taoshan/xinghua/c01/g003', proposed: 12, now: 31 }],
    rules: [{ rule: 'smoke-and-movement', alerts: sum(proposed), before: sum(now), longest_s: 340, on_s: 9000, areas: 14 }],
  };
}

/** The answer to a call, or undefined where it is none of these. A list of lines is sent line by line. */
export function answer(hub, method, path, query, body, rules, user) {
  if (path === '/alert-groups') return groups(hub);
  if (path === '/load') return load(query);
  if (path === '/outages' || path === '/rules/held') return page([]);
  const text = rules.map(({ rule, severity, metric }) => `  - name: ${rule}\n    severity: ${severity}\n    summary: "${rule}"\n    when: {metric: ${metric}, above: 0.3}\n`).join('');
  if (path === '/rules') return page(rules.map(({ rule, severity, procedure }) => ({ name: rule, severity, summary: rule, file: 'rules/city.yaml', by: 'area', areas: [], text: `name: ${rule}\n`, procedure, open: 0, day: 3, state: 'on', held_back: 0, fault: null })));
  if (path === '/rules/files') return page([{ file: 'rules/city.yaml', text: `rules:\n${text}`, rules: rules.map(({ rule }) => rule), problems: [] }]);
  if (path === '/rules/check') return { problems: [], warnings: [], rules: rules.map(({ rule }) => ({ name: rule, sources: 40, areas: 30, memory_bytes: 0, cpu_share: 0 })) };
  if (path === '/rules/backtest') return [{ at: body.from, done: 0.5, observations: 50_000, alerts: 40 }, { outcome: outcome(body) }];
  if (path === '/silences' && method === 'POST') {
    const made = { ...body, id: hub.silences.length + 1, area: body.area ?? null, owner: user, begins_at: iso(Date.now()), created_at: iso(Date.now()), ended_by: null, state: 'active', muted: 0 };
    hub.silences.push(made);
    return made;
  }
  if (path === '/silences') return page(hub.silences.filter((silence) => silence.state === (query.get('state') ?? 'active')));
  const [, number] = /^\/silences\/(\d+)$/.exec(path) ?? [];
  return number && Object.assign(hub.silences[Number(number) - 1], { state: 'over', ended_by: user, ends_at: iso(Date.now()) });
}
