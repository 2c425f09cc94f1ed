"""What a camera at 1080p holds in memory while it goes from quiet to busy and back."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import psutil
import pytest

from hub.clock import SimulatedClock
from hub.tally import Tally
from ingest.video import heap
from ingest.video.open import Feed
from ingest.video.ring import ONE_GROUP_S, Ring
from ingest.video.row import row_of
from ingest.video.sizes import Sizes
from ingest.video.watch import Watch

WIDTH, HEIGHT, FPS = 1920, 1088, 10
GROUP = 20  # pictures
LEARN_S, PERIOD_S = 12.0, 8.0
BEGINS_S = (3.2, 4.0, 3.2)
"""When in each period something begins: amid a group, where sizes rise, or with a keyframe, which then looks back."""
X264 = {"preset": "ultrafast", "tune": "zerolatency", "sc_threshold": "0", "g": str(GROUP)}


class _Use(ctypes.Structure):
    """``struct mallinfo2`` (mallinfo(3)): of all heaps, and of what is mapped apart from them."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def in_use_mb() -> float:
    """What has been allocated and not freed."""
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = _Use
    use = mallinfo()
    return cast(float, (use.uordblks + use.hblkhd) / 2**20)


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty place, and once a period something that crosses the view."""
    path = tmp_path_factory.mktemp("footage") / "cam.ts"
    rng = np.random.default_rng(7)
    place = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    place[:HEIGHT] = rng.integers(60, 190, (HEIGHT // 64, WIDTH // 64), np.uint8).repeat(64, 0).repeat(64, 1)
    thing = rng.integers(0, 255, (320, 200), np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options=X264)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(round((LEARN_S + PERIOD_S * len(BEGINS_S)) * FPS)):
            image = place
            period, at_s = divmod(number / FPS - LEARN_S, PERIOD_S)
            crossed_s = at_s - BEGINS_S[max(0, int(period))]
            if period >= 0 and 0 <= crossed_s < 1.8:
                image = place.copy()
                left = round(crossed_s * 900)
                image[400:720, left : left + 200] = thing
            frame = av.VideoFrame.from_ndarray(image, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@dataclass
class Held:
    """In MB, above what was held before the camera was opened."""

    quiet: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    openings: int = 0


def watch(path: Path, data_dir: Path) -> Held:
    clock, tally, held = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC)), Tally(), Held()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        way = Watch(
            "cam",
            Feed(container, stream),
            ring=Ring(ONE_GROUP_S),
            recorder=_NoRecorder(),
            sinks=(),
            row=row_of("cam", {}, data_dir, tally),
            sizes=Sizes(),
            shortest_s=2.5,
            observe=lambda _: None,
            clock=clock,
            tally=tally,
        )
        before_mb, was_open = in_use_mb(), True
        for number, packet in enumerate(packet for packet in container.demux(stream) if packet.size):
            clock.advance(number / FPS + 0.1 - clock.monotonic())
            way.take(packet)
            is_open = way.detail()["decoding"] == "all"
            held.openings += is_open and not was_open
            was_open = is_open
            (held.busy if is_open else held.quiet).append(in_use_mb() - before_mb)
    return held


class _NoRecorder:
    state = "off"

    def moving(self, ts: datetime) -> None:
        pass


def test_a_camera_at_1080p_holds_a_few_pictures_also_where_it_catches_up_with_a_group(
    footage: Path, tmp_path: Path
) -> None:
    """A group is 60 MB. One picture is kept, and what the decoder needs beside it."""
    held = watch(footage, tmp_path)
    assert held.openings >= len(BEGINS_S)
    assert max(held.busy) < 24
    assert max(held.quiet) < 14
    assert held.quiet[-1] < held.quiet[0] + 2


def test_what_is_free_amid_what_is_in_use_goes_back_to_the_system() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    blocks = [libc.malloc(16 * 2**10) for _ in range(4000)]
    for block in blocks:
        ctypes.memset(block, 1, 16 * 2**10)
    for number, block in enumerate(blocks):
        if number % 20:
            libc.free(block)
    held = psutil.Process().memory_info().rss
    heap.trim()
    assert held - psutil.Process().memory_info().rss > 40 * 2**20
    for block in blocks[::20]:
        libc.free(block)
