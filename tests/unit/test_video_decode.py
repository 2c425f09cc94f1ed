"""The decoder: what a hostile camera may cost."""

from __future__ import annotations

from pathlib import Path

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
