"""An alert storm is a few groups with exact counts, however it came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hub.cases.groups import group
from hub.model.alert import Severity
from hub.model.area import contains
from hub.model.group import Counted

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def counted(
    rule: str, area: str, cause: str | None = None, severity: Severity = Severity.MINOR, alerts: int = 1, at: int = 0
) -> Counted:
    instant = T0 + timedelta(seconds=at)
    return Counted(rule, area, cause, severity, alerts, 0 if cause else alerts, alerts, instant, instant)


def test_there_is_one_group_an_area_while_there_is_room() -> None:
    found = group([counted("silent", "c/s/g1"), counted("silent", "c/s/g2"), counted("heat", "c/s/g1")], 3)
    assert sorted((each.rule, each.area) for each in found) == [
        ("heat", "c/s/g1"), ("silent", "c/s/g1"), ("silent", "c/s/g2"),
    ]  # fmt: skip


def test_where_there_is_none_areas_are_joined_to_the_closest_that_holds_them() -> None:
    found = group([counted("silent", f"c/s{n // 3}/g{n}", at=n) for n in range(6)] + [counted("heat", "c/s1/g9")], 3)
    assert sorted((each.rule, each.area, each.alerts, each.areas) for each in found) == [
        ("heat", "c/s1/g9", 1, 1), ("silent", "c/s0", 3, 3), ("silent", "c/s1", 3, 3),
    ]  # fmt: skip
    first = next(each for each in found if each.area == "c/s0")
    assert (first.first_at, first.last_at) == (T0, T0 + timedelta(seconds=2))


def test_what_is_muted_stands_apart_from_what_is_shown_and_after_it() -> None:
    rows = [counted("silent", "c/g1", "topology:sw-3", Severity.CRITICAL, 400), counted("silent", "c/g1", None)]
    assert [(each.cause, each.alerts) for each in group(rows, 10)] == [(None, 1), ("topology:sw-3", 400)]


def test_the_worst_severity_and_the_count_of_each_are_told() -> None:
    rows = [
        counted("heat", "c/g1", severity=severity, alerts=n)
        for severity, n in ((Severity.MINOR, 5), (Severity.MAJOR, 2))
    ]
    [found] = group(rows, 10)
    assert (found.severity, found.severities) == (Severity.MAJOR, {Severity.MAJOR: 2, Severity.MINOR: 5})


def test_a_storm_of_ten_thousand_is_a_few_groups() -> None:
    rows = [
        counted(f"rule-{n % 3}", f"city/d{n % 5}/s{n % 50}/g{n % 800}", "topology:line" if n % 2 else None)
        for n in range(10_000)
    ]
    found = group(rows, 20)
    assert len(found) <= 20
    assert sum(each.alerts for each in found) == 10_000


def test_there_is_no_group_of_nothing() -> None:
    assert group([], 20) == []


rows_of = st.lists(
    st.builds(
        counted,
        st.sampled_from(["a", "b"]),
        st.lists(st.sampled_from("xyz"), min_size=1, max_size=4).map(lambda parts: "/".join(["c", *parts])),
        st.none() | st.sampled_from(["silence:1", "topology:t"]),
        st.sampled_from(list(Severity)),
        st.integers(1, 5),
        st.integers(0, 9),
    ),
    max_size=30,
)


@given(rows_of, st.integers(1, 40), st.integers())
def test_every_alert_is_counted_once_and_the_order_does_not_matter(rows: list[Counted], room: int, seed: int) -> None:
    found = group(rows, room)
    shuffled = list(rows)
    Random(seed).shuffle(shuffled)
    assert group(shuffled, room) == found
    assert sum(each.alerts for each in found) == sum(each.alerts for each in rows)
    assert len(found) <= max(room, len({(each.rule, each.cause) for each in rows}))
    assert len({each.id for each in found}) == len(found)
    for one in found:
        assert sum(one.severities.values()) == one.alerts
        assert one.severity is next(iter(one.severities))
    for row in rows:
        assert any(
            contains(each.area, row.area) and (each.rule, each.cause) == (row.rule, row.cause) for each in found
        )
