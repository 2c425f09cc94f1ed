"""What a look at a camera means, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.model.source import SourceState
from ingest.video.probe import Probe, Stream
from ingest.video.profiles import Device, Profile
from ingest.video.verdict import cost, verdict

GOOD = Stream(
    codec="h264", profile="Main", width=1920, height=1080, fps=25.0, kbps=4000, gop_s=2.0, gop_frames=50,
    b_frames=False, sound=False, transport="tcp", seen_s=6.0, lost=0.0, clock_offset_s=0.1,
)  # fmt: skip
MAIN = Profile("1", "main", "rtsp://10.0.0.5/1", "H264", 1920, 1080, 25.0)
SUB = Profile("2", "sub", "rtsp://10.0.0.5/2", "H264", 640, 360, 25.0)


def said(onvif: Device | None = None, **changes: Any) -> str:
    found = Probe(SourceState.WATCHING, "", replace(GOOD, **changes), b"", onvif)
    remarks = verdict(found)
    assert all(remark.en and remark.zh for remark in remarks)
    return " | ".join(remark.en for remark in remarks)


def test_a_good_camera_is_good_and_nothing_more() -> None:
    assert said() == "good: nothing to be done"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gop_s": 10.0}, "keyframes are 10.0 s apart"),
        ({"gop_s": None, "gop_frames": None}, "no second keyframe came within 6 s"),
        ({"codec": "hevc"}, "some browsers cannot play it"),
        ({"codec": "mjpeg"}, "no browser plays it"),
        ({"kbps": 16000}, "16.0 Mbit/s, recorded 173 GB a day"),
        ({"fps": 2.0}, "only 2 pictures a second"),
        ({"lost": 0.05}, "5% of the pictures were lost"),
        ({"lost": 0.05, "transport": "udp"}, "take transport tcp"),
        ({"clock_offset_s": 90.0}, "clock is 90 s ahead"),
        ({"clock_offset_s": -3600.0}, "clock is 3600 s behind"),
    ],
)
def test_what_is_worth_knowing_is_said(changes: dict[str, Any], words: str) -> None:
    text = said(**changes)
    assert text.startswith("works, but")
    assert words in text


def test_a_smaller_stream_is_offered_and_a_refusal_told() -> None:
    assert "640×360" in said(Device("10.0.0.5", 80, "", "", (MAIN, SUB), None))
    assert "640×360" not in said(Device("10.0.0.5", 80, "", "", (MAIN,), None))
    assert "not to this user" in said(Device("10.0.0.5", 80, "", "", (), None, refused=True))


def test_the_clock_is_told_by_onvif_where_the_stream_does_not() -> None:
    device = Device("10.0.0.5", 80, "", "", (MAIN,), -50.0)
    assert "50 s behind" in said(device, clock_offset_s=None)
    assert "behind" not in said(device, clock_offset_s=0.0)


@pytest.mark.parametrize("state", [state for state in SourceState if not state.watching])
def test_a_camera_that_cannot_be_had_says_why_and_what_to_do(state: SourceState) -> None:
    first, second = verdict(Probe(state, "the reason"))
    assert first.level == "bad"
    assert "the reason" in first.en
    assert "the reason" in first.zh
    assert len(second.en) > 10
    assert len(second.zh) > 3


@pytest.mark.parametrize(
    ("changes", "word"),
    [({}, "low"), ({"gop_s": 9.0}, "high"), ({"gop_s": None}, "high"), ({"gop_s": 0.04, "gop_frames": 1}, "mod")],
)
def test_the_cost_is_told_by_how_far_keyframes_are_apart(changes: dict[str, Any], word: str) -> None:
    en, zh = cost(replace(GOOD, **changes))
    assert en.startswith(word)
    assert zh
