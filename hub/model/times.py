"""Instants and durations as they are written in files and messages.

Instants are RFC 3339 or epoch milliseconds and always aware; naive datetimes are refused. Durations are a number and
a unit (``500ms``, ``10s``, ``2m``, ``1h``, ``30d``), as in Prometheus configurations.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h|d|w)")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_LONGEST_S = 100 * 366 * 86400.0


def parse_duration(text: str) -> timedelta:
    """``"1m30s"`` as a timedelta. Raises ValueError, in words for a person."""
    stripped = text.strip()
    position, seconds = 0, 0.0
    for match in _DURATION.finditer(stripped):
        if match.start() != position:
            break
        seconds += float(match["number"]) * _UNIT_S[match["unit"]]
        position = match.end()
    if not stripped or position != len(stripped):
        raise ValueError(f"{text!r} is not a duration: a number and a unit (ms, s, m, h, d, w), as in 10s or 1m30s")
    if seconds > _LONGEST_S:
        raise ValueError(f"{text!r} is longer than a hundred years")
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """The shortest text that ``parse_duration`` reads back."""
    remaining_ms = round(duration.total_seconds() * 1000)
    parts = []
    for unit, size_ms in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)):
        count, remaining_ms = divmod(remaining_ms, size_ms)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_instant(value: object) -> datetime:
    """RFC 3339 text with an offset, or epoch milliseconds, as an aware datetime in UTC. Raises ValueError."""
    if isinstance(value, bool):
        raise ValueError("a time is RFC 3339 text or epoch milliseconds")  # noqa: TRY004  one error for every wrong value
    if isinstance(value, int | float):
        try:
            return datetime.fromtimestamp(value / 1000.0, UTC)
        except (OverflowError, OSError, ValueError) as error:
            raise ValueError(f"{value!r} milliseconds is outside the calendar") from error
    if not isinstance(value, str):
        raise ValueError("a time is RFC 3339 text or epoch milliseconds")  # noqa: TRY004  one error for every wrong value
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not an RFC 3339 time") from error
    return aware(parsed)


def aware(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive one: its zone would be a guess."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone: add Z or an offset")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{instant.isoformat()} is outside the calendar") from error


def rfc3339(instant: datetime) -> str:
    """``2026-01-02T03:04:05.678901Z``."""
    return aware(instant).isoformat(timespec="microseconds").replace("+00:00", "Z")
