"""A file of series, Parquet or CSV: written beside its place, and put there when it is whole.

Loads pyarrow, which takes a while: only the command that writes such a file imports this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

from hub.errors import HubError
from hub.model.bucket import Level
from hub.store import export
from hub.store.export import Series

_GROUP_ROWS = 131_072
"""Of Parquet, in one group: short series share one, and so many are held in memory."""

_SERIES = ("source", "area", "metric", "unit")
_INSTANT = pyarrow.timestamp("us", "UTC")
_TYPES = {
    **dict.fromkeys((*_SERIES, "text", "key", "attrs"), pyarrow.string()),
    **dict.fromkeys(("ts", "received_at"), _INSTANT),
    **dict.fromkeys(("count", "bad"), pyarrow.int64()),
    **dict.fromkeys(("value", "mean", "min", "max", "last"), pyarrow.float64()),
    "quality": pyarrow.int16(),
}
_RFC3339 = "%Y-%m-%dT%H:%M:%SZ"  # pyarrow's %S has the fraction of the second


class SeriesFile:
    """Takes rows of one series after the other; made by ``writing``. ``rows``: how many it has taken."""

    def __init__(self, sink: Any, suffix: str, level: Level) -> None:
        self.rows = 0
        self._columns = export.POINT if level is Level.RAW else export.BUCKET
        self._schema = pyarrow.schema([(name, _TYPES[name]) for name in (*_SERIES, *self._columns)])
        self._is_csv = suffix == ".csv"
        if self._is_csv:
            written = [(field.name, _of_csv(field.type)) for field in self._schema]
            self._writer = pyarrow.csv.CSVWriter(sink, pyarrow.schema(written))
        else:
            self._writer = pyarrow.parquet.ParquetWriter(sink, self._schema, compression="zstd")
        self._waiting: list[Any] = []
        self._waiting_rows = 0

    def add(self, series: Series, rows: Sequence[tuple[Any, ...]]) -> None:
        count = len(rows)
        of_series = [pyarrow.repeat(getattr(series, name), count) for name in _SERIES]
        columns = zip(self._columns, zip(*rows, strict=True), strict=True)
        of_rows = [pyarrow.array(list(values), _TYPES[name]) for name, values in columns]
        batch = pyarrow.record_batch([*of_series, *of_rows], schema=self._schema)
        self.rows += count
        self._waiting.append(_in_words(batch) if self._is_csv else batch)
        self._waiting_rows += count
        if self._waiting_rows >= _GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pyarrow.Table.from_batches(self._waiting).combine_chunks())
        self._waiting, self._waiting_rows = [], 0


@contextmanager
def writing(path: Path, level: Level) -> Iterator[SeriesFile]:
    """A new file at ``path`` when the block has ended; nothing where it raises. Raises HubError."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as sink:
            file = SeriesFile(sink, path.suffix.lower(), level)
            try:
                yield file
            finally:
                file.close()
            sink.flush()
            os.fsync(sink.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise HubError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _of_csv(kind: Any) -> Any:
    return pyarrow.string() if kind == _INSTANT else kind


def _in_words(batch: Any) -> Any:
    """Times as RFC 3339 has them."""
    arrays = [
        pyarrow.compute.strftime(column, format=_RFC3339) if column.type == _INSTANT else column
        for column in batch.columns
    ]
    return pyarrow.record_batch(arrays, names=batch.schema.names)
