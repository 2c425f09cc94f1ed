/**
 * What the hub's processes say of sources, alerts and themselves, in the language of the console. They write machine words
 * and fixed English sentences, of which only what stands in braces here varies. What is not known is shown as it came. Pure.
 *
 * `{n}` is a number, `{word}` a name without spaces, `{text}` anything, `{list}` names with commas between, `{duration}` as 1m30s, and `{reason}` is a machine
 * word or one of these sentences again.
 */

import type { Language } from '../settings.svelte';
import { QUIET, STEPS } from './alarms';
import { LISTS } from './lists';

/** By the rule engine in the log of an alert, and by the device worker where it refuses what a device sends. */
export const MACHINE_WORDS: Record<string, Record<Language, string>> = {
  ...STEPS,
  bad_topic: { en: 'the topic is wrong', zh: '主题有误' },
  unknown_device: { en: 'the device is not known', zh: '未登记的设备' },
  not_approved: { en: 'the device is not approved yet', zh: '设备尚未批准' },
  too_large: { en: 'the message is too large', zh: '消息过大' },
  not_json: { en: 'not JSON', zh: '不是 JSON' },
  not_cbor: { en: 'not CBOR', zh: '不是 CBOR' },
  not_protobuf: { en: 'not a message of Sparkplug B', zh: '不是 Sparkplug B 消息' },
  not_text: { en: 'not text', zh: '不是文本' },
  unsupported: { en: 'a kind of value that the hub does not take', zh: '不支持的数据类型' },
  internal: { en: 'the hub failed at it; see the log', zh: '系统处理该消息时出错，详见日志' },
  no_birth: { en: 'it has not said yet what it sends', zh: '尚未收到设备的上线声明' },
  wrong_shape: { en: 'the message has the wrong shape', zh: '消息结构有误' },
  duplicate_key: { en: 'a key occurs twice', zh: '键重复' },
  bad_time: { en: 'the time is wrong', zh: '时间有误' },
  bad_device: { en: 'the message names no device', zh: '消息中没有设备编号' },
  bad_id: { en: 'the id is wrong', zh: '编号有误' },
  bad_metric: { en: 'the name of a metric is wrong', zh: '指标名有误' },
  bad_value: { en: 'a value is wrong', zh: '数值有误' },
};

const CAMERA: Record<string, string> = {
  'somebody else has changed the zones meanwhile: look again': '区域已被他人修改，请关闭后重新打开',
  'nothing listens at port {n}': '端口 {n} 无服务',
  'the name of the camera cannot be resolved': '无法解析摄像机的主机名',
  'no answer': '无应答',
  'no way to the camera ({text})': '网络不可达（{text}）',
  'the camera accepts the connection and says nothing': '连接成功但设备无响应',
  'the camera closed the connection': '设备断开了连接',
  'what answers there is no camera': '该地址上不是摄像机',
  'the address is not an rtsp:// or rtsps:// URL': '地址不是有效的 RTSP 地址',
  'the address cannot be understood': '地址不是有效的 RTSP 地址',
  'its settings cannot be used: {text}': '配置无效：{text}',
  'the camera refuses the user name or password (401)': '用户名或密码错误 (401)',
  'this user may not see the stream (403)': '该用户无权观看 (403)',
  'the user name and password are too long together': '用户名与密码过长',
  'the camera knows no stream of this path (404)': '路径不存在 (404)',
  'the camera offers no video here, or refuses to play it': '该地址没有视频',
  'the camera offers no video': '该地址没有视频',
  'the camera describes no stream that can be read': '该地址没有视频',
  'what the camera sends cannot be decoded': '收到的数据无法解码',
  'the codec of the picture cannot be decoded here': '不支持的视频编码',
  'connected, but no picture arrives': '已连接但没有画面',
  'the camera answers, but sends no picture': '已连接但没有画面',
  'the camera ended the stream': '视频流中断',
  'the connection was lost': '视频流中断',
  'the stream is damaged': '视频流中断',
  'the size of the picture changed': '画面尺寸已改变',
  'the reader of this camera failed': '读取线程异常',
  'there is no picture yet': '尚无画面',
  'the camera sends us on to another address: enter that one': '摄像机转到了另一地址：请改用该地址',
  'what answers there speaks no TLS: try rtsp:// instead of rtsps://': '对方不支持 TLS：请将 rtsps:// 改为 rtsp://',
  'its certificate is not trusted ({text}); see tls and network.ca_file': '证书不受信任（{text}）；参见 tls 与 network.ca_file',
  'the address {text} is in none of the networks where cameras may be (network.cameras)':
    '地址 {text} 不在允许的摄像机网络内（network.cameras）',
  'its password was encrypted by a newer gridhub': '密码由更新版本的 gridhub 加密',
  'its password cannot be read: it was encrypted with another key ({text})': '无法读取密码：使用了另一密钥（{text}）',
  'its password cannot be read: it was changed, or belongs to another camera': '无法读取密码：已被改动或属于另一摄像机',
  'its password cannot be read: {text}': '无法读取密码：{text}',
  'the camera did not show a picture within {n} s': '摄像机在 {n} 秒内没有画面',
  'not heard of yet': '尚未有过数据',
  'the clock of the hub was set': '中心的时钟被调整',
  'the disk is full': '磁盘已满',
  'the disk may not be written': '磁盘不可写',
  'the disk does not work': '磁盘故障',
  'this codec cannot be recorded': '此编码无法录像',
  'the lens is covered': '镜头被遮挡',
  'the picture is out of focus': '画面模糊',
  'the camera was turned away': '摄像机被转动',
  'the picture is washed out': '画面过曝',
  'the picture is frozen': '画面冻结',
  'the worker has no picture': '尚无画面',
  'main stream: {reason}': '主码流：{reason}',
  'sub-stream: {reason}': '子码流：{reason}',
};

/** Why a camera is looked at as it is. */
const GATE: Record<string, string> = {
  'packet sizes told every movement so far': '至今数据包大小反映了每次移动',
  'too few movements were seen to trust packet sizes': '移动次数太少，尚不能依据数据包大小',
  'packet sizes vary too much while nothing moves': '静止时数据包大小波动太大',
  'packet sizes do not tell every movement': '数据包大小不能反映每次移动',
  'nothing is looked for': '未启用分析',
  'the distance of keyframes is not known yet': '关键帧间隔尚未知',
  'keyframes are too far apart to decode from the last one when something moves': '关键帧间隔过大，移动时无法从上一关键帧解码',
  'keyframes are too far apart for the shortest event; {reason}': '关键帧间隔大于最短事件；{reason}',
};

/** Why nothing is looked for with a model. */
const DETECTOR: Record<string, string> = {
  'there is no model {text}; did you mean {text}?': '没有模型 {text}；是否为 {text}？',
  'there is no model {text}: gridhub model list': '没有模型 {text}：见 gridhub model list',
  'what is noted of the model {text} cannot be read: add it again': '无法读取模型 {text} 的登记信息：请重新添加',
  'the file of the model {text} is gone: add it again': '模型 {text} 的文件已不存在：请重新添加',
  'the file of the model {text} is not the one that was added: add it again': '模型 {text} 的文件已被改动：请重新添加',
  'the model {text} does not know {text}': '模型 {text} 没有类别 {text}',
  'ONNX Runtime does not take it: {text}': 'ONNX Runtime 无法加载该模型：{text}',
  'ONNX Runtime cannot run it: {text}': 'ONNX Runtime 无法运行该模型：{text}',
};

const DEVICE: Record<string, string> = {
  'the device, or its last will, said that it is offline': '设备或其遗嘱消息报告离线',
  'what it sends is refused: {reason}': '上报内容被拒收：{reason}',
  'the hub has no connection to the broker': '中心与消息代理的连接中断',
  'nothing heard for more than {duration}': '超过 {duration}没有数据',
};

const PROCESS: Record<string, string> = {
  '{word} was restarted': '{word} 已重启',
  '{word} does not run': '{word} 未运行',
  '{word} has stopped answering': '{word} 停止响应',
  '{word} does not answer': '{word} 没有响应',
};

const PART: Record<string, string> = {
  starting: '正在启动',
  stopped: '已停止',
  'has stopped answering': '停止响应',
  'has not started': '尚未启动',
  'does not answer': '没有响应',
  'not tried yet': '尚未尝试连接',
  'not connected': '未连接',
  'not connected yet': '尚未连接',
  'not known: no device worker has said anything of it': '未知：没有设备进程报告过它',
  'waiting for the store': '正在等待数据库',
  'the store is away: {reason}': '数据库不可用：{reason}',
  'the store cannot be reached now; try again': '目前无法访问数据库，请稍后重试',
  'no connection to the store can be had now': '目前无法连接数据库',
  'connected to the broker; {n} devices': '已连接消息代理；{n} 个设备',
  '{n} of {n} cameras cannot be recorded: {reason}': '{n}/{n} 个摄像机无法录像：{reason}',
  '{n} of {n} cameras watching': '{n}/{n} 个摄像机正常',
  '{n} rules, {n} alerts on': '{n} 条规则，{n} 条告警成立',
  'listens on {word}': '监听 {word}',
  'watching over the others': '正在看护其他部件',
  'it refuses the connection: {text}': '拒绝连接：{text}',
  'it closed the connection before it answered': '未应答即断开连接',
  'the connection to the broker was lost: {text}': '与消息代理的连接中断：{text}',
  'the broker does not answer to the subscription': '消息代理没有响应订阅',
  'the broker refuses the subscription: {text}': '消息代理拒绝订阅：{text}',
  'the network thread of the MQTT client has died': 'MQTT 客户端的网络线程已终止',
  'the broker at {word} cannot be reached: {text}': '无法连接消息代理 {word}：{text}',
  'the broker at {word} does not answer': '消息代理 {word} 没有响应',
  'the broker at {word}: {reason}': '消息代理 {word}：{reason}',
};

/** What somebody should do something about, on the page of the system. */
const STORE: Record<string, string> = {
  'the schema lacks {word}: gridhub db upgrade': '数据结构缺少 {word}：请运行 gridhub db upgrade',
  '{word} is {n} batches and {n} s behind {word}: gridhub status tells whether it runs': '{word} 落后 {n} 批、{n} 秒（{word} 的数据）：用 gridhub status 查看其是否运行',
  '{word} has no partition for tomorrow: the keeper makes them; gridhub status tells whether it runs': '{word} 没有明天的分区：分区由守护进程创建，用 gridhub status 查看其是否运行',
  '{n} of {n} connections are used: raise max_connections of the server, or stop somebody': '连接已用 {n} / {n}：请调大服务器的 max_connections，或停止部分程序',
  '{text} has left a transaction open for {n} s: what is dead cannot be cleaned up': '{text} 的事务已 {n} 秒未结束：失效数据无法清理',
  'the disk of the database is full in {word} days: make room, or keep less (keep:)': '数据库磁盘将在 {word} 天后写满：请腾出空间，或缩短保留时间（keep:）',
};

export const SENTENCES = { ...STORE, ...CAMERA, ...GATE, ...DETECTOR, ...DEVICE, ...PROCESS, ...PART, ...QUIET, ...LISTS };

const HOLES: Record<string, string> = {
  n: '(\\d+)',
  word: '(\\S+)',
  text: '(.+?)',
  list: '([^;]+)',
  duration: '((?:\\d+(?:d|h|ms|m|s))+)',
  reason: '(.+)',
};
const HOLE = /\{(\w+)\}/g;
const UNITS: Record<string, string> = { d: '天', h: '小时', m: '分钟', s: '秒', ms: '毫秒' };

interface Pattern {
  sentence: RegExp;
  english: string;
  chinese: string;
}

const PATTERNS: Pattern[] = Object.entries(SENTENCES).map(([english, chinese]) => {
  const escaped = english.replace(/[.*+?^$|()[\]\\]/g, '\\$&');
  return { sentence: new RegExp(`^${escaped.replace(HOLE, (_, hole: string) => HOLES[hole] as string)}$`, 's'), english, chinese };
});

function filled(hole: string, text: string, language: Language): string {
  if (hole === 'reason') return said(text, language);
  if (hole !== 'duration' || language === 'en') return text;
  return text.replace(/(\d+)(ms|[dhms])/g, (_, n: string, unit: string) => ` ${n} ${UNITS[unit]}`).trim();
}

/** A machine word or a sentence of the hub in `language`; anything else as it is. */
export function said(text: string, language: Language): string {
  if (Object.hasOwn(MACHINE_WORDS, text)) return (MACHINE_WORDS[text] as Record<Language, string>)[language];
  for (const { sentence, english, chinese } of PATTERNS) {
    const found = sentence.exec(text);
    if (!found) continue;
    // Both languages name what varies in the same order.
    let at = 0;
    return (language === 'zh' ? chinese : english).replace(HOLE, (_, hole: string) => filled(hole, found[++at] as string, language));
  }
  // A process that has several things to say says them one after the other.
  const parts = text.split('; ');
  return parts.length > 1 ? parts.map((part) => said(part, language)).join(language === 'zh' ? '；' : '; ') : text;
}
