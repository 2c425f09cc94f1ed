"""What people do with alerts over HTTP, and how it stands when two do it at once."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from hub.store import journal
from tests.fix_api import Api, fire, problem


def post(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def changes(client: httpx.Client, alert: int) -> list[tuple[str, str, str]]:
    log = client.get(f"/alerts/{alert}").json()["log"]
    return [(entry["actor"], entry["change"], entry["note"]) for entry in log[1:]]


def test_an_alert_is_acknowledged_shelved_commented_and_cleared(api: Api) -> None:
    alert, client = fire(api.store).id, api.client("otto")
    found = post(client, f"/alerts/{alert}/ack", note="seen")
    assert (found["state"], found["acked_by"], found["area_name"]) == ("acknowledged", "otto", "Grid 1")
    until = (datetime.now().astimezone() + timedelta(minutes=30)).isoformat()
    found = post(client, f"/alerts/{alert}/shelve", until=until)
    assert datetime.fromisoformat(found["shelved_until"]) == datetime.fromisoformat(until)
    assert post(client, f"/alerts/{alert}/comment", note="照片已看")["state"] == "acknowledged"
    found = post(client, f"/alerts/{alert}/clear", note="a barbecue")
    assert found["state"] == "resolved"
    assert found["resolved_at"] is not None
    assert changes(client, alert) == [
        ("otto", "acknowledged", "seen"), ("otto", "shelved", ""), ("otto", "commented", "照片已看"),
        ("otto", "cleared", "a barbecue"),
    ]  # fmt: skip


def test_acknowledging_needs_no_body(api: Api) -> None:
    alert = fire(api.store).id
    assert api.client("otto").post(f"/alerts/{alert}/ack").status_code == 200


def test_an_alert_that_somebody_has_acknowledged_says_who_and_how_it_stands(api: Api) -> None:
    alert = fire(api.store).id
    post(api.client("dora"), f"/alerts/{alert}/ack")
    answer = api.client("otto").post(f"/alerts/{alert}/ack")
    assert problem(answer) == (409, "already_acknowledged")
    assert "dora" in answer.json()["detail"]
    assert (answer.json()["alert"]["state"], answer.json()["alert"]["acked_by"]) == ("acknowledged", "dora")


@pytest.mark.parametrize("act", ["ack", "shelve", "clear"])
def test_an_alert_that_is_over_cannot_be_changed_but_commented(api: Api, act: str) -> None:
    alert, client = fire(api.store).id, api.client("otto")
    post(client, f"/alerts/{alert}/clear", note="done")
    until = (datetime.now().astimezone() + timedelta(minutes=30)).isoformat()
    body = {"ack": {}, "shelve": {"until": until}, "clear": {"note": "x"}}[act]
    answer = client.post(f"/alerts/{alert}/{act}", json=body)
    assert problem(answer) == (409, "not_open")
    assert answer.json()["alert"]["state"] == "resolved"
    post(client, f"/alerts/{alert}/comment", note="for the record")
    assert [change for _, change, _ in changes(client, alert)] == ["cleared", "commented"]


def test_of_ten_who_acknowledge_at_once_one_succeeds(api: Api) -> None:
    alert = fire(api.store).id
    clients = [api.client("otto") for _ in range(10)]
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda one: statuses.append(one.post(f"/alerts/{alert}/ack").status_code), args=(one,))
        for one in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 9
    assert len(changes(clients[0], alert)) == 1


def test_a_wrong_body_changes_nothing(api: Api) -> None:
    alert, client = fire(api.store).id, api.client("otto")
    before = journal.last_id(api.store)
    now = datetime.now().astimezone()
    wrong: list[tuple[str, object, str]] = [
        ("ack", {"note": "x" * 2001}, "note"),
        ("ack", {"note": "a\0b"}, ""),
        ("ack", {"by": "somebody else"}, "by"),
        ("shelve", {}, "until"),
        ("shelve", {"until": "soon"}, "until"),
        ("shelve", {"until": now.replace(tzinfo=None).isoformat()}, "until"),
        ("shelve", {"until": (now - timedelta(seconds=1)).isoformat()}, "until"),
        ("shelve", {"until": (now + timedelta(days=8)).isoformat()}, "until"),
        ("clear", {}, "note"),
        ("clear", {"note": ""}, "note"),
        ("comment", {"note": None}, "note"),
        ("comment", ["note"], ""),
    ]
    for act, body, key in wrong:
        answer = client.post(f"/alerts/{alert}/{act}", json=body)
        assert problem(answer) == (422, "invalid"), (act, body)
        assert answer.json()["errors"][0]["key"] == key
    assert journal.last_id(api.store) == before


def test_an_alert_that_does_not_exist_cannot_be_acknowledged(api: Api) -> None:
    assert problem(api.client("otto").post("/alerts/4711/ack")) == (404, "not_found")


def outage(client: httpx.Client, **body: Any) -> httpx.Response:
    until = (datetime.now().astimezone() + timedelta(hours=2)).isoformat()
    return client.post("/outages", json={"reason": "new detectors", "until": until, **body})


def test_what_is_taken_out_of_service_is_hidden_at_once_and_comes_back(api: Api) -> None:
    alert, client = fire(api.store).id, api.client("ines")
    begun = outage(client, rule="smoke", area="qth/taoshan")
    assert begun.status_code == 201
    found = client.get(f"/alerts/{alert}").json()
    assert (found["stage"], found["out_of_service"]) == ("out_of_service", begun.json()["id"])
    assert client.get("/alerts", params={"state": "open"}).json()["items"] == []
    [listed] = client.get("/outages").json()["items"]
    assert (listed["owner"], listed["reason"], listed["hides"]) == ("ines", "new detectors", 1)
    assert client.delete(f"/outages/{listed['id']}").json()["ended_by"] == "ines"
    assert client.get(f"/alerts/{alert}").json()["stage"] == "unacknowledged"
    assert problem(client.delete(f"/outages/{listed['id']}")) == (409, "not_open")
    assert (client.get("/outages").json()["items"], len(client.get("/outages?ended=true").json()["items"])) == ([], 1)


def test_an_outage_is_of_something_has_an_end_and_stays_in_ones_own_area(api: Api) -> None:
    client = api.client("ines")
    assert problem(outage(client)) == (422, "invalid")
    assert problem(outage(client, rule="smoke", until="2020-01-01T00:00:00Z")) == (422, "invalid")
    assert problem(outage(client, source="nobody")) == (404, "not_found")
    own = outage(api.client("local"), rule="smoke").json()
    assert own["area"] == "qth/taoshan", "a person of one district stops no rule elsewhere"
    assert problem(outage(api.client("local"), source="smoke-2")) == (404, "not_found")
    assert outage(client, source="smoke-2").json()["area"] == "qth/xinxing/g2"


def test_a_shelved_alert_is_brought_back_and_one_that_is_not_latched_needs_no_reset(api: Api) -> None:
    alert, client = fire(api.store).id, api.client("otto")
    assert problem(client.post(f"/alerts/{alert}/unshelve")) == (409, "not_shelved")
    until = (datetime.now().astimezone() + timedelta(minutes=30)).isoformat()
    assert post(client, f"/alerts/{alert}/shelve", until=until)["stage"] == "shelved"
    assert post(client, f"/alerts/{alert}/unshelve", note="again")["stage"] == "unacknowledged"
    answer = client.post(f"/alerts/{alert}/reset", json={"note": "looked"})
    assert problem(answer) == (409, "not_latched")
    assert "needs no reset" in answer.json()["detail"]
