"""Stretches of activity: what counts as one, and how two spans of time that were read apart are joined."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.model.activity import Stretch, is_activity, joined

EDGE = datetime(2026, 3, 1, 12, tzinfo=UTC)


def stretch(
    began_s: float, ended_s: float, metric: str = "motion", source: str = "cam-1", peak: float = 1.0
) -> Stretch:
    began, ended = EDGE + timedelta(seconds=began_s), EDGE + timedelta(seconds=ended_s)
    return Stretch(source, "qth/g1", metric, began, ended, peak)


def test_what_goes_on_across_an_edge_is_one_stretch_with_the_higher_peak() -> None:
    assert joined([stretch(0, 60, peak=2)], [stretch(-90, -1, peak=-3)], EDGE) == [stretch(-90, 60, peak=-3)]


def test_what_begins_later_after_the_edge_is_another_stretch() -> None:
    assert joined([stretch(41, 60)], [stretch(-90, -1)], EDGE) == [stretch(41, 60), stretch(-90, -1)]


def test_what_had_ended_long_before_the_edge_is_another_stretch() -> None:
    assert joined([stretch(0, 60)], [stretch(-90, -41)], EDGE) == [stretch(0, 60), stretch(-90, -41)]


@pytest.mark.parametrize("other", [stretch(-90, -1, metric="object.car"), stretch(-90, -1, source="cam-2")])
def test_only_the_same_thing_of_the_same_camera_is_joined(other: Stretch) -> None:
    assert joined([stretch(0, 60)], [other], EDGE) == [stretch(0, 60), other]


def test_the_newest_comes_first() -> None:
    found = joined([stretch(100, 110), stretch(200, 210)], [stretch(-50, -45, "object.car")], EDGE)
    assert [each.began_at for each in found] == sorted((each.began_at for each in found), reverse=True)


@pytest.mark.parametrize(
    ("metric", "is_one"),
    [
        ("motion", True), ("object.person", True), ("zone.东门", True), ("left.hall", True), ("line.a\nb", True),
        ("zone.", False), ("camera.health", False), ("tamper.covered", False), ("count.hall", False),
        ("motion.x", False),
    ],
)  # fmt: skip
def test_what_a_camera_sees_is_told_from_how_it_is(metric: str, is_one: bool) -> None:
    assert is_activity(metric) is is_one
