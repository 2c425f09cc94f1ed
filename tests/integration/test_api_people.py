"""People, their sessions and tokens, and their second factors: what each may change of whom, and what it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from dashboard.api.app import make_app
from hub.clock import SystemClock
from hub.model.person import Person
from hub.model.rights import Grant, Right, Role
from hub.store import Store, people
from hub.tally import Tally
from tests.fix_api import GRID, OTHER_GRID, PASSWORD, Api, Stream, fill, fire, problem, serving, wait_for, write_config

OWN = {"Sec-Fetch-Site": "same-origin"}
YEAR = timedelta(days=365)


def soon(after: timedelta = timedelta(hours=1)) -> str:
    return (datetime.now(UTC) + after).isoformat()


def signed_in(api: Api, name: str, password: str = PASSWORD, **more: str) -> httpx.Client:
    """By password, with the cookies of a browser."""
    client = api.anonymous()
    client.headers.update(OWN)
    answer = client.post("/session", json={"username": name, "password": password, **more})
    assert answer.status_code == 200, answer.text
    return client


# --- people ----------------------------------------------------------------------------------------------------------


def test_an_administrator_adds_somebody_who_then_may_what_they_were_given_and_no_more(api: Api) -> None:
    grants = [{"role": "operator", "area": "qth/taoshan"}, {"role": "viewer"}]
    new = {"name": "李雷", "grants": grants, "password": "a long password"}
    answer = api.client("anna").post("/people", json=new)
    assert answer.status_code == 201
    assert answer.json()["grants"] == [{"role": "viewer", "area": None}, {"role": "operator", "area": "qth/taoshan"}]
    client = signed_in(api, "李雷", "a long password")
    own = {"current": "a long password", "new": "another long password"}
    client.put("/me/password", json=own).raise_for_status()
    rights = client.get("/me").json()["rights"]
    assert rights == {"see": [""], "live": [""], "act": ["qth/taoshan"], "recordings": ["qth/taoshan"]}
    here, there = fire(api.store, GRID), fire(api.store, OTHER_GRID)
    assert client.post(f"/alerts/{here.id}/ack").status_code == 200
    assert client.get(f"/alerts/{there.id}").status_code == 200
    assert problem(client.post(f"/alerts/{there.id}/ack")) == (403, "not_allowed"), "seen, and not theirs to do"


@pytest.mark.parametrize("name", ["system", "Hub", "a b", "-x", "ａｎｎａ", "x" * 65, "a/b", "a\u202eb"])
def test_nobody_is_called_what_could_be_taken_for_somebody_else(api: Api, name: str) -> None:
    new = {"name": name, "grants": [{"role": "viewer"}], "password": "a long password"}
    assert problem(api.client("anna").post("/people", json=new)) == (422, "invalid")


def test_a_name_that_differs_only_in_how_it_is_written_is_taken(api: Api) -> None:
    new = {"name": "Otto", "grants": [{"role": "viewer"}], "password": "a long password"}
    assert problem(api.client("anna").post("/people", json=new)) == (409, "conflict")


def test_an_administrator_of_a_district_looks_after_its_people_only(api: Api) -> None:
    people.add(api.store, Person("here", (Grant(Role.VIEWER, GRID),)), "x")
    people.add(api.store, Person("both", (Grant(Role.VIEWER, GRID), Grant(Role.VIEWER, OTHER_GRID))), "x")
    client = api.client("local")
    assert [one["name"] for one in client.get("/people").json()["items"]] == ["here", "local"]
    for name in ("otto", "anna", "both", "nobody"):
        for answer in (
            client.get(f"/people/{name}"),
            client.patch(f"/people/{name}", json={"disabled": True}),
            client.put(f"/people/{name}/password", json={"password": "a long password"}),
            client.delete(f"/people/{name}/second-factors"),
            client.get(f"/sessions?person={name}"),
            client.get(f"/tokens?person={name}"),
        ):
            assert problem(answer) == (404, "not_found"), name
    assert client.put("/people/here/password", json={"password": "a long password"}).status_code == 204


def test_nobody_gives_more_than_they_have_nor_where_they_have_nothing(api: Api) -> None:
    client = api.client("local")

    def give(*grants: dict[str, Any]) -> tuple[int, str]:
        new = {"name": "new", "grants": grants, "password": "a long password"}
        return problem(client.post("/people", json=new))

    assert give({"role": "viewer"}) == (403, "not_yours_to_give")
    assert give({"role": "administrator", "area": "qth/taoshan"}, {"role": "viewer", "area": OTHER_GRID}) == (
        422, "invalid",
    )  # fmt: skip
    assert give({"role": "viewer", "area": "no/where"}) == (422, "invalid")
    assert give() == (422, "invalid")
    assert problem(client.patch("/people/local", json={"grants": [{"role": "administrator"}]})) == (
        403, "not_yours_to_give",
    )  # fmt: skip


def test_the_last_administrator_of_the_city_stays_one(api: Api) -> None:
    client = api.client("anna")
    changes: list[dict[str, Any]] = [{"grants": grants} for grants in ([], [{"role": "viewer"}])]
    changes += [{"disabled": True}, {"grants": [{"role": "administrator", "area": "qth"}]}]
    for change in changes:
        assert problem(client.patch("/people/anna", json=change)) == (409, "last_administrator"), change
    assert people.get(api.store, "anna").person == Person("anna", (Grant(Role.ADMINISTRATOR),))
    client.patch("/people/otto", json={"grants": [{"role": "administrator"}]}).raise_for_status()
    assert client.patch("/people/anna", json={"disabled": True}).status_code == 200


def test_a_grant_that_is_taken_back_holds_no_more_at_once_also_of_a_stream_that_is_open(api: Api) -> None:
    people.add(api.store, Person("gina", (Grant(Role.VIEWER),)), "x")
    client = api.client("gina")
    with Stream(client) as stream:
        stream.until(lambda event: event.kind == "system")
        fire(api.store, OTHER_GRID, "before")
        assert stream.until(lambda event: event.kind == "alert").data["alert"]["area"] == OTHER_GRID
        grants = [{"role": "viewer", "area": "qth/taoshan"}]
        api.client("anna").patch("/people/gina", json={"grants": grants}).raise_for_status()
        assert client.get(f"/areas/{OTHER_GRID}").status_code == 404
        stream.until(lambda event: event.kind == "reset")
        fire(api.store, OTHER_GRID, "after")
        fire(api.store, GRID, "ours")
        assert stream.until(lambda event: event.kind == "alert").data["alert"]["area"] == GRID


# --- sessions --------------------------------------------------------------------------------------------------------


def test_sessions_are_listed_and_ended_and_what_they_have_open_ends_with_them(api: Api) -> None:
    here, there = signed_in(api, "vera"), signed_in(api, "vera")
    listed = here.get("/sessions").json()["items"]
    assert sorted(one["here"] for one in listed) == [False, True]
    [other] = [one["id"] for one in listed if not one["here"]]
    with Stream(there) as stream:
        stream.until(lambda event: event.kind == "system")
        assert problem(signed_in(api, "otto").delete(f"/sessions/{other}")) == (404, "not_found"), "not theirs"
        assert here.delete(f"/sessions/{other}").status_code == 204
        wait_for(lambda: stream.next() is None, "the end of the stream")
    assert problem(there.get("/session")) == (401, "not_signed_in")
    assert here.get("/session").status_code == 200


def test_all_other_sessions_are_ended_at_once_and_somebody_elses_as_well(api: Api) -> None:
    here, there, _ = (signed_in(api, "vera") for _ in range(3))
    assert here.delete("/sessions").status_code == 204
    assert [one["here"] for one in here.get("/sessions").json()["items"]] == [True]
    assert there.get("/session").status_code == 401
    assert problem(here.delete("/sessions?person=otto")) == (404, "not_found")
    assert api.client("anna").delete("/sessions?person=vera").status_code == 204
    assert here.get("/session").status_code == 401


def test_another_password_ends_the_other_sessions_and_not_this_one(api: Api) -> None:
    here, there = signed_in(api, "vera"), signed_in(api, "vera")
    wrong = here.put("/me/password", json={"current": "wrong", "new": "another long password"})
    assert problem(wrong) == (401, "bad_credentials")
    changed = here.put("/me/password", json={"current": PASSWORD, "new": "another long password"})
    assert changed.status_code == 204
    assert here.get("/session").status_code == 200
    assert there.get("/session").status_code == 401
    signed_in(api, "vera", "another long password")


def test_signing_in_again_ends_the_session_that_the_browser_had(api: Api) -> None:
    client = signed_in(api, "vera")
    before = client.cookies["gridhub_session"]
    assert client.post("/session", json={"username": "vera", "password": PASSWORD}).status_code == 200
    assert client.cookies["gridhub_session"] != before
    old = api.anonymous().get("/session", headers={"Authorization": f"Bearer {before}"})
    assert problem(old) == (401, "not_signed_in")


def test_the_secret_of_a_session_changes_and_the_one_before_holds_until_the_new_one_came_through(api: Api) -> None:
    client = signed_in(api, "vera")
    first = client.cookies["gridhub_session"]

    def grow_old(column: str, age: str) -> None:
        with api.store.transaction() as tx:
            tx.execute(f"update session set {column} = {column} - interval '{age}'".encode())  # noqa: S608

    def ask(secret: str) -> httpx.Response:
        return httpx.get(f"{api.url}/api/v1/session", cookies={"gridhub_session": secret}, trust_env=False)

    assert "set-cookie" not in client.get("/session").headers, "it is fresh"
    grow_old("rotated_at", "16 minutes")
    second = ask(first).cookies["gridhub_session"]
    assert second != first
    overtaken = ask(first)
    assert (overtaken.status_code, "set-cookie" in overtaken.headers) == (200, False), "one that was on its way"
    grow_old("rotated_at", "2 minutes")
    third = ask(first).cookies["gridhub_session"]
    assert third not in {first, second}, "the answer got lost: there is another"
    assert ask(second).status_code == 401
    assert ask(third).status_code == 200
    assert ask(first).status_code == 200, "for a minute"
    grow_old("confirmed_at", "2 minutes")
    assert ask(first).status_code == 401
    assert ask(third).status_code == 200


# --- attempts that fail ----------------------------------------------------------------------------------------------


def test_who_guesses_does_not_shut_out_a_browser_that_is_known_and_a_restart_forgives_nobody(
    api: Api, tmp_path: Path
) -> None:
    known = signed_in(api, "anna")
    guess = {"username": "anna", "password": "wrong"}
    stranger = api.anonymous()
    while stranger.post("/session", json=guess).status_code == 401:
        pass
    with api.store.transaction() as tx:  # many more of them: a wait that does not pass meanwhile
        tx.execute("update sign_in_failure set failures = 20, failed_at = now()")
    right = {"username": "anna", "password": PASSWORD}
    assert problem(stranger.post("/session", json=right)) == (429, "too_many_attempts")
    assert known.post("/session", json=right).status_code == 200
    (tmp_path / "again").mkdir()
    with serving(make_app(write_config(tmp_path / "again"), api.store, SystemClock(), Tally())) as url:
        again = httpx.post(f"{url}/api/v1/session", json=right, trust_env=False)
        assert problem(again) == (429, "too_many_attempts"), "after a restart as before"


# --- tokens ----------------------------------------------------------------------------------------------------------


def token_of(client: httpx.Client, *rights: Right, **more: Any) -> dict[str, Any]:
    wanted = {"name": "wall", "rights": rights, "expires_at": soon(), **more}
    answer = client.post("/tokens", json=wanted)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def program(api: Api, token: str) -> httpx.Client:
    client = api.anonymous()
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def test_a_token_may_what_it_is_for_and_nothing_of_its_persons_own(api: Api) -> None:
    made = token_of(api.client("otto"), Right.SEE, area="qth/taoshan")
    assert made["token"].startswith("ght_")
    client, alert = program(api, made["token"]), fire(api.store, GRID)
    assert client.get("/me").json()["rights"] == {"see": ["qth/taoshan"]}
    assert client.get(f"/alerts/{alert.id}").status_code == 200
    assert problem(client.post(f"/alerts/{alert.id}/ack")) == (403, "not_allowed"), "it is not for that"
    assert problem(client.get(f"/areas/{OTHER_GRID}")) == (404, "not_found"), "nor for there"
    for answer in (
        client.post("/tokens", json={"name": "x", "rights": ["see"], "expires_at": soon()}),
        client.get("/tokens"),
        client.get("/sessions"),
        client.delete("/session"),
        client.put("/me/password", json={"current": PASSWORD, "new": "another long password"}),
        client.post("/me/totp", json={"password": PASSWORD}),
    ):
        assert problem(answer) == (403, "not_allowed")


def test_a_token_that_looks_after_people_takes_nothing_from_its_own_person(api: Api) -> None:
    client = program(api, token_of(api.client("anna"), Right.SEE, Right.PEOPLE)["token"])
    for answer in (
        client.put("/people/anna/password", json={"password": "another long password"}),
        client.delete("/people/anna/second-factors"),
    ):
        assert problem(answer) == (403, "not_allowed")
    assert client.put("/people/otto/password", json={"password": "another long password"}).status_code == 204


def test_the_secret_of_a_token_is_shown_once_and_kept_nowhere(api: Api) -> None:
    client = api.client("otto")
    made = token_of(client, Right.SEE)
    assert made["token"] not in client.get("/tokens").text
    assert [one["name"] for one in client.get("/tokens").json()["items"]] == ["wall"]
    kept = api.store.fetch("select token_hash::text as text from token")
    assert made["token"].encode().hex() not in str(kept)


def test_a_token_ends_with_its_time_with_its_person_and_when_it_is_removed(api: Api) -> None:
    client = api.client("otto")
    made = [token_of(client, Right.SEE) for _ in range(3)]
    programs = [program(api, one["token"]) for one in made]
    assert [one.get("/areas").status_code for one in programs] == [200] * 3
    with api.store.transaction() as tx:
        tx.execute("update token set expires_at = now() where id = %s", [made[0]["id"]])
    assert problem(programs[0].get("/areas")) == (401, "not_signed_in")
    assert problem(api.client("vera").delete(f"/tokens/{made[1]['id']}")) == (404, "not_found"), "not theirs"
    with Stream(programs[1]) as stream:
        stream.until(lambda event: event.kind == "system")
        assert client.delete(f"/tokens/{made[1]['id']}").status_code == 204
        wait_for(lambda: stream.next() is None, "the end of its stream")
    assert problem(programs[1].get("/areas")) == (401, "not_signed_in")
    people.set_disabled(api.store, "otto", disabled=True)
    assert problem(programs[2].get("/areas")) == (401, "not_signed_in")


def test_a_token_never_may_more_than_its_person(api: Api) -> None:
    client = api.client("otto")
    for wrong in ({"rights": ["see", "people"]}, {"rights": ["see", "sources"]}):
        wanted = {"name": "x", "expires_at": soon(), **wrong}
        assert problem(client.post("/tokens", json=wanted)) == (403, "not_yours_to_give")
    others: list[dict[str, Any]] = [{"rights": ["act"]}, {"rights": []}]
    for other in [*others, {"expires_at": soon(-YEAR)}, {"expires_at": soon(2 * YEAR)}]:
        wanted = {"name": "x", "rights": ["see"], "expires_at": soon(), **other}
        assert problem(client.post("/tokens", json=wanted)) == (422, "invalid")
    made = program(api, token_of(client, Right.SEE, Right.ACT)["token"])
    people.set_grants(api.store, "otto", [Grant(Role.VIEWER, "qth/taoshan")])
    assert made.get("/me").json()["rights"] == {"see": ["qth/taoshan"]}


# --- second factors --------------------------------------------------------------------------------------------------


def with_totp(client: httpx.Client) -> tuple[pyotp.TOTP, list[str]]:
    """Add one-time passwords; their maker and the recovery codes."""
    secret = client.post("/me/totp", json={"password": PASSWORD}).json()["secret"]
    otp = pyotp.TOTP(secret)
    answer = client.post("/me/totp/confirm", json={"code": otp.now()})
    assert answer.status_code == 200, answer.text
    return otp, answer.json()["codes"]


def later(api: Api) -> None:
    """As if the passwords that were shown had been shown a while ago."""
    with api.store.transaction() as tx:
        tx.execute("update totp set last_step = last_step - 100")


def test_whoever_has_a_second_factor_needs_it_and_no_password_is_taken_twice(api: Api) -> None:
    client = signed_in(api, "otto")
    otp, codes = with_totp(client)
    assert client.get("/me").json()["second_factor"] is True
    right = {"username": "otto", "password": PASSWORD}
    other = api.anonymous()
    assert problem(other.post("/session", json=right)) == (401, "second_factor_needed")
    assert problem(other.post("/session", json={**right, "code": "000000"})) == (401, "bad_code")
    later(api)
    code = otp.now()
    assert other.post("/session", json={**right, "code": code}).status_code == 200
    assert problem(other.post("/session", json={**right, "code": code})) == (401, "bad_code"), "taken"
    typed = codes[0].upper().replace("-", " ")
    assert other.post("/session", json={**right, "code": typed}).status_code == 200
    assert problem(other.post("/session", json={**right, "code": codes[0]})) == (401, "bad_code"), "taken"


def test_the_secret_of_one_time_passwords_is_not_in_the_store_in_clear(api: Api) -> None:
    client = signed_in(api, "otto")
    secret = client.post("/me/totp", json={"password": PASSWORD}).json()["secret"]
    [row] = api.store.fetch("select secret from totp")
    assert secret.encode() not in bytes(row["secret"])


def test_somebody_who_finds_a_console_open_cannot_make_it_theirs(api: Api) -> None:
    client = signed_in(api, "otto")
    assert problem(client.post("/me/totp", json={"password": "wrong"})) == (401, "bad_credentials")
    with_totp(client)
    assert problem(client.post("/me/totp/remove", json={"password": "wrong"})) == (401, "bad_credentials")
    assert client.post("/me/totp/remove", json={"password": PASSWORD}).status_code == 204
    signed_in(api, "otto")


def test_who_has_lost_their_second_factor_is_helped_by_whoever_looks_after_them(api: Api) -> None:
    client = signed_in(api, "otto")
    with_totp(client)
    assert api.client("anna").delete("/people/otto/second-factors").status_code == 204
    assert client.get("/session").status_code == 401, "and every session has ended"
    signed_in(api, "otto")


@pytest.fixture
def strict(store: Store, tmp_path: Path) -> Iterator[Api]:
    """A hub whose administrators need a second factor."""
    fill(store)
    config, tally = write_config(tmp_path, "people: {second_factor: [administrator]}\n"), Tally()
    app = make_app(config, store, SystemClock(), tally)
    with serving(app) as url:
        wait_for(lambda: app.state.context.live.last_id is not None, "the journal is being followed")
        served = Api(url, app, store, config, tally)
        yield served
        served.close()


def test_a_role_that_needs_a_second_factor_may_nothing_but_add_one(strict: Api) -> None:
    client = signed_in(strict, "anna")
    assert client.get("/session").json()["user"]["second_factor_needed"] is True
    for path in ("/areas", "/people", "/tokens", "/stream"):
        assert problem(client.get(path)) == (403, "second_factor_required"), path
    with_totp(client)
    assert client.get("/people").status_code == 200
    assert client.get("/session").json()["user"]["second_factor_needed"] is False
    assert signed_in(strict, "otto").get("/areas").status_code == 200, "of others it is not asked"
