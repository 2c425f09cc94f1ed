"""Real footage, encoded as cameras encode: the gate finds what decoding everything finds, and decodes little of it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from hub.clock import SimulatedClock
from hub.model.observation import Observation
from hub.tally import Tally
from ingest.video.open import Facts, Feed
from ingest.video.ring import ONE_GROUP_S, Ring
from ingest.video.row import row_of
from ingest.video.sizes import Sizes
from ingest.video.watch import Watch
from tests.fix_video import CLIPS

FPS = 10
SIZE = (384, 216)
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
X264 = {"preset": "superfast", "sc_threshold": "0"}
X265 = "bframes=0:log-level=none:scenecut=0:pools=1:repeat-headers=1"
Image = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True)
class Encoding:
    codec: str = "libx264"
    gop_s: float = 2.0
    noise: float = 1.0
    options: dict[str, str] = field(default_factory=lambda: {"crf": "26", "bf": "0"})
    kbps: int = 0
    dropped: float = 0.0
    """The share of the pictures that the camera leaves out."""


RATE = {"bf": "0", "nal-hrd": "cbr", "maxrate": "500k", "bufsize": "500k"}
ENCODINGS = {
    "constant-quality": Encoding(),
    "constant-rate-noise": Encoding(noise=5.0, kbps=500, options=RATE),
    "hevc": Encoding("libx265", options={"crf": "28", "preset": "ultrafast", "x265-params": X265}),
    "b-frames": Encoding(options={"crf": "26", "bf": "2"}),
    "gop-1s": Encoding(gop_s=1.0),
    "gop-10s": Encoding(gop_s=10.0),
    "all-intra": Encoding(gop_s=0.1),
    "mjpeg": Encoding("mjpeg", options={"qmin": "6", "qmax": "6"}),
    "variable-rate": Encoding(dropped=0.5),
}


def footage(noise: float, walks: int) -> Iterator[Image]:
    """An empty hall, whose picture is held for 20 s with fresh noise, and for 8 s somebody who walks by; and again."""
    with av.open(str(CLIPS / "one-by-one-person-detection.mp4")) as source:
        frames = itertools.islice(source.decode(video=0), 350, 500)
        small = [frame.reformat(*SIZE, format="yuv420p", interpolation="AREA") for frame in frames]
        real = [cast(Image, frame.to_ndarray()) for frame in small]
    rng = np.random.default_rng(7)
    for image in itertools.chain.from_iterable([*[real[0]] * 200, *real[75:155]] for _ in range(walks)):
        grey = image[: SIZE[1]] + rng.normal(0, noise, (SIZE[1], SIZE[0]))
        noisy = image.copy()
        noisy[: SIZE[1]] = np.clip(grey, 0, 255).astype(np.uint8)
        yield noisy


def encode(path: Path, encoding: Encoding, images: Iterator[Image]) -> Path:
    rng = random.Random(7)
    pix_fmt = "yuvj420p" if encoding.codec == "mjpeg" else "yuv420p"
    with av.open(str(path), "w") as out:
        options = {**(X264 if encoding.codec == "libx264" else {}), **encoding.options}
        stream = cast(VideoStream, out.add_stream(encoding.codec, rate=FPS, options=options))
        stream.width, stream.height = SIZE
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.gop_size = max(1, round(encoding.gop_s * FPS))
        stream.codec_context.thread_count = 1
        if encoding.kbps:
            stream.bit_rate = encoding.kbps * 1000
        for number, image in enumerate(images):
            if number % round(encoding.gop_s * FPS) and rng.random() < encoding.dropped:
                continue
            frame = av.VideoFrame.from_ndarray(image, "yuv420p").reformat(format=pix_fmt)
            frame.pts, frame.time_base = number * 1000 // FPS, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


class Undecided(Sizes):
    """Sizes that are never trusted."""

    def _judge(self) -> None:
        pass


@dataclass
class Watched:
    said: list[Observation] = field(default_factory=list)
    share: float = 0.0
    """Of the pictures, that which was decoded."""
    modes: list[str] = field(default_factory=list)
    audits_failed: float = 0.0

    def movements(self) -> list[tuple[float, float]]:
        """From the first to the last picture of which motion was said."""
        found: list[tuple[float, float]] = []
        for moving, group in itertools.groupby(self.said, key=lambda item: bool(item.value)):
            if moving:
                times = [(item.ts - BEGAN).total_seconds() for item in group]
                found.append((times[0], times[-1]))
        return found


def watch(path: Path, data_dir: Path, *, everything: bool = False) -> Watched:
    """The way of a camera's packets, on the time of the footage instead of that of the clock."""
    clock, tally, watched = SimulatedClock(BEGAN), Tally(), Watched()

    def observe(words: Sequence[Observation]) -> None:
        watched.said += [word for word in words if word.metric == "motion"]

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        feed = Feed(container, stream)
        feed.facts = Facts(context.codec.name, context.width, context.height, FPS)
        way = Watch(
            "cam",
            feed,
            ring=Ring(ONE_GROUP_S),
            recorder=_NoRecorder(),
            sinks=(),
            row=row_of("cam", {"analyse": {"tamper": False}}, data_dir, tally),
            sizes=Undecided() if everything else Sizes(),
            shortest_s=0.0 if everything else 2.5,
            observe=observe,
            clock=clock,
            tally=tally,
        )
        first: float | None = None
        for packet in container.demux(stream):
            if not packet.size:
                continue
            arrives_s = float((packet.dts or 0) * packet.time_base)
            first = arrives_s if first is None else first
            clock.advance(arrives_s - first + 0.1 - clock.monotonic())
            way.take(packet)
            if not watched.modes or watched.modes[-1] != way._gate.mode:
                watched.modes.append(way._gate.mode.value)
        way._tell_counts()
    watched.share = tally.total("gridhub_video_decoded_total") / tally.total("gridhub_video_packets_total")
    watched.audits_failed = tally.total("gridhub_video_audits_failed_total")
    return watched


class _NoRecorder:
    state = "off"

    def moving(self, ts: datetime) -> None:
        pass


def met(movement: tuple[float, float], others: list[tuple[float, float]]) -> bool:
    return any(begin - 1.0 <= movement[1] and movement[0] <= end + 1.0 for begin, end in others)


def both(name: str, tmp_path: Path, walks: int) -> tuple[Watched, Watched]:
    """By decoding everything, and by the gate. What is found is the same."""
    encoding = ENCODINGS[name]
    path = tmp_path / f"{name}.{'mkv' if encoding.codec == 'mjpeg' else 'ts'}"  # .ts: a byte stream, as over RTSP
    encode(path, encoding, footage(encoding.noise, walks))
    truth, found = watch(path, tmp_path, everything=True), watch(path, tmp_path)
    assert truth.share > 0.99
    assert len(truth.movements()) == walks
    for movement in truth.movements():
        assert met(movement, found.movements()), f"missed: {movement}; found {found.movements()}"
    for movement in found.movements():
        assert met(movement, truth.movements()), f"not there: {movement}"
    return truth, found


@pytest.mark.parametrize(
    ("name", "mode", "share"),
    [
        ("constant-quality", "keyframes", 0.45),
        ("constant-rate-noise", "keyframes", 0.45),
        ("hevc", "keyframes", 0.45),
        ("b-frames", "keyframes", 0.45),
        ("gop-1s", "keyframes", 0.45),
        ("gop-10s", "everything", 1.0),
        ("all-intra", "keyframes", 0.55),
        ("mjpeg", "keyframes", 0.55),
        ("variable-rate", "everything", 1.0),  # at half the rate, its keyframes are 4 s apart
    ],
)
def test_nothing_is_missed_that_decoding_everything_finds(name: str, mode: str, share: float, tmp_path: Path) -> None:
    _, found = both(name, tmp_path, walks=3)
    assert found.modes == ["everything", mode][: 1 if mode == "everything" else 2]
    assert found.share <= share


def test_sizes_are_trusted_after_a_few_walks_and_nothing_is_missed_then(tmp_path: Path) -> None:
    _, found = both("gop-10s", tmp_path, walks=7)
    assert found.modes[:2] == ["everything", "sizes"]
    assert found.audits_failed == 0
    assert found.share < 0.95
