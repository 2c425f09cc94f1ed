"""Where a page ended, as a client hands it back: text, and what the store begins the next page after.

What cannot be read raises ProblemError (422), in the same words everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from dashboard.api.fields import bigint
from dashboard.api.problems import invalid
from hub.model.incident import IncidentState
from hub.model.times import parse_instant, rfc3339


def of_instant(moment: datetime, number: int) -> str:
    return f"{rfc3339(moment)}~{number}"


def of_state(state: IncidentState, moment: datetime, number: int) -> str:
    return f"{state}~{of_instant(moment, number)}"


def number(cursor: str | None) -> int | None:
    """The number of a row."""
    if cursor is None:
        return None
    with _given_out():
        return bigint(cursor)


def instant(cursor: str | None) -> tuple[datetime, int] | None:
    """What ``of_instant`` wrote."""
    if cursor is None:
        return None
    with _given_out():
        return _instant(cursor)


def state(cursor: str | None) -> tuple[bool, datetime, int] | None:
    """What ``of_state`` wrote: whether it is open, and the rest."""
    if cursor is None:
        return None
    with _given_out():
        word, _, rest = cursor.partition("~")
        return IncidentState(word) is IncidentState.OPEN, *_instant(rest)


def _instant(text: str) -> tuple[datetime, int]:
    moment, _, row = text.partition("~")
    return parse_instant(moment), bigint(row)


@contextmanager
def _given_out() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise invalid("cursor", "is not one that this hub gave out") from error
