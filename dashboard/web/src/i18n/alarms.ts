/** Why an alarm took a step, and why it is muted, in both languages: parts of what `reasons.ts` knows. Pure. */

import type { Language } from '../settings.svelte';

/** Of the rules, and of the machine of ISA-18.2 (hub/model/alarm.py). */
export const STEPS: Record<string, Record<Language, string>> = {
  condition_met: { en: 'the condition is met', zh: '条件成立' },
  condition_cleared: { en: 'the condition is over', zh: '条件不再成立' },
  earlier_evidence: { en: 'evidence that came late shows that it began earlier', zh: '迟到的数据表明开始得更早' },
  late_data: { en: 'data that came late took the condition away', zh: '迟到的数据使条件不再成立' },
  late_evidence: { en: 'it came too late to change anything', zh: '来得太迟，未作改变' },
  source_gone: { en: 'a source was removed', zh: '感知源已移除' },
  rule_removed: { en: 'the rule was removed', zh: '规则已删除' },
  rule_taken_up: { en: 'the rule had been set aside and begins anew', zh: '规则曾被停用，现重新开始' },
  rule_changed: { en: 'the rule was changed', zh: '规则已修改' },
  not_held_after_restart: { en: 'the condition was over after a restart', zh: '重启后条件已不成立' },
  severity_raised: { en: 'it is worse', zh: '情况加重' },
  severity_lowered: { en: 'it is less bad', zh: '情况减轻' },
  returned: { en: 'acknowledged before: nobody is asked any more', zh: '此前已确认，无需再处理' },
  returned_unacknowledged: { en: 'nobody had acknowledged it: it stays', zh: '尚无人确认，予以保留' },
  returned_latched: { en: 'its rule latches: it stays until it is reset', zh: '规则要求锁存，待复位' },
  returned_unseen: { en: 'it was over while it was hidden', zh: '在隐藏期间已结束' },
  returned_fleeting: { en: 'too short, and too slight, to act on', zh: '持续过短且轻微，无需处理' },
  returned_chattering: { en: 'it comes again and again', zh: '反复触发' },
  came_again: { en: 'the same came again', zh: '同一告警再次发生' },
  by_person: { en: 'by a person', zh: '人工操作' },
  shelf_over: { en: 'the time until which it was shelved has come', zh: '搁置时间已到' },
  acknowledged_for_long: { en: 'acknowledged long ago, and still on', zh: '确认已久，条件仍成立' },
  stayed_on: { en: 'it stays on: no chatter any more', zh: '持续成立，不再视为反复触发' },
  known_cause: { en: 'its cause is known', zh: '原因已知' },
  cause_over: { en: 'what muted it is over', zh: '抑制原因已消除' },
  taken_out_of_service: { en: 'taken out of service', zh: '已停用' },
  taken: { en: 'taken on', zh: '已接手' },
  handed_on: { en: 'handed on', zh: '已转交' },
  put_down: { en: 'put down again', zh: '已放下' },
  back_in_service: { en: 'back in service', zh: '已恢复使用' },
  chattering: { en: 'comes again and again', zh: '反复触发' },
  shelved: { en: 'shelved', zh: '已搁置' },
  suppressed: { en: 'muted from the start', zh: '触发时即被抑制' },
  out_of_service: { en: 'out of service', zh: '停用维护' },
};

/** How a source can be that says that something is down. */
const STATES: Record<string, string> = {
  unknown: '从未上报',
  connecting: '正在连接',
  unreachable: '无法连接',
  unauthorized: '认证失败',
  no_video: '无视频流',
  stalled: '画面停滞',
  ended: '视频流中断',
  unsupported: '编码不支持',
  tampered: '画面被破坏',
  silent: '无数据',
  offline: '离线',
  worker_down: '采集进程停止',
  disabled: '已停用',
};

/** Why an alert is muted, and what else the engine writes into an alert's log and beside its own name. */
export const QUIET: Record<string, string> = {
  ...Object.fromEntries(Object.entries(STATES).map(([state, chinese]) => [`{word} is ${state}`, `{word} ${chinese}`])),
  '{word} is down ({reason}); {word} hangs on it': '{word} 故障（{reason}）；影响到 {word}',
  '{word} is down ({reason})': '{word} 故障（{reason}）',
  '{word} is on in {word}': '{word} 在 {word} 成立',
  'silence {n} of {text}: {text}': '静默 {n}（{text}）：{text}',
  'alert {n}': '告警 {n}',
  '{word} said {word} of {word} UTC too late to change anything': '{word} 的 {word}（{word} UTC）来得太迟，未作改变',
  '{word} said {word} of {word} UTC too late to change anything, and {n} more':
    '{word} 的 {word}（{word} UTC）来得太迟，未作改变，另有 {n} 条',
  '{word}: {n} alerts held back, more than its max_sources': '{word}：暂缓 {n} 条告警，超过其 max_sources',
  '{word}: its filter cannot be worked out ({list})': '{word}：筛选条件无法计算（{list}）',
  'set aside: {list}': '已停用的规则：{list}',
  'the rules are those before the last change: {text}': '规则仍为修改前的内容：{text}',
};
