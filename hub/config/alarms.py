"""How alarms are damped and judged: what chatters, what is fleeting, what is stale, and who has to look at them."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from hub.config.values import Duration, Settings
from hub.document import nearest


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, LookupError, OSError) as error:
        hint = nearest(name, sorted(available_timezones()))
        raise ValueError(f"{name!r} is not a time zone, as Asia/Shanghai is one{hint}") from error
    return name


def _times_of_day(starts: tuple[str, ...]) -> tuple[str, ...]:
    times = [time.fromisoformat(start) for start in starts]
    if times != sorted(set(times)):
        raise ValueError("must be in the order of the day, none twice")
    return starts


_TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Chattering(Settings):
    """``count`` alarms of one fingerprint ``within`` a time are chatter. ISA-18.2-2016 names three in a minute."""

    count: Annotated[int, Field(ge=2, le=1000)] = 3
    within: Duration = timedelta(minutes=1)


class Respond(Settings):
    """Within which time somebody should have acknowledged an alarm, by its severity: the queue's deadlines."""

    critical: Duration = timedelta(minutes=1)
    major: Duration = timedelta(minutes=5)
    minor: Duration = timedelta(minutes=30)
    warning: Duration = timedelta(hours=4)


class Alarms(Settings):
    """``positions``: at how many desks somebody answers alarms at a time: the load is that of one of them."""

    chattering: Chattering = Chattering()
    fleeting: Duration = timedelta(seconds=10)
    """A slight alarm that was on for less need not be acknowledged."""
    stale: Duration = timedelta(hours=24)
    positions: Annotated[int, Field(ge=1, le=10_000)] = 1
    shifts: Annotated[tuple[_TimeOfDay, ...], Field(min_length=1, max_length=24), AfterValidator(_times_of_day)] = (
        "00:00", "08:00", "16:00",
    )  # fmt: skip
    respond: Respond = Respond()
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
