"""Times as foreign devices write them: counted from 1970, RFC 3339, or a pattern in the local time of some place."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from hub.document import nearest
from hub.errors import Refused
from hub.model.times import aware
from ingest.mqtt.decoded import Cause
from ingest.mqtt.values import kind, short

Reader = Callable[[object, datetime], datetime]
"""From what a payload holds, and when it arrived, to an instant. Raises Refused."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTED = {"epoch_s": 1e0, "epoch_ms": 1e-3, "epoch_us": 1e-6, "epoch_ns": 1e-9}
FORMATS = ("rfc3339", *_COUNTED)
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?")
_DIRECTIVES = "aAwdbBmyYHIpMSfzZjUWcxXGuV%"


def zone(name: str) -> ZoneInfo:
    """Raises ValueError for a name that is none of the IANA's."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = nearest(name, sorted(available_timezones()))
        raise ValueError(f"{name!r} is not a time zone, as in Asia/Shanghai{hint}") from error


def reader(how: str, where: ZoneInfo | None) -> Reader:
    """Raises ValueError for a wrong ``how``."""
    if how in _COUNTED:
        return lambda found, _received_at: counted(found, _COUNTED[how])
    if how == "rfc3339":
        return lambda found, received_at: _written(found, where, received_at)
    if "%" not in how:
        hint = nearest(how, FORMATS)
        raise ValueError(f"{how!r} is neither {', '.join(FORMATS)} nor a pattern as in %Y-%m-%d %H:%M:%S{hint}")
    for position in (found.end() for found in re.finditer("%", how.replace("%%", "  "))):
        if how[position : position + 1] not in set(_DIRECTIVES):
            raise ValueError(f"{how!r}: %{how[position : position + 1]} is not known to strptime")
    if where is None and "%z" not in how:
        raise ValueError(f"{how!r} has no offset from UTC (%z): say whose time it is, as in zone: Asia/Shanghai")
    return lambda found, received_at: _pattern(found, how, where, received_at)


def counted(found: object, unit_s: float) -> datetime:
    """So many of ``unit_s`` after 1970 began in UTC, a number or its digits. Raises Refused."""
    if isinstance(found, str) and _NUMBER.fullmatch(found.strip()):
        found = float(found) if "." in found else int(found)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise Refused(Cause.BAD_TIME, f"a time counted from 1970 is a number, not {kind(found)} {short(found)}")
    try:
        # Whole numbers of micro- and nanoseconds are too long for a float64.
        if isinstance(found, int) and unit_s < 1e-3:
            return _EPOCH + timedelta(microseconds=found // round(1e-6 / unit_s))
        return _EPOCH + timedelta(seconds=found * unit_s)
    except (OverflowError, ValueError) as error:
        raise Refused(Cause.BAD_TIME, f"{short(found)} is outside the calendar") from error


def _written(found: object, where: ZoneInfo | None, received_at: datetime) -> datetime:
    """RFC 3339 text; ``where`` says whose time it is that has no offset. Raises Refused."""
    if not isinstance(found, str):
        counted_words = "; if it counts from 1970, say format: epoch_s or epoch_ms"
        hint = counted_words if isinstance(found, int | float) and not isinstance(found, bool) else ""
        raise Refused(Cause.BAD_TIME, f"a time is RFC 3339 text, not {kind(found)}{hint}")
    try:
        return _placed(datetime.fromisoformat(found.strip()), where, received_at)
    except ValueError as error:
        raise Refused(Cause.BAD_TIME, f"{short(found)} is not an RFC 3339 time: {str(error)[:120]}") from error


def _pattern(found: object, how: str, where: ZoneInfo | None, received_at: datetime) -> datetime:
    if not isinstance(found, str):
        raise Refused(Cause.BAD_TIME, f"a time as in {how} is text, not {kind(found)}")
    try:
        naive = datetime.strptime(found.strip(), how)  # noqa: DTZ007  the zone is given beside it
        return _placed(naive, where, received_at)
    except (ValueError, OverflowError) as error:
        raise Refused(Cause.BAD_TIME, f"{short(found)} is not a time as in {how}") from error


def _placed(instant: datetime, where: ZoneInfo | None, received_at: datetime) -> datetime:
    """Raises ValueError. Of the hour that comes twice in autumn it is the one that is nearer to the arrival."""
    if instant.tzinfo is not None:
        return aware(instant)
    if where is None:
        raise ValueError("it has no offset from UTC: say whose time it is, as in zone: Asia/Shanghai")
    both = [aware(instant.replace(tzinfo=where, fold=fold)) for fold in (0, 1)]
    # In spring, of an hour that there is not, the two are the other way round: the first is taken, as ever.
    return both[0] if both[1] <= both[0] else min(both, key=lambda one: abs(received_at - one))
