"""Schedules: the hours, weekdays, workdays and holidays during which a rule looks. Pure.

    during: {hours: ["22:00-06:00"], days: [mon-fri], calendar: CN, only: workdays, zone: Asia/Shanghai}

Of a list of such, any one is enough. Hours over midnight belong to the day on which they begin. Holidays come from the
library ``holidays``, with the weekends that China and others work for a holiday before or after (调休). See
``docs/design/schedules.md``.
"""

from __future__ import annotations

import bisect
import datetime as dates
import difflib
import functools
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import holidays
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from hub.document import nearest
from rules.window import FOREVER, SECOND, Instant, Span, instant, moment, union

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES_A_DAY = 24 * 60
_TIME = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_LONGEST_STEPS = 200
"""Spans that meet become one, three days a step; what is longer than a year and a half has no beginning or no end."""
_REACH_DAYS = dates.timedelta(days=3)
"""From a day in UTC, all that any zone's days of that time may hold: two days of hours, and 14 hours of zone."""
_KEPT_DAYS = 4096
_ONE_DAY = dates.timedelta(days=1)
_FARTHEST: Instant = 3660 * 86_400 * SECOND


def _minutes(text: str, whole: str) -> int:
    match = _TIME.fullmatch(text)
    if match is None or int(match[1]) * 60 + int(match[2]) > _MINUTES_A_DAY:
        raise ValueError(f"{whole!r} is not from one time of day to another, as in 22:00-06:00 or 08:30-24:00")
    return int(match[1]) * 60 + int(match[2])


def _hours(text: str) -> str:
    _from_to(text)
    return text


def _from_to(text: str) -> tuple[int, int]:
    """Minutes after midnight; the end is beyond a day where it lies on the next."""
    first, _, last = text.partition("-")
    start, end = _minutes(first.strip(), text), _minutes(last.strip(), text)
    if start in {end, _MINUTES_A_DAY}:
        raise ValueError(f"{text!r} is no time at all: a whole day is 00:00-24:00")
    return (start, end) if start < end else (start, end + _MINUTES_A_DAY)


def _days(text: str) -> str:
    _weekdays(text)
    return text


def _weekdays(text: str) -> frozenset[int]:
    """Monday is 0. A range goes on over Sunday: ``sat-mon`` is three days."""
    ends = [part.strip().lower() for part in text.split("-")]
    for word in ends:
        if word not in _DAYS:
            raise ValueError(f"{text!r} is not a day or a range of days: {', '.join(_DAYS)}{nearest(word, _DAYS)}")
    if len(ends) > 2:
        raise ValueError(f"{text!r} is not a day or a range of days, as in sat or mon-fri")
    first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


def _country_text(value: object) -> object:
    if value is False:
        raise ValueError("is 'false' to YAML; Norway is written \"NO\", with quotation marks")
    return value


def _country(code: str) -> str:
    known = holidays.list_supported_countries(include_aliases=False)
    if code not in known:
        near = nearest(code.upper(), [*known])
        raise ValueError(f"{code!r} is not a country whose holidays are known, as CN or HK are{near}")
    return code


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = difflib.get_close_matches(name, sorted(available_timezones()), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"{name!r} is not a time zone, as Asia/Shanghai is one{hint}") from error
    return name


class During(BaseModel):
    """``during`` as an author writes it. All that is given must hold; what is left out does not matter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: Annotated[list[Annotated[str, AfterValidator(_hours)]], Field(min_length=1, max_length=24)] | None = None
    days: Annotated[list[Annotated[str, AfterValidator(_days)]], Field(min_length=1, max_length=7)] | None = None
    calendar: Annotated[str, BeforeValidator(_country_text), AfterValidator(_country)] | None = None
    """A country, ISO 3166-1 alpha-2."""
    only: Literal["workdays", "holidays"] | None = None
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"

    @model_validator(mode="before")
    @classmethod
    def _is_a_mapping(cls, value: object) -> object:
        if not isinstance(value, dict | During):
            raise ValueError('must be a schedule, such as {hours: ["22:00-06:00"], days: [mon-fri]}, or several')  # noqa: TRY004  pydantic's way
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.calendar is None) != (self.only is None):
            missing = "only" if self.only is None else "calendar"
            raise ValueError(f"'calendar' and 'only' (workdays or holidays) go together: {missing!r} is missing")
        if self.hours is None and self.days is None and self.calendar is None:
            raise ValueError("limits nothing: give hours, days or a calendar")
        return self


class Calendar:
    """The workdays of a country: its weekend, its public holidays, and the weekends that are worked instead."""

    def __init__(self, country: str) -> None:
        self.country = country
        self._holidays = holidays.country_holidays(country)

    def knows(self, year: int) -> bool:
        """Whether the library knows the holidays of a year.

        Where they are announced year by year (China's State Council does so late in the year before), a year is
        known when its announcement is in the library; elsewhere they follow from the law.
        """
        found = self._holidays
        last = found.end_year
        if found.has_substituted_holidays:
            announced = getattr(found, "special_public_holidays", None) or {}
            last = max((year for year in announced if isinstance(year, int)), default=last)
        return found.start_year <= year <= last

    def is_workday(self, day: dates.date) -> bool:
        """Of a year that is not known: whether it is no weekend."""
        if not self.knows(day.year):
            return day.weekday() not in self._holidays.weekend
        return self._holidays.is_working_day(day)


@functools.cache
def calendar_of(country: str) -> Calendar:
    """One a country, as making one costs a quarter of a second. ``country`` was checked by ``During``."""
    return Calendar(country)


class Schedule:
    """When a rule looks. Made by ``parse``; ``text`` is for people."""

    def __init__(self, parts: Sequence[During]) -> None:
        self.text = " / ".join(map(_in_words, parts))
        self._parts = tuple(_Part(part) for part in parts)

    @classmethod
    def parse(cls, during: During | Sequence[During]) -> Schedule:
        return cls([during] if isinstance(during, During) else during)

    def spans(self, first: Instant, last: Instant) -> list[Span]:
        """Every span of the schedule that has an instant in [first, last], from its true beginning to its true end.

        Raises ValueError where that is longer than ten years: each day of it is looked at.
        """
        if last - first > _FARTHEST:
            raise ValueError("a schedule is not worked out for more than ten years at once")
        start, end = _day(first) - _REACH_DAYS, _day(last) + _REACH_DAYS
        days = (start + number * _ONE_DAY for number in range((end - start).days + 1))
        found = union(span for day in days for span in self._of(day))
        touched = [span for span in found if span.start <= last and first < span.end]
        if touched:
            touched[0] = Span(self._true_start(touched[0].start), touched[0].end)
            touched[-1] = Span(touched[-1].start, self._true_end(touched[-1].end))
        return touched

    def unknown_years(self, years: Sequence[int]) -> list[tuple[str, int]]:
        """(country, year) of those whose holidays are not known: there every day but the weekend is a workday."""
        countries = sorted({part.calendar.country for part in self._parts if part.calendar is not None})
        return [(code, year) for code in countries for year in years if not calendar_of(code).knows(year)]

    def _true_start(self, at: Instant) -> Instant:
        """Where a span that is known from ``at`` on starts: it may hang together with those of days before."""
        for _ in range(_LONGEST_STEPS):
            earlier = min((span.start for span in self._near(at) if span.start <= at <= span.end), default=at)
            if earlier == at:
                return at
            at = earlier
        return 0

    def _true_end(self, at: Instant) -> Instant:
        for _ in range(_LONGEST_STEPS):
            later = max((span.end for span in self._near(at) if span.start <= at <= span.end), default=at)
            if later == at:
                return at
            at = later
        return FOREVER

    def _near(self, at: Instant) -> list[Span]:
        return union(span for step in range(-3, 4) for span in self._of(_day(at) + step * _ONE_DAY))

    def _of(self, day: dates.date) -> Iterator[Span]:
        for part in self._parts:
            yield from part.of(day)


class _Part:
    """One entry. A day's spans are worked out once."""

    def __init__(self, written: During) -> None:
        self.calendar = None if written.calendar is None else calendar_of(written.calendar)
        self._wants_workdays = written.only == "workdays"
        self._zone = ZoneInfo(written.zone)
        self._hours = [_from_to(text) for text in written.hours or ["00:00-24:00"]]
        self._weekdays = frozenset().union(*map(_weekdays, written.days or ["mon-sun"]))
        self._known: dict[dates.date, list[Span]] = {}

    def of(self, day: dates.date) -> list[Span]:
        """What begins on a day of its own zone."""
        known = self._known.get(day)
        if known is None:
            if len(self._known) >= _KEPT_DAYS:
                self._known.clear()
            known = self._known[day] = union(self._instants(day)) if self._is_wanted(day) else []
        return known

    def _is_wanted(self, day: dates.date) -> bool:
        if day.weekday() not in self._weekdays:
            return False
        return self.calendar is None or self.calendar.is_workday(day) == self._wants_workdays

    def _instants(self, day: dates.date) -> Iterator[Span]:
        for start, end in self._hours:
            first, last = self._instant(day, start, fold=0), self._instant(day, end, fold=1)
            if first < last:  # of hours that the clocks skip nothing is left
                yield Span(first, last)

    def _instant(self, day: dates.date, minutes: int, *, fold: int) -> Instant:
        """Where clocks show a time twice, ``fold`` is which of them (PEP 495); where they skip it, when they do."""
        time = self._moment(day, minutes)
        once, again = instant(time), instant(time.replace(fold=1))
        if again < once:
            times = range(again, once)
            return times[bisect.bisect_right(times, self._offset(again), key=self._offset)]
        return again if fold else once

    def _offset(self, at: Instant) -> dates.timedelta:
        """How far its clocks are ahead of UTC."""
        offset = moment(at).astimezone(self._zone).utcoffset()
        assert offset is not None  # noqa: S101  every time of a zone has one
        return offset

    def _moment(self, day: dates.date, minutes: int) -> dates.datetime:
        days, rest = divmod(minutes, _MINUTES_A_DAY)
        time = dates.time(rest // 60, rest % 60)
        return dates.datetime.combine(day + days * _ONE_DAY, time, self._zone)


def _day(at: Instant) -> dates.date:
    return moment(at).date()


def _in_words(part: During) -> str:
    words = [*(part.days or ()), *(part.hours or ())]
    if part.calendar is not None:
        words.append(f"{part.only} of {part.calendar}")
    return f"{', '.join(words)} ({part.zone})"
