"""What comes over HTTP, written to the audit log: every call that changes something, every look at pictures, and what
was refused.

An entry is written before the answer goes out, so that nothing is shown that nobody would know of. While the store is
away it waits in a file, and is let into the log later; where not even that can be written, a look is refused, and a
change, which has happened by then, is counted as one that was not written.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.to_thread
from fastapi.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.audit_book import Book
from dashboard.api.pace import network
from dashboard.api.problems import ProblemError, respond
from hub.audit import NOBODY, Entry, Result
from hub.clock import Clock
from hub.model.rights import Right

LOOKS = frozenset({Right.LIVE, Right.RECORDINGS, Right.UNMASKED, Right.AUDIT})
"""Who uses one of these looks at what others may not see: that is kept, though nothing is changed by it."""
AGAIN_S = 600.0
"""A console asks for the same picture every few seconds: it is one look, until so long has passed."""
REFUSALS_A_MINUTE = 20
"""Of one address and person, and of all the strangers of one address. What is beyond is counted, with the names that
were tried, and told with the next that is written."""
STRANGERS_A_MINUTE = 200
"""Of all addresses together: nobody fills the log who has not signed in."""
_WORTH_S = 60.0  # a live view that was longer is told of when it ends, too
_MAX_KNOWN = 10_000
_MAX_NAMES = 20
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSED = frozenset({401, 403, 429})
_KEY = "gridhub.audit"
_SHOWN = ("from", "to", "stream", "area")
_PREFIX = "/api/v1/"


@dataclass(slots=True)
class Note:
    """What becomes known of a request on its way: who it is, what right was used, and what else is worth keeping.

    ``tried``: the actor is whom somebody says to be, and has not shown it. ``kept``: it is written whatever comes of
    it, though its method is a safe one. ``each``: not as one look with those before it.
    """

    actor: str = NOBODY
    tried: bool = False
    right: Right | None = None
    subject: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    kept: bool = False
    each: bool = False

    @property
    def is_stranger(self) -> bool:
        return self.tried or self.actor == NOBODY

    def says_to_be(self, name: str) -> None:
        """Of a person who is there, and whose name somebody tries."""
        if self.actor == NOBODY:
            self.actor, self.tried = name, True

    def is_shown_to_be(self, name: str) -> None:
        self.actor, self.tried = name, False


@dataclass(slots=True)
class _Minute:
    """``names``: of people, as whom somebody tried to sign in meanwhile."""

    began_s: float
    written: int = 0
    unwritten: int = 0
    names: set[str] = field(default_factory=set)

    def has_room(self, most: int, now_s: float) -> bool:
        if now_s - self.began_s >= 60.0:
            self.began_s, self.written = now_s, 0
        return self.written < most

    def leave_out(self, name: str) -> None:
        self.unwritten += 1
        if name and len(self.names) < _MAX_NAMES:
            self.names.add(name)

    def told(self) -> dict[str, Any]:
        found = {"unwritten": self.unwritten, "unwritten_of": sorted(self.names)}
        self.unwritten, self.names = 0, set()
        return {name: value for name, value in found.items() if value}


def note(connection: HTTPConnection) -> Note:
    """That of a request; whatever is known about it is put there."""
    found: Note = connection.scope.setdefault(_KEY, Note())
    return found


class Repeats:
    """What need not be written again. Bounded; threads may share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[object, float] = OrderedDict()
        self._refused: OrderedDict[tuple[str, str], _Minute] = OrderedDict()
        self._strangers = _Minute(clock.monotonic())

    def is_new_look(self, key: object) -> bool:
        """Whether this look was not written within ``AGAIN_S``."""
        now_s = self._clock.monotonic()
        with self._lock:
            if now_s - self._seen.get(key, -AGAIN_S) < AGAIN_S:
                return False
            self._seen[key] = now_s
            self._seen.move_to_end(key)
            if len(self._seen) > _MAX_KNOWN:
                self._seen.popitem(last=False)
            return True

    def of_refusals(self, said: Note, address: str) -> dict[str, Any] | None:
        """None: too many to write this one. Else what is to be told of those that were not written since the last.

        Whether somebody tries a name that is there or one that is not makes no difference, not even in time.
        """
        now_s, name = self._clock.monotonic(), said.actor
        key = ("", network(address)) if said.is_stranger else (name, address)
        with self._lock:
            minute = self._refused.setdefault(key, _Minute(now_s))
            self._refused.move_to_end(key)
            if len(self._refused) > _MAX_KNOWN:
                self._refused.popitem(last=False)
            limits = [(minute, REFUSALS_A_MINUTE)]
            if said.is_stranger:
                limits.append((self._strangers, STRANGERS_A_MINUTE))
            if not all(each.has_room(most, now_s) for each, most in limits):
                minute.leave_out(name if said.tried else "")
                return None
            for each, _ in limits:
                each.written += 1
            return minute.told()


class Audited:
    """Middleware."""

    def __init__(self, app: ASGIApp, book: Book, clock: Clock) -> None:
        self._app = app
        self._book = book
        self._clock = clock
        self._repeats = Repeats(clock)
        # A store that hangs must not hold the threads of the other requests.
        self._limiter = anyio.CapacityLimiter(4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        said = scope[_KEY] = Note()
        began_s = self._clock.monotonic()
        status, seen = 0, False

        async def send_audited(message: Message) -> None:
            nonlocal status, seen
            if (now := _status(message)) and not status:
                status = now
                if (entry := self._entry(scope, said, status, _headers(message))) is not None:
                    seen = await self._write(entry)
                    if not seen and entry.result is Result.DONE and _is_look(scope, said):
                        await _refuse(scope, receive, send)
                        raise _NotWritten
            await send(message)

        try:
            await self._app(scope, receive, send_audited)
        except _NotWritten:
            return
        finally:
            if not status and (entry := self._entry(scope, said, 500, {})) is not None:
                await self._write(entry)
            lasted_s = self._clock.monotonic() - began_s
            if scope["type"] == "websocket" and seen and lasted_s >= _WORTH_S:
                end = Entry(said.actor, f"{_action(scope)}_ended", _subject(scope, said, {}), _address(scope),
                            Result.DONE, {**said.detail, "seconds": round(lasted_s)})  # fmt: skip
                await self._write(end)

    async def _write(self, entry: Entry) -> bool:
        return await anyio.to_thread.run_sync(self._book.write, entry, limiter=self._limiter)

    def _entry(self, scope: Scope, said: Note, status: int, headers: Mapping[str, str]) -> Entry | None:
        """What is to be written; None for what nobody has to answer for."""
        if "endpoint" not in scope:  # no such address: nothing has happened
            return None
        result = Result.DONE if status < 400 else Result.REFUSED if status in _REFUSED else Result.FAILED
        changes = scope["type"] == "http" and scope["method"] not in _SAFE
        looks = _is_look(scope, said)
        if not (changes or looks or said.kept or (result is Result.REFUSED and said.actor)):
            return None
        action, subject, address = _action(scope), _subject(scope, said, headers), _address(scope)
        asked = HTTPConnection(scope).query_params
        detail = {**{name: asked[name] for name in _SHOWN if name in asked}, **said.detail}
        if looks and result is Result.DONE and not said.each:
            key = (said.actor, address, action, subject, *sorted(map(str, detail.items())))
            if not self._repeats.is_new_look(key):
                return None
        if result is not Result.DONE:
            detail["status"] = status
        # A change that ended in a mistake of the hub may have happened: that is written, however many there are.
        is_idle = result is not Result.DONE and (status < 500 or not changes)
        if is_idle or said.is_stranger:
            unwritten = self._repeats.of_refusals(said, address)
            if unwritten is None:
                return None
            detail |= unwritten
        return Entry(said.actor, action, subject, address, result, detail)


class _NotWritten(Exception):
    """Ends a look of which no entry could be written, after it was refused."""


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    detail = "this is kept in the audit log, which cannot be written now; try again"
    problem = ProblemError(503, "audit_unavailable", detail, headers={"Retry-After": "5"})
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1013, "reason": problem.code})
    else:
        await respond(problem)(scope, receive, send)


def _status(message: Message) -> int:
    """Of the message with which an answer begins; 0 for any other."""
    if message["type"] in {"http.response.start", "websocket.http.response.start"}:
        return int(message["status"])
    return {"websocket.accept": 101, "websocket.close": 403}.get(message["type"], 0)


def _headers(message: Message) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message.get("headers", ())}


def _is_look(scope: Scope, said: Note) -> bool:
    return said.right in LOOKS and (scope["type"] == "websocket" or scope["method"] in _SAFE)


def _action(scope: Scope) -> str:
    """The name of the operation, as in the OpenAPI document."""
    return str(getattr(scope["endpoint"], "__name__", "unknown"))


def _subject(scope: Scope, said: Note, headers: Mapping[str, str]) -> str:
    """``cameras/cam-1``: what was made, where the answer says so, else the way up to its last variable part."""
    if said.subject:
        return said.subject
    path = headers.get("location", "")
    if not path.startswith(_PREFIX):
        path = str(scope["path"])
        values = [str(value) for value in scope.get("path_params", {}).values()]
        if values and values[-1] and (at := path.rfind(values[-1])) >= 0:
            path = path[: at + len(values[-1])]
    return path.removeprefix(_PREFIX).strip("/")


def _address(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""
