"""What is written of a request, and what need not be, told by an application that answers as it is asked to."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from fastapi.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from dashboard.api.audit_book import Book
from dashboard.api.audited import AGAIN_S, REFUSALS_A_MINUTE, STRANGERS_A_MINUTE, Audited, note
from hub.audit import Entry, Result
from hub.clock import SimulatedClock
from hub.model.rights import Right

START = datetime(2026, 3, 1, tzinfo=UTC)


class Kept:
    """Stands in for the book."""

    def __init__(self, *, works: bool = True) -> None:
        self.entries: list[Entry] = []
        self.works = works

    def write(self, entry: Entry) -> bool:
        self.entries.append(entry)
        return self.works


def get_clip() -> None:
    """Stands in for an endpoint."""


class Answering:
    def __init__(self, status: int, right: Right | None, actor: str, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        self.status, self.right, self.actor, self.headers = status, right, actor, headers
        self.fails = False
        self.tried = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.update({"endpoint": get_clip, "path_params": {"id": "cam-1"}})
        said = note(HTTPConnection(scope))
        said.actor, said.right = self.actor, self.right
        if self.tried:
            said.says_to_be(self.tried)
        if self.fails:
            raise RuntimeError("a mistake")
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"picture"})


class Rig:
    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.clock = SimulatedClock(START)
        self.app = Answering(200, None, "wang", ())
        self.audited = Audited(self.app, cast(Book, kept), self.clock)

    def ask(
        self,
        method: str = "GET",
        *,
        status: int = 200,
        right: Right | None = None,
        actor: str = "wang",
        query: bytes = b"",
        kind: str = "http",
        headers: tuple[tuple[bytes, bytes], ...] = (),
        path: str = "/api/v1/cameras/cam-1/clip",
        client: str = "10.0.0.9",
        tried: str = "",
    ) -> list[Message]:
        self.app.tried = tried
        self.app.status, self.app.right, self.app.actor, self.app.headers = status, right, actor, headers
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request"}

        scope: dict[str, Any] = {"type": kind, "path": path, "query_string": query, "headers": []}
        scope |= {"client": (client, 5)} | ({"method": method} if kind == "http" else {})
        asyncio.run(self.audited(scope, receive, send))
        return sent


@pytest.fixture
def rig() -> Rig:
    return Rig(Kept())


def test_a_change_is_written_with_all_that_is_known(rig: Rig) -> None:
    rig.ask("PATCH", query=b"from=1&password=hunter2")
    detail = {"from": "1"}
    assert rig.kept.entries == [Entry("wang", "get_clip", "cameras/cam-1", "10.0.0.9", Result.DONE, detail)]


def test_what_was_made_is_the_subject(rig: Rig) -> None:
    rig.ask("POST", status=201, headers=((b"Location", b"/api/v1/silences/7"),), path="/api/v1/silences")
    assert rig.kept.entries[0].subject == "silences/7"


def test_to_read_what_everybody_may_see_is_not_written(rig: Rig) -> None:
    rig.ask(right=Right.SEE)
    rig.ask(right=Right.SEE, status=404)
    rig.ask(status=401, actor="")
    assert rig.kept.entries == []


@pytest.mark.parametrize("right", [Right.LIVE, Right.RECORDINGS, Right.UNMASKED, Right.AUDIT])
def test_a_look_is_written_once_in_a_while(rig: Rig, right: Right) -> None:
    for _ in range(3):
        rig.ask(right=right)
    assert len(rig.kept.entries) == 1
    rig.ask(right=right, query=b"from=2")  # another time of the recording
    rig.ask(right=right, actor="li")
    rig.ask(right=right, client="10.0.0.10")
    assert len(rig.kept.entries) == 4
    rig.clock.advance(AGAIN_S)
    rig.ask(right=right)
    assert len(rig.kept.entries) == 5


@pytest.mark.parametrize(
    ("status", "result"),
    [(204, "done"), (401, "refused"), (403, "refused"), (404, "failed"), (409, "failed"), (503, "failed")],
)
def test_how_it_ended_is_written(rig: Rig, status: int, result: str) -> None:
    rig.ask("DELETE", status=status)
    [entry] = rig.kept.entries
    assert entry.result == result
    assert entry.detail == ({} if status < 400 else {"status": status})


def test_who_is_known_and_is_refused_is_written_whatever_it_was(rig: Rig) -> None:
    rig.ask(status=403, right=Right.SEE)
    assert rig.kept.entries[0].result is Result.REFUSED


def test_a_mistake_of_the_hub_is_written_as_failed(rig: Rig) -> None:
    rig.app.fails = True
    with pytest.raises(RuntimeError):
        rig.ask("POST")
    assert [(entry.result, entry.detail) for entry in rig.kept.entries] == [(Result.FAILED, {"status": 500})]


def test_a_flood_of_refusals_is_counted_and_not_written(rig: Rig) -> None:
    for _ in range(REFUSALS_A_MINUTE + 30):
        rig.ask("POST", status=401, actor="")
    assert len(rig.kept.entries) == REFUSALS_A_MINUTE
    rig.ask("POST", status=401, actor="", client="10.0.0.10")
    assert len(rig.kept.entries) == REFUSALS_A_MINUTE + 1
    rig.clock.advance(60)
    rig.ask("POST", status=401, actor="")
    assert rig.kept.entries[-1].detail == {"status": 401, "unwritten": 30}


@pytest.mark.parametrize("status", [200, 401, 409, 413, 422, 429, 503])
def test_no_stranger_fills_the_log_whatever_they_are_answered(rig: Rig, status: int) -> None:
    for number in range(REFUSALS_A_MINUTE + 5):
        rig.ask("POST", status=status, actor="", tried="" if number % 2 else "wang")
    assert len(rig.kept.entries) == REFUSALS_A_MINUTE
    assert {entry.actor for entry in rig.kept.entries} == {"", "wang"}, "who was tried is told"
    for number in range(2 * STRANGERS_A_MINUTE):  # as many addresses as anybody likes
        rig.ask("POST", status=status, actor="", client=f"2001:db8:{number:x}::{number:x}")
        rig.ask("POST", status=status, actor="", client=f"2001:db8::{number:x}")
    assert len(rig.kept.entries) == STRANGERS_A_MINUTE
    rig.ask("POST", status=401, actor="li")
    assert rig.kept.entries[-1].actor == "li", "somebody who has signed in is told of all the same"


def test_whose_name_was_tried_is_told_also_of_what_was_not_written(rig: Rig) -> None:
    for _ in range(REFUSALS_A_MINUTE):
        rig.ask("POST", status=401, actor="")
    for name in ("wang", "li", "wang", *(f"somebody-{number}" for number in range(30))):
        rig.ask("POST", status=401, actor="", tried=name)
    rig.clock.advance(60)
    rig.ask("POST", status=401, actor="")
    detail = rig.kept.entries[-1].detail
    assert (detail["unwritten"], len(detail["unwritten_of"])) == (33, 20)
    assert {"wang", "li"} <= set(detail["unwritten_of"])


def test_a_name_that_is_there_and_one_that_is_not_are_written_as_often(rig: Rig) -> None:
    """Or whoever has used up what is written of nobody would hear by the time it takes whose name is somebody's."""
    for _ in range(REFUSALS_A_MINUTE):
        rig.ask("POST", status=401, actor="")
    before = len(rig.kept.entries)
    rig.ask("POST", status=401, actor="", tried="wang")
    rig.ask("POST", status=401, actor="")
    assert len(rig.kept.entries) == before


def test_changes_that_fail_and_looks_in_vain_are_counted_and_mistakes_of_the_hub_are_written(rig: Rig) -> None:
    for _ in range(REFUSALS_A_MINUTE + 5):
        rig.ask("POST", status=422)
        rig.ask(status=503, right=Right.LIVE)
    assert len(rig.kept.entries) == REFUSALS_A_MINUTE
    for _ in range(REFUSALS_A_MINUTE + 5):
        rig.ask("POST", status=500, actor="li")
    assert len(rig.kept.entries) == 2 * REFUSALS_A_MINUTE + 5, "they may have happened"


def test_a_live_view_is_written_when_it_begins_and_a_long_one_when_it_ends(rig: Rig) -> None:
    rig.ask(kind="websocket", right=Right.LIVE, query=b"stream=sub")
    assert [(entry.action, entry.detail) for entry in rig.kept.entries] == [("get_clip", {"stream": "sub"})]

    async def watches(scope: Scope, receive: Receive, send: Send) -> None:
        await rig.app(scope, receive, send)
        rig.clock.advance(90)

    rig.audited._app = watches
    rig.ask(kind="websocket", right=Right.LIVE, actor="li")
    assert [(entry.action, entry.detail) for entry in rig.kept.entries[1:]] == [
        ("get_clip", {}), ("get_clip_ended", {"seconds": 90})
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_nobody_looks_while_nothing_can_be_written(kind: str) -> None:
    rig = Rig(Kept(works=False))
    sent = rig.ask(kind=kind, right=Right.RECORDINGS)
    if kind == "http":
        assert sent[0]["status"] == 503
        assert b"audit_unavailable" in sent[1]["body"]
    else:
        assert [(message["type"], message["code"]) for message in sent] == [("websocket.close", 1013)]
    assert not any(message.get("body") == b"picture" for message in sent)


def test_a_change_that_has_happened_is_answered_all_the_same() -> None:
    sent = Rig(Kept(works=False)).ask("POST", status=201)
    assert sent[0]["status"] == 201
