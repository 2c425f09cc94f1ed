"""What a look at a camera means, in words for the person who adds it, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hub.model.source import SourceState
from ingest.video.probe import Probe, Stream

Level = Literal["good", "note", "bad"]
LONG_GOP_S = 4.0
_HIGH_KBPS = 8000
_CLOCK_S = 2.0
_LOST = 0.01
_FEW_FPS = 5.0

_ADVICE: dict[SourceState, tuple[str, str]] = {
    SourceState.UNREACHABLE: (
        "check the address, the port (554 as a rule), the cable and whether RTSP is switched on in the camera",
        "请检查地址、端口（一般为 554）、网线，以及摄像机是否已启用 RTSP",
    ),
    SourceState.UNAUTHORIZED: (
        "check the user name and the password, and whether this user may see live video (often set apart for RTSP)",
        "请检查用户名、密码及该用户的实时预览权限（许多摄像机对 RTSP 单独设置）",
    ),
    SourceState.NO_VIDEO: (
        "check the path: the maker's manual names it, and gridhub camera discover asks the camera for it",
        "请检查路径：见厂商手册，也可用 gridhub camera discover 向摄像机查询",
    ),
    SourceState.STALLED: (
        "the camera may serve all the viewers that it can, or hang: end another viewer, or restart it",
        "摄像机的并发连接可能已满，或已停止响应：请断开其他连接或重启摄像机",
    ),
    SourceState.UNSUPPORTED: (
        "set the camera to H.264 or H.265, without the maker's extensions (H.264+, Smart codec)",
        "请将摄像机设为 H.264 或 H.265，并关闭厂商扩展编码（H.264+、智能编码）",
    ),
}


@dataclass(frozen=True, slots=True)
class Remark:
    level: Level
    en: str
    zh: str


def verdict(found: Probe) -> list[Remark]:
    """The first says the whole; the others what to know, or to do. Never empty."""
    if not found.state.watching or found.stream is None:
        en, zh = _ADVICE.get(found.state, ("try again in a minute", "请稍后重试"))
        if found.line:
            en = f"if a camera is there, write in hub.yaml: {found.line}"
            zh = f"如确为摄像机，请在 hub.yaml 中写入：{found.line}"
        return [Remark("bad", f"cannot be had: {found.reason}", f"无法取流：{found.reason}"), Remark("note", en, zh)]
    remarks = list(_remarks(found, found.stream))
    if remarks:
        return [Remark("note", "works, but read what follows", "可用，但请注意以下各项"), *remarks]
    return [Remark("good", "good: nothing to be done", "良好：无需调整")]


def cost(stream: Stream) -> tuple[str, str]:
    """What lazy decoding will make of it, in words (English, Chinese)."""
    if stream.gop_frames == 1:
        return (
            "moderate: every picture is a keyframe, so any of them can be looked at alone, but each is large",
            "中等：每帧都是关键帧，可逐帧单独解码，但每帧较大",
        )
    if stream.gop_s is None or stream.gop_s > LONG_GOP_S:
        return (
            "high: keyframes are too rare, so every picture is decoded where their sizes do not tell of motion",
            "较高：关键帧过少；若该摄像机的帧大小不能反映运动，则需要解码每一帧",
        )
    return (
        f"low: while it is quiet only a keyframe every {stream.gop_s:g} s is decoded",
        f"低：画面静止时每 {stream.gop_s:g} 秒只解码一个关键帧",
    )


def _remarks(found: Probe, stream: Stream) -> Iterator[Remark]:
    yield from _of_coding(stream)
    if stream.lost > _LOST:
        en = f"{stream.lost:.0%} of the pictures were lost on the way"
        zh = f"传输中丢失了 {stream.lost:.0%} 的画面"
        if stream.transport == "udp":
            en, zh = f"{en} over UDP: take transport tcp", f"{zh}（UDP）：请改用 TCP"
        yield Remark("note", en, zh)
    offset_s = found.clock_offset_s
    if offset_s is not None and abs(offset_s) > _CLOCK_S:
        way_en, way_zh = ("ahead", "快") if offset_s > 0 else ("behind", "慢")
        yield Remark(
            "note",
            f"its clock is {abs(offset_s):.0f} s {way_en}: set it to the time server of this network (NTP)",
            f"摄像机时钟{way_zh} {abs(offset_s):.0f} 秒：请配置本网络的时间服务器（NTP）",
        )
    if found.onvif is not None and found.onvif.refused:
        yield Remark(
            "note",
            "it speaks ONVIF, but not to this user: its sub-streams are not known",
            "该摄像机支持 ONVIF，但该用户无权访问：子码流未知",
        )
    sub = found.onvif.sub if found.onvif is not None else None
    if sub is not None and stream.width > sub.width:
        yield Remark(
            "note",
            f"it has a smaller stream ({sub.width}×{sub.height}); as substream_url it is cheaper to analyse: {sub.url}",
            f"该摄像机有子码流（{sub.width}×{sub.height}）：填入 substream_url 可降低分析开销：{sub.url}",
        )


def _of_coding(stream: Stream) -> Iterator[Remark]:
    if stream.gop_s is None:
        yield Remark(
            "note",
            f"no second keyframe came within {stream.seen_s:.0f} s: set the interval between keyframes to 2 s",
            f"{stream.seen_s:.0f} 秒内没有出现第二个关键帧：请将关键帧间隔设为 2 秒",
        )
    elif stream.gop_s > LONG_GOP_S:
        yield Remark(
            "note",
            f"keyframes are {stream.gop_s:.1f} s apart, which delays pictures, clips and alerts: set 2 s",
            f"关键帧间隔为 {stream.gop_s:.1f} 秒，会推迟画面、录像和告警：请设为 2 秒",
        )
    if stream.codec == "hevc":
        yield Remark(
            "note",
            "H.265: some browsers cannot play it, and show a picture a second instead; H.264 plays everywhere",
            "H.265：部分浏览器无法播放，将改为每秒一张图片；H.264 可在所有浏览器播放",
        )
    elif stream.codec != "h264":
        yield Remark(
            "note",
            f"{stream.codec}: no browser plays it, and the picture is shown once a second; H.264 plays everywhere",
            f"{stream.codec}：浏览器无法播放，将改为每秒一张图片；H.264 可在所有浏览器播放",
        )
    if stream.kbps > _HIGH_KBPS:
        yield Remark(
            "note",
            f"its bit rate is high: {stream.kbps / 1000:.1f} Mbit/s, recorded {stream.kbps * 10.8 / 1000:.0f} GB a day",
            f"码率较高：{stream.kbps / 1000:.1f} Mbit/s，连续录像每天约 {stream.kbps * 10.8 / 1000:.0f} GB",
        )
    if stream.fps < _FEW_FPS:
        yield Remark(
            "note",
            f"only {stream.fps:g} pictures a second: what is over sooner may be missed",
            f"每秒仅 {stream.fps:g} 帧：短暂的事件可能漏检",
        )
