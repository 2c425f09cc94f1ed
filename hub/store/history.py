"""What was stored, in the order in which it was committed, in columns: how the rules are run again over last month.

A portion is some hundred thousand observations of whole batches, read in a transaction of its own as arrays in
PostgreSQL's binary form (the manual's "Frontend/Backend Protocol" says nothing of arrays; ``array_send`` of the server
does: five 32-bit words of header, then each element after its length). The next one is read while one is worked on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hub.model.area import Within, beginnings
from hub.model.judged import Judged, Verdict
from hub.model.quality import UNFIT
from hub.store.copying import EPOCH, microseconds
from hub.store.sql import sql
from hub.store.store import Store

ROWS_AT_ONCE = 250_000
_HEADS_AT_ONCE = 5_000
_HEADER_BYTES = 20
_UNIX_US = round((EPOCH - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1e6)


@dataclass(frozen=True, slots=True)
class Series:
    """``id`` is the number by which a portion calls it."""

    id: int
    source: str
    area: str
    type: str
    metric: str


class Beside(NamedTuple):
    """What an observation has beside a number."""

    text: str | None
    attrs: Mapping[str, Any] | None
    quality: int
    is_number: bool


@dataclass(frozen=True, slots=True)
class Portion:
    """Columns of equal length; times in microseconds since 1970, ``value`` NaN where there is none. ``beside`` holds by
    position what is more, or less, than a good number."""

    series: npt.NDArray[np.int64]
    ts: npt.NDArray[np.int64]
    received: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    beside: Mapping[int, Beside]


class _Stretch(NamedTuple):
    """Batches that follow one another, all numbers included; the times of what is in them, none from ``before`` on."""

    begin: int
    end: int
    first: datetime
    last: datetime
    before: datetime


def series(store: Store, metrics: Sequence[str] | None = None, within: Within = None) -> list[Series]:
    """Those of sources that are still there, with any of ``metrics``, in ``within``; None does not narrow."""
    params = {"metrics": None if metrics is None else list(metrics), "within": beginnings(within)}
    return [Series(**row) for row in store.fetch(sql["history_series"], params)]


def judged(
    store: Store, rules: Sequence[str], first: datetime, last: datetime, within: Within = None
) -> list[Judged]:
    """The alerts of these rules that began in [first, last), with what people made of them."""
    params = {"rules": list(rules), "first": first, "last": last, "within": beginnings(within)}
    rows = store.fetch(sql["history_judged"], params)
    return [Judged(**row | {"verdict": Verdict(row["verdict"])}) for row in rows]


def read(
    store: Store, first: datetime, last: datetime, ids: Sequence[int] | None = None, rows: int = ROWS_AT_ONCE
) -> Iterator[Portion]:
    """What happened in [first, last), of the series ``ids`` (None: of all), about ``rows`` at once. What is marked as
    unfit for the rules is left out. Raises StoreError."""
    wanted = None if ids is None else list(ids)
    stretches = _stretches(store, first, last, rows)
    with ThreadPoolExecutor(1, "history") as reader:

        def begin() -> Future[Portion] | None:
            stretch = next(stretches, None)
            return None if stretch is None else reader.submit(_portion, store, stretch, wanted)

        ahead = begin()
        while ahead is not None:
            portion = ahead.result()
            ahead = begin()
            yield portion


def _stretches(store: Store, first: datetime, last: datetime, rows: int) -> Iterator[_Stretch]:
    after, found = 0, 0
    open_heads: list[dict[str, Any]] = []
    while True:
        params = {"after": after, "first": first, "last": last, "limit": _HEADS_AT_ONCE}
        heads = store.fetch(sql["history_heads"], params)
        for head in heads:
            open_heads.append(head)
            found += head["rows"]
            if found >= rows:
                yield _stretch(open_heads, last)
                open_heads, found = [], 0
        if len(heads) < _HEADS_AT_ONCE:
            break
        after = heads[-1]["id"]
    if open_heads:
        yield _stretch(open_heads, last)


def _stretch(heads: Sequence[Mapping[str, Any]], before: datetime) -> _Stretch:
    first, last = min(head["first"] for head in heads), max(head["last"] for head in heads)
    return _Stretch(heads[0]["id"], heads[-1]["id"], first, last, before)


def _portion(store: Store, stretch: _Stretch, ids: list[int] | None) -> Portion:
    params = {**stretch._asdict(), "series": ids, "unfit": int(UNFIT)}
    with store.transaction() as tx, tx.cursor(binary=True) as cursor:
        cursor.execute(sql["history_columns"], params)
        answer = cursor.pgresult
        assert answer is not None  # noqa: S101  a select always has one
        numbers, ts, received, value, batch = (answer.get_value(0, column) for column in range(5))
        is_odd = int.from_bytes(answer.get_value(0, 5) or b"", "big") > 0
        rows = tx.execute(sql["history_beside"], params).fetchall() if is_odd else []
    batches = _elements(batch, ">i8").astype(np.int64)
    columns = (
        _elements(numbers, ">i4").astype(np.int64),
        _elements(ts, ">i8") + _UNIX_US,
        _elements(received, ">i8") + _UNIX_US,
        _elements(value, ">f8").astype(np.float64),
    )
    later = (batches[1:] > batches[:-1]) | ((batches[1:] == batches[:-1]) & (columns[1][1:] >= columns[1][:-1]))
    if not later.all():
        order = np.lexsort((columns[1], batches))
        columns = (columns[0][order], columns[1][order], columns[2][order], columns[3][order])
    return Portion(*columns, _places(columns, rows))


def _elements(array: bytes | None, kind: str) -> npt.NDArray[Any]:
    """Of an array without nulls; None is one without elements."""
    if array is None:
        return np.empty(0, kind)
    return np.frombuffer(array, [("bytes", ">i4"), ("value", kind)], offset=_HEADER_BYTES)["value"]


def _places(columns: tuple[npt.NDArray[Any], ...], rows: Sequence[Mapping[str, Any]]) -> dict[int, Beside]:
    """Where each of ``rows`` stands in the columns. Of several that agree in everything there, any."""
    wanted: dict[tuple[int, int, int], list[Beside]] = defaultdict(list)
    for row in rows:
        times = (microseconds(row["ts"]) + _UNIX_US, microseconds(row["received_at"]) + _UNIX_US)
        wanted[row["series"], *times].append(Beside(row["text"], row["attrs"], row["quality"], row["is_number"]))
    found = {}
    series_, ts, received, _ = columns
    for position in np.flatnonzero(np.isin(series_, [number for number, _, _ in wanted])).tolist():
        own = wanted.get((int(series_[position]), int(ts[position]), int(received[position])))
        if own:
            found[position] = own.pop()
    return found
