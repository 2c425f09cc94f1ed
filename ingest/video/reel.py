"""The newest pieces of one live picture, kept once for all who watch it, and how they travel to the dashboard.

Each viewer has a ``Cursor`` of its own and nothing else: what it has not taken yet is not queued for it. One that falls
behind by more than ``LATE_MS`` goes on at the newest keyframe; a stopped one costs nothing. Pure; belongs to one
thread, or to whoever holds a lock.
"""

from __future__ import annotations

import json
import struct
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntFlag
from typing import Any

MAX_BYTES = 8 * 1024 * 1024
LATE_MS = 2_000
_HEADER = struct.Struct("!BQI")
_MAX_PIECE_BYTES = 32 * 1024 * 1024


class Mark(IntFlag):
    """What a piece is."""

    TEXT = 1
    """JSON, for a text message; without it: bytes of fragmented MP4."""
    HEAD = 2
    """Belongs to the beginning of a stream: what it is, and its initialization segment."""
    KEY = 4
    """A viewer may begin with it."""
    STATE = 8
    """Says how the camera is; has no place among the others."""


@dataclass(frozen=True, slots=True)
class Piece:
    """``at_ms``: when it was taken, in milliseconds since the epoch."""

    mark: Mark
    at_ms: int
    data: bytes


def text_piece(mark: Mark, at_ms: int, message: Mapping[str, Any]) -> Piece:
    return Piece(mark | Mark.TEXT, at_ms, json.dumps(message, separators=(",", ":")).encode())


def end_piece() -> Piece:
    """The head of nothing: what was shown is over."""
    return text_piece(Mark.HEAD, 0, {"type": "end"})


class Cursor:
    """Where one viewer is: the run, how much of its head it has, and the number of the piece that comes next."""

    def __init__(self) -> None:
        self.run = -1
        self.heads = 0
        self.next: int | None = None
        self.states = 0
        self.skipped = 0
        """How often it was taken to a later keyframe."""


class Reel:
    """Pieces are numbered over all runs; a run begins with the text of a head: another connection, size or codec."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._run = 0
        self._head: tuple[Piece, ...] = ()
        self._pieces: deque[Piece] = deque()
        self._first = 0
        self._key: int | None = None
        self._bytes = 0
        self._state: Piece | None = None
        self._states = 0

    def push(self, piece: Piece) -> None:
        if Mark.STATE in piece.mark:
            self._state = piece
            self._states += 1
        elif Mark.HEAD in piece.mark:
            if Mark.TEXT in piece.mark:
                self._run += 1
                self._forget()
            self._head = (*self._head, piece)
        else:
            if Mark.KEY in piece.mark:
                self._key = self._end
            self._pieces.append(piece)
            self._bytes += len(piece.data)
            self._trim(piece.at_ms)

    def take(self, cursor: Cursor) -> list[Piece]:
        """What ``cursor`` gets next, in order; [] where there is nothing new. At most one fragment at once."""
        taken: list[Piece] = []
        if cursor.states != self._states and self._state is not None:
            cursor.states = self._states
            taken.append(self._state)
        if not self._head:
            return taken
        if cursor.run != self._run:
            cursor.run, cursor.heads, cursor.next = self._run, 0, None
        taken += self._head[cursor.heads :]
        cursor.heads = len(self._head)
        at = self._place(cursor, taken)
        if at is not None and at < self._end:
            taken.append(self._pieces[at - self._first])
            cursor.next = at + 1
        return taken

    @property
    def _end(self) -> int:
        return self._first + len(self._pieces)

    def _place(self, cursor: Cursor, taken: list[Piece]) -> int | None:
        """The number of the next piece; None where it has to wait for a keyframe."""
        at = cursor.next
        if at is None:
            return self._key
        if at >= self._end:
            return at
        is_gone = at < self._first
        is_late = not is_gone and self._pieces[-1].at_ms - self._pieces[at - self._first].at_ms > LATE_MS
        if is_gone or (is_late and self._key is not None and self._key > at):
            cursor.skipped += 1
            cursor.next = at = self._key
            taken.append(text_piece(Mark.TEXT, self._pieces[-1].at_ms, {"type": "gap", "reason": "slow"}))
        return at

    def _forget(self) -> None:
        """Nothing of the run before is shown any more."""
        self._first = self._end
        self._pieces.clear()
        self._bytes = 0
        self._key = None
        self._head = ()

    def _trim(self, now_ms: int) -> None:
        """Keep the newest group, and before it what a viewer that is a little late has yet to take."""
        while self._pieces and (
            self._bytes > self._max_bytes
            or (self._key is not None and self._first < self._key and self._pieces[0].at_ms < now_ms - 2 * LATE_MS)
        ):
            self._bytes -= len(self._pieces.popleft().data)
            self._first += 1
        if self._key is not None and self._key < self._first:
            self._key = None


def packed(piece: Piece) -> bytes:
    """As it travels between the processes."""
    return _HEADER.pack(piece.mark, piece.at_ms, len(piece.data)) + piece.data


class Unpacker:
    """The other end: bytes as they come, into pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Raises ValueError for what cannot be a piece."""
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            mark, at_ms, length = _HEADER.unpack_from(self._buffer)
            if length > _MAX_PIECE_BYTES:
                raise ValueError(f"a piece of {length} bytes")
            end = _HEADER.size + length
            if len(self._buffer) < end:
                return
            piece = Piece(Mark(mark), at_ms, bytes(self._buffer[_HEADER.size : end]))
            del self._buffer[:end]
            yield piece
