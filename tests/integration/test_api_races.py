"""Two people who change the same thing in the same moment, each over a connection of their own to PostgreSQL."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import psycopg
import pytest

from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.store import Store, people
from tests.fix_api import GRID, Api, problem, wait_for

ZONE: dict[str, Any] = {"name": "yard", "polygon": [[0.1, 0.1], [0.3, 0.1], [0.3, 0.3]]}
MASK: dict[str, Any] = {"name": "window", "polygon": [[0.6, 0.6], [0.9, 0.6], [0.9, 0.9]], "privacy": True}
Call = Callable[[], httpx.Response]
_WAITING = (
    "select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
)


def at_once(store: Store, held: str, *calls: Call, values: tuple[str, ...] = ()) -> list[httpx.Response]:
    """What each is answered, where all have come as far as they get before the transaction that does ``held`` ends."""
    with (
        ThreadPoolExecutor(len(calls)) as pool,
        psycopg.connect(store.conninfo, autocommit=True) as looking,
        psycopg.connect(store.conninfo) as holding,
    ):
        holding.execute(held, values)
        asked = [pool.submit(call) for call in calls]
        wait_for(lambda: looking.execute(_WAITING).fetchone() == (len(calls),), "all of them wait for a lock")
        holding.commit()
        return [each.result(timeout=20) for each in asked]


@pytest.fixture
def camera(api: Api) -> str:
    new = {"id": "cam-9", "url": "rtsp://127.0.0.1/9", "area": GRID, "zones": [ZONE]}
    api.client("ines").post("/cameras", json=new).raise_for_status()
    return "cam-9"


HELD = "select from source where id = 'cam-9' for update"
DRAWN = "update source set config = jsonb_set(config, '{zones,1}', %s::jsonb) where id = 'cam-9'"


def test_two_who_change_a_camera_at_once_take_nothing_from_each_other(api: Api, camera: str) -> None:
    ines, anna = api.client("ines"), api.client("anna")
    path = f"/cameras/{camera}"
    answers = at_once(
        api.store, HELD,
        lambda: ines.patch(path, json={"name": "Gate"}),
        lambda: anna.patch(path, json={"zones": [ZONE, MASK]}),
    )  # fmt: skip
    assert [each.status_code for each in answers] == [200, 200]
    found = ines.get(path).json()
    assert (found["name"], [zone["name"] for zone in found["zones"]]) == ("Gate", ["yard", "window"])


def test_no_mask_is_lost_to_somebody_who_drew_before_it_was_there(api: Api, camera: str) -> None:
    ines, anna, rhea = api.client("ines"), api.client("anna"), api.client("ines")
    path, door = f"/cameras/{camera}", {**ZONE, "name": "door"}
    anna.patch(path, json={"zones": [ZONE, MASK]}).raise_for_status()
    # What is masked now is asked again when it is written: who may not lift it takes it away by no race.
    assert problem(rhea.patch(path, json={"zones": [ZONE, door]})) == (403, "not_allowed")
    late = {"zones": [ZONE, door], "zones_were": [ZONE]}
    for client in (anna, ines):
        assert problem(client.patch(path, json=late)) == (409, "changed_meanwhile")
    now = anna.get(path).json()["zones"]
    assert [zone["name"] for zone in now] == ["yard", "window"]
    kept = anna.patch(path, json={"zones": [*now, door], "zones_were": now})
    assert [zone["name"] for zone in kept.json()["zones"]] == ["yard", "window", "door"]


@pytest.mark.parametrize(
    "uncovering",
    [
        lambda ines: ines.patch("/cameras/cam-9", json={"zones": []}),
        lambda ines: ines.delete("/cameras/cam-9"),
    ],
)  # fmt: skip
def test_a_mask_that_comes_in_the_same_moment_is_asked_for(api: Api, camera: str, uncovering: Any) -> None:
    """Who may not lift masks waits until it is known whether there is one."""
    ines = api.client("ines")
    [answer] = at_once(api.store, DRAWN, lambda: uncovering(ines), values=(json.dumps(MASK),))
    assert problem(answer) == (403, "not_allowed")
    assert [zone["name"] for zone in ines.get("/cameras/cam-9").json()["zones"]] == ["yard", "window"]


def test_a_list_that_was_read_before_somebody_elses_change_is_not_taken(api: Api, camera: str) -> None:
    """The list says nothing of zones: it would put those back that it was held against."""
    anna, ines = api.client("anna"), api.client("ines")
    lines, headers = f"id,url,area,name\ncam-9,rtsp://127.0.0.1/9,{GRID},Gate\n", {"Content-Type": "text/csv"}
    sending = partial(ines.post, "/cameras/import", content=lines, params={"update": "true"}, headers=headers)
    [answer] = at_once(api.store, DRAWN, sending, values=(json.dumps(MASK),))
    assert problem(answer) == (409, "conflict")
    assert [zone["name"] for zone in anna.get("/cameras/cam-9").json()["zones"]] == ["yard", "window"]


def test_two_who_change_a_device_at_once_take_nothing_from_each_other(api: Api) -> None:
    ines, anna = api.client("ines"), api.client("anna")
    anna.post("/devices", json={"id": "smoke-9", "type": "smoke", "area": GRID}).raise_for_status()
    answers = at_once(
        api.store, "select from source where id = 'smoke-9' for update",
        lambda: ines.patch("/devices/smoke-9", json={"name": "Stairs"}),
        lambda: anna.patch("/devices/smoke-9", json={"period": "30s"}),
    )  # fmt: skip
    assert [each.status_code for each in answers] == [200, 200]
    found = ines.get("/devices/smoke-9").json()
    assert (found["name"], found["period"]) == ("Stairs", "30s")


NO_MORE = {"grants": [{"role": "viewer"}]}
OUT = {"disabled": True}


@pytest.fixture
def two_chiefs(api: Api) -> Api:
    people.add(api.store, Person("bert", (Grant(Role.ADMINISTRATOR),)), "x")
    return api


@pytest.mark.parametrize(
    ("by_anna", "by_bert"),
    [
        (("bert", OUT), ("anna", OUT)),  # each the other
        (("bert", NO_MORE), ("anna", NO_MORE)),
        (("bert", OUT), ("anna", NO_MORE)),
        (("anna", OUT), ("bert", OUT)),  # each themselves
        (("anna", NO_MORE), ("bert", {"grants": []})),
        (("bert", {**OUT, **NO_MORE}), ("anna", {**OUT, **NO_MORE})),
    ],
)
def test_two_administrators_never_leave_the_city_without_one(
    two_chiefs: Api, by_anna: tuple[str, dict[str, Any]], by_bert: tuple[str, dict[str, Any]]
) -> None:
    api = two_chiefs
    anna, bert = api.client("anna"), api.client("bert")
    answers = at_once(
        api.store, "lock table person_grant in share row exclusive mode",
        lambda: anna.patch(f"/people/{by_anna[0]}", json=by_anna[1]),
        lambda: bert.patch(f"/people/{by_bert[0]}", json=by_bert[1]),
    )  # fmt: skip
    assert sorted(each.status_code for each in answers) == [200, 409]
    refused = next(each for each in answers if each.status_code == 409)
    assert problem(refused)[1] == "last_administrator"
    assert sum(person.is_chief for person in people.list_people(api.store)) == 1


def test_a_change_of_a_person_is_made_as_a_whole_or_not_at_all(api: Api) -> None:
    both = {"grants": [{"role": "administrator"}, {"role": "viewer"}], "disabled": True}
    assert problem(api.client("anna").patch("/people/anna", json=both)) == (409, "last_administrator")
    assert api.client("anna").get("/people/anna").json()["grants"] == [{"role": "administrator", "area": None}]


def test_of_two_spellings_of_a_name_that_come_at_once_one_is_taken(api: Api) -> None:
    clients = [api.client("anna") for _ in range(2)]
    together = threading.Barrier(2)

    def add(client: httpx.Client, name: str) -> int:
        together.wait(10)
        new = {"name": name, "password": "a long password", "grants": [{"role": "viewer"}]}
        return client.post("/people", json=new).status_code

    with ThreadPoolExecutor(2) as pool:
        for number in range(5):
            names = (f"Émile{number}", f"émile{number}")
            assert sorted(pool.map(add, clients, names)) == [201, 409], names
