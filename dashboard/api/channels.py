"""The live pictures of cameras: each stream asked of its worker once, for all viewers of this process."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from hub.config import Config
from hub.errors import Refused
from hub.model.source import SourceState
from hub.tally import Tally
from ingest.video.reel import Cursor, Mark, Piece, Reel, Unpacker, end_piece, text_piece

_AGAIN_S = 0.5
_NO_PLACE_S = 2.0
_SILENT_S = 6.0
"""A worker says how the camera is every two seconds; one that says nothing for so long is frozen."""


class Viewer:
    """What one viewer has seen of a channel, and what wakes it. Belongs to the event loop."""

    def __init__(self, reel: Reel) -> None:
        self.cursor = Cursor()
        self._reel = reel
        self._wake = asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    async def take(self, timeout_s: float) -> list[Piece]:
        """The next pieces; [] on time-out, and where somebody else woke it."""
        if pieces := self._reel.take(self.cursor):
            return pieces
        self._wake.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        return self._reel.take(self.cursor)


class Channels:
    """Belongs to the event loop; ``close`` ends the connections to the workers."""

    def __init__(self, config: Config, tally: Tally) -> None:
        self._folder = config.data_dir / "run"
        self._shards = config.workers.video
        self._tally = tally
        self._channels: dict[tuple[str, str, bool], _Channel] = {}

    async def close(self) -> None:
        for channel in list(self._channels.values()):
            await channel.close()

    @contextmanager
    def watch(self, camera: str, stream: str, *, lifted: bool) -> Iterator[Viewer]:
        """Join those who watch a stream of ``camera``: the first one begins its channel, the last one ends it.

        ``lifted``: without its privacy masks.
        """
        key = (camera, stream, lifted)
        if key not in self._channels:
            name = f"video-{zlib.crc32(camera.encode()) % self._shards}"
            path = f"/cameras/{camera}/live?stream={stream}&masks={'lifted' if lifted else 'burnt'}"
            self._channels[key] = _Channel(path, name, self._folder)
        channel = self._channels[key]
        viewer = Viewer(channel.reel)
        channel.viewers.add(viewer)
        self._count()
        try:
            yield viewer
        finally:
            channel.viewers.discard(viewer)
            if not channel.viewers and self._channels.get(key) is channel:
                del self._channels[key]
                channel.end()
            self._count()
            self._tally.add("gridhub_live_view_skips_total", viewer.cursor.skipped)

    def _count(self) -> None:
        self._tally.set("gridhub_live_view_clients", sum(len(each.viewers) for each in self._channels.values()))


class _Channel:
    def __init__(self, path: str, worker: str, folder: Path) -> None:
        self.reel = Reel()
        self.viewers: set[Viewer] = set()
        self._path = path
        self._worker = worker
        self._socket = folder / f"{worker}.sock"
        self._task = asyncio.create_task(self._run())

    def end(self) -> None:
        self._task.cancel()

    async def close(self) -> None:
        self.end()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            state, reason = SourceState.WORKER_DOWN, f"{self._worker} does not answer"
            try:
                async for piece in self._pieces():
                    self._push(piece)
                # It carries the camera anew, or does not have it yet or any more.
                state, reason = SourceState.CONNECTING, ""
            except Refused as refused:
                message = {"type": "unsupported", "codec": "", "code": refused.cause, "reason": refused.detail}
                self._push(text_piece(Mark.HEAD, 0, message))
                await asyncio.sleep(_NO_PLACE_S)
                continue
            except (httpx.TransportError, OSError, ValueError):
                pass
            self._push(end_piece())
            self._push(text_piece(Mark.STATE, 0, {"type": "state", "state": state, "reason": reason}))
            await asyncio.sleep(_AGAIN_S)

    async def _pieces(self) -> AsyncIterator[Piece]:
        """Raises TransportError, OSError, ValueError, and Refused where the worker has no place for it."""
        unpacker = Unpacker()
        # Without TLS: to read the certificates of the system takes 20 ms of the event loop, at every attempt.
        transport = httpx.AsyncHTTPTransport(uds=str(self._socket), verify=False)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://worker", timeout=_SILENT_S) as client,
            client.stream("GET", self._path) as answer,
        ):
            if answer.status_code == 503:
                said = json.loads(await answer.aread())
                raise Refused(str(said.get("code", "")), str(said.get("detail", "")))
            if answer.status_code != 200:
                return
            async for data in answer.aiter_raw():
                for piece in unpacker.feed(data):
                    yield piece

    def _push(self, piece: Piece) -> None:
        self.reel.push(piece)
        for viewer in self.viewers:
            viewer.wake()
