"""The board of an area as it was written last, for as long as nothing has changed.

Hundreds of consoles that come back at once all ask for the same board. It follows from the journal and from the clock
alone, so that whoever asks while the journal stands where it stood gets the bytes that somebody else got just before,
and while one of them has it made the others wait for it. A shelf that ends by its time makes no entry, nor does a list
of sources that a command brings in: nothing is kept for longer than ``_KEPT_S``, and nothing at all once somebody has
changed anything through the interface.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.clock import Clock

_KEPT_S = 1.0
_MOST = 256
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(slots=True)
class _Board:
    lock: threading.Lock = field(default_factory=threading.Lock)
    stand: int = -1
    made_s: float = 0.0
    body: bytes = b""


class BoardCache:
    """Of the areas that were asked for lately; threads may share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._boards: OrderedDict[str, _Board] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: str, stand: int, make: Callable[[], bytes]) -> bytes:
        """``stand``: where the journal stood when this was asked; what ``make`` raises is raised, and not kept."""
        with self._lock:
            board = self._boards.setdefault(path, _Board())
            self._boards.move_to_end(path)
            if len(self._boards) > _MOST:
                self._boards.popitem(last=False)
        with board.lock:
            now_s = self._clock.monotonic()
            if board.stand < stand or now_s - board.made_s >= _KEPT_S:
                board.body = make()
                board.stand, board.made_s = stand, now_s
            return board.body

    def forget(self) -> None:
        with self._lock:
            self._boards.clear()


class Forgetting:
    """Middleware: whoever has changed something sees it on the board."""

    def __init__(self, app: ASGIApp, boards: BoardCache) -> None:
        self._app = app
        self._boards = boards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_after(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._boards.forget()
            await send(message)

        changes = scope["type"] == "http" and scope["method"] not in _SAFE
        await self._app(scope, receive, send_after if changes else send)
