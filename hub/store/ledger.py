"""The ledger of gaps, added up: how much of a period each source was watched and recorded, and why not.

A source's time is divided without rest: at every moment from when it was added it was watched, or there is one gap. A
gap of scope ``record`` lies within what was watched. So what was watched and the gaps of scope ``watch`` are the wall
time, exactly; ``audit`` proves that the rows keep to this, and that what should be recorded is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from hub.errors import NotFound
from hub.model.source import GapCause, GapScope, SourceKind, SourceState
from hub.store.sql import sql
from hub.store.store import Store


@dataclass(frozen=True, slots=True)
class Account:
    """Of one source over a period: ``wall_s`` = ``watched_s`` + the sum of ``blind_s``.

    ``unrecorded_s``: what of ``watched_s`` was not recorded though it should have been.
    """

    source: str
    wall_s: float
    blind_s: Mapping[GapCause, float] = field(default_factory=dict)
    unrecorded_s: Mapping[GapCause, float] = field(default_factory=dict)

    @property
    def watched_s(self) -> float:
        return self.wall_s - sum(self.blind_s.values())

    @property
    def watched(self) -> float | None:
        """The fraction of the time; None where there was none."""
        return max(0.0, min(1.0, self.watched_s / self.wall_s)) if self.wall_s > 0 else None


@dataclass(frozen=True, slots=True)
class Audit:
    """What is wrong with the ledger of one camera over a period. ``faults`` is empty where it adds up."""

    account: Account
    faults: tuple[str, ...]
    holes: tuple[tuple[datetime, datetime], ...]
    """Intervals that are neither recorded nor a gap. They mean nothing where recording is not continuous."""

    @property
    def holes_s(self) -> float:
        return sum((last - first).total_seconds() for first, last in self.holes)


def account(store: Store, source: str, kind: SourceKind, first: datetime, last: datetime) -> Account:
    """Of one source over [first, last), from when it was added. ``last`` is not in the future."""
    found = _accounts(store, kind, first, last, source=source)
    return found[0] if found else Account(source, 0.0)


def accounts(store: Store, kind: SourceKind, area: str, first: datetime, last: datetime) -> list[Account]:
    """Of every source at and below ``area`` that was there, the least watched first."""
    found = _accounts(store, kind, first, last, area=area)
    return sorted(found, key=lambda item: (item.watched if item.watched is not None else 1.0, item.source))


def audit(store: Store, camera: str, first: datetime, last: datetime) -> Audit:
    """Prove that the rows of ``camera`` add up over [first, last). ``last`` is not in the future. Raises NotFound."""
    rows = store.fetch(sql["ledger_known_since"], {"source": camera})
    if not rows:
        raise NotFound(f"there is no source {camera!r}")
    began, state = max(first, rows[0]["known_since"]), SourceState(rows[0]["state"])
    params = {"source": camera, "first": began, "last": last}
    overlaps = store.fetch(sql["ledger_overlaps"], params)
    faults = [f"gaps from {row['first']} and {row['second']} overlap" for row in overlaps]
    open_gaps = [gap for gap in store.fetch(sql["gap_list"], params) if gap["to"] is None]
    watch_is_open = any(gap["scope"] == GapScope.WATCH for gap in open_gaps)
    if len(open_gaps) > 1:
        faults.append("more than one gap is open")
    if watch_is_open is state.watching:
        faults.append(f"the state is {state}, and {'a' if watch_is_open else 'no'} gap is open")
    added_up = account(store, camera, SourceKind.CAMERA, began, last)
    if added_up.watched_s < -1e-6:
        faults.append(f"the gaps are {-added_up.watched_s:.3f} s longer than the time")
    holes = tuple((row["from"], row["to"]) for row in store.fetch(sql["ledger_holes"], params))
    return Audit(added_up, tuple(faults), holes)


def _accounts(
    store: Store,
    kind: SourceKind,
    first: datetime,
    last: datetime,
    *,
    source: str | None = None,
    area: str | None = None,
) -> list[Account]:
    params = {"kind": kind, "first": first, "last": last, "source": source, "area": area}
    rows = store.fetch(sql["ledger_seconds"], params)
    return [_account(name, list(each), last) for name, each in groupby(rows, key=itemgetter("source"))]


def _account(source: str, rows: Sequence[Mapping[str, Any]], last: datetime) -> Account:
    def seconds(scope: GapScope) -> dict[GapCause, float]:
        return {GapCause(row["cause"]): row["seconds"] for row in rows if row["scope"] == scope}

    wall_s = (last - rows[0]["first"]).total_seconds()
    return Account(source, max(0.0, wall_s), seconds(GapScope.WATCH), seconds(GapScope.RECORD))
