"""The scenes of the benchmark of cameras: how much happens, when, and how they are encoded."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bench import scenes
from bench.scenes import GOP_S, SCENE_PLACES, Encoding, Place, Size, Stretch

SMALL = Size(96, 54, 5, 200, 60)
PLACE = Place(12, (Stretch(4.2, "car-detection.mp4", 4.0, 6.0, ((4.4, 6.0),)),))


@pytest.mark.parametrize(("kind", "share"), [("quiet", 0.05), ("street", 0.30), ("busy", 1.0)])
def test_a_place_is_as_busy_as_its_kind_says(kind: str, share: float) -> None:
    for place in SCENE_PLACES[kind].values():
        in_view_s = sum(end - begin for begin, end in place.events())
        assert in_view_s / place.length_s == pytest.approx(share, rel=0.1)


def test_stretches_follow_each_other_and_hold_what_they_show() -> None:
    for place in (place for places in SCENE_PLACES.values() for place in places.values()):
        until = 0.0
        for stretch in place.stretches:
            assert stretch.at >= until
            until = stretch.at + stretch.end - stretch.begin
            assert all(stretch.begin <= begin < end <= stretch.end for begin, end in stretch.in_view)
        assert until <= place.length_s
        assert place.length_s % GOP_S == 0  # a loop begins with a keyframe, and no group is shorter than the others


def test_onsets_of_quiet_places_are_spread_over_the_group_of_pictures() -> None:
    phases = [begin % GOP_S for place in SCENE_PLACES["quiet"].values() for begin, _ in place.events()]
    assert {int(2 * phase) for phase in phases} == {0, 1, 2, 3}


def test_a_frozen_stretch_fades_from_the_footage_before_it_to_that_after_it() -> None:
    pictures = list(scenes._pictures(PLACE, SMALL))
    assert len(pictures) == 60
    first, last = pictures[21], pictures[30]
    steps = [int(np.abs(a.astype(int) - b).max()) for a, b in pairwise(pictures)]
    assert max(steps[:20] + steps[31:]) <= 8, "something jumps where nothing moves"
    assert np.abs(pictures[20].astype(int) - first).max() <= 8
    assert np.abs(pictures[31].astype(int) - last).max() <= 8
    assert max(steps[21:30]) > 50, "nothing moves in the footage"


def test_what_is_encoded_is_found_by_its_index_with_a_keyframe_every_group(tmp_path: Path) -> None:
    main, sub = tmp_path / "x.h264", tmp_path / "x-sub.h264"
    scenes._make(PLACE, Encoding(28, 1.0), SMALL, main, sub)
    for path in (main, sub):
        about, data = json.loads(path.with_suffix(".json").read_text()), path.read_bytes()
        assert about["events"] == [[pytest.approx(4.6), pytest.approx(6.2)]]
        assert [number for number, (_, _, key) in enumerate(about["frames"]) if key] == [0, 10, 20, 30, 40, 50]
        assert all(data[offset : offset + 4] == b"\0\0\0\1" for offset, _, _ in about["frames"])
        assert sum(size for _, size, _ in about["frames"]) == len(data)
