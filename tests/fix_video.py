"""What the tests of cameras share: an outlet that remembers, waiting with a deadline, cameras without a store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from hub.clock import SystemClock
from hub.config.settings import NetworkSettings
from hub.config.vault import Vault
from hub.model.observation import Observation
from hub.model.source import Health, Source, SourceKind, SourceState
from hub.store.segments import Segment
from hub.tally import Tally
from ingest.video.camera import Camera

LOOPBACK = NetworkSettings(cameras=("127.0.0.0/8", "::1"))
"""Where the cameras of tests are: the hub does not go there unless it is told to."""
NO_VAULT = Vault(None, "there is no key")
"""For sources whose secret is in clear, as they are before they are stored."""
CLIPS = Path(__file__).resolve().parents[2] / "shared" / "clips"


class Remembered:
    """An ``Outlet`` that keeps what it is told."""

    def __init__(self) -> None:
        self.observations: list[Observation] = []
        self.reports: list[Health] = []
        self.segments: list[Segment] = []
        self.tally = Tally()
        self._lock = threading.Lock()

    def observe(self, observations: Sequence[Observation]) -> None:
        with self._lock:
            self.observations.extend(observations)

    def report(self, health: Health) -> None:
        with self._lock:
            self.reports.append(health)

    def finished(self, segment: Segment) -> None:
        with self._lock:
            self.segments.append(segment)

    def states(self) -> list[SourceState]:
        with self._lock:
            return [report.state for report in self.reports]

    def metric(self, name: str) -> list[Observation]:
        with self._lock:
            return [item for item in self.observations if item.metric == name]


def eventually(condition: Callable[[], object], timeout_s: float = 20.0, what: str = "") -> None:
    """Wait until ``condition`` holds; fail after ``timeout_s``."""
    until_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until_s, f"not within {timeout_s} s: {what or condition}"
        time.sleep(0.02)


def bare(url: str) -> str:
    """A URL without its credentials."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def camera_source(url: str, camera_id: str = "cam-1", **config: object) -> Source:
    return Source(camera_id, SourceKind.CAMERA, "city/g1", "camera", camera_id, {"url": bare(url), **config})


@contextmanager
def running_camera(
    source: Source,
    data_dir: Path,
    outlet: Remembered,
    open_timeout_s: float = 3.0,
    read_timeout_s: float = 2.0,
    network: NetworkSettings = LOOPBACK,
    vault: Vault = NO_VAULT,
) -> Iterator[Camera]:
    """One camera in its own thread, with short time-outs."""
    camera = Camera(
        source,
        data_dir,
        outlet,
        SystemClock(),
        outlet.tally,
        network=network,
        vault=vault,
        open_timeout_s=open_timeout_s,
        read_timeout_s=read_timeout_s,
    ).start()
    try:
        yield camera
    finally:
        camera.stop()
        assert camera.join(open_timeout_s * 2 + read_timeout_s + 5), "the thread of the camera did not end"
