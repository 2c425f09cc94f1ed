"""A town with something of everything in its store, made by the hub's own functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from msgspec import structs

from hub.cases import acts, intake
from hub.clock import SimulatedClock
from hub.config.vault import SEALED
from hub.model.alert import AlertChange, Evidence, Fire, Resolve, Severity
from hub.model.area import Area
from hub.model.observation import Observation, Refusal
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.model.source import Health, Source, SourceKind, SourceState
from hub.store import Store, alerts, areas, batches, health, offsets, people, segments, sessions, sources
from hub.store.backup import tables_of
from hub.store.segments import Segment

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRID = "qth/taoshan/g1"
FIRE = Fire(
    "smoke", "smoke@g1", Severity.MAJOR, GRID, ("smoke-1",), "Smoke\tin \\ g1\n二", T0,
    (Evidence("smoke-1", "smoke", T0, 0.5),),
)  # fmt: skip


def smoke(second: float, value: float | None = 0.1, source: str = "smoke-1", text: str | None = None) -> Observation:
    at = T0 + timedelta(seconds=second)
    return Observation(source, "smoke", at, at + timedelta(milliseconds=5), value, text=text, attrs={"a": "b\\n\n"})


def found(store: Store) -> None:
    """Areas and sources."""
    with store.transaction() as tx:
        areas.put(tx, [Area("qth", "City", "city"), Area("qth/taoshan", "D", "district"), Area(GRID, "格 1", "grid")])
        sources.add(tx, Source("smoke-1", SourceKind.DEVICE, GRID, "smoke", "Smoke 1"), T0)
        sources.add(tx, Source("smoke-2", SourceKind.DEVICE, GRID, "smoke", "Smoke 2"), T0)
        sealed = {SEALED: "v1.12345678.AAAA"}
        sources.add(tx, Source("cam-1", SourceKind.CAMERA, GRID, "camera", "Camera 1", secret=sealed), T0)


def live_in(store: Store, hours: int = 3) -> None:
    """Days of observations of both kinds, alerts that are open and over, people, gaps, recordings."""
    found(store)
    devices = batches.BatchWriter(store, "mqtt-0", SourceKind.DEVICE)
    cameras = batches.BatchWriter(store, "video-0", SourceKind.CAMERA)
    for hour in range(-hours, 1):
        texts = [smoke(3600 * hour, None, "smoke-2", text) for text in ("tab\tand\nline", "\\N", "")]
        unlike = [structs.replace(item, key=str(number)) for number, item in enumerate(texts)]
        devices.append([smoke(3600 * hour + second, second / 7) for second in range(20)] + unlike)
        cameras.append([Observation("cam-1", "motion", T0 + timedelta(hours=hour), T0, 0.5)])
    devices.append([smoke(-86_400 * 3)], [Refusal("topic", "not_json", "it is not", b"\x00\xff\\", 3, T0)])
    states = ((5, SourceState.CONNECTING), (8, SourceState.WATCHING), (60, SourceState.STALLED))
    for second, state in states:
        at = T0 + timedelta(seconds=second)
        health.report(store, [Health("cam-1", state, f"it is {state}", at, at)], "video-0")
    with store.transaction() as tx:
        intake.carry_out(tx, [FIRE, replace(FIRE, rule="heat", fingerprint="heat@g1")], T0 + timedelta(seconds=1))
        intake.carry_out(tx, [Resolve("heat", "heat@g1", T0 + timedelta(minutes=1))], T0 + timedelta(minutes=1))
        offsets.save(tx, "rules", {"mqtt-0": 2, "video-0": 1})
    first = alerts.active(store)[0]
    acts.act(store, first.id, AlertChange.ACKNOWLEDGED, "wang", T0 + timedelta(minutes=2), "on my way")
    people.add(store, Person("wang", (Grant(Role.ADMINISTRATOR),)), "a hash")
    sessions.open_session(store, "wang", "a token", T0, T0 + timedelta(days=1))
    record(store, "a.mp4")


def record(store: Store, name: str) -> None:
    """Tell the store of a minute of video."""
    path = f"recordings/cam-1/2026-03-01/{name}"
    segments.add(store, Segment("cam-1", T0, T0 + timedelta(seconds=60), path, 1000))


def set_back(store: Store) -> SimulatedClock:
    """Let what was stored just now have been stored when it happened; answers a clock of the day after."""
    with store.transaction() as tx:
        tx.execute("update batch set committed_at = coalesce(max_ts, '2026-03-01')")
    return SimulatedClock(T0 + timedelta(days=1))


def content(store: Store, *, without: tuple[str, ...] = ("session",)) -> dict[str, list[str]]:
    """Every row of every table as text, in order: two stores with the same are the same."""
    with store.transaction() as tx:
        rows = {}
        for table in tables_of(tx):
            query = f'select t::text as line from "{table["name"]}" t order by 1'  # noqa: S608  names of the catalogue
            rows[table["name"]] = [row["line"] for row in tx.execute(query.encode()).fetchall()]
    return {name: lines for name, lines in rows.items() if name not in without}
