"""Every operation of the description, as each role, at things that lie elsewhere: nothing is done, and nothing leaks.

Made from the OpenAPI document, so that an operation that is new is asked like the others. What is planted in the other
half of the city bears marks; no answer to a stranger holds one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from dashboard.api.auth import Needs
from hub.model.alert import Alert
from hub.model.person import Person
from hub.model.rights import RIGHTS, Grant, Right, Role
from hub.store import people
from tests.fix_api import GRID, OTHER_GRID, Api, Stream, fire, problem
from tests.fix_planted import MARK, MARKS, plant
from tests.integration.test_api_access import BODIES, depends_on, in_life, routes

NOWHERE = ("/walls/", "/rules/")
"""What lies in no area: one's own, and what is the same for everybody."""
SLOW = {"POST /cameras/probe", "POST /cameras/discover", "GET /stream"}
"""Of no area, and tried elsewhere; or never over, and below."""
QUERY = {
    "from": "2026-03-01T12:00:00Z", "to": "2026-03-01T12:01:00Z", "at": "2026-03-01T12:00:00Z",
    "source": "smoke-2", "metric": "smoke",
}  # fmt: skip


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    query: dict[str, str]
    areas: bool
    right: Right | None


def operations(api: Api) -> Iterator[Operation]:
    declared = {name.replace(":path}", "}"): route for name, route in routes(api)}
    for path, methods in api.app.openapi()["paths"].items():
        for method, described in methods.items():
            route = declared[f"{method.upper()} {path}"]
            rights = [call.right for call in depends_on(route.dependant) if isinstance(call, Needs)]
            params = [each for each in described.get("parameters", []) if each["in"] == "query"]
            query = {each["name"]: QUERY[each["name"]] for each in params if each.get("required")}
            short = path.removeprefix("/api/v1")
            has_area = any(each["name"] == "area" for each in params)
            yield Operation(
                f"{method.upper()} {short}", method.upper(), short, query, has_area, rights[0] if rights else None
            )


def ask(client: httpx.Client, operation: Operation, alert: Alert, **query: str) -> httpx.Response:
    body = next((body for end, body in BODIES.items() if operation.path.endswith(end)), {})
    json = None if operation.method in {"GET", "DELETE"} else body
    url = in_life(operation.path.replace("{path}", "{path:path}"), alert)
    return client.request(operation.method, url, params={**operation.query, **query}, json=json)


@pytest.fixture
def planted(api: Api) -> Alert:
    return plant(api)


def test_no_role_may_what_it_has_no_right_to(api: Api, planted: Alert) -> None:
    for role in Role:
        people.add(api.store, Person(f"every-{role}", (Grant(role),)), "x")
        client = api.client(f"every-{role}")
        for operation in operations(api):
            if operation.right is not None and operation.right not in RIGHTS[role]:
                assert problem(ask(client, operation, planted)) == (403, "not_allowed"), (role, operation.name)


def test_no_token_may_what_it_is_not_for(api: Api, planted: Alert) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = api.client("anna").post("/tokens", json={"name": "x", "rights": ["see"], "expires_at": until}).json()
    client = api.anonymous()
    client.headers["Authorization"] = f"Bearer {made['token']}"
    for operation in operations(api):
        if operation.right not in {None, Right.SEE}:
            assert problem(ask(client, operation, planted)) == (403, "not_allowed"), operation.name


@pytest.mark.parametrize("role", list(Role))
def test_a_stranger_to_the_area_gets_nothing_of_it_and_changes_nothing_in_it(
    api: Api, planted: Alert, role: Role
) -> None:
    people.add(api.store, Person("stranger", (Grant(role, "qth/taoshan"),)), "x")
    client = api.client("stranger")
    for operation in operations(api):
        if operation.name in SLOW or operation.path.startswith(("/session", "/me")):
            continue
        for query in [{}, {"area": OTHER_GRID}] if operation.areas else [{}]:
            answer = ask(client, operation, planted, **query)
            where = (operation.name, query, answer.status_code, answer.text[:200])
            assert answer.status_code < 500, where
            assert not any(mark in answer.text for mark in MARKS), where
            if "{" in operation.path and not operation.path.startswith(NOWHERE):
                assert answer.status_code in {403, 404}, where
            if query:
                assert answer.status_code in {403, 404}, where
    [left] = api.store.fetch("select summary, state from alert")
    assert (left["summary"], left["state"]) == (MARK, "firing")
    for table, count in (("source", 4), ("silence", 1), ("outage", 1), ("bookmark", 1), ("quarantine", 1)):
        [found] = api.store.fetch(f"select count(*) as count from {table}".encode())  # noqa: S608
        assert found["count"] == count, table


def test_the_marks_would_be_seen_by_whoever_may(api: Api, planted: Alert) -> None:
    """Or the test above could not fail."""
    client, seen = api.client("anna"), set()
    for operation in operations(api):
        if operation.method == "GET" and operation.name not in SLOW:
            answer = ask(client, operation, planted)
            if any(mark in answer.text for mark in MARKS):
                seen.add(operation.name)
    assert {
        "GET /areas", "GET /areas.geojson", "GET /areas/{path}", "GET /areas/{path}/status", "GET /cameras",
        "GET /cameras/{id}", "GET /devices", "GET /devices/{id}", "GET /devices/unknown", "GET /alerts",
        "GET /alerts/{id}", "GET /incidents", "GET /incidents/{id}", "GET /outages", "GET /silences", "GET /bookmarks",
        "GET /quarantine", "GET /quarantine/{id}", "GET /people",
    } <= seen  # fmt: skip


def test_the_event_stream_tells_a_stranger_nothing_also_of_what_was_missed(api: Api, planted: Alert) -> None:
    people.add(api.store, Person("stranger", (Grant(Role.ADMINISTRATOR, "qth/taoshan"),)), "x")
    ours = fire(api.store, GRID)
    client = api.client("stranger")
    with Stream(client, last_event_id="0", observations="qth") as stream:
        told = [stream.until(lambda event: event.kind == "alert")]
        with api.store.transaction() as tx:
            tx.execute("update source set name = %s where id = 'smoke-2'", [MARK])
        fire(api.store, OTHER_GRID, "again")
        last = fire(api.store, GRID, "last")
        while told[-1].data["alert"]["id"] != last.id:
            told.append(stream.until(lambda event: event.kind == "alert"))
    assert [event.data["alert"]["id"] for event in told] == [ours.id, last.id]
