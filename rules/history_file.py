"""A file of history, as ``gridhub series export`` writes it: raw rows in Parquet, for a backtest without a store.

A file whose groups of rows follow one another in time of arrival is read group by group. One that holds a series after
the other, as an export does, is read whole and sorted, as far as memory may bear. Loads pyarrow: only the command that
reads such a file imports this.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
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
_COLUMNS = ("source", "metric", "ts", "received_at", "value")
_BESIDE = ("area", "text", "attrs", "quality")
_MICROSECONDS = pyarrow.timestamp("us", "UTC")


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
        self._spans = [self._span(group) for group in range(self._file.num_row_groups)]
        if not self._spans:
            raise HubError(f"{path} holds nothing")
        self.first = moment(min(first for first, _ in self._spans))
        self.last = moment(max(last for _, last in self._spans))
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
        groups = [group for group, span in enumerate(self._spans) if span[1] >= begin]  # it arrives after it happened
        for chosen in [[group] for group in groups] if self._in_time else [groups] if groups else []:
            block = self._block(self._file.read_row_groups(chosen, self._names), book, sources, metrics)
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
                return instant(known.min), instant(known.max)
        times = self._file.read_row_group(group, ["received_at"])["received_at"].cast(_MICROSECONDS).to_numpy()
        times = times.astype("datetime64[us]").astype(np.int64)
        return int(times.min()), int(times.max())

    def _block(self, table: Any, book: Book, sources: Mapping[str, Source], metrics: Collection[str]) -> Block:
        wanted = pyarrow.compute.is_in(table["metric"].cast(pyarrow.string()), pyarrow.array(list(metrics)))
        if not pyarrow.compute.all(wanted).as_py():
            table = table.filter(wanted)
        if "quality" in table.column_names:
            fit = pyarrow.compute.equal(pyarrow.compute.bit_wise_and(table["quality"], int(UNFIT)), 0)
            table = table.filter(fit)
        series = _series(table, book, sources)
        ts, received = (
            table[name].cast(_MICROSECONDS).to_numpy().astype("datetime64[us]").astype(np.int64)
            for name in ("ts", "received_at")
        )
        value = table["value"].to_numpy().astype(np.float64)
        return Block(book, series, ts, received, value, _extras(table))


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


def _extras(table: Any) -> dict[int, Extra]:
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
    rows = table.take(pyarrow.array(places)).to_pylist()
    return {
        int(place): Extra(
            row.get("text"),
            None if row.get("attrs") is None else json.loads(row["attrs"]),
            row.get("quality") or 0,
            row["value"] is not None,
        )
        for place, row in zip(places, rows, strict=True)
    }
