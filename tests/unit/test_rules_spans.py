"""Operations on spans of time against the sets of instants that they mean."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from rules.window import (
    FOREVER,
    Span,
    complement,
    covered,
    holds,
    instant,
    intersection,
    lengthened,
    microseconds,
    moment,
    union,
)

END = 40
any_spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda pair: Span(pair[0], sum(pair))))
spans = any_spans.map(union)


def instants(found: list[Span]) -> set[int]:
    return {at for at in range(END) for span in found if span.start <= at < span.end}


def is_tidy(found: list[Span]) -> bool:
    """Sorted, none empty, and no two that touch."""
    return all(span.start < span.end for span in found) and all(
        left.end < right.start for left, right in itertools.pairwise(found)
    )


@given(any_spans)
def test_a_union_is_of_all_instants_in_the_fewest_spans(given: list[Span]) -> None:
    found = union(given)
    assert instants(found) == instants(given)
    assert is_tidy(found)


@given(spans, spans)
def test_an_intersection_is_of_the_instants_of_both(left: list[Span], right: list[Span]) -> None:
    found = intersection(left, right)
    assert instants(found) == instants(left) & instants(right)
    assert all(span.start < span.end for span in found)


@given(spans, st.integers(0, 12))
def test_lengthened_spans_last_longer_and_meet(given: list[Span], duration: int) -> None:
    found = lengthened(given, duration)
    assert instants(found) == instants([Span(span.start, span.end + duration) for span in given])
    assert is_tidy(found)


def test_what_lasts_forever_does_not_last_longer() -> None:
    assert lengthened([Span(1, FOREVER)], 5) == [Span(1, FOREVER)]


@given(spans, st.integers(0, 30))
def test_a_complement_is_of_all_other_instants_from_the_first_on(given: list[Span], first: int) -> None:
    found = complement(given, first)
    assert instants(found) == set(range(first, END)) - instants(given)
    assert is_tidy(found)
    assert found[-1].end == FOREVER


def test_nothing_is_left_of_what_lasts_forever() -> None:
    assert complement([Span(3, FOREVER)], 3) == []
    assert complement([Span(3, FOREVER)], 2) == [Span(2, 3)]


@given(st.lists(spans, max_size=4), st.integers(1, 4))
def test_covered_is_what_lies_in_so_many_lists(lists: list[list[Span]], least: int) -> None:
    found = covered(lists, least)
    assert instants(found) == {at for at in range(END) if sum(at in instants(own) for own in lists) >= least}
    assert is_tidy(found)


@given(spans, st.integers(0, 40))
def test_a_span_holds_from_its_start_to_before_its_end(given: list[Span], at: int) -> None:
    assert holds(given, at) is (at in instants(given) if at < END else False)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  hypothesis asks
def test_an_instant_is_exact_to_the_microsecond(then: datetime) -> None:
    assert moment(instant(then)) == then


def test_instants_are_microseconds_since_1970_in_any_zone() -> None:
    assert instant(datetime(1970, 1, 1, 8, 0, 1, tzinfo=timezone(timedelta(hours=8)))) == 1_000_000
    assert moment(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert microseconds(timedelta(seconds=1, microseconds=5)) == 1_000_005
