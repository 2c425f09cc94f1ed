"""The audit log over HTTP: who reads it, what is found in it, and whether it is whole. And what it says of the door."""

from __future__ import annotations

from typing import Any

import pytest

from hub.app import audit_export
from hub.clock import SystemClock
from tests.fix_api import GRID, OTHER_GRID, Api, fire, problem
from tests.integration.test_audit import past_the_hub


def found(api: Api, **asked: Any) -> list[tuple[str, str, str, str]]:
    """Who, what, on what, with what result; newest first, without that the log was read."""
    answer = api.client("anna").get("/audit", params=asked)
    assert answer.status_code == 200, answer.text
    items = [each for each in answer.json()["items"] if each["action"] != "list_audit"]
    return [(each["actor"], each["action"], each["subject"], each["result"]) for each in items]


def test_a_change_a_refusal_and_a_look_are_found_by_who_what_and_result(api: Api) -> None:
    alert, other = fire(api.store, GRID), fire(api.store, OTHER_GRID, "other")
    otto, vera = api.client("otto"), api.client("vera")
    otto.post(f"/alerts/{alert.id}/ack", json={"note": "seen"}).raise_for_status()
    assert vera.post(f"/alerts/{other.id}/ack").status_code == 403
    otto.get("/cameras/cam-1/recordings?from=2026-03-01T12:00:00Z&to=2026-03-01T12:01:00Z").raise_for_status()
    look = ("otto", "get_recordings", "cameras/cam-1", "done")
    refused = ("vera", "acknowledge", f"alerts/{other.id}", "refused")
    done = ("otto", "acknowledge", f"alerts/{alert.id}", "done")
    assert found(api) == [look, refused, done]
    asked: tuple[tuple[dict[str, Any], list[tuple[str, str, str, str]]], ...] = (
        ({"actor": "otto"}, [look, done]), ({"action": "acknowledge"}, [refused, done]),
        ({"subject": "cameras"}, [look]), ({"result": "refused"}, [refused]),
        ({"source_ip": "192.0.2.1"}, []), ({"to": "2026-03-01T00:00:00Z"}, []),
        ({"from": "2026-03-01T00:00:00Z", "actor": "vera"}, [refused]),
    )  # fmt: skip
    for query, expected in asked:
        assert found(api, **query) == expected, query


def test_the_log_is_paged_and_that_somebody_read_it_stands_in_it(api: Api) -> None:
    client = api.client("anna")
    numbers = [fire(api.store, GRID, f"n{number}").id for number in range(3)]
    for number in numbers:
        client.post(f"/alerts/{number}/ack").raise_for_status()
    first = client.get("/audit", params={"limit": 2, "action": "acknowledge"}).json()
    second = client.get("/audit", params={"limit": 2, "action": "acknowledge", "cursor": first["next"]}).json()
    assert [each["subject"] for each in first["items"] + second["items"]] == [
        f"alerts/{number}" for number in reversed(numbers)
    ]
    assert second["next"] is None
    assert problem(client.get("/audit?cursor=x")) == (422, "invalid")
    assert "list_audit" in [each["action"] for each in client.get("/audit").json()["items"]]


@pytest.mark.parametrize("path", ["/audit", "/audit/chain"])
def test_the_log_is_of_the_whole_city_and_for_those_alone_who_may_read_it_there(api: Api, path: str) -> None:
    for name in ("vera", "otto", "rhea", "ines", "dora", "local"):
        assert problem(api.client(name).get(path)) == (403, "not_allowed"), name
    assert api.client("anna").get(path).status_code == 200


def test_whether_the_log_is_whole_is_told_and_what_does_not_hold(api: Api) -> None:
    client, alert = api.client("anna"), fire(api.store)
    client.post(f"/alerts/{alert.id}/ack").raise_for_status()
    client.post(f"/alerts/{alert.id}/comment", json={"note": "x"}).raise_for_status()
    told = client.get("/audit/chain").json()
    assert (told["entries"], told["whole"], told["faults"]) == (2, True, [])
    api.config.data_dir.mkdir(exist_ok=True)
    audit_export.export(api.store, api.config.data_dir, SystemClock().now())
    past_the_hub(api.store, "update audit set actor = 'otto' where id = 1")
    told = client.get("/audit/chain").json()
    assert (told["whole"], len(told["faults"])) == (False, 1)
    assert "entry 1 does not follow" in told["faults"][0]
    [file] = audit_export.files(api.config.data_dir)
    file.write_text(file.read_text().replace("anna", "otto").replace('"hash": "', '"hash": "00'))
    assert len(client.get("/audit/chain").json()["faults"]) == 2, "the chain, and what was exported"


# --- accounts of devices ---------------------------------------------------------------------------------------------


def test_a_device_gets_an_account_its_password_is_told_once_and_both_stand_in_the_log(api: Api) -> None:
    client = api.client("ines")
    assert problem(client.post("/devices/smoke-1/account")) == (503, "broker_away")
    (api.config.data_dir / "broker").mkdir(parents=True)
    (api.config.data_dir / "broker" / "port").write_text("1883")
    first = client.post("/devices/smoke-1/account")
    assert first.status_code == 201, first.text
    account = first.json()
    assert (account["username"], account["topics"]) == ("smoke-1", ["gridhub/v1/devices/smoke-1/#"])
    second = client.post("/devices/smoke-1/account").json()
    assert len({account["password"], second["password"]}) == 2
    assert client.delete("/devices/smoke-1/account").status_code == 204
    told = client.get("/devices/smoke-1").text + api.client("anna").get("/audit").text
    assert account["password"] not in told
    assert second["password"] not in told
    made, revoked = (("ines", f"{action}_device_account", "devices/smoke-1", "done") for action in ("make", "revoke"))
    away = ("ines", "make_device_account", "devices/smoke-1", "failed")
    assert found(api) == [revoked, made, made, away]


def test_accounts_are_of_devices_that_are_there_and_ones_own_to_give(api: Api) -> None:
    for method in ("POST", "DELETE"):
        assert problem(api.client("ines").request(method, "/devices/nothing/account")) == (404, "not_found")
        assert problem(api.client("ines").request(method, "/devices/cam-1/account")) == (404, "not_found")
        assert problem(api.client("local").request(method, "/devices/smoke-2/account")) == (404, "not_found")
        assert problem(api.client("otto").request(method, "/devices/smoke-1/account")) == (403, "not_allowed")
