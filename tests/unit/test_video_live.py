"""Packets to fragments: what a browser is given plays, from the first picture on, in the times of the camera."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from hub.tally import Tally
from ingest.video import live
from ingest.video.live import Broadcast, LiveSink, Viewer, codecs
from ingest.video.open import VideoPacket, timed
from ingest.video.reel import Mark, Piece
from ingest.video.ring import Coded, Ring

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
FPS, GOP = 10, 10
H264_B = ("libx264", {"bf": "2", "tune": "animation"})
H264 = ("libx264", {"bf": "0"})
H265 = ("libx265", {"x265-params": "bframes=2:log-level=none"})


def write_file(path: Path, encoder: str, options: dict[str, str], pictures: int = 35) -> Path:
    """A grey that grows brighter from picture to picture."""
    with av.open(str(path), "w") as container:
        stream = cast(VideoStream, container.add_stream(encoder, rate=FPS, options=options))
        stream.width, stream.height = 320, 180
        stream.pix_fmt = "yuvj420p" if encoder == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = GOP
        for number in range(pictures):
            frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), number * 4, np.uint8), "rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


class Film:
    """A file as a camera's connection: ``play`` hands its packets to a ring and a sink."""

    def __init__(self, path: Path, broadcast: Broadcast) -> None:
        self.container = av.open(str(path))
        self.stream = self.container.streams.video[0]
        packets = list(timed(packet for packet in self.container.demux(self.stream) if packet.size))
        self.coded = [
            Coded(packet, T0 + timedelta(seconds=number / FPS), packet.is_keyframe, packet.size)
            for number, packet in enumerate(packets)
        ]
        self.ring = Ring()
        self.sink = LiveSink(broadcast, self.ring)
        self.sink.attach(self.stream)

    def play(self, first: int, last: int | None = None, viewer: Viewer | None = None) -> list[Piece]:
        """What ``viewer`` gets, who keeps up."""
        pieces = []
        for coded in self.coded[first:last]:
            self.ring.push(coded)
            self.sink.write(coded)
            pieces += [] if viewer is None else drain(viewer)
        return pieces


@pytest.fixture
def broadcast() -> Broadcast:
    return Broadcast("cam-1", Tally())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for name, (encoder, options) in {"h264": H264, "h264b": H264_B, "h265": H265}.items():
        write_file(folder / f"{name}.ts", encoder, options)
    write_file(folder / "mjpeg.mkv", "mjpeg", {})
    return folder


def drain(viewer: Viewer) -> list[Piece]:
    pieces: list[Piece] = []
    while taken := viewer.take(0.0):
        pieces += taken
    return pieces


def said(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [json.loads(piece.data) for piece in pieces if Mark.TEXT in piece.mark]


def pictures(pieces: list[Piece]) -> list[av.VideoFrame]:
    """What a player shows of the bytes."""
    data = b"".join(piece.data for piece in pieces if Mark.TEXT not in piece.mark)
    with av.open(io.BytesIO(data), "r") as container:
        return list(container.decode(container.streams.video[0]))


def times_s(frames: list[av.VideoFrame]) -> list[float]:
    return [frame.time for frame in frames]


@pytest.mark.parametrize("name", ["h264", "h264b", "h265"])
def test_what_a_viewer_gets_plays_whole_and_in_order(files: Path, broadcast: Broadcast, name: str) -> None:
    film = Film(files / f"{name}.ts", broadcast)
    with broadcast.watch() as viewer:
        shown = pictures(film.play(0, None, viewer))
    brightness = [int(frame.to_ndarray(format="gray").mean()) for frame in shown]
    assert len(shown) == len(film.coded) - 1, "the newest waits for the one after it"
    assert brightness == sorted(brightness)
    assert np.allclose(np.diff(times_s(shown)), 1 / FPS, atol=0.002)


@pytest.mark.parametrize(
    ("name", "codec", "mime"),
    [("h264b", "h264", 'video/mp4; codecs="avc1.'), ("h265", "hevc", 'video/mp4; codecs="hvc1.')],
)
def test_the_first_message_says_what_the_browser_must_be_able_to_play(
    files: Path, broadcast: Broadcast, name: str, codec: str, mime: str
) -> None:
    film = Film(files / f"{name}.ts", broadcast)
    with broadcast.watch() as viewer:
        film.play(0, 5)
        first = said(drain(viewer))[0]
    assert first["mime"].startswith(mime)
    assert {**first, "mime": ""} == {"type": "init", "mime": "", "codec": codec, "width": 320, "height": 180}


def test_one_who_comes_in_the_middle_of_a_group_begins_at_its_keyframe(files: Path, broadcast: Broadcast) -> None:
    film = Film(files / "h264b.ts", broadcast)
    film.play(0, 17)
    assert film.ring.group()[0] is film.coded[GOP]
    with broadcast.watch() as first:
        film.play(17, 19)
        pieces = drain(first)
        with broadcast.watch() as second:
            assert len(pictures(drain(second))) == len(pictures(pieces)) > 5
    assert said(pieces)[1]["at"] == "2026-03-01T12:00:01.000000Z"


def test_nothing_is_made_while_nobody_watches_and_it_is_made_once_for_all(
    files: Path, broadcast: Broadcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    class Counted(live._Muxer):
        def __init__(self, template: VideoStream) -> None:
            made.append(template)
            super().__init__(template)

    monkeypatch.setattr(live, "_Muxer", Counted)
    film = Film(files / "h264.ts", broadcast)
    film.play(0, 5)
    assert made == []
    with broadcast.watch() as first, broadcast.watch() as second:
        film.play(5, 15)
        assert drain(first) == drain(second) != []
    assert len(made) == 1
    film.play(15, 20)
    with broadcast.watch() as late:
        assert said(drain(late)) == [{"type": "end"}], "what was made for those who left is not of now"


def test_the_time_of_a_keyframe_is_said_with_its_place_in_the_stream(files: Path, broadcast: Broadcast) -> None:
    film = Film(files / "h264.ts", broadcast)
    with broadcast.watch() as viewer:
        keys = [message for message in said(film.play(0, None, viewer)) if message["type"] == "key"]
    assert [key["at"][17:21] for key in keys] == ["00.0", "01.0", "02.0", "03.0"]
    assert [key["media_s"] for key in keys] == pytest.approx([0.0, 1.0, 2.0, 3.0], abs=0.01)


@pytest.mark.parametrize("leap_s", [-100.0, 3600.0, 0.0])
def test_a_leap_of_the_camera_s_time_is_no_hole_for_the_player(
    files: Path, broadcast: Broadcast, leap_s: float
) -> None:
    film = Film(files / "h264.ts", broadcast)
    for coded in film.coded[15:]:
        ticks = round(leap_s / float(coded.packet.time_base))
        coded.packet.pts, coded.packet.dts = (coded.packet.pts or 0) + ticks, (coded.packet.dts or 0) + ticks
    with broadcast.watch() as viewer:
        times = times_s(pictures(film.play(0, None, viewer)))
    assert len(times) == len(film.coded) - 1
    assert max(np.diff(times)) < 0.2
    assert min(np.diff(times)) > 0


def test_parameter_sets_that_come_in_the_stream_only_are_found_there(files: Path, broadcast: Broadcast) -> None:
    film = Film(files / "h264.ts", broadcast)
    film.stream.codec_context.extradata = None
    with broadcast.watch() as viewer:
        pieces = film.play(0, None, viewer)
    assert said(pieces)[0]["mime"].startswith('video/mp4; codecs="avc1.')
    assert len(pictures(pieces)) == len(film.coded) - 1


def test_a_codec_that_no_browser_plays_is_said(files: Path, broadcast: Broadcast) -> None:
    film = Film(files / "mjpeg.mkv", broadcast)
    with broadcast.watch() as viewer:
        film.play(0, 5)
        assert said(drain(viewer)) == [{"type": "unsupported", "codec": "mjpeg"}]
        film.play(5, 15)
        assert drain(viewer) == [], "once"


def test_a_connection_that_is_lost_leaves_nothing_and_the_next_begins_with_a_head_of_its_own(
    files: Path, broadcast: Broadcast
) -> None:
    film, other = Film(files / "h264.ts", broadcast), Film(files / "h265.ts", broadcast)
    with broadcast.watch() as viewer:
        film.play(0, 5)
        drain(viewer)
        film.sink.cut()
        with broadcast.watch() as late:
            assert said(drain(late)) == [{"type": "end"}]
        other.play(0, 5)
        assert [message.get("codec") for message in said(drain(viewer))] == ["hevc", None]


def test_packets_without_a_keyframe_make_nothing(files: Path, broadcast: Broadcast) -> None:
    film = Film(files / "h264.ts", broadcast)
    with broadcast.watch() as viewer:
        film.play(3, 9)
        assert drain(viewer) == []
        film.play(9, 13)
        assert [message["type"] for message in said(drain(viewer))] == ["init", "key"]


def test_a_picture_that_cannot_be_made_is_said_and_does_not_end_the_camera(
    files: Path, broadcast: Broadcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = Film(files / "h264.ts", broadcast)
    with broadcast.watch() as viewer:
        film.play(0, 5, viewer)
        broken = cast(VideoPacket, av.Packet(0))
        broken.time_base, broken.dts, broken.pts = film.coded[5].packet.time_base, -(2**40), 2**61
        film.sink.write(replace(film.coded[5], packet=broken))
        monkeypatch.setattr(live._Muxer, "add", _fail)
        assert said(film.play(6, 12, viewer)) == [{"type": "unsupported", "codec": "h264"}]


def _fail(*_: object) -> list[Piece]:
    raise av.error.InvalidDataError(1, "no")


def test_a_head_without_a_known_codec_is_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        codecs(b"\0\0\0\x08ftyp")
