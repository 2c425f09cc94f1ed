"""The sub-stream of a camera: what is analysed, for as long as it can be had.

Where it cannot be opened a few times in a row, the camera is watched by its main stream instead: a slip in the address
of the cheaper stream must not blind it. Meanwhile a thread of its own asks for the sub-stream again, and again.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from hub.errors import SourceError
from ingest.video.open import Feed

TRIES = 3
"""So often it is tried before the main stream is analysed in its place."""
_RETRY_S = 60.0


class Substream:
    """Of one camera. ``open_feed`` may be called in either thread."""

    def __init__(self, camera: str, open_feed: Callable[[], Feed]) -> None:
        self._camera = camera
        self._open = open_feed
        self._failures = 0
        self._lost = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def lost(self) -> str:
        """Why the main stream is to be analysed in its place; empty where the sub-stream is to be tried."""
        return self._lost

    def works(self) -> None:
        """A picture of it came."""
        self._failures = 0

    def failed(self, error: SourceError) -> SourceError:
        """Counts it; answers ``error`` with the word which stream it is of."""
        self._failures += 1
        if self._failures >= TRIES:
            self._lost = error.reason
            self._thread = threading.Thread(target=self._ask, name=f"sub-stream {self._camera}", daemon=True)
            self._thread.start()
        return SourceError(error.state, f"sub-stream: {error.reason}", error.cause)

    def stop(self) -> None:
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Whether its thread has ended within ``timeout_s``."""
        thread = self._thread
        if thread is None:
            return True
        thread.join(timeout_s)
        return not thread.is_alive()

    def detail(self) -> dict[str, Any]:
        """What an operator is told of it."""
        return {"state": "lost", "reason": self._lost} if self._lost else {"state": "analysed"}

    def _ask(self) -> None:
        while self._lost and not self._stop.wait(_RETRY_S):
            try:
                self._look()
            except SourceError as error:
                self._lost = error.reason

    def _look(self) -> None:
        """Raises SourceError where it sends nothing."""
        with contextlib.closing(self._open()) as feed:
            for _ in feed.packets():
                self._failures, self._lost = 0, ""
                return
