"""Schemathesis over every operation of the description: each case is sent as nobody, as a stranger to the area, and as
each role.

Cases are made first, from a fixed seed (GRIDHUB_SEED names another), and then sent over HTTP to one served application:
so their number is known, and a failure is not sent a thousand times more to make it smaller. In half of them the path
names a thing that is there, and the body what it has to hold, so that not all end where they are checked.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests
import schemathesis
from argon2 import PasswordHasher
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

from dashboard.api import backtest, openapi
from dashboard.api.app import furnish
from dashboard.api.auth import Needs
from dashboard.api.pictures import Pictures
from hub import passwords
from hub.clock import SystemClock
from hub.model.alert import Alert
from hub.model.person import Person
from hub.model.rights import RIGHTS, Grant, Right, Role
from hub.store import Store, people, sessions
from hub.tally import Tally
from tests import fix_api
from tests.fix_api import (
    GRID,
    PASSWORD,
    PEOPLE,
    Api,
    fill,
    fire,
    serving,
    wait_for,
    write_config,
)
from tests.fix_planted import MARKS, plant
from tests.integration.test_api_access import BODIES, OPEN_TO_ALL, depends_on, in_life, routes

LEAST = {"people": 5_200, "sources": 6_800, "alerts": 5_900, "places": 2_200}
"""How many calls each file makes at least: 20,000 together."""
GROUPS = {
    "people": ("session", "sessions", "me", "people", "tokens", "audit", "walls"),
    "sources": ("cameras", "devices", "commands", "quarantine"),
    "alerts": ("alerts", "alert-groups", "incidents", "silences", "outages", "bookmarks", "rules"),
}
"""By the first word of the path; ``places`` is all others."""
SEED = int(os.environ.get("GRIDHUB_SEED", "20261123"))
OWN = ("/walls", "/rules", "/me", "/session", "/tokens", "/devices/types")
"""What lies in no area: one's own, and what is the same for everybody."""
ROLES = {role: name for name, person in PEOPLE.items() for role in Role if person.grants == (Grant(role),)}
STRANGER = Person("stranger", (Grant(Role.ADMINISTRATOR, "qth/taoshan"),))
_KEPT = ("journal", "audit", "audit_end")
_CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
_AWAY = (b'"broker_away"',)
"""What is right to say here, with 503: accounts of devices are kept in files that the broker makes when it starts."""
_JPEG = b"\xff\xd8\xff\xd9"


@dataclass(frozen=True)
class Call:
    """``by_path``: the path names what is there."""

    case: Case[Any]
    request: requests.PreparedRequest
    by_path: bool


@dataclass(frozen=True)
class Asked:
    """An operation; ``right``: what it needs, None where it needs a session only, or nothing."""

    operation: Any
    right: Right | None
    is_open: bool
    calls: tuple[Call, ...]


class Caller:
    """One person's connection; ``name`` empty: nobody."""

    def __init__(self, api: Api, name: str) -> None:
        self.name = name
        self._api = api
        self._token = ""
        self._connection: http.client.HTTPConnection | None = None
        self._sessions = 0

    def send(self, request: requests.PreparedRequest) -> Response:
        answer = self._exchange(request)
        if self.name and answer.status_code == 401 and b'"not_signed_in"' in answer.content:
            self._sign_in()  # a call before this one has ended the session, as it should
            answer = self._exchange(request)
        return answer

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _sign_in(self) -> None:
        self._sessions += 1
        self._token = f"session {self._sessions} of {self.name}"
        now = datetime.now(UTC)
        sessions.open_session(self._api.store, self.name, self._token, now, now + timedelta(hours=1))

    def _exchange(self, request: requests.PreparedRequest) -> Response:
        try:
            return self._once(request)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            return self._once(request)  # the server lets go of a connection that was idle for a while

    def _once(self, request: requests.PreparedRequest) -> Response:
        if self._connection is None:
            host = self._api.url.removeprefix("http://")
            self._connection = http.client.HTTPConnection(host, timeout=30)
        headers = {str(name): value for name, value in request.headers.items()}
        headers.setdefault("Sec-Fetch-Site", "same-origin")
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        parts = urlsplit(str(request.url))
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            assert request.body is None or isinstance(request.body, bytes | str)
            self._connection.request(str(request.method), target, request.body, headers)
            answer = self._connection.getresponse()
            endless = answer.headers.get("content-type", "").startswith("text/event-stream")
            content = answer.read1(65536) if endless else answer.read()
            if endless or answer.will_close:
                self.close()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        found: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            found.setdefault(name.lower(), []).append(value)
        return Response(answer.status, found, content, request, 0.0, verify=False)


def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long, or goes to other machines, is not left out: its routes are called like all others, and only what
    they start is replaced. Each has tests of its own.

    The children that open cameras, look for them and cut clips; the worker that has the newest picture; the child that
    runs a backtest. Passwords are hashed with the least that argon2 takes. The event stream never ends: it is read up
    to its first events.
    """

    async def child(_: Pictures, module: str, asked: Mapping[str, Any], __: float) -> dict[str, Any]:
        if "targets" in asked:
            return {"devices": [], "csv": "id,url,area\r\n"}
        return {"state": "unreachable", "reason": "nobody is there", "verdict": [], "snapshot": None}

    def worker(_: Pictures, __: int) -> httpx.AsyncClient:
        headers = {"X-Frame-Time": "2026-03-01T12:00:00Z"}
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=_JPEG, headers=headers))
        return httpx.AsyncClient(transport=transport, base_url="http://worker")

    async def lines(*_: object) -> AsyncIterator[bytes]:
        yield b'{"failed": "not run here"}\n'

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(Pictures, "_child", child)
    monkeypatch.setattr(Pictures, "_worker", worker)
    monkeypatch.setattr(backtest, "_lines", lines)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    monkeypatch.setattr(passwords, "_NOBODY", cheap.hash("nobody"))
    monkeypatch.setattr(fix_api, "_HASH", cheap.hash(PASSWORD))


def fill_anew(api: Api) -> Alert:
    """A city in which somebody has worked."""
    clear(api.store)
    fill(api.store)
    people.add(api.store, STRANGER, "x")
    alert = plant(api)
    fire(api.store, GRID)
    return alert


def clear(store: Store) -> None:
    """Of everything but what is only ever added to."""
    with store.transaction() as tx:
        found = tx.execute("select tablename from pg_tables where schemaname = current_schema()").fetchall()
        names = [row["tablename"] for row in found if row["tablename"] not in {*_KEPT, "migration", "device_type"}]
        tx.execute(f"truncate {', '.join(names)} restart identity".encode())


def asked(api: Api, alert: Alert, group: str) -> Iterator[Asked]:
    declared = {name.replace(":path}", "}"): route for name, route in routes(api)}
    schema = schemathesis.openapi.from_dict(openapi.describe(api.app))
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if group_of(operation.path) != group:
            continue
        name = f"{operation.method.upper()} {operation.path}"
        rights = [call.right for call in depends_on(declared[name].dependant) if isinstance(call, Needs)]
        cases = cases_of(operation, 8 if operation.method == "delete" else 14)  # what is removed is planted anew
        calls = tuple(made(case, alert, number, api.url) for number, case in enumerate(cases))
        yield Asked(operation, rights[0] if rights else None, name in OPEN_TO_ALL, calls)


def group_of(path: str) -> str:
    word = path.removeprefix("/api/v1/").partition("/")[0]
    return next((group for group, words in GROUPS.items() if word in words), "places")


def cases_of(operation: Any, count: int) -> list[Case[Any]]:
    """So many that are right by the description, and as many that are not; one, where there is nothing to choose."""
    has_input = any(True for _ in operation.iter_parameters()) or bool(operation.body)
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if has_input else [GenerationMode.POSITIVE]
    found: list[Case[Any]] = []
    for mode in modes:

        @seeded(zlib.crc32(f"{SEED} {mode} {operation.label}".encode()))
        @settings(
            max_examples=count, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(operation.as_strategy(mode))
        def take(case: Case[Any]) -> None:
            found.append(case)

        take()
    return found


def made(case: Case[Any], alert: Alert, number: int, url: str) -> Call:
    """The request of a case; every second one names what is there."""
    path = case.operation.path
    wanted = case.as_transport_kwargs(base_url=url)
    by_path = number % 2 == 0 and "{" in path
    if by_path:
        wanted["url"] = url + in_life(path.replace("{path}", "{path:path}"), alert)
    if number % 2 == 0 and isinstance(wanted.get("json"), dict):
        wanted["json"] = usable(path, wanted["json"], random.Random(number))
    request = requests.Request(**{key: value for key, value in wanted.items() if key in _OF_A_REQUEST}).prepare()
    return Call(case, request, by_path)


_OF_A_REQUEST = {"method", "url", "headers", "files", "data", "json", "params", "cookies"}


def usable(path: str, body: dict[str, Any], choice: random.Random) -> dict[str, Any]:
    """With what is known to be right in the places where nobody would guess it; now and then all of it is."""
    short = path.removeprefix("/api/v1")
    good = next((known for end, known in BODIES.items() if short.endswith(end)), {})
    if choice.random() < 0.3:
        return {**good}
    return {key: good.get(key, value) if choice.random() < 0.7 else value for key, value in {**good, **body}.items()}


class Run:
    """Sends the calls of one group; what is wrong with the answers is kept, with the request that shows it."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.count = 0
        self.wrong: list[str] = []
        self.alert = fill_anew(api)
        self._right: set[tuple[str, int, bytes]] = set()
        self._nobody, self._stranger = Caller(api, ""), Caller(api, STRANGER.name)
        self._roles = {role: Caller(api, name) for role, name in ROLES.items()}

    def close(self) -> None:
        for caller in (self._nobody, self._stranger, *self._roles.values()):
            caller.close()

    def ask(self, what: Asked) -> None:
        before = self._digest()
        for call in what.calls:
            self._as_nobody(what, call)
            self._as_stranger(what, call)
        if self._digest() != before:
            self.wrong.append(f"{what.operation.label}: somebody without a right there has changed something")
        for call in what.calls:
            answers = [self._as_role(what, call, role, caller) for role, caller in self._roles.items()]
            if what.operation.method == "delete" and any(answer.status_code < 300 for answer in answers):
                fill_anew(self._api)
        if what.operation.method != "get":
            fill_anew(self._api)

    def _as_nobody(self, what: Asked, call: Call) -> None:
        answer = self._send(self._nobody, call)
        if not what.is_open and answer.status_code != 401 and not _never_came(answer):
            self._tell(call, answer, "nobody is not refused")

    def _as_stranger(self, what: Asked, call: Call) -> None:
        answer = self._send(self._stranger, call)
        if any(mark.encode() in answer.content for mark in MARKS):
            self._tell(call, answer, "a stranger is told of what lies elsewhere")
        if call.by_path and answer.status_code < 400 and not _is_own(what.operation.path):
            self._tell(call, answer, "a stranger is not refused")

    def _as_role(self, what: Asked, call: Call, role: Role, caller: Caller) -> Response:
        answer = self._send(caller, call)
        lacks = what.right is not None and what.right not in RIGHTS[role]
        if lacks and answer.status_code != 403 and not _never_came(answer):
            self._tell(call, answer, f"a {role} is not refused")
        if not lacks and answer.status_code == 401 and not what.is_open and b'"bad_' not in answer.content:
            self._tell(call, answer, f"a {role} is taken for nobody")
        return answer

    def _send(self, caller: Caller, call: Call) -> Response:
        self.count += 1
        answer = caller.send(call.request)
        if answer.status_code >= 500 and not any(word in answer.content for word in _AWAY):
            self._tell(call, answer, "a fault of the hub")
            return answer
        seen = (call.case.operation.label, answer.status_code, answer.content)
        if seen in self._right:  # most refusals are the same to the letter
            return answer
        # The library reads a stream as a list of events, each of which would be the text that the description tells.
        is_stream = answer.headers.get("content-type", [""])[0].startswith("text/event-stream")
        try:
            call.case.validate_response(answer, checks=_CHECKS[:-1] if is_stream else _CHECKS)
        except FailureGroup as group:
            self._tell(call, answer, f"not as described: {[str(each) for each in group.exceptions]}")
        else:
            self._right.add(seen)
        return answer

    def _digest(self) -> list[dict[str, Any]]:
        """Of everything that the stranger could have changed in the other half."""
        tables = ("alert", "incident", "source", "silence", "outage", "bookmark", "quarantine", "unknown_device",
                  "command", "person", "person_grant", "device_account", "rule_hold")  # fmt: skip
        each = [f"select '{name}' as name, md5(string_agg(t::text, '|' order by t::text)) as sum from {name} t"  # noqa: S608
                for name in tables]  # fmt: skip
        return self._api.store.fetch(" union all ".join(each).encode())

    def _tell(self, call: Call, answer: Response, what: str) -> None:
        request = call.request
        self.wrong.append(f"{what}: {request.method} {request.url} {request.body!r:.600} -> {answer.status_code}"
                          f" {answer.content[:300]!r}")  # fmt: skip


def _is_own(path: str) -> bool:
    return path.removeprefix("/api/v1").startswith(OWN)


def _never_came(answer: Response) -> bool:
    """Whether the request ended before any route: no such address or method, or a body that cannot be read."""
    try:
        known = json.loads(answer.content)
        code, detail = known["code"], known["detail"]
    except (ValueError, KeyError, TypeError):
        return False
    if code == "not_found":  # in a path with a line break, which no route's pattern goes over, in the library's words
        return detail in {"there is no such page", "Not Found"}
    unread = code == "invalid" and str(detail).endswith("JSON decode error")
    return unread or code in {"method_not_allowed", "bad_request", "too_long", "too_large"}


def run(group: str, store: Store, folder: Path, routes: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Every operation of a group."""
    stand_in(monkeypatch)
    config, tally = write_config(folder, "web: {rate: 100000}\n"), Tally()
    app = furnish(routes, config, store, SystemClock(), tally)
    with serving(app) as url:
        wait_for(lambda: app.state.context.live.last_id is not None, "the journal is being followed")
        api = Api(url, app, store, config, tally)
        found = Run(api)
        try:
            for each in list(asked(api, found.alert, group)):
                found.ask(each)
        finally:
            found.close()
    return found
