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


def test_what_is_built_upon_a_damaged_picture_is_not_shown_until_the_next_keyframe(tmp_path: Path) -> None:
    """It would look as if the camera had been turned away."""
    clip = write_clip(tmp_path / "clip.mp4", width=320, height=180)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        keys = [number for number, packet in enumerate(packets) if packet.is_keyframe]
        decoder = Decoder(stream)
        hurt = av.Packet(b"\x00\x00\x00\x04\x41\xff\xff\xff")
        hurt.pts, hurt.dts = packets[keys[0] + 2].pts, packets[keys[0] + 2].dts
        seen = [frame.pts for packet in packets[: keys[0] + 2] for frame in decoder.next(packet)]
        assert seen
        decoder.next(cast(Any, hurt))
        assert decoder.damaged > 0
        after = [frame.pts for packet in packets[keys[0] + 3 : keys[1] + 3] for frame in decoder.next(packet)]
        assert after
        assert min(pts for pts in after if pts is not None) >= (packets[keys[1]].pts or 0)
