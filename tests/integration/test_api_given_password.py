"""Passwords that somebody else gave: until their person has changed them, a session does nothing else."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub import cli
from hub.app.app import prepare_store
from hub.clock import SystemClock
from hub.config import Config, load
from hub.store import Store, people
from tests.fix_api import OTHER_GRID, PASSWORD, Api, fire, problem, write_config
from tests.integration.test_api_access import OPEN_TO_ALL, UPGRADE, in_life, routes

GIVEN, OWN = "given by anna", "known to nobody else"
BEFORE = {
    f"{name.split(' ')[0]} /api/v1/{name.split(' ')[1]}"
    for name in ("GET session", "DELETE session", "GET me", "GET me/roles", "PUT me/password")
}


def signed_in(api: Api, name: str, password: str) -> httpx.Client:
    client = api.anonymous()
    client.headers["Sec-Fetch-Site"] = "same-origin"
    answer = client.post("/session", json={"username": name, "password": password})
    assert answer.status_code == 200, answer.text
    return client


def is_needed(client: httpx.Client) -> bool:
    needed: bool = client.get("/session").raise_for_status().json()["user"]["password_change_needed"]
    return needed


def change(client: httpx.Client, current: str, new: str) -> httpx.Response:
    return client.put("/me/password", json={"current": current, "new": new})


def test_somebody_new_may_nothing_at_all_but_change_their_password(api: Api) -> None:
    new = {"name": "李雷", "grants": [{"role": "administrator"}], "password": GIVEN}
    added = api.client("anna").post("/people", json=new)
    assert (added.status_code, added.json()["password_given"]) == (201, True)
    client, elsewhere = (signed_in(api, "李雷", GIVEN) for _ in range(2))
    assert is_needed(client)
    alert, known = fire(api.store, OTHER_GRID), {name for name, _ in routes(api)}
    assert known >= BEFORE
    for name in sorted(known - OPEN_TO_ALL - BEFORE):
        method, pattern = name.split(" ", 1)
        url = api.url + in_life(pattern, alert)
        answer = client.get(url, headers=UPGRADE) if method == "WEBSOCKET" else client.request(method, url)
        assert problem(answer) == (403, "password_change_required"), name
    assert problem(change(client, "wrong", OWN)) == (401, "bad_credentials")
    assert problem(change(client, GIVEN, GIVEN)) == (422, "invalid"), "that is no other password"
    assert is_needed(client)
    assert change(client, GIVEN, OWN).status_code == 204
    assert not is_needed(client)
    assert client.get("/people/李雷").json()["password_given"] is False
    assert problem(elsewhere.get("/session")) == (401, "not_signed_in"), "who knew it before is out"
    assert not is_needed(signed_in(api, "李雷", OWN))


def test_a_password_that_was_reset_is_changed_by_its_person_and_their_programs_go_on(api: Api) -> None:
    vera, anna = signed_in(api, "vera", PASSWORD), api.client("anna")
    assert not is_needed(vera), "who chose theirs is not asked"
    ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = vera.post("/tokens", json={"name": "wall", "rights": ["see"], "expires_at": ends}).raise_for_status()
    assert anna.put("/people/vera/password", json={"password": GIVEN}).status_code == 204
    assert problem(vera.get("/session")) == (401, "not_signed_in")
    program = api.anonymous()
    program.headers["Authorization"] = f"Bearer {made.json()['token']}"
    assert program.get("/areas").status_code == 200
    vera = signed_in(api, "vera", GIVEN)
    assert problem(vera.get("/areas")) == (403, "password_change_required")
    assert change(vera, GIVEN, OWN).status_code == 204
    assert vera.get("/areas").status_code == 200
    entries = anna.get("/audit", params={"subject": "people/vera"}).json()["items"]
    assert [(each["actor"], each["action"], each["result"]) for each in entries] == [("anna", "set_password", "done")]
    [own] = anna.get("/audit", params={"action": "change_password"}).json()["items"]
    assert (own["actor"], own["result"], own["detail"]) == ("vera", "done", {"given": True})


@pytest.fixture
def config(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Of a hub that has not been started yet."""
    monkeypatch.delenv("GRIDHUB_ADMIN_PASSWORD", raising=False)
    return write_config(tmp_path, f"store: {{url: '{store.conninfo}'}}\n")


def first(store: Store) -> bool:
    """Whether the password of the first administrator, who is forgotten again, was to be changed."""
    [admin] = people.list_people(store)
    with store.transaction() as tx:
        tx.execute("delete from person")
    return admin.password_given


def test_the_first_password_is_to_be_changed_where_the_hub_made_it(
    store: Store, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prepare_store(config, [], [], SystemClock()) is not None
    assert first(store) is True
    assert prepare_store(config, [], [], SystemClock(), keep_password=True) is not None
    assert first(store) is False, "of an invented city it need not be"
    monkeypatch.setenv("GRIDHUB_ADMIN_PASSWORD", OWN)
    assert prepare_store(config, [], [], SystemClock()) is None
    assert first(store) is False, "who starts the hub has chosen it"


@pytest.mark.parametrize(("command", "kept"), [(["demo"], True), (["up"], False)])
def test_only_the_demo_keeps_the_password_that_it_has_shown(
    command: list[str], kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []

    class App:
        def __init__(self, *_: Any, keep_password: bool = False) -> None:
            started.append(keep_password)

        def run(self) -> None:
            pass

    prepared = write_config(tmp_path)
    monkeypatch.setattr(cli, "App", App)
    monkeypatch.setattr(cli, "load", lambda _: load(prepared.path))
    monkeypatch.setattr("subprocess.run", lambda argv, **_: subprocess.CompletedProcess(argv, 0))
    options = ["--data", str(tmp_path)] if kept else ["-c", str(prepared.path)]
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, *options])
    assert (ended.value.code, started) == (0, [kept])
