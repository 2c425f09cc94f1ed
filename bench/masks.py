"""What a live view with privacy masks burnt in costs: CPU time for each second of film, beside passing it on as it is.

``python -m bench masks``: a busy road, from the packet to the fragment that goes out, in one thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av

from bench.report import Row
from bench.scenes import scene
from hub.model.mask import Masks
from hub.tally import Tally
from ingest.video.live import Broadcast, LiveSink
from ingest.video.masked import Begin, Film
from ingest.video.open import timed
from ingest.video.ring import Coded, Ring

_MASKS: Masks = (
    ((0.05, 0.1), (0.35, 0.05), (0.4, 0.45), (0.1, 0.5)),
    ((0.6, 0.55), (0.95, 0.5), (0.9, 0.9), (0.65, 0.95)),
)
_T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run(_: Sequence[str]) -> list[Row]:
    """Rows of all sizes."""
    found = scene("busy", "road", "cq", "1080p15")
    wide = scene("busy", "road", "cq", "720p25")
    return [
        *_rows("640×360, 15 a second (sub-stream)", found.sub, found.fps, found.length_s, 5),
        *_rows("1920×1080, 15 a second", found.main, found.fps, found.length_s, 30),
        *_rows("1280×720, 25 a second", wide.main, wide.fps, wide.length_s, 20),
    ]


def _rows(name: str, path: Path, fps: int, length_s: float, most: int) -> list[Row]:
    with av.open(str(path), format="h264", options={"framerate": str(fps)}) as container:
        stream = container.streams.video[0]
        packets = list(timed(packet for packet in container.demux(stream) if packet.size))
        film = [
            Coded(packet, _T0 + timedelta(seconds=number / fps), packet.is_keyframe, packet.size)
            for number, packet in enumerate(packets)
        ]
        broadcast = Broadcast("cam-1", Tally())
        ring = Ring()
        plain = LiveSink(broadcast, ring)
        plain.attach(stream)
        context = stream.codec_context

        def passed_on() -> None:
            for coded in film:
                ring.push(coded)
                plain.write(coded)

        def masked() -> None:
            made = Film(Begin(context.codec.name, context.extradata, film[:1]), _MASKS, broadcast)
            for coded in film[1:]:
                made.show(coded)

        with broadcast.watch():
            cost_s, plain_s = (_cpu_s(run) / length_s for run in (masked, passed_on))
    return [Row(f"masked, {name}", 100 * cost_s, "% core", f"<= {most}", "as it is", 100 * plain_s)]


def _cpu_s(run: Callable[[], None]) -> float:
    began_s = time.process_time()
    run()
    return time.process_time() - began_s
