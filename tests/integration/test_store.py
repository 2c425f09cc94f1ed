"""The store, on PostgreSQL and on TimescaleDB: what is appended is there once, in order; every change is journalled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec import structs

from hub.cases import acts, intake
from hub.clock import SimulatedClock
from hub.config.keep import Keep
from hub.errors import Conflict, StartError, StoreError
from hub.model.alert import AlertChange, AlertState, Evidence, Fire, Resolve, Severity
from hub.model.area import Area
from hub.model.observation import Observation, Refusal
from hub.model.quality import UNFIT, Quality
from hub.model.source import Health, Source, SourceKind, SourceState
from hub.store import (
    Store,
    alerts,
    areas,
    batches,
    health,
    housekeeping,
    journal,
    migrate,
    offsets,
    quarantine,
    readings,
    series,
    sources,
)
from hub.store.rollup import Rollup
from hub.store.sql import sql
from hub.tally import Tally
from ingest.spool import Spool
from ingest.writer import Writer

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRID = "qth/taoshan/g1"


@pytest.fixture
def store(either: Store) -> Store:
    return either


@pytest.fixture
def city(store: Store) -> Store:
    with store.transaction() as tx:
        areas.put(tx, [Area("qth", "City", "city"), Area("qth/taoshan", "D", "district"), Area(GRID, "Grid 1", "grid")])
        sources.add(tx, Source("smoke-1", SourceKind.DEVICE, GRID, "smoke", "Smoke 1"), T0)
        sources.add(tx, Source("cam-1", SourceKind.CAMERA, GRID, "camera", "Camera 1"), T0)
    return store


def smoke(second: float, value: float = 0.1, key: str = "", arrival_key: str = "") -> Observation:
    at = T0 + timedelta(seconds=second)
    received_at = at + timedelta(milliseconds=5)
    return Observation("smoke-1", "smoke", at, received_at, value, key=key, arrival_key=arrival_key)


def stored(store: Store) -> list[tuple[float, float | None]]:
    rows = readings.points(store, "smoke-1", "smoke", T0 - timedelta(days=40), T0 + timedelta(days=1), 1000)
    return [((row["ts"] - T0).total_seconds(), row["value"]) for row in rows]


def keep_house(store: Store, now: datetime, keep: Keep) -> None:
    """As the keeper does: what is over goes when it is counted, and a run after that was decided."""
    Rollup(store, SimulatedClock(now)).catch_up()
    housekeeping.run(store, now, keep)
    housekeeping.run(store, now + timedelta(hours=1), keep)


def test_batches_are_numbered_without_holes_and_read_in_order(city: Store) -> None:
    first = batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE)
    second = batches.BatchWriter(city, "video-0", SourceKind.CAMERA)
    for number in range(3):
        first.append([smoke(number)])
        second.append([Observation("cam-1", "motion", T0, T0 + timedelta(seconds=number), 0.5, key=str(number))])
    seen = batches.read_after(city, {})
    assert [(batch.writer, batch.seq) for batch, _ in seen] == [
        ("mqtt-0", 1), ("video-0", 1), ("mqtt-0", 2), ("video-0", 2), ("mqtt-0", 3), ("video-0", 3),
    ]  # fmt: skip
    after = batches.read_after(city, {"mqtt-0": 2, "video-0": 3})
    assert [(batch.writer, batch.seq) for batch, _ in after] == [("mqtt-0", 3)]
    [item] = after[0][1]
    assert (item.source, item.area, item.type, item.metric, item.ts) == (
        "smoke-1", GRID, "smoke", "smoke", T0 + timedelta(seconds=2),
    )  # fmt: skip


def test_a_failed_append_leaves_no_hole_in_the_numbers(city: Store) -> None:
    writer = batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE)
    writer.append([smoke(0)])
    with pytest.raises(StoreError):
        writer.append([structs.replace(smoke(1), text="nul \0 cannot be stored")])
    batch = writer.append([smoke(2)])
    assert batch is not None
    assert batch.seq == 2
    assert stored(city) == [(0, 0.1), (2, 0.1)]


@pytest.mark.parametrize("again", [[smoke(1)], [smoke(1), smoke(2)], [smoke(1), smoke(1), smoke(3)]])
def test_what_is_delivered_twice_is_stored_once(city: Store, again: Sequence[Observation]) -> None:
    writer = batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE)
    writer.append([smoke(0), smoke(1)])
    writer.append(again)
    assert [second for second, _ in stored(city)] == sorted({0.0, 1.0} | {(o.ts - T0).total_seconds() for o in again})


def test_what_was_stored_already_is_counted(city: Store) -> None:
    tally = Tally()
    writer = Writer(city, "mqtt-0", SourceKind.DEVICE, tally).start()
    for said in ([smoke(0), smoke(1)], [smoke(1), smoke(2)], [smoke(0), smoke(1)], [smoke(3), smoke(3, 0.9)]):
        writer.put_observations(said)
    writer.close(20.0)
    assert (tally.get("gridhub_ingest_rows_total"), tally.get("gridhub_ingest_repeated_total")) == (4, 4)


def test_what_was_stored_when_the_worker_died_and_is_still_in_its_spool_is_stored_once(
    city: Store, tmp_path: Path
) -> None:
    timeless = smoke(1, key="a", arrival_key="a")
    said = [smoke(0), timeless, structs.replace(timeless, metric="heat")]
    batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE).append(said)
    spool = Spool(tmp_path / "mqtt-0.sqlite", 10**6)
    spool.put([*said, smoke(2)], [])
    Writer(city, "mqtt-0", SourceKind.DEVICE, Tally(), spool=spool).start().close(20.0)
    assert stored(city) == [(0, 0.1), (1, 0.1), (2, 0.1)]
    assert city.fetch("select count(*) as count from observation") == [{"count": 4}]
    assert len(spool) == 0
    spool.close()


def test_two_messages_of_one_instant_with_different_ids_are_both_stored(city: Store) -> None:
    batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE).append([smoke(0, 0.1, key="a"), smoke(0, 0.2, key="b")])
    assert [value for _, value in stored(city)] == [0.1, 0.2]


def test_a_message_without_time_is_recognised_by_its_id(city: Store) -> None:
    writer = batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE)
    writer.append([smoke(0, arrival_key="m1")])
    assert writer.append([smoke(7, arrival_key="m1")]) is None, "the same message, delivered 7 s later"
    writer.append([smoke(8, arrival_key="m1"), smoke(9, arrival_key="m2")])
    assert [second for second, _ in stored(city)] == [0, 9]
    writer.append([smoke(20, arrival_key="m3"), smoke(21, arrival_key="m3")])
    assert [second for second, _ in stored(city)] == [0, 9, 20], "twice in one batch"


def test_observations_of_any_day_find_a_place(city: Store) -> None:
    batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE).append([smoke(0), smoke(-86_400 * 30), smoke(86_400)])
    assert [second for second, _ in stored(city)] == [-86_400 * 30, 0]


def test_old_days_are_dropped_whole_and_nothing_younger(city: Store) -> None:
    batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE).append([smoke(-86_400 * 31), smoke(-86_400 * 29), smoke(0)])
    housekeeping.run(city, T0, Keep())
    assert len(stored(city)) == 3, "what is not counted yet stays"
    keep_house(city, T0, Keep())
    assert [second for second, _ in stored(city)] == [-86_400 * 29, 0]


def test_flags_of_quality_are_stored_and_read_back(city: Store) -> None:
    flags = Quality.JUMPING | Quality.FROZEN
    batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE).append([structs.replace(smoke(0), quality=flags), smoke(1)])
    [(_, items)] = batches.read_after(city, {})
    assert [item.quality for item in items] == [flags, Quality.GOOD]


def test_what_is_marked_as_bad_is_stored_and_kept_from_the_rules(city: Store) -> None:
    said = [structs.replace(smoke(number), quality=Quality(number)) for number in range(16)]
    batch = batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE).append(said)
    assert batch is not None
    assert batch.rows == 16
    [(_, items)] = batches.read_after(city, {})
    assert [int(item.quality) for item in items] == [number for number in range(16) if not number & int(UNFIT)]


def test_a_series_has_the_unit_that_was_first_said_of_it(city: Store) -> None:
    writer = batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE)
    said = []
    for number, unit in enumerate(["", "%", "Cel", ""]):
        writer.append([structs.replace(smoke(number), unit=unit)])
        said += [row["unit"] for row in city.fetch("select unit from series where source = 'smoke-1'")]
    assert said == ["", "%", "%", "%"]
    other = batches.BatchWriter(city, "mqtt-1", SourceKind.DEVICE)
    other.append([structs.replace(smoke(8), unit="Cel"), structs.replace(smoke(9), metric="heat", unit="Cel")])
    assert [row["unit"] for row in city.fetch("select unit from series order by metric")] == ["Cel", "%"]


def test_a_device_that_invents_words_does_not_fill_the_memory_of_its_writer(
    city: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_SERIES", 5)
    writer = batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE)
    for number in range(10):
        words = [structs.replace(smoke(number), metric=f"m{number}_{place}") for place in range(2)]
        writer.append([smoke(number, float(number)), *words])
        assert len(writer._series) <= 5
    assert stored(city) == [(number, number) for number in range(10)]
    assert len(readings.metrics(city, "smoke-1")) == 21


def test_each_kind_of_source_has_a_table_of_its_own(city: Store) -> None:
    batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE).append([smoke(0)])
    batches.BatchWriter(city, "video-0", SourceKind.CAMERA).append([Observation("cam-1", "motion", T0, T0, 0.5)])
    assert city.fetch("select value from observation_device") == [{"value": 0.1}]
    assert city.fetch("select value from observation_camera") == [{"value": 0.5}]
    assert len(city.fetch("select value from observation")) == 2


def test_what_is_over_goes_in_portions_that_none_of_them_takes_long(
    city: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "PORTION", 2)
    now = datetime.now(UTC)  # batches have the time of the server
    writer = batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE)
    for day in (*range(8, 13), 1):
        at = now - timedelta(days=day)
        said = structs.replace(smoke(0), ts=at, received_at=at, key=f"{day}", arrival_key=f"{day}")
        writer.append([said])
    asked: list[int] = []
    execute = psycopg.Connection.execute

    def counting(tx: psycopg.Connection[Any], query: Any, params: Any = None, **kwargs: Any) -> psycopg.Cursor[Any]:
        cursor = execute(tx, query, params, **kwargs)
        if isinstance(query, str) and query in {sql["arrival_expire"], sql["batch_expire"]}:
            asked.append(cursor.rowcount)
        return cursor

    monkeypatch.setattr(psycopg.Connection, "execute", counting)
    keep_house(city, now, Keep())
    assert [row["key"] for row in city.fetch("select key from arrival")] == ["1"]
    assert city.fetch("select count(*) as count from batch") == [{"count": 6}]
    assert max(asked) == 2
    housekeeping.run(city, now + timedelta(days=31), Keep())
    assert city.fetch("select count(*) as count from batch") == [{"count": 0}]
    assert max(asked) == 2


def test_refusals_are_kept_up_to_a_bound(city: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "KEEP_ROWS", 10)
    refusals = [Refusal("topic", "not_json", f"number {number}", b"\x00\xff", 2, T0) for number in range(25)]
    batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE).append([], refusals)
    housekeeping.run(city, T0, Keep())
    assert [row["detail"] for row in readings.quarantined(city)] == [f"number {number}" for number in range(24, 14, -1)]


FIRE = Fire(
    "smoke", "smoke@g1", Severity.MAJOR, GRID, ("smoke-1",), "Smoke", T0, (Evidence("smoke-1", "smoke", T0, 0.5),)
)  # fmt: skip


def carry_out(store: Store, *decisions: Fire | Resolve) -> list[AlertState]:
    with store.transaction() as tx:
        return [alert.state for alert in intake.carry_out(tx, decisions, T0 + timedelta(seconds=1))]


def test_a_decision_that_is_repeated_changes_nothing(city: Store) -> None:
    end = Resolve("smoke", "smoke@g1", T0 + timedelta(minutes=1))
    assert carry_out(city, FIRE) == [AlertState.FIRING]
    assert carry_out(city, FIRE) == []
    assert carry_out(city, end) == [AlertState.RESOLVED]
    assert carry_out(city, end, FIRE) == [], "the same occurrence does not begin again"
    again = carry_out(city, replace(FIRE, started_at=T0 + timedelta(minutes=2)))
    assert again == [AlertState.RESOLVED, AlertState.FIRING], "it takes the place of the one that waited"


def test_evidence_that_came_late_moves_the_beginning_back_and_never_forward(city: Store) -> None:
    carry_out(city, FIRE)
    earlier = replace(FIRE, started_at=T0 - timedelta(seconds=1), reason="earlier_evidence")
    assert carry_out(city, earlier, replace(FIRE, started_at=T0 + timedelta(seconds=1))) == [AlertState.FIRING]
    [alert] = alerts.active(city)
    assert alert.started_at == T0 - timedelta(seconds=1)
    changes = [(entry.change, entry.body["note"]) for entry in journal.of_subject(city, "alert", str(alert.id))]
    assert changes == [("fired", "condition_met"), ("updated", "earlier_evidence")]


def test_alerts_of_one_area_join_one_incident_that_closes_with_the_last(city: Store) -> None:
    carry_out(city, FIRE, replace(FIRE, rule="heat", severity=Severity.CRITICAL))
    first, second = alerts.active(city)
    assert first.incident == second.incident is not None
    carry_out(city, Resolve("smoke", "smoke@g1", T0 + timedelta(minutes=1)))
    acts.act(city, second.id, AlertChange.CLEARED, "wang", T0 + timedelta(minutes=2), "false alarm")
    changes = [entry.change for entry in journal.of_subject(city, "incident", str(first.incident))]
    assert changes == ["opened", "joined", "closed"]


def test_acknowledging_is_for_one_person_and_is_logged(city: Store) -> None:
    carry_out(city, FIRE)
    [alert] = alerts.active(city)
    acts.act(city, alert.id, AlertChange.ACKNOWLEDGED, "wang", T0, "on my way")
    with pytest.raises(Conflict, match="already_acknowledged"):
        acts.act(city, alert.id, AlertChange.ACKNOWLEDGED, "li", T0)
    log = journal.of_subject(city, "alert", str(alert.id))
    assert [(entry.change, entry.actor, entry.body["note"]) for entry in log] == [
        ("fired", "rules", "condition_met"), ("acknowledged", "wang", "on my way"),
    ]  # fmt: skip


def test_the_journal_cannot_be_changed_and_shows_it_when_it_was(city: Store) -> None:
    carry_out(city, FIRE)
    carry_out(city, Resolve("smoke", "smoke@g1", T0 + timedelta(minutes=1)))
    assert journal.first_broken(city) is None
    with pytest.raises(StoreError, match="append-only"), city.transaction() as tx:
        tx.execute("update journal set actor = 'nobody' where id = 2")
    with city.transaction() as tx:
        tx.execute("alter table journal disable trigger journal_append_only")
        tx.execute("update journal set actor = 'nobody' where id = 2")
    assert journal.first_broken(city) == 2


def test_a_source_that_never_spoke_is_blind_from_the_start_and_gaps_follow_its_state(city: Store) -> None:
    def at(second: int, state: SourceState) -> Health:
        return Health("cam-1", state, f"it is {state}", T0 + timedelta(seconds=second), T0)

    for report in (at(5, SourceState.CONNECTING), at(8, SourceState.WATCHING), at(9, SourceState.WATCHING)):
        health.report(city, [report], "video-0")
    health.report(city, [at(60, SourceState.STALLED)], "video-0")
    with city.transaction() as tx:
        assert health.blind(tx, "video-0", T0 + timedelta(seconds=70), "killed") == 1
    found = health.gaps(city, "cam-1", T0, T0 + timedelta(hours=1))
    times = [((gap["from"] - T0).total_seconds(), gap["to"] and (gap["to"] - T0).total_seconds()) for gap in found]
    assert [gap["state"] for gap in found] == ["unknown", "connecting", "stalled", "worker_down"]
    assert [gap["cause"] for gap in found] == ["worker", "worker", "network", "worker"]
    assert times == [(0, 5), (5, 8), (60, 70), (70, None)]
    states = [entry.change for entry in journal.of_subject(city, "source", "cam-1")]
    assert states == ["connecting", "watching", "stalled", "worker_down"]


def test_a_day_that_was_dropped_is_made_again_for_what_comes_late(city: Store) -> None:
    writer = batches.BatchWriter(city, "mqtt-0", SourceKind.DEVICE)
    assert writer.append([smoke(1)]) is not None
    keep_house(city, T0 + timedelta(days=10), Keep(observations=timedelta(days=7)))
    assert stored(city) == []
    late = writer.append([smoke(2)])
    assert late is not None
    assert late.rows == 1


def test_offsets_never_move_back(store: Store) -> None:
    with store.transaction() as tx:
        offsets.save(tx, "rules", {"mqtt-0": 5})
        offsets.save(tx, "rules", {"mqtt-0": 3, "video-0": 1})
    assert offsets.load(store, "rules") == {"mqtt-0": 5, "video-0": 1}


def test_sources_that_left_the_configuration_go_and_those_of_the_interface_stay(city: Store) -> None:
    configured = Source("door-1", SourceKind.DEVICE, GRID, "door", "Door 1")
    added = Source("door-2", SourceKind.DEVICE, GRID, "door", "Door 2", origin="api")
    with city.transaction() as tx:
        sources.add(tx, added, T0)
        sources.sync(tx, [configured], T0)
    assert [source.id for source in sources.list_sources(city)] == ["door-1", "door-2"]


def test_a_newer_database_is_refused(store: Store) -> None:
    with store.transaction() as tx:
        tx.execute("insert into migration (name) values ('9999_from_the_future')")
    try:
        with pytest.raises(StartError, match="newer gridhub"):
            migrate.upgrade(store)
    finally:
        with store.transaction() as tx:
            tx.execute("delete from migration where name = '9999_from_the_future'")


def test_the_series_table_is_a_hypertable_where_timescale_is_installed(
    postgres_store: Store, timescale: Store
) -> None:
    found = []
    for store in (postgres_store, timescale):
        with store.transaction() as tx:
            found.append(series.is_hypertable(tx))
    assert found == [False, True]


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    assert migrate.upgrade(store) == []
