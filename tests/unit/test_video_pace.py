"""Packets are taken in gulps while they may be late, and none is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from hub.clock import SimulatedClock
from ingest.video.open import VideoPacket
from ingest.video.pace import REST_S, Pace

FPS = 15


@dataclass
class Packet:
    number: int
    size: int


class Camera:
    """Sends a packet every 1/``fps`` s; asking for one that has not been sent yet waits for it."""

    def __init__(self, clock: SimulatedClock, fps: float = FPS, size: int = 2000) -> None:
        self.clock = clock
        self.wakes = 0
        self._fps = fps
        self._size = size

    def packets(self) -> Iterator[VideoPacket]:
        number = 0
        while True:
            number += 1
            ahead_s = number / self._fps - self.clock.monotonic()
            if ahead_s > 0:
                self.wakes += 1
                self.clock.advance(ahead_s)
            yield cast(VideoPacket, Packet(number, self._size))


class CountingClock(SimulatedClock):
    def __init__(self) -> None:
        super().__init__(datetime(2026, 3, 1, tzinfo=UTC))
        self.rests: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.advance(seconds)


def read(seconds: float, *, rest: bool = True, fps: float = FPS, size: int = 2000) -> tuple[list[float], Camera]:
    """How late each packet was, after the first two seconds."""
    clock = CountingClock()
    camera = Camera(clock, fps, size)
    late = []
    start_s = clock.monotonic()
    assert start_s == 0.0
    for packet in Pace(clock, lambda: rest).gather(camera.packets()):
        if clock.monotonic() > 2.0:
            late.append(clock.monotonic() - cast(Packet, packet).number / fps)
        if clock.monotonic() > seconds:
            return late, camera
    raise AssertionError


def wakes(camera: Camera) -> int:
    return camera.wakes + len(cast(CountingClock, camera.clock).rests)


def test_a_quiet_camera_wakes_its_thread_a_third_as_often() -> None:
    late, camera = read(60.0)
    assert wakes(camera) < 60 * FPS / 2.2
    assert len(late) >= 57.5 * FPS, "packets were left behind"


def test_no_packet_is_later_than_a_rest_and_what_gathered_meanwhile() -> None:
    late, _ = read(120.0)
    assert max(late) < 2 * REST_S
    assert max(late[-100:]) < 2 * REST_S, "it falls behind more and more"


def test_who_may_not_be_late_is_not() -> None:
    late, camera = read(20.0, rest=False)
    assert max(late) < 1e-6
    assert not cast(CountingClock, camera.clock).rests


def test_a_slow_stream_is_read_as_it_comes() -> None:
    late, camera = read(60.0, fps=3)
    assert not cast(CountingClock, camera.clock).rests
    assert max(late) < 1e-6


def test_no_more_gathers_than_a_socket_holds() -> None:
    _, camera = read(20.0, size=60_000)
    rests = cast(CountingClock, camera.clock).rests
    assert all(rest * FPS * 60_000 <= 128 * 1024 for rest in rests)
    _, camera = read(20.0, fps=25, size=20_000)
    rests = cast(CountingClock, camera.clock).rests
    assert rests
    assert all(rest * 25 * 20_000 <= 128 * 1024 for rest in rests)
