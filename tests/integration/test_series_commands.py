"""``gridhub series export``: series as files that other programs read."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from dashboard import series_file
from hub import cli
from hub.clock import SystemClock
from hub.model.observation import Observation
from hub.model.quality import Quality
from hub.model.source import SourceKind
from hub.store import Store, export, sources
from hub.store.batches import BatchWriter
from hub.store.rollup import Rollup
from tests.fix_api import GRID, OTHER_GRID, T0

Run = Callable[..., int]


@pytest.fixture
def gridhub(city: Store, tmp_path: Path) -> Run:
    config = tmp_path / "hub.yaml"
    config.write_text(f"store: {{url: '{city.conninfo}'}}\nareas: areas.geojson\n")
    rows = [said("smoke-1", "smoke", second, 0.25 * second, unit="Cel") for second in range(5)]
    rows += [said("smoke-2", "smoke", 1, 7.0), said("smoke-1", "battery", 2, 80.0)]
    rows += [said("smoke-1", "state", 3, None, text='open, "wide"', attrs={"lat": 1.5}, quality=Quality.JUMPING)]
    BatchWriter(city, "mqtt-0", SourceKind.DEVICE).append(rows)

    def run(*arguments: str) -> int:
        with pytest.raises(SystemExit) as ended:
            cli.main(["series", "export", *arguments, "-c", str(config)])
        return int(ended.value.code or 0)

    return run


def said(source: str, metric: str, second: float, value: float | None, **more: Any) -> Observation:
    at = T0 + timedelta(seconds=second)
    return Observation(source, metric, at, at + timedelta(milliseconds=5), value, **more)


def rows_of(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
    return rows


def series_in(path: Path) -> list[tuple[str, str]]:
    return sorted({(row["source"], row["metric"]) for row in rows_of(path)})


def test_parquet_holds_all_that_was_said(gridhub: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "all.parquet"
    assert gridhub("-o", str(out)) == 0
    assert "wrote 8 rows of 4 series" in capsys.readouterr().err
    rows = rows_of(out)
    assert [(row["source"], row["metric"]) for row in rows] == [
        ("smoke-1", "battery"), *[("smoke-1", "smoke")] * 5, ("smoke-1", "state"), ("smoke-2", "smoke"),
    ]  # fmt: skip
    assert rows[3] == {
        "source": "smoke-1", "area": GRID, "metric": "smoke", "unit": "Cel", "ts": T0 + timedelta(seconds=2),
        "value": 0.5, "text": None, "quality": 0, "received_at": T0 + timedelta(seconds=2, milliseconds=5), "key": "",
        "attrs": None,
    }  # fmt: skip
    assert (rows[6]["value"], rows[6]["text"], rows[6]["quality"]) == (None, 'open, "wide"', 4)
    assert rows[6]["attrs"] == '{"lat": 1.5}'


def test_csv_holds_the_same_with_times_as_everywhere(gridhub: Run, tmp_path: Path) -> None:
    out = tmp_path / "all.csv"
    assert gridhub("-o", str(out), "--source", "smoke-1", "--metric", "state", "--metric", "battery") == 0
    with out.open(encoding="utf-8", newline="") as file:
        battery, state = list(csv.DictReader(file))
    assert (battery["metric"], battery["ts"], battery["value"]) == ("battery", "2026-03-01T12:00:02.000000Z", "80")
    assert (state["text"], state["value"], state["attrs"]) == ('open, "wide"', "", '{"lat": 1.5}')


NARROWED = [
    (["--source", "smoke-2"], [("smoke-2", "smoke")]),
    (["--metric", "smoke"], [("smoke-1", "smoke"), ("smoke-2", "smoke")]),
    (["--area", "qth/xinxing"], [("smoke-2", "smoke")]),
    (["--area", GRID, "--metric", "battery"], [("smoke-1", "battery")]),
    (["--from", "2026-03-01T12:00:03Z"], [("smoke-1", "smoke"), ("smoke-1", "state")]),
    (["--to", "2026-03-01T12:00:01Z"], [("smoke-1", "smoke")]),
]


@pytest.mark.parametrize(("arguments", "expected"), NARROWED)
def test_what_is_written_is_narrowed_as_asked(
    gridhub: Run, tmp_path: Path, arguments: list[str], expected: list[tuple[str, str]]
) -> None:
    out = tmp_path / "some.parquet"
    assert gridhub("-o", str(out), *arguments) == 0
    assert series_in(out) == expected


def test_a_level_is_written_as_the_store_keeps_it(gridhub: Run, city: Store, tmp_path: Path) -> None:
    Rollup(city, SystemClock()).catch_up()
    out = tmp_path / "hours.parquet"
    assert gridhub("-o", str(out), "--level", "hour", "--source", "smoke-1", "--metric", "smoke") == 0
    [row] = rows_of(out)
    assert (row["ts"], row["mean"], row["min"], row["max"], row["count"], row["last"], row["bad"]) == (
        datetime(2026, 3, 1, 12, tzinfo=UTC), 0.5, 0.0, 1.0, 5, 1.0, 0,
    )  # fmt: skip


def test_what_a_source_said_that_is_gone_is_written_too(gridhub: Run, city: Store, tmp_path: Path) -> None:
    with city.transaction() as tx:
        sources.remove(tx, "smoke-2")
    out = tmp_path / "gone.parquet"
    assert gridhub("-o", str(out), "--source", "smoke-2") == 0
    assert [row["area"] for row in rows_of(out)] == [""]
    assert gridhub("-o", str(tmp_path / "none.parquet"), "--area", OTHER_GRID) == 1


def test_a_series_longer_than_memory_is_written_in_portions(
    gridhub: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(series_file, "_GROUP_ROWS", 3)
    out = tmp_path / "all.parquet"
    assert gridhub("-o", str(out)) == 0
    assert [row["value"] for row in rows_of(out) if row["metric"] == "smoke"] == [0.0, 0.25, 0.5, 0.75, 1.0, 7.0]
    assert pyarrow.parquet.ParquetFile(out).num_row_groups > 1


@pytest.mark.parametrize("name", ["all.parquet", "all.csv"])
def test_a_file_that_cannot_be_finished_leaves_what_was_there(
    gridhub: Run, city: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    out = tmp_path / name
    out.write_text("the file of yesterday")
    with city.transaction() as tx:
        tx.execute("alter table observation_device rename to gone; alter view observation rename to gone_too")
    assert gridhub("-o", str(out)) == 1
    assert out.read_text() == "the file of yesterday"
    assert sorted(entry.name for entry in tmp_path.iterdir() if "all" in entry.name) == [name]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-o", "x.xlsx"], 2, "must end in .parquet or .csv"),
        ([], 2, "-o/--output"),
        (["-o", "x.csv", "--from", "yesterday"], 2, "not an RFC 3339 time"),
        (["-o", "x.csv", "--from", "2026-03-01T12:00:00Z", "--to", "2026-03-01T12:00:00Z"], 2, "must come after"),
        (["-o", "x.csv", "--level", "second"], 2, "level"),
        (["-o", "x.csv", "--area", "UPPER"], 2, "not an area path"),
        (["-o", "x.csv", "--source", "smoke1"], 1, "no series of the source 'smoke1'; did you mean 'smoke-1'?"),
        (["-o", "x.csv", "--metric", "smok"], 1, "no series of the metric 'smok'; did you mean 'smoke'?"),
        (["-o", "x.csv", "--area", "qth/taoshn"], 1, "no area 'qth/taoshn'; did you mean 'qth/taoshan'?"),
        (["-o", "x.csv", "--source", "smoke-2", "--metric", "battery"], 1, "but none has all of it"),
        (["-o", "/nowhere/at/all.csv"], 1, "cannot be written"),
    ],
)
def test_wrong_usage_is_said(
    gridhub: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert gridhub(*arguments) == code
    assert words in capsys.readouterr().err


def test_a_name_that_finds_nothing_beside_others_is_told(
    gridhub: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gridhub("-o", str(tmp_path / "some.csv"), "--metric", "smoke", "--metric", "batery") == 0
    assert "no series of the metric 'batery'; did you mean 'battery'?" in capsys.readouterr().err


def test_an_area_that_has_said_nothing_yet_is_told_from_one_that_is_not_there(
    gridhub: Run, city: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with city.transaction() as tx:
        sources.remove(tx, "smoke-2")
    assert gridhub("-o", str(tmp_path / "none.csv"), "--area", OTHER_GRID) == 1
    assert f"nothing in the area {OTHER_GRID!r} has said anything yet" in capsys.readouterr().err
