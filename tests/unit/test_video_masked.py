"""Films with masks burnt in: live and as a clip, whole and in order, and nothing of what is masked in any picture."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest

from hub.errors import Refused
from hub.model.mask import Masks
from hub.store.segments import Segment
from hub.tally import Tally
from ingest.video import masked as module
from ingest.video.clip import cut
from ingest.video.cover import GREY
from ingest.video.live import Viewer
from ingest.video.masked import MaskedStream
from ingest.video.open import VideoPacket, timed
from ingest.video.reel import Mark, Piece
from ingest.video.ring import Coded, Ring
from tests.fix_video import eventually
from tests.unit.test_video_live import FPS, H264, H264_B, H265, drain, pictures, said, times_s, write_file

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
MASKS: Masks = (((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)),)
ENCODERS = {"h264": H264, "h264b": H264_B, "h265": H265}


class Shown:
    """A file as a camera's connection, shown with its masks; each packet when the one before was decoded."""

    def __init__(self, path: Path, places: int = 1) -> None:
        self.tally = Tally()
        self.places = threading.BoundedSemaphore(places)
        self.masked = MaskedStream("cam-1", MASKS, self.places, self.tally)
        self._ring = Ring()
        self._sink = self.masked.sink(self._ring)
        self._file = av.open(str(path))
        stream = self._file.streams.video[0]
        self._sink.attach(stream)
        self.coded = [
            Coded(packet, T0 + timedelta(seconds=number / FPS), packet.is_keyframe, packet.size)
            for number, packet in enumerate(timed(packet for packet in self._file.demux(stream) if packet.size))
        ]

    def push(self, first: int, last: int | None = None) -> None:
        for coded in self.coded[first:last]:
            self._ring.push(coded)
            self._sink.write(coded)

    def play(self, first: int, last: int, viewer: Viewer) -> list[Piece]:
        pieces: list[Piece] = []
        for number in range(first, last):
            before = self.masked.decoded
            self.push(number, number + 1)
            eventually(lambda before=before: self.masked.decoded > before)  # type: ignore[misc]
            pieces += drain(viewer)
        self.cut()
        return pieces + drain(viewer)

    def cut(self) -> None:
        self._sink.cut()
        eventually(lambda: self.masked.is_resting)

    def close(self) -> None:
        self.masked.stop()
        self._file.close()


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for name, (encoder, options) in ENCODERS.items():
        write_file(folder / f"{name}.ts", encoder, options)
    return folder


def is_covered(frame: av.VideoFrame) -> bool:
    gray = frame.to_ndarray(format="gray").astype(int)
    return bool(np.abs(gray[:, : gray.shape[1] // 2 - 4] - GREY).max() <= 8)


def brightness(frame: av.VideoFrame) -> int:
    return int(frame.to_ndarray(format="gray")[:, -100:].mean())


@pytest.mark.parametrize("name", list(ENCODERS))
def test_a_masked_film_is_whole_and_in_order_and_covered_in_each_picture(films: Path, name: str) -> None:
    shown = Shown(films / f"{name}.ts")
    with shown.masked.watch() as viewer:
        pieces = shown.play(0, 35, viewer)
    frames = pictures(pieces)
    assert len(frames) >= 30
    assert all(is_covered(frame) for frame in frames)
    seen = [brightness(frame) for frame in frames]
    assert seen == sorted(seen)
    assert seen[-1] - seen[0] > 90
    assert np.allclose(np.diff(times_s(frames)), 1 / FPS, atol=0.01)
    assert said(pieces)[0]["codec"] == "h264"
    keys = [each for each in said(pieces) if each["type"] == "key"]
    assert 4 <= len(keys) <= 5, "a viewer may begin where the camera has a keyframe"
    shown.close()


def test_nothing_is_decoded_while_nobody_watches_and_each_watch_begins_anew(films: Path) -> None:
    shown = Shown(films / "h264.ts")
    shown.push(0, 15)
    assert shown.masked.decoded == 0
    with shown.masked.watch() as viewer:
        pieces = shown.play(15, 18, viewer)
    assert shown.masked.decoded == 8, "from the keyframe on"
    assert len(pictures([piece for piece in pieces if Mark.STATE not in piece.mark])) == 2
    shown.push(18, 25)
    with shown.masked.watch() as viewer:
        again = shown.play(25, 29, viewer)
    assert shown.masked.decoded == 8 + 9
    assert [each["type"] for each in said(again)].count("init") == 1
    shown.close()


def test_what_is_late_goes_on_at_a_keyframe_and_holds_nobody(films: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, go_on = Shown(films / "h264.ts"), threading.Event()
    show = module.Film.show
    monkeypatch.setattr(module.Film, "show", lambda film, coded: go_on.wait(20) and show(film, coded))
    with shown.masked.watch() as viewer:
        shown.push(0, 35)  # it is not waited for
        go_on.set()
        pieces: list[Piece] = []

        def has_come() -> bool:
            pieces.extend(drain(viewer))
            return sum(Mark.TEXT not in piece.mark for piece in pieces) >= 5

        eventually(has_come)  # the head, and the newest group but for its last
        frames = pictures(pieces)
    assert shown.tally.get("gridhub_masked_skips_total", camera="cam-1") == 1
    assert shown.masked.decoded < 30
    assert frames
    assert all(is_covered(frame) for frame in frames)
    seen = [brightness(frame) for frame in frames]
    assert seen == sorted(seen)
    shown.close()


def test_a_worker_has_so_many_places_and_gives_them_back(films: Path) -> None:
    one, other = Shown(films / "h264.ts"), Shown(films / "h264.ts")
    other.masked.places = one.places
    with one.masked.watch(), one.masked.watch():
        with pytest.raises(Refused, match="at a time"), other.masked.watch():
            pass
        assert other.tally.get("gridhub_masked_refused_total", camera="cam-1") == 1
    with other.masked.watch(), pytest.raises(Refused), one.masked.watch():
        pass
    with one.masked.watch():
        pass


def test_a_camera_that_cannot_be_decoded_shows_nothing_rather_than_what_is_masked(films: Path) -> None:
    shown = Shown(films / "h264.ts")
    shown.coded = [
        Coded(cast(VideoPacket, av.Packet(bytes(coded.packet)[::-1])), coded.ts, coded.keyframe, coded.size_bytes)
        for coded in shown.coded
    ]
    with shown.masked.watch() as viewer:
        pieces = shown.play(0, 12, viewer)
    assert not [piece for piece in pieces if Mark.TEXT not in piece.mark]
    assert not shown.masked.has_died()
    shown.close()


def recorded(folder: Path, name: str, first_s: float, data: bytes | None = None) -> Segment:
    path = folder / name
    if data is not None:
        path.write_bytes(data)
    return Segment("cam-1", T0 + timedelta(seconds=first_s), T0 + timedelta(seconds=first_s + 3.4), name,
                   path.stat().st_size)  # fmt: skip


def frames_of(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


@pytest.mark.parametrize("name", list(ENCODERS))
def test_a_masked_clip_has_the_times_and_pictures_of_the_one_without(tmp_path: Path, name: str) -> None:
    for number in (1, 2):
        write_file(tmp_path / f"{number}.mp4", *ENCODERS[name])
    segments = [recorded(tmp_path, "1.mp4", 0), recorded(tmp_path, "2.mp4", 10)]
    first, last = T0 + timedelta(seconds=0.5), T0 + timedelta(seconds=12)
    plain = cut(tmp_path, segments, first, last, tmp_path / "plain.mp4")
    masked = cut(tmp_path, segments, first, last, tmp_path / "masked.mp4", MASKS)
    assert masked == plain
    before, after = frames_of(tmp_path / "plain.mp4"), frames_of(tmp_path / "masked.mp4")
    assert len(after) == len(before)
    assert not all(is_covered(frame) for frame in before)
    assert all(is_covered(frame) for frame in after)
    assert np.allclose(times_s(after), times_s(before), atol=0.02)
    assert [abs(brightness(a) - brightness(b)) < 6 for a, b in zip(after, before, strict=True)].count(False) == 0


def test_of_a_damaged_recording_what_can_be_decoded_is_covered_and_nothing_else_is_passed_on(tmp_path: Path) -> None:
    data = bytearray(write_file(tmp_path / "whole.mp4", *H264).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(range(256)) + bytes(144)
    segment = recorded(tmp_path, "broken.mp4", 0, bytes(data))
    cut(tmp_path, [segment], T0, T0 + timedelta(seconds=9), tmp_path / "masked.mp4", MASKS)
    frames = frames_of(tmp_path / "masked.mp4")
    assert len(frames) > 10
    assert all(is_covered(frame) for frame in frames)
