"""What is said of a camera's clock."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import av
import pytest

from ingest.video.drift import Drift, camera_time

START = datetime(2026, 5, 1, 8, tzinfo=UTC)


class Packets:
    """Ten packets a second of a camera whose clock is off; each takes ``way_s`` to arrive."""

    def __init__(self) -> None:
        self.drift = Drift("cam-1")
        self.now = START
        self.said: list[tuple[float, str, float | None]] = []

    def come(self, seconds: float, offset_s: float, way_s: tuple[float, ...] = (0.0,)) -> None:
        for number in range(round(seconds * 10)):
            told = self.now + timedelta(seconds=offset_s - way_s[number % len(way_s)])
            for item in self.drift.see(told, self.now):
                self.said.append(((item.ts - START).total_seconds(), item.metric, item.value))
            self.now += timedelta(seconds=0.1)

    def of(self, metric: str) -> list[tuple[float, float | None]]:
        return [(second, value) for second, name, value in self.said if name == metric]


def test_the_offset_is_said_every_minute_and_when_it_changes() -> None:
    packets = Packets()
    packets.come(125, 0.4)
    assert packets.of("clock.offset") == [(10, 0.4), (70, 0.4)]
    packets.come(20, 1.9)
    assert packets.of("clock.offset")[-1][1] == 1.9
    assert packets.of("tamper.clock_drift") == [(10, 0.0)]


def test_the_way_of_a_packet_is_not_taken_for_the_clock() -> None:
    packets = Packets()
    packets.come(30, 0.0, way_s=(3.5, 2.8, 0.1, 5.0))
    assert packets.of("clock.offset") == [(10, -0.1)]
    assert packets.of("tamper.clock_drift") == [(10, 0.0)]


@pytest.mark.parametrize("offset_s", [7.0, -7.0])
def test_a_clock_that_is_wrong_is_said_until_it_is_right(offset_s: float) -> None:
    packets = Packets()
    packets.come(15, 0.0)
    packets.come(60, offset_s)
    packets.come(30, 0.0)
    words = packets.of("tamper.clock_drift")
    assert [value for _, value in words] == [0.0, *[1.0] * (len(words) - 2), 0.0]
    assert 15 < words[1][0] <= 31
    assert 29 <= words[2][0] - words[1][0] <= 41
    assert 75 < words[-1][0] <= 96


def test_an_offset_that_wavers_about_the_limit_does_not_come_and_go() -> None:
    packets = Packets()
    for turn in range(10):
        packets.come(10, 2.2 if turn % 2 == 0 else 1.8)
    assert {value for _, value in packets.of("tamper.clock_drift")} == {1.0}


def test_a_camera_that_tells_no_time_or_counts_from_its_start_claims_nothing() -> None:
    drift = Drift("cam-1")
    for second in range(60):
        now = START + timedelta(seconds=second)
        assert drift.see(None, now) == ()
        assert drift.see(datetime(1970, 1, 2, tzinfo=UTC), now) == ()


def test_a_pause_and_a_clock_of_the_hub_that_was_set_begin_a_new_window() -> None:
    packets = Packets()
    packets.come(5, 0.0)
    packets.now += timedelta(minutes=10)
    packets.come(5, 9.0)
    assert packets.said == []
    packets.now -= timedelta(hours=1)
    packets.come(5, 0.0)
    assert packets.said == []


def test_a_packet_without_a_time_has_none() -> None:
    assert camera_time(av.Packet(8)) is None  # type: ignore[arg-type]


class _Told:
    """A packet that tells a time; PyAV offers no way to make one."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def has_sidedata(self, kind: str) -> bool:
        return kind == "prft"

    def get_sidedata(self, kind: str) -> bytes:
        assert kind == "prft"
        return self._data


def test_the_time_is_read_and_what_is_no_time_is_not() -> None:
    microseconds = round(START.timestamp() * 1e6)
    assert camera_time(_Told(struct.pack("=qi", microseconds, 24) + b"\0" * 4)) == START  # type: ignore[arg-type]
    assert camera_time(_Told(b"\0" * 8)) is None  # type: ignore[arg-type]
    assert camera_time(_Told(struct.pack("=qi", 2**62, 24))) is None  # type: ignore[arg-type]
