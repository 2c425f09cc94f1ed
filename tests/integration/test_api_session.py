"""Signing in and out, what a failed attempt costs, and requests that other sites make a browser send."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta

import pytest

from hub.store import people, sessions
from tests.fix_api import PASSWORD, Api, fire, problem

RIGHT = {"username": "otto", "password": PASSWORD}
OWN = {"Sec-Fetch-Site": "same-origin"}


def test_signing_in_answers_a_token_and_sets_a_cookie_that_scripts_cannot_read(api: Api) -> None:
    client = api.anonymous()
    answer = client.post("/session", json=RIGHT)
    body = answer.json()
    assert answer.status_code == 200
    assert body["user"] == {
        "name": "otto",
        "role": "operator",
        "area": None,
        "grants": [{"role": "operator", "area": None}],
        "rights": {right: [""] for right in ("act", "live", "recordings", "see")},
        "password_change_needed": False,
        "second_factor_needed": False,
    }
    left = datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12)
    for cookie, name in zip(answer.headers.get_list("set-cookie"), ("session", "browser"), strict=True):
        assert cookie.startswith(f"gridhub_{name}=")
        assert {"httponly", "samesite=strict", "path=/"} <= set(cookie.lower().split("; "))
        assert "secure" not in cookie.lower(), "this address is not served by TLS"
    assert client.get("/session").json()["user"]["name"] == "otto", "by the cookie"
    bearer = {"Authorization": f"Bearer {body['token']}"}
    assert api.anonymous().get("/session", headers=bearer).json()["user"]["name"] == "otto", "by the token"


def test_two_sessions_have_different_tokens_and_one_ends_without_the_other(api: Api) -> None:
    first, second = api.anonymous(), api.anonymous()
    tokens = {client.post("/session", json=RIGHT).json()["token"] for client in (first, second)}
    assert len(tokens) == 2
    answer = first.delete("/session", headers=OWN)
    assert answer.status_code == 204
    assert 'gridhub_session=""' in answer.headers["set-cookie"]
    assert second.get("/session").status_code == 200
    bearers = [api.anonymous().get("/session", headers={"Authorization": f"Bearer {token}"}) for token in tokens]
    assert sorted(answer.status_code for answer in bearers) == [200, 401]


@pytest.mark.parametrize(
    "wrong", [{"username": "otto", "password": "wrong"}, {"username": "nobody", "password": PASSWORD}]
)
def test_a_wrong_password_and_an_unknown_name_are_answered_alike(api: Api, wrong: dict[str, str]) -> None:
    answer = api.anonymous().post("/session", json=wrong)
    assert problem(answer) == (401, "bad_credentials")
    assert answer.json()["detail"] == "the name or the password is wrong"
    assert "set-cookie" not in answer.headers
    assert "WWW-Authenticate" not in answer.headers, "a browser would show a dialogue of its own"


def test_an_unknown_name_takes_as_long_as_a_wrong_password(api: Api) -> None:
    def seconds(name: str) -> float:
        began_at = time.process_time()
        assert api.anonymous().post("/session", json={"username": name, "password": "x"}).status_code == 401
        return time.process_time() - began_at

    known = statistics.median(seconds(name) for name in ("otto", "vera", "ines"))
    unknown = statistics.median(seconds(f"nobody-{number}") for number in range(3))
    assert unknown > known / 2


def test_a_disabled_person_cannot_sign_in_and_is_shut_out_at_once(api: Api) -> None:
    client = api.anonymous()
    client.post("/session", json=RIGHT)
    people.set_disabled(api.store, "otto", disabled=True)
    assert problem(client.get("/session")) == (401, "not_signed_in")
    assert problem(api.anonymous().post("/session", json=RIGHT)) == (401, "bad_credentials")


def test_a_session_that_is_over_is_refused(api: Api) -> None:
    now = datetime.now(UTC)
    sessions.open_session(api.store, "otto", "an old token", now - timedelta(hours=13), now - timedelta(seconds=1))
    answer = api.anonymous().get("/session", headers={"Authorization": "Bearer an old token"})
    assert problem(answer) == (401, "not_signed_in")


def test_repeated_failures_have_to_wait_and_others_do_not(api: Api) -> None:
    client = api.anonymous()
    wrong = {"username": "otto", "password": "wrong"}
    for _ in range(3):
        assert problem(client.post("/session", json=wrong)) == (401, "bad_credentials")
    answer = client.post("/session", json=RIGHT)
    assert problem(answer) == (429, "too_many_attempts"), "even the right one has to wait"
    assert 1 <= int(answer.headers["retry-after"]) <= 2
    assert client.post("/session", json={**RIGHT, "username": "vera"}).status_code == 200


WRONG_BODIES = [
    b"not json",
    b"[]",
    b'{"username": "otto"}',
    b'{"username": "otto", "password": "x", "role": "administrator"}',
    b'{"username": "a\\u0000b", "password": "x"}',
    b'{"username": "\\ud800", "password": "x"}',
    b'{"username": 7, "password": "x"}',
    b'{"username": "' + b"o" * 500 + b'", "password": "x"}',
    b"[" * 10_000,
]


def test_a_body_of_another_shape_is_refused_and_not_repeated(api: Api) -> None:
    client = api.anonymous()
    for body in WRONG_BODIES:
        answer = client.post("/session", content=body, headers={"Content-Type": "application/json"})
        assert problem(answer) in {(400, "bad_request"), (422, "invalid")}, body[:60]
        assert "ooooo" not in answer.text


def test_a_password_is_never_repeated_in_an_error(api: Api) -> None:
    body = {"username": "otto", "password": ["a canary of a password"]}
    answer = api.anonymous().post("/session", json=body)
    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["key"] == "password"
    assert "canary" not in answer.text


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_more_than_a_megabyte_is_refused(api: Api, chunked: bool) -> None:
    body = b'{"username": "' + b"x" * 1_100_000 + b'"}'
    content = iter([body[:500_000], body[500_000:]]) if chunked else body
    answer = api.anonymous().post("/session", content=content, headers={"Content-Type": "application/json"})
    assert problem(answer) == (413, "too_large")


def test_a_change_by_cookie_must_come_from_a_page_of_this_hub(api: Api) -> None:
    alert, client = fire(api.store), api.anonymous()
    client.post("/session", json=RIGHT)
    foreign: list[dict[str, str]] = [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://[::1"},
        {"Origin": "null"},
        {"Authorization": "Basic b3R0bzp4"},
        {"Sec-Fetch-Site": "cross-site", "Origin": api.url},
    ]
    for headers in foreign:
        answer = client.post(f"/alerts/{alert.id}/comment", json={"note": "hello"}, headers=headers)
        assert problem(answer) == (403, "foreign_origin"), headers
    assert len(client.get(f"/alerts/{alert.id}").json()["log"]) == 1


def test_a_change_by_cookie_from_a_page_of_this_hub_is_done(api: Api) -> None:
    alert, client = fire(api.store), api.anonymous()
    client.post("/session", json=RIGHT)
    for headers in ({"Origin": api.url}, {"Sec-Fetch-Site": "same-origin"}):
        answer = client.post(f"/alerts/{alert.id}/comment", json={"note": "hello"}, headers=headers)
        assert answer.status_code == 200, headers


def test_another_site_cannot_make_a_browser_sign_in(api: Api) -> None:
    answer = api.anonymous().post("/session", json=RIGHT, headers={"Sec-Fetch-Site": "cross-site"})
    assert problem(answer) == (403, "foreign_origin")


def test_a_form_of_another_site_is_not_json(api: Api) -> None:
    body = b'{"username": "otto", "password": "' + PASSWORD.encode() + b'"}'
    answer = api.anonymous().post("/session", content=body, headers={"Content-Type": "text/plain"})
    assert problem(answer) == (422, "invalid")
