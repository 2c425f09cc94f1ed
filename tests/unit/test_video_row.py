"""Which analysers a camera has."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from hub.model.observation import Observation
from hub.tally import Tally
from ingest.video.analysis import Frame
from ingest.video.row import Row, row_of
from tests.fix_analysis import frame, person

GATE = {"name": "东门", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
LINE = {"name": "fence", "points": [[0.5, 0], [0.5, 1]]}


def row(folder: Path, **config: object) -> Row:
    return row_of("cam-1", {"url": "rtsp://camera.example/", **config}, folder, Tally())


def metrics(row: Row) -> set[str]:
    """What is said of five quiet seconds, but of tampering."""
    said = [item for index in range(25) for item in row.see(frame(index / 5))]
    return {item.metric for item in said if not item.metric.startswith("tamper.")}


def test_zones_and_lines_are_spoken_of_as_their_settings_ask(tmp_path: Path) -> None:
    zones = [{**GATE, "loiter": "20s", "left": "1m", "crowd": 5}, {**GATE, "name": "court"}]
    assert metrics(row(tmp_path, zones=zones, lines=[LINE])) == {
        "motion", "zone.东门", "zone.court", "line.fence", "loitering.东门", "count.东门", "crowd.东门", "left.东门",
        "removed.东门",
    }  # fmt: skip


def test_without_motion_nothing_that_stands_on_it_is_analysed(tmp_path: Path) -> None:
    config = {"analyse": {"motion": False}, "zones": [{**GATE, "loiter": "20s"}], "lines": [LINE]}
    assert metrics(row(tmp_path, **config)) == set()


def test_a_zone_that_cannot_be_read_is_left_out_and_said_not_the_camera(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        analysers = row(tmp_path, zones=[{"name": "broken", "polygon": [[0, 0]]}, GATE])
    assert metrics(analysers) == {"motion", "zone.东门"}
    assert "camera cam-1: one of its zones is left out" in caplog.text


def test_who_is_near_a_line_makes_the_whole_row_ask_for_more(tmp_path: Path) -> None:
    analysers = row(tmp_path, lines=[LINE], analyse={"tamper": False})
    for index in range(25):
        analysers.see(frame(index / 5))
    assert not analysers.wants_more
    near = frame(5.0)
    near.tracks = (person(1, 0.45, 0.8),)
    line = next(item for item in analysers._analysers if type(item).__name__ == "Line")
    line.see(near)
    assert analysers.wants_more


class Broken:
    """An analyser with a mistake in it, for as long as ``is_broken``."""

    wants_more = False
    is_broken = True

    def see(self, frame: Frame) -> list[Observation]:
        if self.is_broken:
            raise IndexError("a mistake")
        return []


class Counting:
    wants_more = False

    def see(self, frame: Frame) -> list[Observation]:
        return [Observation("cam-1", "seen", frame.ts, frame.received_at, 1.0)]


def test_an_analyser_that_fails_costs_its_own_words_only_and_is_counted_and_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tally, broken = Tally(), Broken()
    analysers = Row("cam-1", [broken, Counting()], tally)
    with caplog.at_level(logging.INFO):
        for index in range(3):
            assert [item.metric for item in analysers.see(frame(index / 5))] == ["seen"]
        assert analysers.detail() == {"failing": "Broken"}
        broken.is_broken = False
        analysers.see(frame(1.0))
    assert analysers.detail() == {}
    assert tally.get("gridhub_analyser_failures_total", camera="cam-1", analyser="Broken") == 3
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"], "told when it changes"
