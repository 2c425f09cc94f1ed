"""How many there are in a zone."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from ingest.video.analysis import Track
from ingest.video.crowd import Crowd
from ingest.video.zones import Zones
from tests.fix_analysis import Said, person, show, told
from tests.unit.test_video_zones import zone


def people(count: int, outside: int = 0) -> list[Track]:
    return [person(n, 0.02 * n, 0.8) for n in range(count)] + [person(100 + n, 0.9, 0.8) for n in range(outside)]


def said(scenes: Iterable[tuple[float, list[Track]]], metric: str, crowd: int = 3) -> Said:
    zones = Zones([zone("广场", crowd=crowd)])
    found = told(show(Crowd("cam-1", zones, zones.named[0]), scenes))
    return [each for each in found if each[1] == f"{metric}.广场"]


def steady(counts: Iterable[tuple[float, int]], until_s: float) -> list[tuple[float, list[Track]]]:
    """Five pictures a second; (from second, how many)."""
    steps = list(counts)
    return [
        (index / 5, people([count for second, count in steps if second <= index / 5][-1], outside=2))
        for index in range(round(until_s * 5))
    ]


def test_the_number_of_those_in_the_zone_is_said_when_it_changes() -> None:
    assert said(steady([(0, 0), (2, 1), (4, 3), (6, 0)], 8), "count") == [
        (0.0, "count.广场", 0.0), (2.0, "count.广场", 1.0), (4.0, "count.广场", 3.0), (6.0, "count.广场", 0.0),
    ]  # fmt: skip


def test_it_is_said_at_most_once_a_second_and_the_last_word_is_right() -> None:
    changing = [(index / 5, index % 3) for index in range(20)] + [(4.0, 2)]
    found = said(steady(changing, 6), "count")
    times = [second for second, _, _ in found]
    assert all(later - earlier >= 0.99 for earlier, later in pairwise(times))
    assert found[-1][2] == 2.0


def test_a_crowd_begins_when_there_have_been_enough_for_two_seconds_and_ends_after_five_with_fewer() -> None:
    found = said(steady([(0, 2), (4, 3), (10, 2), (12, 3), (20, 2)], 30), "crowd")
    assert found == [(0.0, "crowd.广场", 0.0), (6.0, "crowd.广场", 1.0), (25.0, "crowd.广场", 0.0)]


def test_so_many_for_a_moment_are_no_crowd() -> None:
    assert [value for _, _, value in said(steady([(0, 2), (4, 5), (5, 2), (7, 5), (8, 2)], 12), "crowd")] == [0.0]


def test_a_crowd_that_lasts_is_said_again() -> None:
    assert len([1 for _, _, value in said(steady([(0, 4)], 70), "crowd") if value]) == 3
