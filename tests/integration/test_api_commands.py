"""Commands over HTTP: who may give which, once however often it is asked, told as events."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboard.api.app import make_app
from hub.app.keeper import OVERDUE_S, Overdue
from hub.clock import SimulatedClock, SystemClock
from hub.model import command as machine
from hub.model.source import Source, SourceKind
from hub.store import Store, commands, journal, sources
from hub.tally import Tally
from tests.fix_api import GRID, OTHER_GRID, Api, Stream, problem, serving, wait_for, write_config

TYPES = """\
types:
  siren:
    commands:
      sound: {params: {seconds: {type: integer, min: 1, max: 600}}, confirm: true, timeout: 20s}
      silence: {}
  zigbee:
    commands:
      "on": {topic: "zigbee2mqtt/{name}/set", payload: {state: "ON"}}
"""
SOUND: dict[str, Any] = {"name": "sound", "params": {"seconds": 5}, "confirm": True}


@pytest.fixture
def siren(city: Store, tmp_path: Path) -> Iterator[Api]:
    """An interface over a city with sirens in two areas."""
    add(city, "siren-1", GRID)
    add(city, "siren-2", OTHER_GRID)
    with served(city, tmp_path) as made:
        yield made


class served:  # noqa: N801  a context manager
    """One process of the interface."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._config, self._store = write_config(folder, TYPES), store

    def __enter__(self) -> Api:
        tally = Tally()
        app = make_app(self._config, self._store, SystemClock(), tally)
        self._serving = serving(app)
        self._api = Api(self._serving.__enter__(), app, self._store, self._config, tally)
        wait_for(lambda: app.state.context.live.last_id is not None, "the journal is being followed")
        return self._api

    def __exit__(self, *_: object) -> None:
        self._api.close()
        self._serving.__exit__(None, None, None)


def add(store: Store, device: str, area: str = GRID, kind: str = "siren", *, approved: bool = True) -> None:
    with store.transaction() as tx:
        found = Source(device, SourceKind.DEVICE, area, kind, device, origin="api", approved=approved)
        sources.add(tx, found, datetime.now(UTC))


def give(client: httpx.Client, body: dict[str, Any] = SOUND, device: str = "siren-1", key: str = "") -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/devices/{device}/commands", json=body, headers=headers)


def in_turn(first: Api, second: Api, count: int) -> list[httpx.Client]:
    """Clients of one session, of the one process and of the other."""
    session = first.client("otto").headers["Authorization"]
    clients = [(first, second)[number % 2].anonymous() for number in range(count)]
    for client in clients:
        client.headers["Authorization"] = session
    return clients


def test_a_command_is_accepted_and_found_again(siren: Api) -> None:
    client = siren.client("otto")
    answer = give(client)
    assert answer.status_code == 201, answer.text
    command = answer.json()
    assert answer.headers["location"] == f"/api/v1/commands/{command['id']}"
    assert (command["state"], command["by"], command["params"]) == ("accepted", "otto", {"seconds": 5})
    took = datetime.fromisoformat(command["expires_at"]) - datetime.fromisoformat(command["created_at"])
    assert took == timedelta(seconds=20), "that of its type"
    assert client.get(f"/commands/{command['id']}").json() == command
    later = give(client, {**SOUND, "timeout": "5m"}).json()
    listed = client.get("/devices/siren-1/commands").json()
    assert [item["id"] for item in listed["items"]] == [later["id"], command["id"]], "the newest first"
    assert [(offer["name"], offer["confirm"], offer["timeout"]) for offer in listed["offers"]] == [
        ("sound", True, "20s"), ("silence", False, "30s"),
    ]  # fmt: skip
    assert listed["offers"][0]["params"] == [
        {"name": "seconds", "type": "integer", "min": 1, "max": 600, "choices": [], "default": None}
    ]
    first = client.get("/devices/siren-1/commands?limit=1").json()
    assert [item["id"] for item in first["items"]] == [later["id"]]
    rest = client.get(f"/devices/siren-1/commands?limit=1&cursor={first['next']}").json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([command["id"]], None)
    assert client.get("/devices/smoke-1/commands").json() == {"items": [], "next": None, "offers": []}


@pytest.mark.parametrize(
    ("device", "body", "expected"),
    [
        ("siren-1", {"name": "explode"}, (404, "no_such_command")),
        ("smoke-1", {"name": "sound"}, (404, "no_such_command")),
        ("cam-1", {"name": "sound"}, (404, "not_found")),
        ("siren-9", {"name": "sound"}, (404, "not_found")),
        ("siren-1", {"name": "sound", "confirm": True}, (422, "bad_param")),
        ("siren-1", {**SOUND, "params": {"seconds": 601}}, (422, "bad_param")),
        ("siren-1", {**SOUND, "params": {"seconds": 5, "x": 1}}, (422, "bad_param")),
        ("siren-1", {**SOUND, "params": {"seconds": [5]}}, (422, "invalid")),
        ("siren-1", {**SOUND, "params": {"a\0": 1}}, (422, "invalid")),
        ("siren-1", {**SOUND, "timeout": "0s"}, (422, "invalid")),
        ("siren-1", {**SOUND, "timeout": "2h"}, (422, "invalid")),
        ("siren-1", {**SOUND, "timeuot": "5s"}, (422, "invalid")),
        ("siren-1", {**SOUND, "confirm": False}, (409, "confirm_needed")),
        ("waiting-1", {"name": "silence"}, (409, "not_approved")),
    ],
)
def test_what_a_device_cannot_be_told_is_refused(
    siren: Api, device: str, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    add(siren.store, "waiting-1", approved=False)
    assert problem(give(siren.client("otto"), body, device)) == expected
    assert commands.open_commands(siren.store) == []


def test_only_who_sees_the_area_may_command_and_see_the_commands(siren: Api) -> None:
    theirs = give(siren.client("otto"), device="siren-2").json()
    local, viewer = siren.client("local"), siren.client("vera")
    assert problem(give(local, device="siren-2")) == (404, "not_found")
    assert problem(local.get(f"/commands/{theirs['id']}")) == (404, "not_found")
    assert problem(local.get("/devices/siren-2/commands")) == (404, "not_found")
    assert problem(give(viewer)) == (403, "not_allowed")
    assert viewer.get(f"/commands/{theirs['id']}").json()["id"] == theirs["id"]
    for wrong in ("0" * 15, "x" * 16, "0123456789ABCDEF"):
        assert problem(viewer.get(f"/commands/{wrong}")) == (422, "invalid")
    assert problem(viewer.get("/commands/0123456789abcdef")) == (404, "not_found")


def test_the_same_key_is_the_same_command_in_whichever_process_it_is_asked(siren: Api, tmp_path: Path) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    with served(siren.store, folder) as second:
        clients = in_turn(siren, second, 8)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda client: give(client, key="a key"), clients))
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(commands.open_commands(siren.store)) == 1
        assert problem(give(clients[0], {**SOUND, "params": {"seconds": 6}}, key="a key")) == (422, "key_reused")
        assert problem(give(clients[0], device="siren-2", key="a key")) == (422, "key_reused")
        assert give(siren.client("dora"), key="a key").status_code == 201, "somebody else's key is another one"
        assert problem(give(clients[0], key="x" * 201)) == (422, "invalid")


def test_a_device_has_no_more_than_a_few_commands_open_however_many_ask_at_once(siren: Api, tmp_path: Path) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    with served(siren.store, folder) as second:
        clients = in_turn(siren, second, 16)
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(give, clients))
    taken = [answer for answer in answers if answer.status_code == 201]
    assert len(taken) == commands.MAX_OPEN
    assert {problem(answer) for answer in answers if answer.status_code != 201} == {(429, "too_many_open")}
    assert give(siren.client("otto"), device="siren-2").status_code == 201, "each device has room of its own"


def test_every_change_is_an_event_for_those_who_see_the_area(siren: Api) -> None:
    with Stream(siren.client("vera")) as stream, Stream(siren.client("local")) as local:
        hidden = give(siren.client("otto"), device="siren-2").json()
        command = give(siren.client("otto")).json()
        now = datetime.now(UTC)
        commands.change(siren.store, command["id"], lambda known: machine.send(known, now), "mqtt-0", now)
        stream.until(lambda event: event.kind == "command" and event.data["command"]["id"] == hidden["id"])
        for one in (stream, local):
            first = one.until(lambda event: event.kind == "command")
            assert (first.data["change"], first.data["actor"]) == ("accepted", "otto")
            assert first.data["command"]["id"] == command["id"]
            second = one.until(lambda event: event.kind == "command")
            assert (second.data["change"], second.data["command"]["attempts"]) == ("sent", 1)


def test_the_journal_tells_what_was_asked_and_the_chain_holds(siren: Api) -> None:
    command = give(siren.client("otto")).json()
    [entry] = journal.of_subject(siren.store, "command", command["id"])
    assert (entry.change, entry.actor, entry.area) == ("accepted", "otto", GRID)
    assert entry.body["command"]["params"] == {"seconds": 5}
    assert journal.first_broken(siren.store) is None


def test_the_keeper_ends_a_command_whose_worker_does_not_run_when_it_had_time_to(siren: Api) -> None:
    command = give(siren.client("otto"), {**SOUND, "timeout": "1s"}).json()
    clock = SimulatedClock(datetime.now(UTC) + timedelta(seconds=5))
    overdue = Overdue(clock)
    assert overdue.give_up(siren.store) == 0, "its worker may do it yet"
    clock.advance(OVERDUE_S - 1)
    assert overdue.give_up(siren.store) == 0
    assert Overdue(clock).give_up(siren.store) == 0, "nobody could while the store was away"
    clock.advance(1)
    assert overdue.give_up(siren.store) == 1
    found = commands.get(siren.store, command["id"])
    assert (found.state, found.reason) == ("unsent", "the worker of this device does not run")
    assert journal.of_subject(siren.store, "command", found.id)[-1].actor == "keeper"
    assert commands.forget(siren.store, clock.now()) == 0
    assert commands.forget(siren.store, clock.now() + timedelta(seconds=1)) == 1
