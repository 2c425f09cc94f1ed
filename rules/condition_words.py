"""The words of conditions, as models that are checked; those of rules are in ``rules.words``. Pure.

The order of the fields of a model is the order of their checks. ``rules.language`` makes rules of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hub.model.times import format_duration, parse_duration
from rules import summary
from rules.filter import Filter
from rules.take import KINDS, MAX_PANES, OF_ONE_SOURCE
from rules.weigh import check_ratio

MAX_DURATION = timedelta(days=7)
MIN_ABSENCE = timedelta(seconds=5)
"""Shorter than this, a message that is merely on its way would be taken for silence."""
MIN_STEP = timedelta(seconds=1)
MAX_CONDITIONS = 32
LISTS = ("all", "any", "not", "at_least", "sequence", "weigh")
_PERIODS = re.compile(r"(\d+(?:\.\d+)?) periods?")


def _duration(value: object) -> timedelta:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a duration: a number and a unit, as in 10s or 1m30s")  # noqa: TRY004  pydantic's way
    duration = parse_duration(value)
    if duration <= timedelta(0):
        raise ValueError("must be longer than nothing: leave it out instead")
    if duration > MAX_DURATION:
        raise ValueError(f"{value} is longer than {format_duration(MAX_DURATION)}, the most a rule can remember")
    return duration


def _silence(value: object) -> object:
    """A duration, or how many periods of the source."""
    found = _PERIODS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return _duration(value)
    if not 1 <= float(found[1]) <= 1000:
        raise ValueError(f"{value!r}: from 1 to 1000 periods")
    return value


def _filter(text: str) -> str:
    Filter.parse(text)
    return text


def _not_reserved(name: str) -> str:
    if name in summary.RESERVED:
        raise ValueError(f"{name!r} is taken: summaries call something else by this name")
    return name


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
_As = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$"), AfterValidator(_not_reserved)]
_Metric = Annotated[str, Field(pattern=r"^\p{L}[\p{L}\p{M}\p{N}_.-]{0,126}$")]
"""Letters of any script: zones and lines bring their own names into it."""
Types = Annotated[list[Word], Field(min_length=1)]
_Ratio = Annotated[Number, AfterValidator(check_ratio)]
_Few = Annotated[int, Field(strict=True, ge=2, le=1000)]


def shape(value: object) -> str:
    """Which of two ways to write a thing was meant, so that only its own mistakes are told."""
    return "a-mapping" if isinstance(value, dict | BaseModel) else "a-list" if isinstance(value, list) else "a-word"


class Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _has_a_value(cls, value: object) -> object:
        if value is None:
            raise ValueError("has no value: write one, or leave the key out")
        return value


class KindText(Text):
    """All sources below the area of this kind that the area lies in."""

    kind: Word


_From = Annotated[
    Annotated[Literal["neighbours", "parent"], Tag("a-word")] | Annotated[KindText, Tag("a-mapping")],
    Discriminator(shape, custom_error_type="from", custom_error_message="must be neighbours, parent or {kind: …}"),
]


class AtLeastText(Text):
    count: Annotated[int, Field(strict=True, ge=1, le=MAX_CONDITIONS)]
    of: Annotated[list[When], Field(min_length=1)]

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.count > len(self.of):
            raise ValueError(f"can never hold: {self.count} of {len(self.of)} conditions")
        return self


class WeighText(Text):
    prior: Annotated[Number, Field(gt=0, lt=1)]
    above: Annotated[Number, Field(gt=0, lt=1)]
    clear_below: Annotated[Number, Field(gt=0, lt=1)] | None = None
    evidence: Annotated[list[EvidenceText], Field(min_length=1)]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.prior > self.above:
            raise ValueError(f"the prior {self.prior:g} is above {self.above:g} already, before anything is seen")
        if self.clear_below is not None and self.clear_below > self.above:
            raise ValueError(f"clear_below {self.clear_below:g} is above {self.above:g}: it would end as it begins")
        return self


class When(Text):
    """One condition, or several, joined."""

    all_: Annotated[list[When], Field(min_length=1)] | None = Field(None, alias="all")
    any_: Annotated[list[When], Field(min_length=1)] | None = Field(None, alias="any")
    not_: When | None = Field(None, alias="not")
    at_least: AtLeastText | None = None
    sequence: Annotated[list[When], Field(min_length=2)] | None = None
    weigh: WeighText | None = None
    metric: _Metric | None = None
    as_: _As | None = Field(None, alias="as")
    types: Types | None = None
    from_: _From | None = Field(None, alias="from")
    where: Annotated[str, AfterValidator(_filter)] | None = None
    take: Literal[KINDS] | None = None  # type: ignore[valid-type]
    over: Duration | None = None
    every: Duration | None = None
    across: Literal[True] | None = None
    above: Number | None = None
    below: Number | None = None
    clear_below: Number | None = None
    clear_above: Number | None = None
    absent_for: Annotated[timedelta | str, BeforeValidator(_silence)] | None = None
    count: _Few | None = None
    in_: Duration | None = Field(None, alias="in")
    for_: Duration | None = Field(None, alias="for")
    within: Duration | None = None
    sources: _Few | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_a_condition(cls, value: object) -> object:
        if isinstance(value, list):
            raise ValueError("is a list of conditions: say whether all or any are meant, as in {all: [...]}")  # noqa: TRY004  pydantic's way
        if not isinstance(value, dict | When):
            raise ValueError("must be a condition, such as {metric: smoke, above: 0.3}, or all or any of several")  # noqa: TRY004  pydantic's way
        return value

    @field_validator("*")
    @classmethod
    def _not_beside_a_list(cls, value: object, info: ValidationInfo) -> object:
        for key in LISTS:
            name = f"{key}_" if f"{key}_" in cls.model_fields else key
            is_own = info.field_name == name or (key == "sequence" and info.field_name == "in_")
            if not is_own and info.data.get(name) is not None:
                raise ValueError(f"cannot stand beside {key!r}: put it into one of the conditions listed there")
        return value

    @field_validator("every")
    @classmethod
    def _divides(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        over = info.data.get("over")
        if over is None:
            raise ValueError("belongs to 'over', the length of the window")
        if value < MIN_STEP or over % value or over // value > MAX_PANES:
            raise ValueError(
                f"must go into {format_duration(over)} a whole number of times, {MAX_PANES} at most, and be 1s at least"
            )
        return value

    @field_validator("across")
    @classmethod
    def _of_several(cls, value: bool, info: ValidationInfo) -> bool:
        if info.data.get("take") in OF_ONE_SOURCE:
            raise ValueError(f"{info.data['take']!r} is of one source: across several it means nothing")
        return value

    @field_validator("below")
    @classmethod
    def _one_side(cls, value: float | None, info: ValidationInfo) -> float | None:
        if info.data.get("above") is not None:
            raise ValueError("cannot stand beside 'above': write two conditions under all (a band) or any (outside it)")
        return value

    @field_validator("clear_below")
    @classmethod
    def _clears_below(cls, value: float, info: ValidationInfo) -> float:
        limit = info.data.get("above")
        if limit is None:
            raise ValueError("belongs to 'above'; to 'below' belongs 'clear_above'")
        if value > limit:
            raise ValueError(f"{value:g} is above the threshold {limit:g}, so the condition would end as it begins")
        return value

    @field_validator("clear_above")
    @classmethod
    def _clears_above(cls, value: float, info: ValidationInfo) -> float:
        limit = info.data.get("below")
        if limit is None:
            raise ValueError("belongs to 'below'; to 'above' belongs 'clear_below'")
        if value < limit:
            raise ValueError(f"{value:g} is below the threshold {limit:g}, so the condition would end as it begins")
        return value

    @field_validator("absent_for")
    @classmethod
    def _long_enough(cls, value: timedelta | str, info: ValidationInfo) -> timedelta | str:
        if info.data.get("above") is not None or info.data.get("below") is not None:
            raise ValueError("cannot stand beside a threshold: silence has no value; write two conditions")
        if info.data.get("take") is not None:
            raise ValueError("cannot stand beside 'take': silence has no value; write two conditions")
        if isinstance(value, timedelta) and value < MIN_ABSENCE:
            raise ValueError(f"is shorter than {format_duration(MIN_ABSENCE)}: a late message would look like silence")
        return value

    @field_validator("count", "for_", "within")
    @classmethod
    def _has_a_threshold(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("absent_for") is not None:
            raise ValueError("cannot stand beside 'absent_for'; a longer silence is a longer absent_for")
        return value

    @field_validator("count")
    @classmethod
    def _counts_observations(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("take") is not None:
            raise ValueError("cannot stand beside 'take': count what was said, or take a value and say for how long")
        return value

    @field_validator("for_", "within")
    @classmethod
    def _not_counted(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        if info.data.get("count") is not None:
            raise ValueError("cannot stand beside 'count', which has its window in 'in'")
        return value

    @field_validator("sources")
    @classmethod
    def _of_each_source(cls, value: int, info: ValidationInfo) -> int:
        for key in ("count", "across"):
            if info.data.get(key) is not None:
                raise ValueError(f"cannot stand beside {key!r}, which is of all sources together")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.sequence is not None and self.in_ is None:
            raise ValueError("'in' is missing: how long the sequence may take")
        if self.is_list:
            return self
        if self.metric is None:
            raise ValueError("'metric' is missing (or 'all' or 'any' with a list of conditions)")
        if self.above is None and self.below is None and self.absent_for is None:
            raise ValueError("what to look for is missing: 'above', 'below' or 'absent_for'")
        if (self.take is None) != (self.over is None):
            raise ValueError(f"'take' and 'over' go together: {'over' if self.over is None else 'take'!r} is missing")
        if self.over is not None and self.over < MIN_STEP:
            raise ValueError("'over' is shorter than 1s")
        if self.across is not None and self.take is None:
            raise ValueError("'across' belongs to 'take'")
        if (self.count is None) != (self.in_ is None):
            raise ValueError(f"'count' and 'in' go together: {'in' if self.in_ is None else 'count'!r} is missing")
        if self.count is not None and (self.clear_below is not None or self.clear_above is not None):
            raise ValueError("a count has no hysteresis: leave out clear_below and clear_above")
        return self

    @property
    def is_list(self) -> bool:
        return bool(self.parts())

    def parts(self) -> list[When]:
        """What is joined here; [] for a condition."""
        if self.not_ is not None:
            return [self.not_]
        if self.at_least is not None:
            return self.at_least.of
        if self.weigh is not None:
            return [*self.weigh.evidence]
        return self.all_ or self.any_ or self.sequence or []

    def name(self) -> str:
        return self.as_ or (self.metric or "").lower().replace(".", "_").replace("-", "_")

    def conditions(self, depth: int = 1) -> Iterator[tuple[When, int]]:
        """The conditions in the order in which they are written, with their depth."""
        parts = self.parts()
        if not parts:
            yield self, depth
        for part in parts:
            yield from part.conditions(depth + 1)


class EvidenceText(When):
    """A condition with its likelihood ratios: where it holds, and where it does not."""

    ratio: _Ratio
    ratio_absent: _Ratio = 1.0

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if self.is_list:
            raise ValueError("a piece of evidence is one condition")
        return self
