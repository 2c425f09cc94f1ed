"""How a camera stands: what is told when, and a wall clock that is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.clock import SimulatedClock
from hub.errors import SourceError
from hub.model.source import GapCause, Health, SourceState, Unrecorded
from ingest.video.standing import ClockSetError, Leaps, Standing
from tests.fix_video import Remembered

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
WATCHING, STALLED = SourceState.WATCHING, SourceState.STALLED


class SettableClock(SimulatedClock):
    """A clock whose time of day can be set, as an administrator or NTP does; the monotonic one goes on."""

    def __init__(self) -> None:
        super().__init__(START)
        self.set_by = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.set_by


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def outlet() -> Remembered:
    return Remembered()


@pytest.fixture
def standing(clock: SettableClock, outlet: Remembered) -> Standing:
    return Standing("cam-1", outlet, clock)


def packet(standing: Standing, clock: SettableClock, blinding: str = "", unrecorded: Unrecorded | None = None) -> None:
    clock.advance(0.1)
    standing.connected(clock.now(), blinding, unrecorded, dict)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def told(outlet: Remembered) -> list[tuple[SourceState, float]]:
    return [(report.state, (report.since - START).total_seconds()) for report in outlet.reports]


def test_a_change_is_told_at_once_and_the_same_every_half_minute(
    standing: Standing, clock: SettableClock, outlet: Remembered
) -> None:
    for _ in range(650):
        packet(standing, clock)
    assert told(outlet) == [(WATCHING, 0.1)] * 3
    standing.lost(SourceError(STALLED, "no picture"))
    assert told(outlet)[3:] == [(STALLED, 65.0)]


def test_the_gap_begins_with_the_last_packet_and_not_when_it_is_noticed(
    standing: Standing, clock: SettableClock, outlet: Remembered
) -> None:
    packet(standing, clock)
    clock.advance(10)
    standing.lost(SourceError(STALLED, "no picture"))
    clock.advance(10)
    standing.lost(SourceError(SourceState.UNREACHABLE, "no answer"))
    clock.advance(10)
    standing.lost(SourceError(STALLED, "no picture"))
    assert told(outlet) == [(WATCHING, 0.1), (STALLED, 0.1), (SourceState.UNREACHABLE, 20.1), (STALLED, 30.1)]


def test_a_cause_that_is_known_is_handed_on_with_that_gap_only(
    standing: Standing, clock: SettableClock, outlet: Remembered
) -> None:
    standing.lost(SourceError(SourceState.UNREACHABLE, "it says nothing", GapCause.CAMERA))
    standing.lost(SourceError(SourceState.UNREACHABLE, "no answer"))
    assert [report.gap_cause for report in outlet.reports] == [GapCause.CAMERA, GapCause.NETWORK]


def test_a_camera_that_shows_nothing_does_not_count_as_watching_though_it_is_connected(
    standing: Standing, clock: SettableClock, outlet: Remembered
) -> None:
    packet(standing, clock)
    packet(standing, clock, "covered")
    packet(standing, clock, "covered")
    packet(standing, clock, "out of focus")
    packet(standing, clock)
    assert [(report.state, report.reason, report.gap_cause) for report in outlet.reports] == [
        (WATCHING, "", None),
        (SourceState.TAMPERED, "covered", GapCause.TAMPERED),
        (SourceState.TAMPERED, "out of focus", GapCause.TAMPERED),
        (WATCHING, "", None),
    ]
    assert [item.value for item in outlet.metric("camera.health")] == [1, 0, 0, 1]


def test_a_disk_that_fails_is_told_with_the_next_packet(
    standing: Standing, clock: SettableClock, outlet: Remembered
) -> None:
    full = Unrecorded(GapCause.DISK, "the disk is full", START)
    packet(standing, clock)
    packet(standing, clock, unrecorded=full)
    packet(standing, clock, unrecorded=full)
    packet(standing, clock)
    assert [report.unrecorded for report in outlet.reports] == [None, full, None]
    packet(standing, clock, unrecorded=full)
    standing.lost(SourceError(STALLED, "no picture"))
    assert outlet.reports[-1].unrecorded is None, "what is not watched is not unrecorded besides"


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_is_noticed_by_the_monotonic_one(clock: SettableClock, hours: int) -> None:
    leaps = Leaps(clock)
    for seconds in (0.1, 500, 1.5):
        clock.advance(seconds)
        leaps.look()
    clock.set_by = timedelta(seconds=1.5)  # as NTP slews it: not worth a word
    leaps.look()
    clock.set_by += timedelta(hours=hours)
    clock.advance(0.2)
    with pytest.raises(ClockSetError) as caught:
        leaps.look()
    assert caught.value.leapt_from == at(501.8 + 1.5)
    assert caught.value.since == min(at(503.3), at(503.3) + timedelta(hours=hours))
    leaps.look()


@pytest.mark.parametrize(("hours", "since"), [(1, 0.1), (-1, -3599.9)])
def test_after_the_clock_was_set_the_camera_is_dated_on_the_new_time(
    standing: Standing, clock: SettableClock, outlet: Remembered, hours: int, since: float
) -> None:
    packet(standing, clock)
    leaps = Leaps(clock)
    clock.set_by = timedelta(hours=hours)
    with pytest.raises(ClockSetError) as caught:
        leaps.look()
    standing.lost(caught.value)
    packet(standing, clock)
    assert told(outlet)[1:] == [(SourceState.ENDED, since), (WATCHING, 3600 * hours + 0.2)]
    lost, found = outlet.reports[1:]
    assert (lost.gap_cause, lost.leapt_from, found.leapt_from) == (GapCause.CLOCK, at(0.1), None)


def test_what_others_wrote_meanwhile_is_set_right(
    standing: Standing, clock: SettableClock, outlet: Remembered
) -> None:
    standing.lost(SourceError(SourceState.UNREACHABLE, "no answer"))
    standing.say_again()
    assert [report.state for report in outlet.reports] == [SourceState.UNREACHABLE] * 2
    packet(standing, clock)
    standing.say_again()
    packet(standing, clock)
    assert [report.state for report in outlet.reports[2:]] == [WATCHING] * 2


def test_every_report_is_of_the_same_camera(standing: Standing, clock: SettableClock, outlet: Remembered) -> None:
    packet(standing, clock)
    standing.connected(clock.now(), "covered", None, lambda: {"codec": "h264"})
    known: list[Any] = [(report.source, dict(report.detail)) for report in outlet.reports]
    assert known == [("cam-1", {}), ("cam-1", {"codec": "h264"})]
    assert isinstance(standing.health, Health)
