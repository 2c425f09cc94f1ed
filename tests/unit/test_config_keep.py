"""For how long what is kept: the defaults, what differs for a kind, and what contradicts itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hub.config import load
from hub.config.keep import Keep, KeepOfKind
from hub.errors import ConfigError
from hub.model.source import SourceKind


def days(keep: Keep, kind: SourceKind = SourceKind.DEVICE) -> list[int]:
    return [kept.days for kept in keep.of(kind).values()]


def test_everything_is_kept_for_thirty_days_or_longer_unless_told_otherwise() -> None:
    assert days(Keep()) == [30, 90, 730, 3650]


def test_a_level_that_is_not_named_is_kept_as_long_as_a_finer_one() -> None:
    assert days(Keep(observations=timedelta(days=120))) == [120, 120, 730, 3650]


def test_a_kind_may_differ() -> None:
    keep = Keep(devices=KeepOfKind(observations=timedelta(days=100), hour=timedelta(days=900)))
    assert days(keep) == [100, 100, 900, 3650]
    assert days(keep, SourceKind.CAMERA) == [30, 90, 730, 3650]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("keep:\n  observations: 40d\n  minute: 35d", 4, "minute is kept for a shorter time than observations"),
        ("keep: {minute: 20d}", 2, "minute is kept for a shorter time than observations"),
        ("keep:\n  day: 100d", 3, "day is kept for a shorter time than hour"),
        ("keep:\n  cameras: {minute: 10d}", 3, "minute is kept for a shorter time than observations"),
        ("keep:\n  observations: 3h", 3, "is less than a day"),
    ],
)
def test_a_rollup_that_goes_before_its_rows_is_an_error_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    file = tmp_path / "hub.yaml"
    file.write_text(f"areas: areas.geojson\n{text}\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    [problem] = caught.value.problems
    assert problem.line == line
    assert words in problem.message
