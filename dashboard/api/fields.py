"""What may be sent: the types of parameters and bodies, each with its bound."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, model_validator

from hub.document import nearest
from hub.model.area import check_path
from hub.model.source import check_source_id
from hub.model.times import parse_duration, parse_instant

_MAX_BIGINT = 2**63 - 1
_SHOWN = 60


def _printable(value: str) -> str:
    if "\0" in value:
        raise ValueError("holds a character that cannot be stored (U+0000)")
    return value


def _holds_nul(value: object) -> bool:
    waiting = [value]  # no recursion: how deep it goes is the sender's choice
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str) and "\0" in item:
            return True
    return False


class Body(BaseModel):
    """A request body. An unknown key is refused, and so is a character that PostgreSQL cannot store, however deep."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: object) -> object:
        if _holds_nul(value):
            raise ValueError("holds a character that cannot be stored (U+0000)")
        return value


def _duration(value: object) -> timedelta:
    if not isinstance(value, str):
        raise ValueError("is not a duration: a number and a unit in quotes, as \"10s\"")  # noqa: TRY004  pydantic's way
    try:
        return parse_duration(value)
    except OverflowError as error:
        raise ValueError("is too long a duration") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError) as error:  # a name may be that of a folder, or none of a file at all
        hint = _plus(name) or nearest(name[:_SHOWN], sorted(available_timezones()))
        raise ValueError(f"{name[:_SHOWN]!r} is not a time zone, as Asia/Shanghai is one{hint}") from error


def _instant(value: object) -> datetime:
    try:
        return parse_instant(value)
    except ValueError as error:
        hint = _plus(value) if isinstance(value, str) else ""
        raise ValueError(f"{str(error)[: 2 * _SHOWN]}{hint}") from error


def _plus(text: str) -> str:
    return "; a plus sign is written %2B in a URL" if " " in text.strip() else ""


def bigint(text: str) -> int:
    """A number as the store's ids are. Raises ValueError."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) > _MAX_BIGINT:
        raise ValueError("is not the number of a row")
    return int(text)


Text = Annotated[str, AfterValidator(_printable)]
AreaPath = Annotated[str, AfterValidator(check_path)]
AreaInPath = Annotated[str, Path(max_length=700), AfterValidator(check_path)]
IdInPath = Annotated[str, Path(max_length=127), AfterValidator(check_source_id)]
NumberInPath = Annotated[int, Path(ge=1, le=_MAX_BIGINT)]
Instant = Annotated[
    datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""RFC 3339 with an offset."""
Duration = Annotated[
    timedelta, BeforeValidator(_duration), WithJsonSchema({"type": "string", "examples": ["10s", "5m", "1h"]})
]
Zone = Annotated[
    ZoneInfo, BeforeValidator(_zone), WithJsonSchema({"type": "string", "examples": ["Asia/Shanghai", "Europe/Berlin"]})
]
"""By its name in the database of time zones of the IANA."""
Limit = Annotated[int, Query(ge=1, le=1000, description="how many to answer at most")]
Cursor = Annotated[Text | None, Query(max_length=200, description="`next` of the page before")]
AreaFilter = Annotated[AreaPath | None, Query(description="an area: it and what lies below it")]
