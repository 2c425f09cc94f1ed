"""The event stream: complete, in order, without repeats, whatever the client and the store do."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.api import stream
from hub.cases import acts
from hub.model.alert import AlertChange
from hub.model.observation import Observation
from hub.model.source import Health, SourceKind, SourceState
from hub.store import Store, health, journal, people, processes
from hub.store.batches import BatchWriter
from tests.fix_api import GRID, OTHER_GRID, T0, Api, Event, Stream, fire, wait_for


def note(store: Store, count: int = 1, area: str = GRID, size: int = 10) -> int:
    """Journal rows of one transaction; the id of the last one."""
    body = {"source": "cam-1", "kind": "camera", "area": area, "state": "watching", "reason": "x" * size}
    with store.transaction() as tx:
        for _ in range(count):
            last = journal.append(tx, T0, "source", "cam-1", area, "test", "watching", {**body, "detail": {}})
    return last


def ids_until(connection: Stream, last: int) -> list[int]:
    ids: list[int] = []
    while not ids or ids[-1] < last:
        event = connection.next()
        assert event is not None
        if event.id is not None:
            ids.append(event.id)
    return ids


def is_kind(kind: str) -> Any:
    return lambda event: event.kind == kind


def test_a_stream_begins_with_where_the_journal_stands_and_how_the_parts_are(api: Api) -> None:
    last = journal.last_id(api.store)
    with Stream(api.client("vera")) as connection:
        hello, system = connection.next(), connection.next()
    assert hello is not None
    assert system is not None
    assert (hello.kind, hello.id, hello.data["last_id"]) == ("hello", None, last)
    assert system.kind == "system"
    states = {part["name"]: part["state"] for part in system.data["parts"]}
    assert list(states) == ["store", "broker", "video-0", "mqtt-0", "rules", "dashboard", "keeper"]
    assert set(states.values()) == {"ok"}


def test_an_alert_arrives_as_the_interface_shows_it(api: Api) -> None:
    client = api.client("otto")
    with Stream(client) as connection:
        connection.until(is_kind("system"))
        fired = fire(api.store)
        event = connection.until(is_kind("alert"))
        assert event.data["change"] == "fired"
        shown = client.get(f"/alerts/{fired.id}").json()
        assert event.data["alert"] == {key: shown[key] for key in shown if key not in {"log", "procedure"}}
        assert connection.until(is_kind("incident")).data["incident"]["area_name"] == "Grid 1"
        acts.act(api.store, fired.id, AlertChange.ACKNOWLEDGED, "otto", datetime.now(UTC), "on my way")
        event = connection.until(is_kind("alert"))
        assert (event.data["change"], event.data["actor"], event.data["note"]) == ("acknowledged", "otto", "on my way")
        assert event.data["alert"]["acked_by"] == "otto"


def test_a_change_of_health_arrives(api: Api) -> None:
    with Stream(api.client("vera")) as connection:
        connection.until(is_kind("system"))
        health.report(api.store, [Health("cam-2", SourceState.UNREACHABLE, "refused", T0)], "video-0")
        event = connection.until(is_kind("source"))
    known = {key: event.data[key] for key in ("source", "kind", "area", "state", "reason")}
    assert known == {
        "source": "cam-2", "kind": "camera", "area": OTHER_GRID, "state": "unreachable", "reason": "refused",
    }  # fmt: skip


def test_a_client_that_comes_back_gets_what_it_missed_and_nothing_twice(api: Api) -> None:
    first = note(api.store, 3)
    missed = note(api.store, 700)
    with Stream(api.client("vera"), last_event_id=first) as connection:
        assert ids_until(connection, missed) == list(range(first + 1, missed + 1))
        last = note(api.store)
        assert ids_until(connection, last) == [last]


def test_the_header_of_a_browser_that_reconnects_wins_over_the_address(api: Api) -> None:
    first = note(api.store, 3)
    last = note(api.store, 2)
    client = api.client("vera")
    client.headers["Last-Event-ID"] = str(last - 1)
    with Stream(client, last_event_id=first) as connection:
        assert ids_until(connection, last) == [last]


@pytest.mark.parametrize("person", ["vera", "local"])
def test_no_gap_and_no_repeat_while_two_write_and_the_client_reconnects_at_random(api: Api, person: str) -> None:
    start = journal.last_id(api.store)
    end: list[int] = []

    def write(area: str, chance: random.Random) -> None:
        for _ in range(120):
            note(api.store, chance.randint(1, 5), area)

    def write_all() -> None:
        writers = [threading.Thread(target=write, args=(area, random.Random(area))) for area in (GRID, OTHER_GRID)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        end.append(note(api.store, 1, GRID))

    writing = threading.Thread(target=write_all)
    writing.start()
    client, seen, chance = api.client(person), [start], random.Random(7)
    while not end or seen[-1] != end[0]:
        with Stream(client, last_event_id=seen[-1]) as connection:
            for _ in range(chance.randint(1, 30)):
                event = connection.next()
                assert event is not None
                assert event.kind != "reset"
                if event.id is not None:
                    seen.append(event.id)
                if end and seen[-1] == end[0]:
                    break
    writing.join()
    rows = journal.after(api.store, start, 10_000)
    assert seen[1:] == [row.id for row in rows if person == "vera" or row.area == GRID]


@pytest.mark.parametrize("asked", ["-1", "abc", "99999999", str(2**70)])
def test_an_id_that_this_journal_never_gave_out_makes_the_client_load_again(api: Api, asked: str) -> None:
    with Stream(api.client("vera"), last_event_id=asked) as connection:
        connection.until(is_kind("reset"))
        last = note(api.store)
        assert ids_until(connection, last) == [last], "and then it goes on from now"


def test_a_client_that_missed_too_much_loads_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_BEHIND", 20)
    first = note(api.store)
    last = note(api.store, 21)
    wait_for(lambda: api.app.state.context.live.last_id == last, "the hub has read them")
    with Stream(api.client("vera"), last_event_id=first) as connection:
        connection.until(is_kind("reset"))


def test_a_client_whose_rows_are_no_longer_kept_loads_again(api: Api) -> None:
    first = note(api.store)
    last = note(api.store, 9)
    with api.store.transaction() as tx:
        tx.execute("alter table journal disable trigger user")
        tx.execute("delete from journal where id <= %s", (first + 3,))
    wait_for(lambda: api.app.state.context.live.last_id == last, "the hub has read them")
    with Stream(api.client("vera"), last_event_id=first) as connection:
        connection.until(is_kind("reset"))


def test_a_person_of_an_area_gets_the_events_of_that_area_only(api: Api) -> None:
    with Stream(api.client("local")) as connection:
        connection.until(is_kind("system"))
        note(api.store, 3, OTHER_GRID)
        seen = note(api.store, 1, GRID)
        assert ids_until(connection, seen) == [seen]
    with Stream(api.client("local"), last_event_id=0) as connection:
        events: list[Event] = []
        while not events or events[-1].id != seen:
            event = connection.next()
            assert event is not None
            events.append(event)
    assert {event.data["area"] for event in events if event.kind == "source"} == {GRID}


def observe(writer: BatchWriter, source: str, second: float, value: float) -> None:
    at = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=second)
    writer.append([Observation(source, "smoke", at, at, value)])


def test_observations_come_of_the_area_that_is_looked_at(api: Api) -> None:
    writer = BatchWriter(api.store, "mqtt-0", SourceKind.DEVICE)
    observe(writer, "smoke-1", 0, 0.1)
    with Stream(api.client("vera"), observations=GRID) as connection:
        connection.until(is_kind("system"))
        observe(writer, "smoke-2", 1, 0.2)
        observe(writer, "smoke-1", 2, 0.3)
        items = connection.until(is_kind("observation")).data["items"]
        observe(writer, "smoke-1", 3, 0.4)
        items += connection.until(is_kind("observation")).data["items"]
    assert [(item["source"], item["area"], item["value"]) for item in items] == [
        ("smoke-1", GRID, 0.3), ("smoke-1", GRID, 0.4),
    ]  # fmt: skip


def test_of_many_observations_the_newest_of_each_series_arrives(api: Api) -> None:
    writer = BatchWriter(api.store, "mqtt-0", SourceKind.DEVICE)
    with Stream(api.client("vera"), observations="qth") as connection:
        connection.until(is_kind("system"))
        for number in range(200):
            observe(writer, "smoke-1", number, float(number))
        seen = 0.0
        count = 0
        while seen < 199:
            items = connection.until(is_kind("observation")).data["items"]
            assert len(items) == 1
            assert items[0]["value"] > seen or seen == 0
            seen, count = items[0]["value"], count + 1
    assert count < 200


def test_the_area_looked_at_must_lie_in_what_the_person_may_see(api: Api) -> None:
    answer = api.client("local").get("/stream", params={"observations": OTHER_GRID})
    assert (answer.status_code, answer.json()["code"]) == (403, "outside_your_area")


def test_a_change_of_a_part_is_told(api: Api) -> None:
    with Stream(api.client("vera")) as connection:
        connection.until(is_kind("system"))
        now = datetime.now(UTC)
        processes.beat(api.store, "rules", 1, "down", "fell over", now, now, [])
        event = connection.until(is_kind("system"))
    assert [part["name"] for part in event.data["parts"] if part["state"] == "down"] == ["rules"]


def test_a_quiet_stream_says_that_it_lives(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PING_S", 0.05)
    client = api.client("vera")
    with client.stream("GET", "/stream") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert ":" in {line.split(" ")[0] for line, _ in zip(response.iter_lines(), range(20), strict=False)}


def test_a_stream_ends_with_its_session(api: Api) -> None:
    with Stream(api.client("vera")) as connection:
        connection.until(is_kind("system"))
        people.set_disabled(api.store, "vera", disabled=True)
        wait_for(lambda: connection.next() is None, "the end of the stream")


@contextmanager
def frozen(api: Api) -> Iterator[socket.socket]:
    """A client that asks for the stream and then takes nothing."""
    token = api.client("vera").headers["Authorization"]
    with socket.socket() as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, port = api.url.removeprefix("http://").split(":")
        taker.connect((host, int(port)))
        request = f"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n\r\n"
        taker.sendall(request.encode())
        wait_for(lambda: clients(api) >= 1, "it is there")
        yield taker


def clients(api: Api) -> float:
    return api.tally.get("gridhub_stream_clients")


def test_a_client_that_takes_nothing_is_let_go_and_nobody_else_notices(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stream, "SEND_TIMEOUT_S", 0.5)
    with frozen(api), Stream(api.client("otto")) as connection:
        connection.until(is_kind("system"))
        wait_for(lambda: clients(api) == 2, "both are there")
        for _ in range(40):
            last = note(api.store, 5, size=50_000)
            assert ids_until(connection, last)[-1] == last
        wait_for(lambda: clients(api) == 1, "the frozen one is gone")
        last = note(api.store)
        assert ids_until(connection, last) == [last]
    assert "without completing" not in caplog.text
