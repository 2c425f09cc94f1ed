import { describe, expect, it } from 'vitest';
import { en } from './en';
import { MACHINE_WORDS, SENTENCES, said } from './reasons';

const files = import.meta.glob(
  ['../../../../docs/design/camera-worker.md', '../../../../{hub,ingest,rules}/**/*.py', '../../../api/{parts,pictures,problems}.py'],
  { query: '?raw', import: 'default', eager: true },
) as Record<string, string>;

/** A file of the repository, which must be there. */
function read(path: string): string {
  const found = Object.entries(files).find(([key]) => `/${key}`.endsWith(`/${path.replace(/^dashboard\//, '')}`));
  if (!found) throw new Error(`there is no ${path}`);
  return found[1];
}
const CJK = /[\u3400-\u9fff]/;

/** The table under “States and reasons”: each sentence with its Chinese. */
function documented(): [string, string][] {
  const table = (read('docs/design/camera-worker.md').split('## States and reasons')[1] as string).split('\n## ')[0] as string;
  const rows = [...table.matchAll(/^\|[^|]*\|([^|]+)\|([^|]+)\|$/gm)].map(([, reasons, chinese]) => [reasons, chinese] as [string, string]);
  return rows
    .filter(([reasons]) => !/reason\s*$|---/.test(reasons))
    .flatMap(([reasons, chinese]) => reasons.split(' · ').map((one) => [one.trim(), chinese.trim()] as [string, string]));
}

/** String literals of Python that stand after one of `marks`; what an f-string puts in is told as `7`. */
function written(path: string, marks: RegExp): string[] {
  const found = [...read(path).matchAll(new RegExp(`(?:${marks.source})f?"([^"]+)"`, 'g'))];
  return found.map(([, text]) => (text as string).replace('{where}', 'the broker at 7:7').replace(/\{near(?:est\(.*?\)(?: if .*? else '')?)?\}/, "; did you mean 'x'?").replace(/\{[^}]*\}/g, '7'));
}

describe('reasons in Chinese', () => {
  it('are those of the table in the camera worker’s design', () => {
    const table = documented();
    expect(table.length).toBeGreaterThan(25);
    for (const [reason, chinese] of table) {
      const varied = (text: string): string => text.replace('port N', 'port 8554').replace('端口 N', '端口 8554');
      expect(said(varied(reason), 'zh')).toBe(varied(chinese));
    }
  });

  it.each([
    ['ingest/video/open.py', /SourceError\(SourceState\.\w+, |reason = /],
    ['ingest/video/watch.py', /SourceError\(SourceState\.\w+, /],
    ['ingest/video/reach.py', /SourceError\(SourceState\.\w+, |reason = |words = /],
    ['ingest/video/camera.py', /reason = /],
    ['ingest/video/standing.py', /CLOCK_SET = /],
    ['ingest/video/record.py', /"\w+": (?="th)/],
    ['ingest/video/gate.py', /return (?=f?"[a-z]+ [a-z])|why = /],
    ['ingest/video/mainstream.py', /GapCause\.CAMERA, |SourceError\(SourceState\.\w+, /],
    ['ingest/video/substream.py', /SourceError\(error\.state, /],
    ['ingest/video/models.py', /Refused\("(?:no_model|damaged)", /],
    ['ingest/video/detector.py', /Refused\("\w+", /],
    ['ingest/video/network.py', /Refused\("cannot_\w+", /],
    ['hub/config/address.py', /reason = /],
    ['hub/secrets.py', /SecretLost\(/],
    ['ingest/video/worker.py', /reason = /],
    ['ingest/video/tamper.py', /"\w+": (?="the )/],
    ['ingest/video/serve.py', /view\.reason or /],
    ['ingest/mqtt/presence.py', /reason = (?!f"nothing)/],
    ['ingest/mqtt/client.py', /_lost = |BrokerAway\(/],
    ['ingest/mqtt/worker.py', /_broker_reason = |set\("\w+", /],
    ['hub/app/keeper.py', /reason = |else (?=f)|reason or |process\.name, /],
    ['hub/store/heart.py', /reason = |_detail = "\w+", /],
    ['hub/store/store.py', /StoreUnavailable\(/],
    ['dashboard/api/parts.py', /Part\("\w+", "\w+", |Part\(name, "down", /],
    ['dashboard/api/pictures.py', /WORKER_DOWN, |code, detail = "\w+", /],
    ['dashboard/api/problems.py', /detail = (?="the store)/],
    ['ingest/table.py', /message = |words = |problem\(\d, "", (?!f"\{words)|return None if first == line\.number else |return (?=f"there)|problem\(1, name, /],
    ['ingest/video/roster.py', /wrong\["(?:id|name)"\] = |for key in _NEEDED|: (?="is missing)/],
    ['ingest/video/importing.py', /words = /],
    ['ingest/mqtt/roster.py', /append\(\("(?:id|type|name)", |words = /],
    ['hub/model/area.py', /return (?=f"\{path)|ValueError\((?=f"\{path)/],
    ['hub/model/source.py', /ValueError\((?=f"\{source_id)/],
    ['hub/model/times.py', /ValueError\((?=f"\{text)/],
    ['hub/config/address.py', /ValueError\(/],
    ['rules/report.py', /set\("ok", |wrong = \[|append\(|return \[\s+/],
  ] as const)('know what %s says', (path, marks) => {
    const texts = written(path, marks);
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(CJK.test(said(text, 'zh')), `${path}: ${text}`).toBe(true);
  });

  it('know every cause for which what a device sends is refused', () => {
    const causes = [...(read('ingest/mqtt/decoded.py').split('class Cause')[1] as string).split('@dataclass')[0]!.matchAll(/= "(\w+)"/g)];
    expect(causes.length).toBeGreaterThan(10);
    for (const [, cause] of causes) expect(Object.keys(MACHINE_WORDS)).toContain(cause);
    expect(said('what it sends is refused: not_cbor', 'zh')).toBe('上报内容被拒收：不是 CBOR');
    expect(said('what it sends is refused: not_cbor', 'en')).toBe('what it sends is refused: not CBOR');
  });

  it('know every named reason of the rule engine', () => {
    const marks = /_announce\(.*, "(\w+)"\)|_resolve\([\w.]+, "(\w+)"\)|lost: str = "(\w+)"|_decide\("(\w+)"\)|reason = "(\w+)"|else "(\w+_\w+)"$|LATE_EVIDENCE = "(\w+)"/gm;
    const files = ['rules/group.py', 'rules/evaluator.py', 'rules/orphans.py', 'hub/cases/intake.py'].map(read).join('\n');
    const engine = [...files.matchAll(marks)].flatMap((match) => match.slice(1).filter((word) => word !== undefined));
    for (const word of ['condition_met', 'condition_cleared', 'late_data', 'source_gone', 'rule_removed', 'severity_lowered', 'late_evidence']) expect(engine).toContain(word);
    for (const word of engine) expect(Object.keys(MACHINE_WORDS)).toContain(word);
  });

  it('know every reason of a step of an alarm', () => {
    const reasons = (read('hub/model/alarm.py').split('class Reason')[1] as string).split('@dataclass')[0]!.matchAll(/= "(\w+)"/g);
    const words = [...reasons].map(([, word]) => word as string);
    expect(words).toContain('returned_latched');
    for (const word of words) expect(Object.keys(MACHINE_WORDS)).toContain(word);
  });

  it.each([
    ['the schema lacks index_7: gridhub db upgrade', '数据结构缺少 index_7：请运行 gridhub db upgrade'],
    ['rules is 12 batches and 90 s behind mqtt-0: gridhub status tells whether it runs', 'rules 落后 12 批、90 秒（mqtt-0 的数据）：用 gridhub status 查看其是否运行'],
    ['observation_device has no partition for tomorrow: the keeper makes them; gridhub status tells whether it runs', 'observation_device 没有明天的分区：分区由守护进程创建，用 gridhub status 查看其是否运行'],
    ['95 of 100 connections are used: raise max_connections of the server, or stop somebody', '连接已用 95 / 100：请调大服务器的 max_connections，或停止部分程序'],
    ['psql has left a transaction open for 600 s: what is dead cannot be cleaned up', 'psql 的事务已 600 秒未结束：失效数据无法清理'],
    ['the disk of the database is full in 2.5 days: make room, or keep less (keep:)', '数据库磁盘将在 2.5 天后写满：请腾出空间，或缩短保留时间（keep:）'],
    ['sw-3 is down (cam-2 is unreachable); gw-1 hangs on it', 'sw-3 故障（cam-2 无法连接）；影响到 gw-1'],
    ['line-2 is down (power-lost is on in qth/a)', 'line-2 故障（power-lost 在 qth/a 成立）'],
    ['silence 7 of 王芳: welding; until noon', '静默 7（王芳）：welding; until noon'],
    ['smoke-1 said smoke of 12:00:07 UTC too late to change anything, and 3 more', 'smoke-1 的 smoke（12:00:07 UTC）来得太迟，未作改变，另有 3 条'],
    ['quiet: 37 alerts held back, more than its max_sources; set aside: a, b', 'quiet：暂缓 37 条告警，超过其 max_sources；已停用的规则：a, b'],
  ])('tell what mutes, and several things at once: %s', (english, chinese) => {
    expect(said(english, 'zh')).toBe(chinese);
    expect(said(english, 'en')).toBe(english);
  });

  it('keep what varies, and turn durations', () => {
    expect(said('nothing heard for more than 1m30s', 'zh')).toBe('超过 1 分钟 30 秒没有数据');
    expect(said('video-0 has stopped answering', 'zh')).toBe('video-0 停止响应');
    expect(said('the broker at 10.0.0.1:1883: it refuses the connection: Not authorized', 'zh')).toBe(
      '消息代理 10.0.0.1:1883：拒绝连接：Not authorized',
    );
  });

  it('leave alone what is not known, whatever it is', () => {
    for (const text of ['', 'nothing listens at port x', 'constructor', '现场已处置']) expect(said(text, 'zh')).toBe(text);
  });

  it('name what varies in the same order in both languages', () => {
    const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([hole]) => hole);
    for (const [english, chinese] of Object.entries(SENTENCES)) expect(holes(chinese), english).toEqual(holes(english));
  });
});

it('has a word for each analyser that may be said to fail', () => {
  const named = [...read('ingest/video/row.py').matchAll(/^from ingest\.video\.\w+ import (\w*Analyser|Crowd|Left|Line|Loitering|Tamper)\b/gm)];
  const analysers = named.flatMap(([, name]) => (name === 'Analyser' ? [] : [name as string]));
  expect(analysers.length).toBe(7);
  for (const name of analysers) expect(Object.keys(en.page.analyser)).toContain(name);
});
