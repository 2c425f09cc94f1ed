"""Signing in with a passkey, and by an OpenID Connect provider: what lets somebody in, and what does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from dashboard.api.app import make_app
from hub.clock import SystemClock
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.store import Store, audit, people
from hub.tally import Tally
from tests.fix_api import PASSWORD, Api, fill, problem, serving, wait_for, write_config
from tests.fix_provider import CLIENT, SECRET, Authenticator, Provider, serving_provider

ORIGIN = "http://localhost:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}
CALLBACK = "/session/external/callback"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving_provider() as made:
        yield made


@pytest.fixture
def door(store: Store, tmp_path: Path, provider: Provider) -> Iterator[Api]:
    """A hub that has a name for browsers, and whose administrators need a second factor."""
    fill(store)
    (tmp_path / "secret").write_text(SECRET)
    config, tally = write_config(
        tmp_path,
        f"people: {{origin: '{ORIGIN}', second_factor: [administrator], provider: {{issuer: '{provider.issuer}',"
        f" client_id: {CLIENT}, client_secret_file: secret}}}}\n",
    ), Tally()
    people.add(store, Person("zhao", (Grant(Role.VIEWER),), external=True), None)
    app = make_app(config, store, SystemClock(), tally)
    with serving(app) as url:
        wait_for(lambda: app.state.context.live.last_id is not None, "the journal is being followed")
        served = Api(url, app, store, config, tally)
        yield served
        served.close()


def signed_in(api: Api, name: str) -> httpx.Client:
    client = api.anonymous()
    client.headers.update(OWN)
    client.post("/session", json={"username": name, "password": PASSWORD}).raise_for_status()
    return client


def add(client: httpx.Client, authenticator: Authenticator) -> httpx.Response:
    asked = client.post("/me/passkeys/options", json={"password": PASSWORD}).json()
    credential = authenticator.create(asked["options"])
    return client.post("/me/passkeys", json={"flow": asked["flow"], "name": "phone", "credential": credential})


def show(api: Api, authenticator: Authenticator) -> httpx.Response:
    client = api.anonymous()
    asked = client.post("/session/passkey/options").json()
    shown = {"flow": asked["flow"], "credential": authenticator.get(asked["options"])}
    return client.post("/session/passkey", json=shown)


def test_a_passkey_signs_its_person_in_and_is_a_second_factor(door: Api) -> None:
    client, authenticator = signed_in(door, "anna"), Authenticator(ORIGIN)
    assert problem(client.get("/people")) == (403, "second_factor_required")
    assert add(client, authenticator).status_code == 201
    assert client.get("/people").status_code == 200
    answer = show(door, authenticator)
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["name"] == "anna"
    assert answer.json()["user"]["second_factor_needed"] is False
    [known] = client.get("/me/passkeys").json()["items"]
    assert (known["name"], known["used_at"] is not None) == ("phone", True)
    assert client.delete(f"/me/passkeys/{known['id']}").status_code == 204
    assert problem(show(door, authenticator)) == (401, "bad_passkey")


def test_a_passkey_that_was_asked_for_elsewhere_or_opened_by_nobody_is_none(door: Api) -> None:
    client = signed_in(door, "anna")
    assert problem(add(client, Authenticator("http://evil.example"))) == (422, "invalid")
    assert problem(add(client, Authenticator(ORIGIN, verifies=False))) == (422, "invalid")
    authenticator = Authenticator(ORIGIN)
    assert problem(show(door, authenticator)) == (401, "bad_passkey"), "nobody's"
    add(client, authenticator).raise_for_status()
    authenticator.origin = "http://evil.example"
    assert problem(show(door, authenticator)) == (401, "bad_passkey")


def test_an_answer_is_taken_once_and_a_copy_of_a_passkey_is_noticed(door: Api) -> None:
    authenticator, client = Authenticator(ORIGIN), door.anonymous()
    add(signed_in(door, "anna"), authenticator).raise_for_status()
    asked = client.post("/session/passkey/options").json()
    shown = {"flow": asked["flow"], "credential": authenticator.get(asked["options"])}
    assert client.post("/session/passkey", json=shown, headers=OWN).status_code == 200
    assert problem(client.post("/session/passkey", json=shown, headers=OWN)) == (401, "bad_passkey")
    authenticator.rewind()
    assert problem(show(door, authenticator)) == (401, "bad_passkey")


def test_the_passkey_of_somebody_who_is_disabled_opens_nothing(door: Api) -> None:
    authenticator = Authenticator(ORIGIN)
    add(signed_in(door, "otto"), authenticator).raise_for_status()
    people.set_disabled(door.store, "otto", disabled=True)
    assert problem(show(door, authenticator)) == (401, "bad_passkey")


def entries(api: Api, action: str) -> list[dict[str, Any]]:
    """Of the audit log, oldest first."""
    found = audit.list_entries(api.store, audit.Wanted(action=action), 100)
    return [
        {"actor": each.entry.actor, "result": str(each.entry.result), **each.entry.detail} for each in reversed(found)
    ]


def test_whose_passkey_was_tried_in_vain_stands_in_the_audit_log(door: Api) -> None:
    authenticator = Authenticator(ORIGIN)
    add(signed_in(door, "otto"), authenticator).raise_for_status()
    authenticator.origin = "http://evil.example"
    assert show(door, authenticator).status_code == 401
    assert show(door, Authenticator(ORIGIN)).status_code == 401
    assert [(each["actor"], each["result"]) for each in entries(door, "begin_session_by_passkey")] == [
        ("otto", "refused"), ("", "refused"),
    ]  # fmt: skip


def test_a_passkey_gets_another_name_from_its_person_alone(door: Api) -> None:
    client = signed_in(door, "otto")
    known = add(client, Authenticator(ORIGIN)).json()["id"]
    other = signed_in(door, "vera")
    assert problem(other.patch(f"/me/passkeys/{known}", json={"name": "mine"})) == (404, "not_found")
    assert problem(client.patch("/me/passkeys/~", json={"name": "key"})) == (404, "not_found")
    assert client.patch(f"/me/passkeys/{known}", json={"name": "key in the safe"}).status_code == 204
    assert [each["name"] for each in client.get("/me/passkeys").json()["items"]] == ["key in the safe"]


def test_whoever_is_to_sign_in_is_told_by_what_ways(door: Api) -> None:
    assert door.anonymous().get("/session/ways").json() == {"origin": ORIGIN, "provider": "127.0.0.1"}


def test_without_a_name_for_browsers_there_are_no_passkeys(api: Api) -> None:
    assert problem(api.anonymous().post("/session/passkey/options")) == (409, "no_origin")
    assert problem(api.anonymous().get("/session/external")) == (409, "no_provider")
    assert api.anonymous().get("/session/ways").json() == {"origin": None, "provider": None}


# --- elsewhere -------------------------------------------------------------------------------------------------------


def there_and_back(api: Api, client: httpx.Client | None = None, **change: str) -> httpx.Response:
    """What the callback answers to a browser that went to the provider."""
    client = client or api.anonymous()
    sent = client.get("/session/external")
    assert sent.status_code == 303, sent.text
    came = httpx.get(sent.headers["location"], trust_env=False)
    address = urlsplit(came.headers["location"])
    assert f"{address.scheme}://{address.netloc}" == ORIGIN
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    return client.get(CALLBACK, params={**query, **change})


def test_somebody_who_was_added_signs_in_by_the_provider(door: Api) -> None:
    client = door.anonymous()
    answer = there_and_back(door, client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookies = answer.headers.get_list("set-cookie")
    assert any(each.startswith("gridhub_session=") and "SameSite=strict" in each for each in cookies)
    assert client.get("/session").json()["user"]["name"] == "zhao"
    wrong = {"username": "zhao", "password": PASSWORD}
    assert problem(door.anonymous().post("/session", json=wrong)) == (401, "bad_credentials"), "no password opens it"


def test_a_name_that_changes_hands_at_the_provider_opens_nothing_here(door: Api, provider: Provider) -> None:
    assert there_and_back(door).status_code == 303
    provider.claims = {"sub": "8", "preferred_username": "zhao"}
    assert problem(there_and_back(door)) == (401, "not_let_in")
    provider.claims = {"sub": "7", "preferred_username": "zhao.qian"}
    assert there_and_back(door).status_code == 303, "and whoever takes another name there is still who they were"


@pytest.mark.parametrize("name", ["anna", "nobody", None, 7])
def test_nobody_is_let_in_who_was_not_added_to_sign_in_there(door: Api, provider: Provider, name: object) -> None:
    provider.claims = {"sub": "9", "preferred_username": name}
    assert problem(there_and_back(door)) == (401, "not_let_in")


def test_whoever_comes_back_is_who_went_and_comes_once(door: Api) -> None:
    assert problem(there_and_back(door, state="another")) == (401, "not_let_in")
    assert problem(there_and_back(door, code="guessed")) == (502, "provider_failed")
    sent = door.anonymous().get("/session/external")
    back = httpx.get(sent.headers["location"], trust_env=False).headers["location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    assert problem(door.anonymous().get(CALLBACK, params=query)) == (401, "not_let_in"), "another browser"


def test_who_came_back_from_the_provider_stands_in_the_audit_log_whatever_came_of_it(
    door: Api, provider: Provider
) -> None:
    assert there_and_back(door).status_code == 303
    people.set_disabled(door.store, "zhao", disabled=True)
    assert there_and_back(door).status_code == 401
    provider.claims = {"sub": "9", "preferred_username": "nobody"}
    assert there_and_back(door).status_code == 401
    assert there_and_back(door, state="another").status_code == 401
    assert entries(door, "come_back") == [
        {"actor": "zhao", "result": "done", "subject_there": "7"},
        {"actor": "zhao", "result": "refused", "status": 401, "subject_there": "7"},
        {"actor": "", "result": "refused", "status": 401, "subject_there": "9"},
        {"actor": "", "result": "refused", "status": 401},
    ]


def test_a_browser_that_comes_back_in_vain_is_led_to_the_screen_that_says_why(door: Api) -> None:
    browser = door.anonymous()
    browser.headers["Accept"] = "text/html,application/xhtml+xml"
    answer = there_and_back(door, browser, state="another")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert 'content="0;url=/?refused=not_let_in"' in answer.text
    assert "script" not in answer.text


STALE = int(time.time()) - 3600


@pytest.mark.parametrize(
    "wrong",
    [{"aud": "somebody else"}, {"iss": "http://evil.example"}, {"nonce": "another"}, {"exp": STALE},
     {"aud": [CLIENT, "other"]}, {"azp": "other"}],
)  # fmt: skip
def test_a_token_that_is_not_for_this_hub_or_not_of_now_opens_nothing(
    door: Api, provider: Provider, wrong: dict[str, Any]
) -> None:
    provider.wrong = wrong
    assert problem(there_and_back(door)) == (502, "provider_failed")


def test_a_token_that_somebody_else_has_signed_opens_nothing(door: Api, provider: Provider) -> None:
    provider.key = RSAKey.generate_key(2048, {"kid": "first"})
    assert problem(there_and_back(door)) == (502, "provider_failed")


def test_a_provider_that_calls_itself_otherwise_is_not_asked(door: Api, provider: Provider) -> None:
    provider.called = "http://evil.example"
    assert problem(door.anonymous().get("/session/external")) == (502, "provider_failed")


def test_who_is_disabled_here_is_not_let_in_by_the_provider(door: Api) -> None:
    people.set_disabled(door.store, "zhao", disabled=True)
    assert problem(there_and_back(door)) == (401, "not_let_in")
