"""Who works on an alert: taken, handed on, put down, seen by the others at once; and two who take the same."""

from __future__ import annotations

import threading

import httpx
import pytest

from hub.store import people
from tests.fix_api import GRID, OTHER_GRID, Api, Stream, fire, problem


def assign(
    client: httpx.Client, alert: int, to: str | None, held_by: str | None = None, note: str = ""
) -> httpx.Response:
    return client.post(f"/alerts/{alert}/assign", json={"to": to, "held_by": held_by, "note": note})


def test_an_alert_is_taken_handed_on_and_put_down_and_the_log_says_so(api: Api) -> None:
    alert, otto, dora = fire(api.store).id, api.client("otto"), api.client("dora")
    taken = assign(otto, alert, "otto").json()
    assert (taken["assigned_to"], taken["state"]) == ("otto", "firing")
    assert taken["assigned_at"] is not None
    assert assign(otto, alert, "dora", held_by="otto", note="my shift ends").json()["assigned_to"] == "dora"
    down = assign(dora, alert, None, held_by="dora").json()
    assert (down["assigned_to"], down["assigned_at"]) == (None, None)
    log = otto.get(f"/alerts/{alert}").json()["log"][1:]
    assert [(entry["actor"], entry["change"], entry["reason"], entry["note"]) for entry in log] == [
        ("otto", "assigned", "taken", ""),
        ("otto", "assigned", "handed_on", "my shift ends"),
        ("dora", "assigned", "put_down", ""),
    ]


def test_of_ten_who_take_the_same_at_once_one_has_it_and_the_others_are_told_who(api: Api) -> None:
    alert = fire(api.store).id
    names = ["otto", "dora"] * 5
    clients = [api.client(name) for name in names]
    answers: dict[int, httpx.Response] = {}
    ready = threading.Barrier(len(clients))

    def take(number: int) -> None:
        ready.wait()
        answers[number] = assign(clients[number], alert, names[number])

    threads = [threading.Thread(target=take, args=(number,)) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    holder = clients[0].get(f"/alerts/{alert}").json()["assigned_to"]
    for number, answer in answers.items():
        if names[number] == holder:
            assert answer.status_code == 200, "asking twice for what one has is no conflict"
            continue
        assert problem(answer) == (409, "already_assigned")
        assert answer.json()["alert"]["assigned_to"] == holder
        assert holder in answer.json()["detail"]
    assert len(clients[0].get(f"/alerts/{alert}").json()["log"]) == 2


def test_the_others_see_at_once_who_has_it(api: Api) -> None:
    alert = fire(api.store).id
    with Stream(api.client("vera")) as stream:
        stream.until(lambda event: event.kind == "hello")
        assign(api.client("otto"), alert, "otto")
        event = stream.until(lambda event: event.kind == "alert")
    assert (event.data["change"], event.data["alert"]["assigned_to"]) == ("assigned", "otto")


def test_what_somebody_has_is_taken_over_only_by_whoever_knows_it(api: Api) -> None:
    alert = fire(api.store).id
    assign(api.client("otto"), alert, "otto")
    assert problem(assign(api.client("dora"), alert, "dora")) == (409, "already_assigned")
    assert assign(api.client("dora"), alert, "dora", held_by="otto").json()["assigned_to"] == "dora"


@pytest.mark.parametrize("to", ["nobody-of-this-name", "vera", "local"])
def test_an_alert_is_handed_only_to_somebody_who_may_act_on_it(api: Api, to: str) -> None:
    alert = fire(api.store, OTHER_GRID).id
    answer = assign(api.client("otto"), alert, to)
    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["key"] == "to"


def test_who_may_act_on_an_alert_is_listed(api: Api) -> None:
    here, there = fire(api.store, GRID).id, fire(api.store, OTHER_GRID).id

    def names(alert: int) -> list[str]:
        return [one["name"] for one in api.client("otto").get(f"/alerts/{alert}/people").json()]

    assert (names(here), names(there)) == (["anna", "dora", "local", "otto"], ["anna", "dora", "otto"])
    people.set_disabled(api.store, "dora", disabled=True)
    assert names(here) == ["anna", "local", "otto"]


def test_what_is_over_is_nobodys_to_take_and_no_viewer_takes_anything(api: Api) -> None:
    alert, otto = fire(api.store).id, api.client("otto")
    assert assign(api.client("vera"), alert, "otto").status_code == 403
    otto.post(f"/alerts/{alert}/clear", json={"note": "a barbecue"}).raise_for_status()
    assert problem(assign(otto, alert, "otto")) == (409, "not_open")


def test_an_alert_of_another_area_is_not_there(api: Api) -> None:
    alert = fire(api.store, OTHER_GRID).id
    assert problem(assign(api.client("local"), alert, "local")) == (404, "not_found")
    assert problem(api.client("local").get(f"/alerts/{alert}/people")) == (404, "not_found")
