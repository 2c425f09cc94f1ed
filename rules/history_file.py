"""A file of history, as ``gridhub series export`` writes it: raw rows in Parquet, for a backtest without a store.

A file whose groups of rows follow one another in time of arrival is read group by group. One that holds a series after
the other, as an export does, is read whole and sorted, as far as memory may bear. Loads pyarrow: only the command that
reads such a file imports this.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from hub.errors import HubError
from hub.model.quality import UNFIT
from hub.model.source import Source
from rules.columns import Block, Book, Extra, Key
from rules.window import instant, moment

ROWS_AT_ONCE = 250_000
MOST_SORTED = 60_000_000
"""Rows that are sorted in memory: 40 bytes each."""
_DAY = timedelta(days=1)
_COLUMNS = ("source", "metric", "ts", "received_at", "value")
_BESIDE = ("area", "text", "attrs", "quality")
_MICROSECONDS = pyarrow.timestamp("us", "UTC")
_WORDS, _MOMENT, _NUMBER, _WHOLE = "text", "a timestamp with a time zone", "a number", "a whole number"
_KINDS = {
    "source": _WORDS, "metric": _WORDS, "area": _WORDS, "text": _WORDS, "attrs": _WORDS,
    "ts": _MOMENT, "received_at": _MOMENT, "value": _NUMBER, "quality": _WHOLE,
}  # fmt: skip


class HistoryFile:
    """``first`` and ``last``: the times of arrival of what is in it. Raises HubError where it is no such file."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = pyarrow.parquet.ParquetFile(path, read_dictionary=["source", "metric"])
        except (OSError, pyarrow.ArrowException) as error:
            raise HubError(f"{path} is no file of Parquet that can be read: {error}") from error
        names = self._file.schema_arrow.names
        missing = [name for name in _COLUMNS if name not in names]
        if missing:
            raise HubError(
                f"{path} has no {', '.join(missing)}: a backtest needs raw rows, as gridhub series export writes them"
            )
        self.path = path
        self.rows: int = self._file.metadata.num_rows
        self._names = [name for name in (*_COLUMNS, *_BESIDE) if name in names]
        for name in self._names:
            kind = self._file.schema_arrow.field(name).type
            if not _is(kind, _KINDS[name]):
                raise HubError(f"{path}: the column {name} is {kind}, and has to be {_KINDS[name]}")
        groups = range(self._file.num_row_groups)
        self._groups = [group for group in groups if self._file.metadata.row_group(group).num_rows]
        self._spans = [self._span(group) for group in self._groups]
        if not self._spans:
            raise HubError(f"{path} holds nothing")
        try:
            self.first = moment(min(first for first, _ in self._spans))
            self.last = moment(max(last for _, last in self._spans))
            _ = self.last + _DAY  # what ends after the last of them has a time, too
        except OverflowError as error:
            raise HubError(f"{path}: a time in received_at is outside the calendar") from error
        self._in_time = all(before[1] <= after[0] for before, after in zip(self._spans, self._spans[1:], strict=False))
        if not self._in_time and self.rows > MOST_SORTED:
            raise HubError(
                f"{path} has {self.rows:,} rows that are not in the order of received_at: sort them, or take fewer "
                f"than {MOST_SORTED:,}"
            )

    def blocks(
        self, book: Book, sources: Mapping[str, Source], metrics: Collection[str], first: datetime, last: datetime
    ) -> Iterator[Block]:
        """What happened in [first, last) of the wanted metrics, in the order of arrival; where ``sources`` do not know
        one, its area is the file's and its type is empty."""
        begin, end = instant(first), instant(last)
        pairs = zip(self._groups, self._spans, strict=True)
        groups = [group for group, span in pairs if span[1] >= begin]  # it arrives after it happened
        for chosen in [[group] for group in groups] if self._in_time else [groups] if groups else []:
            block = self._block(self._read(chosen, self._names), book, sources, metrics)
            inside = (block.ts >= begin) & (block.ts < end)
            block = block.select(inside)
            if (np.diff(block.received) < 0).any():
                block = block.ordered(np.lexsort((block.ts, block.received)))
            for place in range(0, len(block), ROWS_AT_ONCE):
                yield block.select(slice(place, place + ROWS_AT_ONCE))

    def _span(self, group: int) -> tuple[int, int]:
        """From the statistics of the group, where it has them."""
        columns = self._file.metadata.row_group(group)
        for number in range(columns.num_columns):
            column = columns.column(number)
            known = column.statistics
            if column.path_in_schema == "received_at" and known is not None and known.has_min_max:
                try:
                    return instant(known.min), instant(known.max)
                except (ValueError, OverflowError):  # nanoseconds, or none of the calendar
                    break
        times = _instants(self._read([group], ["received_at"])["received_at"])
        return int(times.min()), int(times.max())

    def _read(self, groups: Sequence[int], names: Sequence[str]) -> Any:
        """Raises HubError where what is there cannot be read, or has no source, metric or time."""
        try:
            table = self._file.read_row_groups(groups, names)
        except (OSError, pyarrow.ArrowException) as error:
            raise HubError(f"{self.path} is damaged: {error}") from error
        for name in ("source", "metric", "ts", "received_at"):
            if name in names and table[name].null_count:
                raise HubError(f"{self.path}: {table[name].null_count:,} rows have no {name}")
        return table

    def _block(self, table: Any, book: Book, sources: Mapping[str, Source], metrics: Collection[str]) -> Block:
        wanted = pyarrow.compute.is_in(table["metric"].cast(pyarrow.string()), pyarrow.array(list(metrics)))
        if not pyarrow.compute.all(wanted).as_py():
            table = table.filter(wanted)
        if "quality" in table.column_names:
            marks = table["quality"].cast(pyarrow.int64()).fill_null(0)  # what has no mark is good
            table = table.set_column(table.column_names.index("quality"), "quality", marks)
            table = table.filter(pyarrow.compute.equal(pyarrow.compute.bit_wise_and(marks, int(UNFIT)), 0))
        series = _series(table, book, sources)
        ts, received = (_instants(table[name]) for name in ("ts", "received_at"))
        value = table["value"].to_numpy().astype(np.float64)
        return Block(book, series, ts, received, value, _extras(table, self.path))


def _is(kind: Any, wanted: str) -> bool:
    types = pyarrow.types
    if wanted == _MOMENT:
        return types.is_timestamp(kind) and kind.tz is not None
    if wanted == _WHOLE:
        return bool(types.is_integer(kind))
    if wanted == _NUMBER:
        return bool(types.is_integer(kind) or types.is_floating(kind))
    words = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(words) or types.is_large_string(words) or types.is_null(words))


def _instants(column: Any) -> Any:
    found = column.cast(_MICROSECONDS, safe=False).to_numpy()  # nanoseconds are cut off
    return found.astype("datetime64[us]").astype(np.int64)


def _series(table: Any, book: Book, sources: Mapping[str, Source]) -> Any:
    """The number of each row's series: worked out once for each pair that occurs."""
    names, metrics = (table[name].combine_chunks() for name in ("source", "metric"))
    areas = table["area"] if "area" in table.column_names else None
    width = max(len(metrics.dictionary), 1)
    pair = names.indices.to_numpy().astype(np.int64) * width + metrics.indices.to_numpy()
    row_of = np.full(len(names.dictionary) * width, -1, np.int64)
    row_of[pair] = np.arange(len(pair))
    numbers = np.empty(len(row_of), np.int64)
    name_of, metric_of = names.dictionary.to_pylist(), metrics.dictionary.to_pylist()
    for index in np.flatnonzero(row_of >= 0).tolist():
        name, metric = name_of[index // width], metric_of[index % width]
        source = sources.get(name)
        if source is None:
            area = "" if areas is None else areas[int(row_of[index])].as_py() or ""
            key = Key(name, area, "", metric)
        else:
            key = Key(name, source.area, source.type, metric)
        numbers[index] = book.number(key)
    return numbers[pair]


def _extras(table: Any, path: Path) -> dict[int, Extra]:
    """Of the rows that are not plain numbers."""
    compute = pyarrow.compute
    odd = compute.is_null(table["value"])
    present = [name for name in ("text", "attrs") if name in table.column_names]
    for name in present:
        odd = compute.or_(odd, compute.is_valid(table[name]))
    if "quality" in table.column_names:
        odd = compute.or_(odd, compute.not_equal(table["quality"], 0))
    places = np.flatnonzero(odd.to_numpy())
    if not len(places):
        return {}
    beside = [name for name in ("value", *present, "quality") if name in table.column_names]
    rows = table.select(beside).take(pyarrow.array(places)).to_pylist()
    return {
        int(place): Extra(
            row.get("text"),
            None if row.get("attrs") is None else _attrs(row["attrs"], path),
            row.get("quality") or 0,
            row["value"] is not None,
        )
        for place, row in zip(places, rows, strict=True)
    }


def _attrs(text: str, path: Path) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HubError(f"{path}: the column attrs holds what is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise HubError(f"{path}: the column attrs holds {found!r:.60}, and has to hold objects of JSON")
    return found
