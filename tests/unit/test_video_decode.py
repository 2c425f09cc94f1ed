"""The decoder: what a hostile camera may cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import av
import pytest

from ingest.simulate.faults import write_clip
from ingest.video import decode
from ingest.video.decode import Decoder


def test_a_picture_larger_than_any_camera_has_is_damage_and_takes_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", width=320, height=180)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        keyframe = next(packet for packet in container.demux(stream) if packet.is_keyframe)
        assert len(Decoder(stream).alone(keyframe)) == 1
        monkeypatch.setattr(decode, "MAX_PIXELS", 320 * 180 - 1)
        strict = Decoder(stream)
        assert strict.alone(keyframe) == []
        assert strict.damaged > 0


def test_what_is_built_upon_a_damaged_picture_is_doubtful_until_the_next_keyframe(tmp_path: Path) -> None:
    """It is shown, as things may move in it, but looks as if the camera had been turned away."""
    clip = write_clip(tmp_path / "clip.mp4", width=320, height=180)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        keys = [number for number, packet in enumerate(packets) if packet.is_keyframe]
        decoder = Decoder(stream)
        assert [frame for packet in packets[: keys[0] + 2] for frame in decoder.next(packet)]
        assert not decoder.is_doubtful
        decoder.next(cast(Any, av.Packet(b"\x00\x00\x00\x04\x41\xff\xff\xff")))
        assert decoder.damaged > 0
        after = [frame for packet in packets[keys[0] + 3 : keys[1]] for frame in decoder.next(packet)]
        assert after
        doubtful = [decoder.is_doubtful]
        for packet in packets[keys[1] : keys[1] + 3]:
            decoder.next(packet)
        assert [*doubtful, decoder.is_doubtful] == [True, False]


def test_a_stream_without_keyframes_is_trusted_again_half_a_minute_after_a_damage(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", width=320, height=180)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        assert stream.time_base is not None
        ticks = round(1 / stream.time_base)
    decoder = Decoder(stream)
    decoder.next(packets[0])
    decoder.next(cast(Any, av.Packet(b"\x00\x00\x00\x04\x41\xff\xff\xff")))
    doubtful: list[tuple[float, bool]] = []
    for second, packet in enumerate(packets[1 : [p.is_keyframe for p in packets].index(True, 1)]):
        packet.pts = packet.dts = (second * 4 + 1) * ticks
        doubtful += [(decoder.time_s(frame) or 0.0, decoder.is_doubtful) for frame in decoder.next(packet)]
    first_s = doubtful[0][0]
    assert doubtful[-1][0] - first_s > 30
    assert [hurt for _, hurt in doubtful] == [at_s - first_s < 30 for at_s, _ in doubtful]
