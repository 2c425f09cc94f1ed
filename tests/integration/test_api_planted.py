"""Signing in through a browser into which somebody else has put something, or has left half of it."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pyotp
import pytest

from hub.model.lockout import counts
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.store import people, sign_in
from tests.fix_api import PASSWORD, Api, problem

OWN = {"Sec-Fetch-Site": "same-origin"}
SESSION, BROWSER = "gridhub_session", "gridhub_browser"


def sign(client: httpx.Client, name: str, **more: str) -> httpx.Response:
    client.headers.update(OWN)
    return client.post("/session", json={"username": name, "password": PASSWORD, **more})


def holding(api: Api, name: str, value: str) -> httpx.Client:
    client = api.anonymous()
    client.headers.update({**OWN, "Cookie": f"{name}={value}"})
    return client


def test_a_session_that_was_put_into_a_browser_is_not_the_one_that_begins(api: Api) -> None:
    mallory = api.anonymous()
    sign(mallory, "vera").raise_for_status()
    secret = mallory.cookies[SESSION]
    program = api.client("anna").headers["Authorization"].removeprefix("Bearer ")
    for planted in (secret, "chosen", "", program, "a" * 43):
        began = sign(holding(api, SESSION, planted), "otto")
        assert began.status_code == 200
        made = began.cookies[SESSION]
        assert made not in (planted, secret)
        assert holding(api, SESSION, made).get("/session").json()["user"]["name"] == "otto"
        if planted:
            assert problem(holding(api, SESSION, planted).get("/session")) == (401, "not_signed_in"), planted


def test_a_mark_that_was_put_into_a_browser_gives_no_attempts_to_who_put_it_there(api: Api) -> None:
    """Whoever has one of somebody's browsers guesses beside the counts of all others."""
    mallory = api.anonymous()
    sign(mallory, "vera").raise_for_status()
    now = datetime.now(UTC)
    for planted in ("chosen", mallory.cookies[BROWSER]):
        began = sign(holding(api, BROWSER, planted), "otto")
        assert began.cookies[BROWSER] != planted
        assert sign_in.is_known(api.store, began.cookies[BROWSER], "otto", now)
        assert not sign_in.is_known(api.store, planted, "otto", now)


def test_those_who_share_a_browser_stay_known_in_it(api: Api) -> None:
    desk, now = api.anonymous(), datetime.now(UTC)
    for name in ("vera", "otto", "vera", "dora"):
        sign(desk, name).raise_for_status()
    before = desk.cookies[BROWSER]
    for name in ("vera", "otto", "dora"):
        assert sign_in.is_known(api.store, before, name, now), name
        sign(desk, name).raise_for_status()
    assert desk.cookies[BROWSER] == before, "or whoever signs in anew would begin the counts of the others anew"
    assert len({count.key for count in counts("vera", "", before)}) == 1


def test_what_is_half_done_opens_nothing(api: Api) -> None:
    anna, otto = api.client("anna"), api.client("otto")
    offered = anna.post("/me/totp", json={"password": PASSWORD}).json()["secret"]
    code = pyotp.TOTP(offered).now()
    # Offered and not confirmed: nobody is asked for it, and nobody else confirms it.
    assert sign(api.anonymous(), "anna").status_code == 200
    assert otto.post("/me/totp/confirm", json={"code": code}).status_code == 404
    assert anna.post("/me/totp/confirm", json={"code": code}).status_code == 200
    other = otto.post("/me/totp", json={"password": PASSWORD}).json()["secret"]
    assert problem(otto.post("/me/totp/confirm", json={"code": pyotp.TOTP(offered).now()})) == (401, "bad_code")
    otto.post("/me/totp/confirm", json={"code": pyotp.TOTP(other).now()}).raise_for_status()
    # The right password alone leaves nothing behind, and the code of somebody else is none.
    half = api.anonymous()
    assert problem(sign(half, "anna")) == (401, "second_factor_needed")
    assert SESSION not in half.cookies
    assert problem(half.get("/session")) == (401, "not_signed_in")
    for wrong in (pyotp.TOTP(other).now(), code):
        assert problem(sign(half, "anna", code=wrong)) == (401, "bad_code")


def test_nothing_of_somebody_who_was_disabled_opens_anything_again(api: Api) -> None:
    browser = api.anonymous()
    sign(browser, "otto").raise_for_status()
    token = browser.post("/tokens", json={"name": "x", "rights": ["see"], "expires_at": _soon()}).json()["token"]
    program = api.anonymous()
    program.headers["Authorization"] = f"Bearer {token}"
    assert program.get("/alerts").status_code == 200
    anna = api.client("anna")
    anna.patch("/people/otto", json={"disabled": True}).raise_for_status()
    for client in (browser, program):
        assert problem(client.get("/alerts")) == (401, "not_signed_in")
    assert problem(sign(api.anonymous(), "otto")) == (401, "bad_credentials")
    anna.patch("/people/otto", json={"disabled": False}).raise_for_status()
    assert problem(browser.get("/alerts")) == (401, "not_signed_in"), "its session is over for good"


def _soon() -> str:
    now = datetime.now(UTC)
    return now.replace(year=now.year + 1, month=1, day=1).isoformat()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMINISTRATOR])
def test_a_cookie_is_worth_what_its_person_is_now(api: Api, role: Role) -> None:
    people.add(api.store, Person("chen", (Grant(Role.ADMINISTRATOR),)), None)
    client = api.client("chen")
    assert client.get("/people").status_code == 200
    now = {"grants": [{"role": role, "area": "qth/taoshan"}]}
    api.client("anna").patch("/people/chen", json=now).raise_for_status()
    assert client.get("/session").json()["user"]["grants"] == now["grants"]
    assert client.get("/audit").status_code == 403
    assert client.get("/areas/qth/xinxing").status_code == 404
