"""For how long what is stored is kept: by kind of source, and by how finely."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo, field_validator

from hub.config.values import Duration, Settings
from hub.model.source import SourceKind


def _at_least_a_day(kept: timedelta) -> timedelta:
    if kept < timedelta(days=1):
        raise ValueError("is less than a day: what is over is dropped by days")
    return kept


_Kept = Annotated[Duration, AfterValidator(_at_least_a_day)]
LEVELS = ("observations", "minute", "hour", "day")
"""From fine to coarse."""


class KeepOfKind(Settings):
    """What differs for the sources of one kind. Left out: as for all."""

    observations: _Kept | None = None
    minute: _Kept | None = None
    hour: _Kept | None = None
    day: _Kept | None = None


class Keep(Settings):
    """How long rows are kept. The journal is kept for ever: its chain would break.

    A coarser level is kept at least as long as a finer one: it is what remains when that is gone.
    """

    observations: _Kept = timedelta(days=30)
    minute: _Kept = timedelta(days=90)
    hour: _Kept = timedelta(days=730)
    day: _Kept = timedelta(days=3650)
    cameras: KeepOfKind = KeepOfKind()
    devices: KeepOfKind = KeepOfKind()

    @field_validator("minute", "hour", "day")
    @classmethod
    def _not_shorter(cls, kept: timedelta, info: ValidationInfo) -> timedelta:
        level = info.field_name or ""
        _chain({**info.data, level: kept}, {level})
        return kept

    @field_validator("cameras", "devices")
    @classmethod
    def _of_kind_not_shorter(cls, kept: KeepOfKind, info: ValidationInfo) -> KeepOfKind:
        given = kept.model_dump(exclude_none=True)
        _chain({**info.data, **given}, set(given))
        return kept

    def of(self, kind: SourceKind) -> dict[str, timedelta]:
        """Level → for how long. A level that is not named is kept as long as a finer one, if that is longer."""
        differing = self.cameras if kind is SourceKind.CAMERA else self.devices
        return _chain({level: getattr(differing, level) or getattr(self, level) for level in LEVELS}, set())


def _chain(kept: dict[str, timedelta], named: set[str]) -> dict[str, timedelta]:
    """Each level at least as long as the finer ones. Raises ValueError where one that was ``named`` is shorter."""
    found: dict[str, timedelta] = {}
    for level in LEVELS:
        if level not in kept:
            continue  # it is wrong by itself, which is told already, or it comes later
        finer = max(found, key=lambda known: found[known], default=level)
        if level in named and kept[level] < found.get(finer, timedelta(0)):
            raise ValueError(f"{level} is kept for a shorter time than {finer}, of which it is what remains")
        found[level] = max(kept[level], *found.values(), timedelta(0))
    return found
