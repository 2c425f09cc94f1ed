"""The ground: clocks, backoff, counters, times, passwords, supervision, the placing of alerts."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.backoff import Backoff
from hub.cases.incident import Join, Leave, Open, place
from hub.clock import SimulatedClock
from hub.errors import HubError, StoreUnavailable
from hub.log import _Formatter, redact, redact_value
from hub.model.alert import Alert, AlertState, Severity
from hub.model.area import check_path, contains, parent_of
from hub.model.incident import Incident, IncidentState
from hub.model.sizes import format_size, parse_size
from hub.model.times import format_duration, parse_duration, parse_instant, rfc3339
from hub.passwords import hash_password, verify
from hub.store.partitions import Period
from hub.supervise import supervise
from hub.tally import Tally
from ingest.base import Shard
from ingest.queue import BoundedQueue, Item

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_simulated_sleep_returns_at_once_and_moves_both_clocks() -> None:
    clock = SimulatedClock(T0)
    clock.sleep(3600)
    assert (clock.now() - T0).total_seconds() == clock.monotonic() == 3600


def test_backoff_doubles_up_to_its_cap_and_never_reaches_zero() -> None:
    backoff = Backoff(1.0, 30.0, random.Random(1))
    delays = [backoff.next_s() for _ in range(10)]
    wholes = [min(30.0, 2.0**number) for number in range(10)]
    assert all(whole / 2 <= delay <= whole for delay, whole in zip(delays, wholes, strict=True))
    backoff.reset()
    assert backoff.next_s() <= 1.0


def test_two_backoffs_do_not_come_back_in_step() -> None:
    assert Backoff(1.0, 30.0).next_s() != Backoff(1.0, 30.0).next_s()


def test_counters_add_up_over_threads() -> None:
    tally = Tally()

    def count() -> None:
        for _ in range(1000):
            tally.add("n_total", cause="x")

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.add("n_total", cause="y")
    assert (tally.get("n_total", cause="x"), tally.total("n_total")) == (8000, 8001)


@pytest.mark.parametrize(
    ("text", "seconds"), [("10s", 10), ("1m30s", 90), ("2h", 7200), ("30d", 2_592_000), ("500ms", 0.5), ("1.5h", 5400)]
)
def test_durations_are_read_as_written(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "10", "s", "10 s", "-5s", "1y", "10s5", "ten seconds"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


def test_a_duration_of_more_than_a_century_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than a hundred years"):
        parse_duration("9" * 400 + "w")


@given(st.integers(0, 10**10))
def test_a_duration_is_read_back_as_it_was_written(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001  strategies ask so
def test_an_instant_is_read_back_as_it_was_written(instant: datetime) -> None:
    assert parse_instant(rfc3339(instant)) == instant.astimezone(UTC)  # an hour comes twice in autumn


@pytest.mark.parametrize(
    "value", ["2026-03-01T12:00:00", "yesterday", None, True, [], float("inf"), 10**20, "2026-13-01T00:00:00Z"]
)
def test_what_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the words differ, the refusal does not
        parse_instant(value)


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    beijing = datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=8)))
    assert parse_instant(beijing.isoformat()) == T0 == parse_instant(T0.timestamp() * 1000)


@pytest.mark.parametrize("path", ["", "/", "a/", "/a", "a//b", "A/b", "a/../b", "a b", "a/" * 11 + "a", "#", "+/a"])
def test_what_is_no_area_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is not an area path"):
        check_path(path)


def test_an_area_contains_itself_and_what_lies_below() -> None:
    assert contains("a/b", "a/b")
    assert contains("a/b", "a/b/c")
    assert not contains("a/b", "a/bc")
    assert (parent_of("a/b/c"), parent_of("a")) == ("a/b", None)


def test_a_password_is_known_again_and_no_other_is() -> None:
    known = hash_password("correct horse battery")
    assert verify("correct horse battery", known)
    assert not verify("correct horse batterx", known)
    assert not verify("nobody has this password", None)
    with pytest.raises(ValueError, match="10 to 256"):
        hash_password("short")


def test_no_secret_is_written_to_a_log() -> None:
    redact_value("s3cret-canary")
    record = logging.LogRecord("x", 20, "x", 1, "opening rtsp://u:p@ss@h/x with %s", ("s3cret-canary",), None)
    assert _Formatter("%(message)s").format(record) == "opening rtsp://***@h/x with ***"


@given(st.sampled_from(list(Period)), st.integers(-100_000_000, 100_000_000), st.integers(0, 40_000_000))
def test_the_periods_of_a_span_cover_it_and_nothing_more(period: Period, start_s: int, length_s: int) -> None:
    first = T0 + timedelta(seconds=start_s)
    last = first + timedelta(seconds=length_s)
    found = period.touched(first, last)
    assert found[0] <= first < period.end(found[0])
    assert found[-1] <= last < period.end(found[-1])
    assert all(period.end(earlier) == later for earlier, later in pairwise(found))


def test_a_supervised_loop_backs_off_tells_each_change_once_and_recovers(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()
    outcomes = iter(["down", "down", "down", "works", "gone", "works", "stop"])
    told: list[tuple[bool, str]] = []

    def run_once(working: Callable[[], None]) -> None:
        outcome = next(outcomes)
        if outcome == "stop":
            stop.set()
        elif outcome == "works":
            working()
        else:
            raise StoreUnavailable(outcome)

    with caplog.at_level(logging.INFO):
        supervise(
            run_once, name="it", stop=stop, backoff=Backoff(0.0, 0.0), report=lambda *change: told.append(change)
        )
    assert told == [(False, "down"), (True, ""), (False, "gone"), (True, "")]
    assert [record.getMessage() for record in caplog.records] == [
        "it: down", "it: works again (failed 2 more times)", "it: gone", "it: works again",
    ]  # fmt: skip


def test_a_mistake_of_ours_ends_the_loop() -> None:
    def run_once(_working: Callable[[], None]) -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        supervise(run_once, name="it", stop=threading.Event(), backoff=Backoff())


def test_every_error_of_ours_has_one_root() -> None:
    assert issubclass(StoreUnavailable, HubError)


def test_a_full_queue_refuses_and_a_closed_one_hands_out_the_rest() -> None:
    queue = BoundedQueue(2)
    assert [queue.put(Item()) for _ in range(3)] == [True, True, False]
    queue.close()
    assert not queue.put(Item())
    assert (len(queue.take(10, 0)), queue.drained()) == (2, True)


@given(st.text(min_size=1, max_size=30), st.integers(1, 20))
def test_every_source_has_exactly_one_worker(source: str, count: int) -> None:
    assert sum(Shard(index, count).owns(source) for index in range(count)) == 1


@pytest.mark.parametrize("text", ["", "1", "2/2", "a/b", "-1/2", "0/0"])
def test_a_shard_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="shard"):
        Shard.parse(text)


def alert(severity: Severity) -> Alert:
    return Alert(1, "r", "f", severity, AlertState.FIRING, "a", ("s",), "x", T0, T0)


def incident(number: int, severity: Severity) -> Incident:
    return Incident(number, "a", "x", severity, IncidentState.OPEN, T0)


def test_an_alert_joins_the_newest_open_incident_of_its_area_and_may_make_it_worse() -> None:
    older, newer = incident(1, Severity.CRITICAL), incident(2, Severity.MINOR)
    assert place(alert(Severity.MAJOR), [older, newer]) == Join(newer, Severity.MAJOR)
    assert place(alert(Severity.WARNING), [older, newer]) == Join(newer, Severity.MINOR)


@pytest.mark.parametrize(
    ("severity", "expected"),
    [(Severity.CRITICAL, Open()), (Severity.MAJOR, Open()), (Severity.MINOR, Leave()), (Severity.WARNING, Leave())],
)
def test_only_a_severe_alert_opens_an_incident(severity: Severity, expected: Open | Leave) -> None:
    assert place(alert(severity), []) == expected


@pytest.mark.parametrize(("text", "size_bytes"), [("20GB", 20 * 10**9), ("1.5 MB", 1_500_000), ("7B", 7)])
def test_a_size_is_read_in_decimal_units_and_written_back(text: str, size_bytes: int) -> None:
    assert parse_size(text) == size_bytes
    assert parse_size(format_size(size_bytes)) == size_bytes


@pytest.mark.parametrize("text", ["", "20", "20GiB", "-1GB", "GB"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="as in 20GB"):
        parse_size(text)


def test_a_short_secret_is_taken_out_where_it_stands_alone_and_not_out_of_other_words() -> None:
    redact_value("admin")
    assert redact("rtsp://10.0.0.1/user=admin&x, admin: the last administrator") == (
        "rtsp://10.0.0.1/user=***&x, ***: the last administrator"
    )
