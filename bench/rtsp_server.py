"""Serves encoded loops over RTSP without encoding them again. Runs under Debian's python3, which has GStreamer for it.

    python3 rtsp_server.py < table

``table`` is JSON: ``{path: {"file": FILE.h264, "offset_s": seconds}}``, FILE.json beside FILE.h264 telling where each
coded picture begins. On standard output come two lines: the port, and the monotonic instant at which all loops began.
From then on the timeline runs whether anybody looks or not: at ``began + t``, a path shows the second
``(t + offset_s) % length_s`` of its loop, and all its clients see the same. A path begins with a keyframe.
"""

from __future__ import annotations

import heapq
import json
import mmap
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402  versions must be required first

LAUNCH = (
    "( appsrc name=source is-live=true format=time block=false max-bytes=0"
    " caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate={fps}/1"
    " ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)


class Loop:
    """One path. ``due`` is the instant of the next picture."""

    def __init__(self, file: Path, offset_s: float, began: float) -> None:
        about = json.loads(file.with_suffix(".json").read_text())
        with file.open("rb") as data:
            self._data = mmap.mmap(data.fileno(), 0, access=mmap.ACCESS_READ)
        self._frames: list[tuple[int, int, bool]] = about["frames"]
        self.fps: int = about["fps"]
        self._next = round(offset_s * self.fps)
        self.due = began
        self._source: Any = None
        self._started = False
        self._sent = 0

    def attach(self, source: Any) -> None:
        self._source, self._started, self._sent = source, False, 0

    def detach(self, _media: Any) -> None:
        self._source = None

    def send(self) -> None:
        """The picture that is due, to whoever looks."""
        offset, size, is_key = self._frames[self._next % len(self._frames)]
        self._next += 1
        self.due += 1 / self.fps
        source = self._source
        if source is None or not (self._started or is_key):
            return
        self._started = True
        buffer = Gst.Buffer.new_wrapped(self._data[offset : offset + size])
        buffer.pts = buffer.dts = self._sent * Gst.SECOND // self.fps
        buffer.duration = Gst.SECOND // self.fps
        self._sent += 1
        source.emit("push-buffer", buffer)


def pace(loops: Sequence[Loop]) -> None:
    """Each picture at its time, for ever."""
    queue = [(loop.due, number) for number, loop in enumerate(loops)]
    heapq.heapify(queue)
    while True:
        due, number = queue[0]
        wait = due - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        loops[number].send()
        heapq.heapreplace(queue, (loops[number].due, number))


def factory(loop: Loop) -> Any:
    made = GstRtspServer.RTSPMediaFactory()
    made.set_launch(LAUNCH.format(fps=loop.fps))
    made.set_shared(True)
    made.set_latency(0)

    def configure(_factory: Any, media: Any) -> None:
        loop.attach(media.get_element().get_by_name("source"))
        media.connect("unprepared", loop.detach)

    made.connect("media-configure", configure)
    return made


def main() -> None:
    Gst.init(None)
    table = json.load(sys.stdin)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    # A path that is asked for first waits for its next keyframe: not in the one thread that would serve all others.
    threads = GstRtspServer.RTSPThreadPool.new()
    threads.set_max_threads(-1)
    server.set_thread_pool(threads)
    # The first picture of all loops, a moment from now; the paths are staggered, as cameras are not in step.
    began = time.monotonic() + 0.5
    loops = []
    for number, (path, entry) in enumerate(table.items()):
        loop = Loop(Path(entry["file"]), entry["offset_s"], began)
        loop.due += number / len(table) / loop.fps
        loops.append(loop)
        server.get_mount_points().add_factory(path, factory(loop))
    server.attach(None)
    print(server.get_bound_port())
    print(began, flush=True)
    threading.Thread(target=pace, args=(loops,), daemon=True).start()
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
