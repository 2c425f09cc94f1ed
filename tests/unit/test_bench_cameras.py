"""The rows of the benchmark of cameras: what is compared with what, and which bound holds."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from bench.cameras import bound_of, case_of, compared, delays, memory, recorded, rows, usual_batches
from bench.motion import Motion
from bench.score import Score
from bench.side import Case, Cost, Result, stretches
from bench.worker import Seen

QUIET = Case("quiet", "cq", "1080p15", 1)


def result(cpu: float, found: int = 4, false_alarms: int = 0, pss_mb: float = 100.0) -> Result:
    return Result(Cost(cpu, pss_mb, 12, 9), Score(4, found, false_alarms, ()))


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("quiet-cq-1080p15-1", ">= 10"),
        ("quiet-cbr-1080p15-8", ">= 5"),
        ("quiet-cbr-720p25-1-sub", ">= 10"),
        ("street-cbr-1080p15-1", ">= 3.5"),
        ("busy-cq-720p25-32", ">= 1.3"),
    ],
)
def test_each_case_has_the_bound_of_its_scene(name: str, bound: str) -> None:
    assert bound_of(case_of(name)) == bound
    assert case_of(name).name == name


def test_a_case_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="quiet-cq-4k-1: there is no such case"):
        case_of("quiet-cq-4k-1")


def test_ten_times_the_cameras_at_equal_events_holds() -> None:
    assert [row.holds for row in compared(QUIET, result(0.005), result(0.05))] == [True, True, True]
    assert [row.holds for row in compared(QUIET, result(0.006), result(0.05))] == [False, True, True]


def test_an_event_that_only_the_peer_finds_and_an_alarm_that_only_we_raise_fail() -> None:
    _, found, false_alarms = compared(QUIET, result(0.005, found=3, false_alarms=1), result(0.05))
    assert not found.holds
    assert not false_alarms.holds


def test_a_side_that_could_not_be_measured_holds_nothing() -> None:
    assert not any(row.holds for row in compared(QUIET, Result(reason="it ended"), result(0.05)))
    assert not any(row.holds for row in compared(QUIET, result(0.005), Result(reason="it ended")))
    starved = replace(result(0.005), reason="the machine was full")
    assert not any(row.holds for row in compared(QUIET, starved, result(0.05)))


def test_the_peer_is_measured_once_for_the_case_with_a_substream() -> None:
    with_sub = replace(QUIET, sub=True, peer="")
    found = {QUIET.name: {"peer": result(0.05)}, with_sub.name: {"ours": result(0.005)}}
    assert [row.name for row in rows([with_sub], found)] == [
        "quiet-cq-1080p15-1-sub cameras per core",
        "quiet-cq-1080p15-1-sub found of 4 events",
        "quiet-cq-1080p15-1-sub false alarms",
    ]


def test_delays_are_held_against_the_bound_of_their_mode() -> None:
    ours = replace(result(0.005), delays_s={"sizes": (0.4, 1.2), "keyframes": (2.4,)})
    sizes, keyframes = delays({QUIET.name: {"ours": ours}})
    assert (sizes.value, sizes.holds) == (1.2, False)
    assert (keyframes.value, keyframes.holds) == (2.4, True)


def test_memory_is_that_of_each_camera_after_the_first() -> None:
    found = {
        "quiet-cq-1080p15-1": {"ours": result(0.005, pss_mb=90.0)},
        "quiet-cq-1080p15-8": {"ours": result(0.005, pss_mb=230.0)},
    }
    (row,) = memory(found)
    assert (row.value, row.holds) == (20.0, True)


def test_recording_is_what_it_costs_above_reading() -> None:
    found = {
        "quiet-cbr-1080p15-4": {"ours": result(0.010)},
        "quiet-cbr-1080p15-4-continuous": {"ours": result(0.014)},
    }
    (row,) = recorded(found)
    assert row.value == pytest.approx(0.4)
    assert not row.holds


def test_every_row_of_the_table_is_in_the_usual_run() -> None:
    cases = [case for batch in usual_batches() for case in batch]
    wanted = itertools.product(("quiet", "street", "busy"), ("cq", "cbr"), (False, True))
    assert {(case.kind, case.encoding, case.sub) for case in cases} == set(wanted)
    assert {case.cameras for case in cases} >= {1, 8}
    assert len({case.name for case in cases}) == len(cases)


def test_a_stretch_of_motion_runs_to_the_next_zero() -> None:
    seen = [Seen(1.0, 0.0, 1.1), Seen(5.0, 0.2, 5.3), Seen(6.0, 0.1, 6.1), Seen(9.0, 0.0, 9.1), Seen(20.0, 0.3, 20.2)]
    first, second = stretches(seen)
    assert (first.begin, first.end, first.known) == (5.0, 9.0, 5.3)
    assert (second.begin, second.end) == (20.0, float("inf"))


def test_the_events_of_motion_are_read_from_its_notes() -> None:
    notes = "1.5 start cam-1\n2.0 start cam-2\n4.5 end cam-1\n5.0 lost cam-1\n9.0 start cam-1\n"
    assert Motion.read(notes) == {"cam-1": [(1.5, 4.5), (9.0, float("inf"))], "cam-2": [(2.0, float("inf"))]}
