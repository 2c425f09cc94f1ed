"""What every part of ``hub.yaml`` is made of: the base of its mappings, and values that people write as text."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from hub.model.area import check_path
from hub.model.sizes import format_size, parse_size
from hub.model.source import check_source_id
from hub.model.times import format_duration, parse_duration


class Settings(BaseModel):
    """A mapping of the file: frozen, and an unknown key in it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a duration: a number and a unit, as in 10s")  # noqa: TRY004  pydantic's way
    return parse_duration(value)


def _size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a size: a number and a unit, as in 20GB")  # noqa: TRY004  pydantic's way
    return parse_size(value)


Duration = Annotated[
    timedelta, BeforeValidator(_duration), PlainSerializer(format_duration, return_type=str, when_used="json")
]
AreaPath = Annotated[str, AfterValidator(check_path)]
SourceId = Annotated[str, AfterValidator(check_source_id)]
Size = Annotated[
    int, BeforeValidator(_size), PlainSerializer(format_size, return_type=str, when_used="json"), Field(gt=0)
]
"""Bytes, written as in 20GB."""
