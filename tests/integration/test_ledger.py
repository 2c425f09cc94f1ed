"""The ledger of gaps, on PostgreSQL and on TimescaleDB: whatever happens, it adds up to the time that has passed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import NotFound
from hub.model.area import Area
from hub.model.source import GapCause, GapScope, Health, Source, SourceKind, SourceState, Unrecorded
from hub.store import Store, areas, health, ledger, segments, sources
from hub.store.segments import Segment

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
WATCHING, STALLED, UNREACHABLE = SourceState.WATCHING, SourceState.STALLED, SourceState.UNREACHABLE
_numbers = itertools.count(1)


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


@pytest.fixture
def store(either: Store) -> Store:
    return either


@pytest.fixture
def city(store: Store) -> Store:
    with store.transaction() as tx:
        areas.put(tx, [Area("c", "City", "city"), Area("c/g1", "Grid 1", "grid"), Area("c/g2", "Grid 2", "grid")])
    return store


def add(store: Store, camera: str = "cam-1", area: str = "c/g1", second: float = 0) -> str:
    with store.transaction() as tx:
        sources.add(tx, Source(camera, SourceKind.CAMERA, area, "camera", camera), at(second))
    return camera


def say(store: Store, camera: str, state: SourceState, second: float, **more: Any) -> None:
    report = Health(camera, state, "" if state is WATCHING else f"it is {state}", at(second), at(second))
    health.report(store, [replace(report, **more)], "video-0")


def rows(store: Store, camera: str = "cam-1", last_s: float = 100_000) -> list[tuple[object, ...]]:
    found = health.gaps(store, camera, at(-100_000), at(last_s))
    return [
        (gap["scope"], gap["cause"], gap["state"], (gap["from"] - T0).total_seconds(),
         gap["to"] and (gap["to"] - T0).total_seconds())
        for gap in found
    ]  # fmt: skip


def account(store: Store, first_s: float, last_s: float, camera: str = "cam-1") -> ledger.Account:
    return ledger.account(store, camera, SourceKind.CAMERA, at(first_s), at(last_s))


def test_each_gap_has_a_cause_beside_its_state(city: Store) -> None:
    add(city)
    for second, state in enumerate((SourceState.CONNECTING, WATCHING, STALLED, SourceState.UNAUTHORIZED, WATCHING), 1):
        say(city, "cam-1", state, second * 10)
    assert rows(city) == [
        ("watch", "worker", "unknown", 0, 10),
        ("watch", "worker", "connecting", 10, 20),
        ("watch", "network", "stalled", 30, 40),
        ("watch", "camera", "unauthorized", 40, 50),
    ]
    found = account(city, 0, 100)
    assert (found.wall_s, found.watched_s, found.watched) == (100, 60, 0.6)
    assert found.blind_s == {GapCause.WORKER: 20, GapCause.NETWORK: 10, GapCause.CAMERA: 10}


def test_a_cause_that_is_known_better_than_the_state_tells_is_taken(city: Store) -> None:
    add(city)
    say(city, "cam-1", SourceState.ENDED, 0, cause=GapCause.NETWORK)
    assert rows(city) == [("watch", "network", "ended", 0, None)]


def test_a_state_that_is_dated_back_does_not_reach_behind_the_one_it_follows(city: Store) -> None:
    add(city)
    say(city, "cam-1", STALLED, 10)
    say(city, "cam-1", WATCHING, 60)
    say(city, "cam-1", UNREACHABLE, 30)
    assert rows(city)[1:] == [("watch", "network", "stalled", 10, 60), ("watch", "network", "unreachable", 60, None)]


def test_a_period_is_cut_to_what_lies_in_it_and_begins_where_the_camera_was_added(city: Store) -> None:
    add(city, second=50)
    say(city, "cam-1", WATCHING, 60)
    say(city, "cam-1", STALLED, 100)
    assert account(city, 0, 110).wall_s == 60
    assert account(city, 55, 110).blind_s == {GapCause.WORKER: 5, GapCause.NETWORK: 10}
    assert account(city, 70, 90).watched == 1.0
    assert account(city, 105, 200).watched == 0.0
    assert account(city, 0, 40).watched is None


def test_what_is_watched_but_not_recorded_is_a_gap_of_the_recording_only(city: Store) -> None:
    add(city)
    say(city, "cam-1", WATCHING, 10)
    full = Unrecorded(GapCause.DISK, "disk_full", at(20))
    for second in (21, 30):
        say(city, "cam-1", WATCHING, second, unrecorded=full)
    say(city, "cam-1", WATCHING, 50)
    say(city, "cam-1", WATCHING, 60, unrecorded=Unrecorded(GapCause.DISK, "disk_error", at(60)))
    say(city, "cam-1", STALLED, 70)
    say(city, "cam-1", WATCHING, 80)
    assert [row for row in rows(city) if row[0] == "record"] == [
        ("record", "disk", "watching", 20, 50),
        ("record", "disk", "watching", 60, 70),
    ]
    found = account(city, 0, 100)
    assert (found.watched_s, found.unrecorded_s) == (80, {GapCause.DISK: 40})
    assert ledger.audit(city, "cam-1", at(0), at(100)).faults == ()


def test_another_reason_for_not_recording_follows_the_one_before(city: Store) -> None:
    add(city)
    say(city, "cam-1", WATCHING, 0)
    say(city, "cam-1", WATCHING, 10, unrecorded=Unrecorded(GapCause.DISK, "disk_full", at(10)))
    say(city, "cam-1", WATCHING, 30, unrecorded=Unrecorded(GapCause.CAMERA, "unsupported", at(25)))
    assert rows(city) == [("record", "disk", "watching", 10, 25), ("record", "camera", "watching", 25, None)]


def test_an_hour_that_never_was_is_a_gap(city: Store) -> None:
    add(city)
    say(city, "cam-1", WATCHING, 0)
    say(city, "cam-1", SourceState.ENDED, 100, cause=GapCause.CLOCK, leapt_from=at(100))
    say(city, "cam-1", WATCHING, 3701)
    assert rows(city) == [("watch", "clock", "ended", 100, 3701)]


def test_an_hour_that_comes_twice_is_not_counted_twice_and_hides_nothing(city: Store) -> None:
    add(city)
    say(city, "cam-1", WATCHING, 0)
    say(city, "cam-1", STALLED, 3000)
    say(city, "cam-1", WATCHING, 3100)
    say(city, "cam-1", STALLED, 4000)
    # At 4100 the clock is set back by an hour; then the camera is blind from 500 to 3050, a second time.
    say(city, "cam-1", SourceState.ENDED, 500, cause=GapCause.CLOCK, leapt_from=at(4100))
    assert rows(city)[0] == ("watch", "clock", "ended", 500, None)
    assert account(city, 0, 3050).blind_s == {GapCause.CLOCK: 2500, GapCause.NETWORK: 50}
    say(city, "cam-1", WATCHING, 3050)
    assert rows(city) == [
        ("watch", "clock", "ended", 500, 3000),
        ("watch", "network", "stalled", 3000, 3100),
        ("watch", "network", "stalled", 4000, 4100),
    ]
    assert ledger.audit(city, "cam-1", at(0), at(5000)).faults == ()
    assert account(city, 0, 5000).watched_s == 5000 - 2500 - 100 - 100


def test_the_worker_s_death_is_dated_on_the_new_time_after_the_clock_was_set_back(city: Store) -> None:
    add(city)
    say(city, "cam-1", WATCHING, 5000)
    say(city, "cam-1", SourceState.ENDED, 1400, cause=GapCause.CLOCK, leapt_from=at(5010))
    say(city, "cam-1", WATCHING, 1401)
    with city.transaction() as tx:
        health.blind(tx, "video-0", at(1500), "killed")
    assert rows(city) == [
        ("watch", "worker", "unknown", 0, 5000),
        ("watch", "worker", "worker_down", 1500, None),
    ]


STATES = st.sampled_from([WATCHING, WATCHING, STALLED, UNREACHABLE, SourceState.TAMPERED, SourceState.DISABLED])
EVENT = st.one_of(
    st.tuples(st.just("state"), STATES, st.integers(0, 3)),
    st.tuples(st.just("full"), st.just(WATCHING), st.integers(0, 3)),
    st.tuples(st.just("killed"), st.just(SourceState.WORKER_DOWN), st.integers(0, 3)),
    st.tuples(st.just("leap"), st.just(SourceState.ENDED), st.integers(-60, 60)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 20), EVENT), max_size=14))
def test_whatever_happens_the_ledger_adds_up(
    city: Store, events: list[tuple[int, tuple[str, SourceState, int]]]
) -> None:
    """Against an oracle that counts seconds: one that was blind in any of its passes is blind."""
    camera = add(city, f"cam-{next(_numbers)}", second=100)
    now, blind, full = 100, True, False
    seconds, unrecorded = set[int](), set[int]()

    def pass_time(until: int) -> None:
        nonlocal now
        if blind or full:
            (seconds if blind else unrecorded).update(range(now, until))
        now = until

    for wait, (kind, state, number) in events:
        pass_time(now + wait)
        if kind == "leap":
            before, now = now, max(100, now + number)
            say(city, camera, state, min(before, now), cause=GapCause.CLOCK, leapt_from=at(before))
            seconds.update(range(before, now))
            blind = True
        elif kind == "killed":
            with city.transaction() as tx:
                health.blind(tx, "video-0", at(now), "killed")
            blind = True
        else:
            trouble = Unrecorded(GapCause.DISK, "disk_full", at(now)) if kind == "full" else None
            say(city, camera, state, now, unrecorded=trouble)
            blind, full = not state.watching, kind == "full"
    pass_time(now + 5)
    audit = ledger.audit(city, camera, at(0), at(now))
    assert audit.faults == ()
    assert audit.account.wall_s == now - 100
    assert sum(audit.account.blind_s.values()) == len({second for second in seconds if second < now})
    if not any(kind == "leap" for _, (kind, _, _) in events):
        assert sum(audit.account.unrecorded_s.values()) == len(unrecorded - seconds)


def test_what_is_neither_recorded_nor_a_gap_is_found(city: Store) -> None:
    add(city)
    say(city, "cam-1", WATCHING, 10)
    say(city, "cam-1", STALLED, 100)
    say(city, "cam-1", WATCHING, 110)
    for first, last in ((9, 50), (50.1, 99), (111, 160), (170, 200)):
        segments.add(city, Segment("cam-1", at(first), at(last), f"{first}.mp4", 1))
    found = ledger.audit(city, "cam-1", at(0), at(200))
    assert [((a - T0).total_seconds(), (b - T0).total_seconds()) for a, b in found.holes] == [
        (50, 50.1), (99, 100), (110, 111), (160, 170),
    ]  # fmt: skip
    assert found.holes_s == pytest.approx(12.1)


def test_a_ledger_that_does_not_add_up_is_said_to(city: Store) -> None:
    add(city)
    say(city, "cam-1", WATCHING, 10)
    with city.transaction() as tx:
        for first, last in ((20, 40), (30, 50), (60, None)):
            tx.execute(
                "insert into gap (source, cause, state, reason, began_at, ended_at)"
                " values ('cam-1', 'disk', 'x', '', %s, %s)",
                (at(first), last and at(last)),
            )
    overlap, opened = ledger.audit(city, "cam-1", at(0), at(100)).faults
    assert "overlap" in overlap
    assert opened == "the state is watching, and a gap is open"
    with pytest.raises(NotFound):
        ledger.audit(city, "nobody", at(0), at(100))


def test_the_cameras_of_an_area_are_told_the_worst_first(city: Store) -> None:
    for camera, area in (("cam-1", "c/g1"), ("cam-2", "c/g1"), ("cam-3", "c/g2")):
        add(city, camera, area)
    say(city, "cam-1", WATCHING, 10)
    say(city, "cam-2", WATCHING, 60)
    found = ledger.accounts(city, SourceKind.CAMERA, "c/g1", at(0), at(100))
    assert [(item.source, item.watched) for item in found] == [("cam-2", 0.4), ("cam-1", 0.9)]
    assert [item.source for item in ledger.accounts(city, SourceKind.CAMERA, "c", at(0), at(100))] == [
        "cam-3", "cam-2", "cam-1",
    ]  # fmt: skip


def test_gaps_of_the_version_before_get_their_causes(store: Store) -> None:
    """The migrations are run anew in a schema of their own, which is rolled back."""
    migrations = files("hub.store") / "migrations"
    told = [
        ("unknown", "not heard of yet", 0, 1), ("connecting", "", 1, 1), ("ended", "the connection was lost", 2, 3),
        ("ended", "the camera ended the stream", 3, 4), ("ended", "the reader of this camera failed", 4, 5),
        ("stalled", "x", 5, 6), ("unauthorized", "x", 6, 7), ("offline", "x", 7, 8), ("disabled", "x", 8, None),
    ]  # fmt: skip
    with store.transaction() as tx:
        tx.execute("create schema earlier")
        tx.execute("set local search_path to earlier, public")
        tx.execute((migrations / "0001_spine.sql").read_bytes())
        tx.execute("insert into area (path, name, kind) values ('c', 'City', 'city')")
        tx.execute(
            "insert into source (id, kind, area, type, name, origin) values ('cam-1', 'camera', 'c', '', '', 'api')"
        )
        tx.execute(
            "insert into source_state (source, state, reason, since) values ('cam-1', 'disabled', 'x', %s)", (at(8),)
        )
        for cause, reason, first, last in told:
            tx.execute(
                "insert into gap (source, cause, reason, began_at, ended_at) values ('cam-1', %s, %s, %s, %s)",
                (cause, reason, at(first), None if last is None else at(last)),
            )
        tx.execute((migrations / "0003_ledger.sql").read_bytes())
        found = tx.execute("select scope, cause, state, reason from gap order by began_at").fetchall()
        known = tx.execute("select known_since from source_state").fetchone()
        tx.execute("drop schema earlier cascade")
    assert [(row["scope"], row["cause"], row["state"]) for row in found] == [
        ("watch", "worker", "unknown"), ("watch", "network", "ended"), ("watch", "camera", "ended"),
        ("watch", "worker", "ended"), ("watch", "network", "stalled"), ("watch", "camera", "unauthorized"),
        ("watch", "network", "offline"), ("watch", "switched_off", "disabled"),
    ]  # fmt: skip
    assert known is not None
    assert known["known_since"] == at(0)


def test_every_state_but_watching_has_a_cause() -> None:
    for state in SourceState:
        assert (state.cause is None) is state.watching
    assert set(GapScope) == {"watch", "record"}
