"""Files of history that are not as an export writes them: told in words, or read all the same."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from hub.errors import HubError
from rules.columns import Block, Book
from rules.history_file import HistoryFile

_START = datetime(2026, 3, 2, tzinfo=UTC)
_UTC = pyarrow.timestamp("us", "UTC")


def _columns() -> dict[str, Any]:
    moments = pyarrow.array([_START, _START + timedelta(seconds=10)], _UTC)
    names = {"source": ["a", "b"], "metric": ["smoke", "smoke"]}
    return names | {"ts": moments, "received_at": moments, "value": [0.1, 0.4]}


def _write(path: Path, **other: Any) -> Path:
    file = path / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.table(_columns() | other), file)
    return file


def _blocks(path: Path) -> list[Block]:
    file = HistoryFile(path)
    return list(file.blocks(Book(), {}, ["smoke"], file.first, file.last + timedelta(microseconds=1)))


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("ts", ["2026-03-02", "2026-03-03"], "the column ts is string, and has to be a timestamp with a time zone"),
        ("received_at", ["a", "b"], "the column received_at is string, and has to be a timestamp with a time zone"),
        ("received_at", [1, 2], "the column received_at is int64"),
        ("ts", pyarrow.array([_START.replace(tzinfo=None)] * 2), "the column ts is timestamp[us], and has to be"),
        ("source", [1, 2], "the column source is int64, and has to be text"),
        ("value", ["0.1", "0.4"], "the column value is string, and has to be a number"),
        ("quality", ["good", "bad"], "the column quality is string, and has to be a whole number"),
        ("attrs", [{"a": 1}, {"a": 2}], "the column attrs is struct<a: int64>, and has to be text"),
        ("source", [None, "b"], "1 rows have no source"),
        ("metric", ["smoke", None], "1 rows have no metric"),
        ("ts", pyarrow.array([None, _START], _UTC), "1 rows have no ts"),
        ("received_at", pyarrow.array([None, None], _UTC), "2 rows have no received_at"),
        ("received_at", pyarrow.array([2**62, 2**62], _UTC), "a time in received_at is outside the calendar"),
        ("attrs", ["{", None], "the column attrs holds what is no JSON"),
        ("attrs", ["[1]", None], "the column attrs holds [1], and has to hold objects of JSON"),
    ],
)
def test_a_column_that_is_not_what_it_has_to_be_is_named(
    tmp_path: Path, column: str, values: Any, said: str
) -> None:
    with pytest.raises(HubError) as caught:
        _blocks(_write(tmp_path, **{column: values}))
    assert said in str(caught.value)


def test_nanoseconds_whole_numbers_and_words_of_few_kinds_are_read(tmp_path: Path) -> None:
    kind = pyarrow.timestamp("ns", "Asia/Shanghai")
    fine = pyarrow.array([1_772_409_600_000_000_001, 1_772_409_610_000_000_001], kind)
    found = _blocks(
        _write(
            tmp_path,
            ts=fine,
            received_at=fine,
            value=pyarrow.array([1, None], pyarrow.int32()),
            source=pyarrow.array(["a", "b"]).dictionary_encode(),
            area=pyarrow.array(["x/y", "x/y"]).dictionary_encode(),
        )
    )
    (block,) = found
    assert [(key.source, key.area) for key in block.book.keys] == [("a", "x/y"), ("b", "x/y")]
    assert [block.value[0], block.extras[1].is_number] == [1.0, False]


def test_what_has_no_mark_of_quality_is_good(tmp_path: Path) -> None:
    found = _blocks(_write(tmp_path, quality=pyarrow.array([None, 0], pyarrow.int16())))
    assert sum(len(block) for block in found) == 2


def test_a_group_without_rows_is_passed_over(tmp_path: Path) -> None:
    table = pyarrow.table(_columns())
    with pyarrow.parquet.ParquetWriter(tmp_path / "x.parquet", table.schema) as writer:
        writer.write_table(table.slice(0, 0))
        writer.write_table(table)
    assert sum(len(block) for block in _blocks(tmp_path / "x.parquet")) == 2
    with pyarrow.parquet.ParquetWriter(tmp_path / "y.parquet", table.schema) as writer:
        writer.write_table(table.slice(0, 0))
    with pytest.raises(HubError, match="holds nothing"):
        HistoryFile(tmp_path / "y.parquet")


def test_a_file_that_is_damaged_is_told_as_such(tmp_path: Path) -> None:
    file = _write(tmp_path)
    whole = file.read_bytes()
    for place in range(4, 60):
        file.write_bytes(whole[:place] + b"\xff" * 40 + whole[place + 40 :])
        with suppress(HubError):  # nothing else is raised
            _blocks(file)
    file.write_bytes(whole[:-20])
    with pytest.raises(HubError, match="is no file of Parquet"):
        _blocks(file)
