"""Who stays in a zone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hub.model.observation import Observation
from ingest.video.analysis import Track
from ingest.video.loitering import Loitering
from ingest.video.zones import Zones
from tests.fix_analysis import person, show, snapshots, told
from tests.unit.test_video_zones import zone

Scene = Callable[[float], list[Track]]
IN, OUT = 0.3, 0.8
"""x of somebody in the zone and beside it."""


def watched(folder: Path, scene: Scene, until_s: float = 60, step_s: float = 0.2) -> list[Observation]:
    zones = Zones([zone("gate", loiter="20s")])
    loitering = Loitering("cam-1", zones, zones.named[0], snapshots(folder))
    return show(loitering, [(index * step_s, scene(index * step_s)) for index in range(round(until_s / step_s))])


def spans(folder: Path, scene: Scene, until_s: float = 60, step_s: float = 0.2) -> list[tuple[float, float]]:
    """(second, value) of what is said."""
    return [(second, value or 0.0) for second, _, value in told(watched(folder, scene, until_s, step_s))]


def test_who_stays_longer_than_the_zone_allows_loiters_until_they_leave(tmp_path: Path) -> None:
    found = spans(tmp_path, lambda s: [person(7, IN if 5 <= s < 40 else OUT, 0.8)])
    assert found[:2] == [(0.0, 0.0), (25.0, 1.0)]
    assert found[-1][1] == 0.0
    assert 40 <= found[-1][0] <= 42.5


def test_who_passes_through_does_not(tmp_path: Path) -> None:
    assert spans(tmp_path, lambda s: [person(7, IN if 5 <= s < 20 else OUT, 0.8)]) == [(0.0, 0.0)]


def test_one_after_the_other_is_not_one_who_stays(tmp_path: Path) -> None:
    def changing(s: float) -> list[Track]:
        guest = int(s // 8)
        return [person(guest, IN, 0.8)] if s % 8 < 6 else [person(guest, OUT, 0.8)]

    assert spans(tmp_path, changing) == [(0.0, 0.0)]


def test_it_is_told_who_and_for_how_long_with_a_picture(tmp_path: Path) -> None:
    found = watched(tmp_path, lambda s: [person(7, IN, 0.8), person(8, OUT, 0.8)])
    onset = next(item for item in found if item.value)
    attrs = onset.attrs or {}
    assert [(each["id"], each["label"], each["for"]) for each in attrs["tracks"]] == [(7, "person", "20s")]
    assert (tmp_path / "snapshots" / attrs["snapshot"]).is_file()


def test_a_track_that_is_lost_for_a_moment_is_not_forgotten(tmp_path: Path) -> None:
    found = spans(tmp_path, lambda s: [] if 10 <= s < 18 else [person(7, IN, 0.8)], until_s=30)
    assert found == [(0.0, 0.0), (20.0, 1.0)]


def test_a_track_that_is_found_again_under_another_number_is_the_same(tmp_path: Path) -> None:
    found = spans(tmp_path, lambda s: [] if 10 <= s < 12 else [person(7 if s < 11 else 9, IN, 0.8)], until_s=30)
    assert found == [(0.0, 0.0), (20.0, 1.0)]


def test_another_who_appears_far_from_where_one_was_lost_is_another(tmp_path: Path) -> None:
    found = spans(tmp_path, lambda s: [person(7, IN, 0.8)] if s < 8 else [person(9, 0.05, 0.3)], until_s=26)
    assert found == [(0.0, 0.0)]


def test_another_beside_one_who_is_still_followed_inherits_nothing(tmp_path: Path) -> None:
    def scene(s: float) -> list[Track]:
        first = person(7, IN if s < 15 else 0.52, 0.8)  # steps over the edge of the zone
        return [first] if s < 15 else [first, person(9, IN, 0.8)]

    assert spans(tmp_path, scene, until_s=30) == [(0.0, 0.0)]


def test_who_is_lost_for_good_is_gone_after_ten_seconds(tmp_path: Path) -> None:
    found = spans(tmp_path, lambda s: [person(7, IN, 0.8)] if s < 30 else [], until_s=60)
    assert found[-1][1] == 0.0
    assert 40 <= found[-1][0] <= 40.5


def test_keyframes_are_enough(tmp_path: Path) -> None:
    assert spans(tmp_path, lambda s: [person(7, IN, 0.8)], until_s=30, step_s=2.0) == [(0.0, 0.0), (20.0, 1.0)]


def test_a_clock_that_is_set_back_begins_anew(tmp_path: Path) -> None:
    zones = Zones([zone("gate", loiter="20s")])
    loitering = Loitering("cam-1", zones, zones.named[0], snapshots(tmp_path))
    show(loitering, [(100.0 + index, [person(7, IN, 0.8)]) for index in range(15)])
    assert told(show(loitering, [(float(index), [person(7, IN, 0.8)]) for index in range(22)])) == [
        (20.0, "loitering.gate", 1.0)
    ]
