"""Buckets lie where the clock and the calendar have them, and what is missing is filled as asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.bucket import MOST, Bucket, Fill, Level, cut, filled, round_step

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SHANGHAI, BERLIN, KOLKATA = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")


def test_buckets_are_whole_and_begin_where_the_clock_has_them() -> None:
    found = cut(T0 + 61 * SECOND, T0 + 150 * SECOND, MINUTE)
    assert found.edges == (T0 + MINUTE, T0 + 2 * MINUTE, T0 + 3 * MINUTE)
    assert cut(T0, T0 + MINUTE, MINUTE).edges == (T0, T0 + MINUTE), "an end on an edge touches no further bucket"
    [monday, _] = cut(T0, T0 + HOUR, 7 * DAY).edges
    assert (monday.weekday(), monday.hour) == (0, 0)


@pytest.mark.parametrize(
    ("step", "level"),
    [
        (SECOND, Level.RAW), (90 * SECOND, Level.RAW), (MINUTE, Level.MINUTE), (7 * MINUTE, Level.MINUTE),
        (HOUR, Level.HOUR), (90 * MINUTE, Level.MINUTE), (6 * HOUR, Level.HOUR), (DAY, Level.DAY), (7 * DAY, Level.DAY),
        (25 * HOUR, Level.HOUR),
    ],
)  # fmt: skip
def test_the_coarsest_level_is_taken_that_the_buckets_can_be_added_up_from(step: timedelta, level: Level) -> None:
    assert cut(T0, T0 + 40 * step, step).level is level


@pytest.mark.parametrize(
    ("zone", "step", "level"),
    [
        (SHANGHAI, DAY, Level.HOUR), (SHANGHAI, 6 * HOUR, Level.HOUR), (SHANGHAI, HOUR, Level.HOUR),
        (KOLKATA, DAY, Level.MINUTE), (KOLKATA, HOUR, Level.MINUTE), (ZoneInfo("UTC"), DAY, Level.DAY),
        (BERLIN, DAY, Level.HOUR), (BERLIN, 15 * MINUTE, Level.MINUTE), (SHANGHAI, 10 * SECOND, Level.RAW),
    ],
)  # fmt: skip
def test_a_day_elsewhere_is_built_from_what_aligns_with_it(zone: ZoneInfo, step: timedelta, level: Level) -> None:
    assert cut(T0, T0 + 40 * step, step, zone).level is level


def test_local_time_of_old_that_was_off_by_seconds_is_built_from_raw_points() -> None:
    before_1901 = datetime(1900, 5, 1, tzinfo=UTC)
    assert cut(before_1901, before_1901 + 3 * DAY, DAY, SHANGHAI).level is Level.RAW


def test_a_day_in_shanghai_begins_at_its_midnight() -> None:
    found = cut(T0, T0 + DAY, DAY, SHANGHAI)
    assert found.edges == tuple(datetime(2026, 2, 28 + day, 16, tzinfo=UTC) if day < 1 else
                                datetime(2026, 3, day, 16, tzinfo=UTC) for day in range(3))  # fmt: skip
    assert found.is_even


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime(2026, 3, 29, tzinfo=BERLIN), 23), (datetime(2026, 10, 25, tzinfo=BERLIN), 25)]
)
def test_a_day_on_which_the_clocks_change_is_longer_or_shorter(day: datetime, hours: int) -> None:
    found = cut(day, day + 3 * DAY, DAY, BERLIN)
    lengths = [after - before for before, after in pairwise(found.edges)]
    assert lengths[:2] == [hours * HOUR, DAY]
    assert not found.is_even
    assert found.level is Level.HOUR
    inside = cut(day, day + DAY, HOUR, BERLIN)
    assert len(inside.edges) == hours + 1, "an hour that comes twice is two buckets"


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Beirut", date(2024, 3, 31)), ("America/Havana", date(2026, 11, 1))]
)
def test_a_day_begins_once_where_the_clocks_change_at_midnight(zone: str, day: date) -> None:
    local = ZoneInfo(zone)
    first = datetime.combine(day - DAY, time(), local)
    edges = cut(first, first + 3 * DAY, DAY, local).edges
    assert [edge.astimezone(local).date() for edge in edges[:3]] == [day - DAY, day, day + DAY]
    assert [(edge - SECOND).astimezone(local).date() for edge in edges[1:3]] == [day - DAY, day]


def test_a_day_that_an_island_left_out_is_no_bucket() -> None:
    apia = ZoneInfo("Pacific/Apia")
    first = datetime(2011, 12, 29, 12, tzinfo=apia)
    edges = cut(first, first + 3 * DAY, DAY, apia).edges
    assert [edge.astimezone(apia).day for edge in edges] == [29, 31, 1, 2][: len(edges)]
    assert len(set(edges)) == len(edges)


@given(
    zone=st.sampled_from([None, "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
    begin=st.integers(0, 2**31).map(lambda second: datetime.fromtimestamp(second, UTC)),
    length=st.timedeltas(timedelta(milliseconds=1), 400 * DAY),
    step=st.sampled_from([10 * SECOND, MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 28 * DAY]),
)  # fmt: skip
def test_buckets_follow_each_other_and_cover_what_was_asked_for(
    zone: str | None, begin: datetime, length: timedelta, step: timedelta
) -> None:
    end = min(begin + length, begin + 900 * step)
    edges = cut(begin, end, step, None if zone is None else ZoneInfo(zone)).edges
    assert edges[0] <= begin < edges[1]
    assert edges[-2] < end <= edges[-1]
    assert all(before < after for before, after in pairwise(edges))


def test_a_step_that_cannot_be_cut_is_said() -> None:
    with pytest.raises(ValueError, match="must divide a day"):
        cut(T0, T0 + DAY, 7 * HOUR, SHANGHAI)
    with pytest.raises(ValueError, match="more than 10000 buckets"):
        cut(T0, T0 + (MOST + 1) * SECOND, SECOND)
    with pytest.raises(ValueError, match="calendar"):
        cut(datetime(9999, 12, 31, tzinfo=UTC), datetime.max.replace(tzinfo=UTC), DAY)
    with pytest.raises(ValueError, match="calendar"):
        cut(datetime.min.replace(tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC), DAY, ZoneInfo("America/New_York"))


def test_the_last_moments_of_a_day_are_cut_at_once() -> None:
    at = datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)
    assert len(cut(at, at + SECOND, timedelta(milliseconds=1), SHANGHAI).edges) == 1001


@pytest.mark.parametrize("zone", [None, SHANGHAI, BERLIN])
@pytest.mark.parametrize("length", [SECOND, HOUR, 30 * DAY, 366 * DAY, 36_600 * DAY])
@pytest.mark.parametrize("most", [2, 300, 1000])
def test_a_round_step_makes_no_more_buckets_than_were_asked_for(
    zone: ZoneInfo | None, length: timedelta, most: int
) -> None:
    first = T0 - 40_000 * DAY + 17 * SECOND
    step = round_step(first, first + length, most, timedelta(milliseconds=1))
    assert len(cut(first, first + length, step, zone).edges) - 1 <= most + (0 if zone is None else 3)


def test_a_year_of_a_thousand_points_is_read_from_the_hours() -> None:
    assert round_step(T0, T0 + 365 * DAY, 1000, SECOND) == 12 * HOUR
    assert round_step(T0, T0 + 10 * MINUTE, 1000, MINUTE) == MINUTE


def bucket(minute: int, value: float, last: float | None = None) -> Bucket:
    return Bucket(T0 + minute * MINUTE, value, value - 1, value + 1, 2, value if last is None else last)


SPARSE = [bucket(1, 10.0, last=11.0), Bucket(T0 + 2 * MINUTE, bad=3), bucket(4, 20.0)]
WHOLE = cut(T0, T0 + 6 * MINUTE, MINUTE)


def test_gaps_are_left_out_or_shown_as_asked() -> None:
    assert filled(WHOLE, SPARSE, Fill.NONE) == SPARSE
    shown = filled(WHOLE, SPARSE, Fill.NULL)
    assert [item.mean for item in shown] == [None, 10.0, None, None, 20.0, None]
    assert [item.bad for item in shown] == [0, 0, 3, 0, 0, 0]


def test_the_previous_value_is_carried_on_and_marked_by_a_count_of_nothing() -> None:
    carried = filled(WHOLE, SPARSE, Fill.PREVIOUS, before=5.0)
    assert [item.mean for item in carried] == [5.0, 10.0, 11.0, 11.0, 20.0, 20.0]
    assert [item.count for item in carried] == [0, 2, 0, 0, 2, 0]
    assert carried[2].bad == 3
    assert filled(WHOLE, SPARSE, Fill.PREVIOUS)[0].mean is None, "nothing is known of before"


def test_what_has_not_come_yet_is_not_told_by_what_was_before() -> None:
    carried = filled(WHOLE, SPARSE, Fill.PREVIOUS, now=T0 + 4 * MINUTE + 30 * SECOND)
    assert [item.mean for item in carried[4:]] == [20.0, None]


def test_a_line_is_drawn_between_values_and_not_beyond_them() -> None:
    drawn = filled(WHOLE, SPARSE, Fill.LINEAR)
    assert [item.mean for item in drawn] == [None, 10.0, pytest.approx(40 / 3), pytest.approx(50 / 3), 20.0, None]
    assert (drawn[3].min, drawn[3].count) == (drawn[3].mean, 0)
    assert [item.mean for item in filled(WHOLE, [], Fill.LINEAR)] == [None] * 6
