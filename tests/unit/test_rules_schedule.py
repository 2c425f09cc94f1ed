"""Schedules of rules: hours, weekdays, workdays and holidays, against a definition that asks the clock on the wall."""

from __future__ import annotations

import datetime as dates
import itertools
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rules.schedule import Calendar, During, Schedule, calendar_of
from rules.window import FOREVER, SECOND, Instant, instant, moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
HOUR: Instant = 3600 * SECOND
WORKED_WEEKENDS = {  # the State Council's notices for 2024, 2025 and 2026
    2024: ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}


def during(**keys: object) -> During:
    return During.model_validate(keys)


def schedule(**keys: object) -> Schedule:
    return Schedule.parse(during(**keys))


def local(text: str, zone: ZoneInfo = SHANGHAI) -> Instant:
    return instant(dates.datetime.fromisoformat(text).replace(tzinfo=zone))


def read(found: Schedule, first: str, last: str, zone: ZoneInfo = SHANGHAI) -> list[tuple[str, str]]:
    spans = found.spans(local(first, zone), local(last, zone))
    return [
        (f"{moment(span.start).astimezone(zone):%m-%d %H:%M}", f"{moment(span.end).astimezone(zone):%m-%d %H:%M}")
        for span in spans
    ]


def problem(**keys: object) -> str:
    with pytest.raises(ValidationError) as caught:
        during(**keys)
    return str(caught.value)


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    night = schedule(hours=["22:00-06:00"], days=["fri"])
    assert read(night, "2026-03-02", "2026-03-15") == [("03-06 22:00", "03-07 06:00"), ("03-13 22:00", "03-14 06:00")]


def test_a_span_that_reaches_out_of_what_was_asked_for_is_given_whole() -> None:
    night = schedule(hours=["22:00-06:00"])
    assert read(night, "2026-03-03 23:00", "2026-03-03 23:30") == [("03-03 22:00", "03-04 06:00")]
    assert read(night, "2026-03-03 02:00", "2026-03-03 02:00") == [("03-02 22:00", "03-03 06:00")]
    assert read(night, "2026-03-03 06:00", "2026-03-03 21:59") == []
    assert read(night, "2026-03-03 21:59", "2026-03-03 22:00") == [("03-03 22:00", "03-04 06:00")]


def test_days_that_meet_are_one_span() -> None:
    week = schedule(days=["mon-fri"])
    assert read(week, "2026-03-04 12:00", "2026-03-04 12:01") == [("03-02 00:00", "03-07 00:00")]
    assert read(week, "2026-03-07", "2026-03-08 23:00") == []


def test_a_range_of_days_goes_on_over_sunday() -> None:
    assert read(schedule(days=["sat-mon"]), "2026-03-07", "2026-03-10") == [("03-07 00:00", "03-10 00:00")]


def test_of_several_schedules_any_is_enough() -> None:
    either = Schedule.parse([during(hours=["08:00-12:00"]), during(hours=["11:00-13:00"], days=["tue"])])
    assert read(either, "2026-03-02", "2026-03-03 23:00") == [
        ("03-02 08:00", "03-02 12:00"),
        ("03-03 08:00", "03-03 13:00"),
    ]


def test_what_is_never_shut_has_no_end() -> None:
    [span] = schedule(hours=["00:00-24:00"]).spans(local("2026-03-02"), local("2026-03-03"))
    assert span.start <= local("2025-03-02")
    assert span.end == FOREVER


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_china_works_the_weekends_that_were_announced(year: int) -> None:
    china = calendar_of("CN")
    days = [dates.date(year, 1, 1) + dates.timedelta(days=number) for number in range(365)]
    worked = [f"{day:%m-%d}" for day in days if day.weekday() >= 5 and china.is_workday(day)]
    assert worked == WORKED_WEEKENDS[year]
    assert not china.is_workday(dates.date(year, 10, 1))


def test_workdays_follow_the_calendar_and_not_the_week() -> None:
    office = schedule(calendar="CN", only="workdays", hours=["09:00-18:00"])
    # National Day 2026: holidays from Thursday 1 to Wednesday 7 October, Saturday 10 is worked.
    assert [start for start, _ in read(office, "2026-09-29", "2026-10-11 23:00")] == [
        "09-29 09:00", "09-30 09:00", "10-08 09:00", "10-09 09:00", "10-10 09:00",
    ]  # fmt: skip
    free = schedule(calendar="CN", only="holidays")
    assert read(free, "2026-09-30", "2026-10-12") == [("10-01 00:00", "10-08 00:00"), ("10-11 00:00", "10-12 00:00")]


def test_a_year_that_is_not_announced_is_told_and_has_plain_weeks() -> None:
    china = calendar_of("CN")
    last = max(year for year in range(2024, 2101) if china.knows(year))
    assert schedule(calendar="CN", only="workdays").unknown_years([2026, last, last + 1]) == [("CN", last + 1)]
    assert schedule(hours=["08:00-09:00"]).unknown_years([last + 1]) == []
    assert not china.knows(1949)
    october = dates.date(last + 1, 10, 1)
    assert china.is_workday(october) == (october.weekday() < 5)


def test_where_the_law_gives_the_holidays_later_years_are_known() -> None:
    assert Calendar("US").knows(2040)
    assert not Calendar("US").is_workday(dates.date(2040, 12, 25))


def test_the_calendar_asks_the_library_for_workdays() -> None:
    hungary = holidays.country_holidays("HU")
    for number in range(366):
        day = dates.date(2024, 1, 1) + dates.timedelta(days=number)
        assert calendar_of("HU").is_workday(day) == hungary.is_working_day(day)


def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    night = schedule(hours=["22:00-06:00"], zone="America/New_York")
    [spring] = night.spans(local("2026-03-08 01:00", NEW_YORK), local("2026-03-08 01:00", NEW_YORK))
    [autumn] = night.spans(local("2026-11-01 00:30", NEW_YORK), local("2026-11-01 00:30", NEW_YORK))
    assert (spring.end - spring.start, autumn.end - autumn.start) == (7 * HOUR, 9 * HOUR)


def test_a_time_that_clocks_show_twice_begins_at_the_first_and_ends_at_the_last() -> None:
    [begins] = schedule(hours=["01:30-03:00"], zone="America/New_York").spans(
        local("2026-11-01 02:30", NEW_YORK), local("2026-11-01 02:30", NEW_YORK)
    )
    [ends] = schedule(hours=["00:30-01:30"], zone="America/New_York").spans(
        local("2026-11-01 00:40", NEW_YORK), local("2026-11-01 00:40", NEW_YORK)
    )
    assert begins.end - begins.start == 5 * HOUR // 2
    assert ends.end - ends.start == 2 * HOUR


@pytest.mark.parametrize(
    ("zone", "day", "hours", "found"),
    [
        ("America/New_York", "2026-03-08", "02:30-06:00", [("03-08 03:00", "03-08 06:00")]),
        ("America/New_York", "2026-03-08", "01:00-02:30", [("03-08 01:00", "03-08 03:00")]),
        ("America/New_York", "2026-03-08", "02:15-02:45", []),
        ("Australia/Lord_Howe", "2026-10-04", "02:15-06:00", [("10-04 02:30", "10-04 06:00")]),
    ],
)
def test_a_time_that_clocks_skip_is_when_they_skip_it(
    zone: str, day: str, hours: str, found: list[tuple[str, str]]
) -> None:
    here = ZoneInfo(zone)
    assert read(schedule(hours=[hours], zone=zone), day, f"{day} 12:00", here) == found


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"hours": ["22-6"]}, "'22-6' is not from one time of day to another"),
        ({"hours": ["08:00-24:30"]}, "is not from one time of day"),
        ({"hours": ["08:00-08:00"]}, "no time at all"),
        ({"hours": ["24:00-02:00"]}, "no time at all"),
        ({"days": ["mon-fry"]}, "did you mean 'fri'?"),
        ({"days": ["mon-wed-fri"]}, "is not a day or a range of days"),
        ({"calendar": "CM1", "only": "workdays"}, "did you mean 'CM'?"),
        ({"calendar": False, "only": "workdays"}, "Norway"),
        ({"calendar": "CN"}, "'only' is missing"),
        ({"only": "holidays"}, "'calendar' is missing"),
        ({"zone": "Asia/Shangai", "days": ["mon"]}, "did you mean 'Asia/Shanghai'?"),
        ({"zone": "Asia/Shanghai"}, "limits nothing"),
        ({"hour": ["08:00-09:00"]}, "hour"),
    ],
)
def test_mistakes_are_told_in_words(keys: dict[str, object], words: str) -> None:
    assert words in problem(**keys)


def test_a_schedule_says_what_it_is() -> None:
    found = schedule(hours=["22:00-06:00"], days=["mon-fri"], calendar="CN", only="workdays")
    assert found.text == "mon-fri, 22:00-06:00, workdays of CN (Asia/Shanghai)"


def test_more_than_ten_years_are_refused_rather_than_walked_through() -> None:
    with pytest.raises(ValueError, match="ten years"):
        schedule(days=["mon"]).spans(local("2026-01-01"), FOREVER)


TIMES = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
HOURS = st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] != pair[1]).map("-".join)
DAYS = st.sampled_from(["mon", "tue", "sat", "sun", "mon-fri", "sat-mon", "fri-tue"])
PARTS = st.fixed_dictionaries(
    {"hours": st.lists(HOURS, min_size=1, max_size=3)},
    optional={
        "days": st.lists(DAYS, min_size=1, max_size=2),
        "zone": st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"]),
    },
)
QUARTER = 15 * 60 * SECOND


def wall_says(part: During, at: Instant) -> bool:
    """By definition, where no clock is set back: the time on the wall lies in the hours of a day that is named."""
    here = moment(at).astimezone(ZoneInfo(part.zone))
    minutes = here.hour * 60 + here.minute
    for text in part.hours or ():
        first, last = (int(word[:2]) * 60 + int(word[3:]) for word in text.split("-"))
        for back in (0, 1):
            day = here.date() - dates.timedelta(days=back)
            end = last if first < last else last + 1440
            if first <= minutes + back * 1440 < end and is_named(part, day.weekday()):
                return True
    return False


def is_named(part: During, weekday: int) -> bool:
    words = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    for text in part.days or ["mon-sun"]:
        first, _, last = text.partition("-")
        begin, end = words.index(first), words.index(last or first)
        if (weekday - begin) % 7 <= (end - begin) % 7:
            return True
    return False


@settings(max_examples=200, deadline=None)
@given(
    st.lists(PARTS, min_size=1, max_size=2), st.integers(0, 7 * 96), st.integers(0, 3 * 96),
    st.sampled_from(["2026-03-05", "2026-06-01", "2026-09-30"]),  # clocks go forward in New York, nowhere, on Lord Howe
)  # fmt: skip
def test_spans_are_those_of_the_clock_on_the_wall(
    parts: list[dict[str, object]], begin: int, length: int, week: str
) -> None:
    written = [during(**part) for part in parts]
    first = local(week) + begin * QUARTER
    last = first + length * QUARTER
    spans = Schedule.parse(written).spans(first, last)
    assert all(left.end < right.start for left, right in itertools.pairwise(spans))
    assert all(span.start <= last and first < span.end for span in spans)
    for number in range(length + 1):
        at = first + number * QUARTER
        expected = any(wall_says(part, at) for part in written)
        assert expected == any(span.start <= at < span.end for span in spans), moment(at)
    for span in spans:  # whole: on at the first instant and at the last, off just outside
        if span.start > local("2025-07-01") and span.end < FOREVER:
            at_ends = (span.start - 1, span.start, span.end - 1, span.end)
            assert [any(wall_says(part, at) for part in written) for at in at_ends] == [False, True, True, False]
