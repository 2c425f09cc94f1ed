"""What a load is judged to be, and when shifts are, also where clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.config.alarms import Alarms
from hub.model.load import PRIORITIES, Flood, Verdict, judge, share, shifts

T0 = datetime(2026, 3, 1, tzinfo=UTC)
STARTS = st.lists(
    st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}"),
    min_size=1, max_size=5, unique=True,
).map(sorted)  # fmt: skip


@pytest.mark.parametrize(
    ("per_hour", "verdict"),
    [(0.0, Verdict.GOOD), (6.0, Verdict.GOOD), (6.1, Verdict.FAIR), (12.0, Verdict.FAIR), (12.1, Verdict.POOR)],
)
def test_a_rate_is_judged(per_hour: float, verdict: Verdict) -> None:
    [figure] = judge({"per_hour": per_hour})
    assert figure.verdict is verdict


def test_the_aims_of_the_priorities_make_about_all_of_them() -> None:
    assert 1.0 <= sum(PRIORITIES.values()) <= 1.01  # "less than 1 %" stands for the highest


@given(
    STARTS,
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC", "America/St_Johns"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  strategies ask so
    st.timedeltas(timedelta(minutes=1), timedelta(days=20)),
)
def test_shifts_fill_a_period_without_hole_or_overlap(
    starts: list[str], zone: str, first: datetime, length: timedelta
) -> None:
    found = shifts(first, first + length, starts, ZoneInfo(zone))
    assert (found[0].began_at, found[-1].ended_at) == (first, first + length)
    assert all(one.ended_at == next_.began_at for one, next_ in pairwise(found))
    assert all(one.began_at < one.ended_at for one in found)
    assert {one.name for one in found} <= set(starts)


def test_a_shift_is_an_hour_shorter_when_the_clocks_are_put_on() -> None:
    first = datetime(2026, 3, 28, 21, tzinfo=UTC)
    night = shifts(first, first + timedelta(hours=12), ["06:00", "22:00"], ZoneInfo("Europe/Berlin"))[0]
    assert (night.name, night.ended_at - night.began_at) == ("22:00", timedelta(hours=7))


def test_the_share_of_floods_is_what_lies_in_the_period() -> None:
    hour = timedelta(hours=1)
    floods = [Flood(T0 - hour, T0 + hour), Flood(T0 + 3 * hour, T0 + 9 * hour)]
    assert share(floods, T0, T0 + 4 * hour) == 0.5


@pytest.mark.parametrize("wrong", [{"zone": "Asia/Shangai"}, {"shifts": ["16:00", "08:00"]}, {"shifts": ["24:00"]}])
def test_settings_that_cannot_be_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        Alarms.model_validate(wrong)
    assert ("zone" not in wrong) or "Asia/Shanghai" in str(refused.value)
