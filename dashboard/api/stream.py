"""The live event stream (server-sent events), which resumes after the last id a client saw."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from dashboard.api import frames
from dashboard.api.auth import MaySee
from dashboard.api.connection import WRITES
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaPath, bigint
from dashboard.api.live import Client
from dashboard.api.version import VERSION
from hub.errors import StoreError, StoreUnavailable
from hub.model.rights import Right
from hub.model.times import rfc3339
from hub.store import journal

PING_S = 15.0
SEND_TIMEOUT_S = 10.0
MAX_BEHIND = 10_000
"""A client that missed more than this loads everything again."""
_PAGE = 500
_STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
_log = logging.getLogger(__name__)
router = APIRouter(tags=["live"])


class EventStream(Response):
    """For one client. Ends when the client hangs up or is too slow, its session is over, or the hub goes down."""

    media_type = "text/event-stream"

    def __init__(self, ctx: Context, client: Client, after: str | None) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._ctx = ctx
        self._client = client
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        self._at_once = scope.get("extensions", {}).get(WRITES, {}).get("at_once")
        watch = asyncio.create_task(_watch(receive, self._client))
        self._ctx.live.join(self._client)
        try:
            async for chunk in self._chunks():
                await _send(send, chunk)
            await _send(send, b"", more=False)
        except TimeoutError:
            self._ctx.tally.add("gridhub_stream_slow_clients_total")
            _log.info("a client of the event stream takes nothing any more: disconnected")
        except StoreError as error:
            _log.info("a client of the event stream was disconnected: %s", error)
        finally:
            self._ctx.live.leave(self._client)
            watch.cancel()

    async def _chunks(self) -> AsyncIterator[bytes]:
        live, client = self._ctx.live, self._client
        # The client has joined: everything after ``stand`` comes by its queue.
        stand = client.sent = live.last_id or 0
        hello = {"now": rfc3339(self._ctx.clock.now()), "last_id": stand, "version": VERSION}
        yield frames.frame("hello", hello) + frames.system(live.parts)
        if self._after is not None:
            async for chunk in self._missed(self._after, stand):
                yield chunk
        client.write_at_once = self._at_once
        while not client.closed:
            queued = await client.take(PING_S)
            if fresh := b"".join(parcel.after(client.sent) for parcel in queued):
                yield fresh
            elif not queued and not client.closed:
                yield frames.PING

    async def _missed(self, after: str, stand: int) -> AsyncIterator[bytes]:
        """What lies between ``after`` and ``stand``, or a reset; moves ``_sent`` to the last id that was read."""
        store = self._ctx.store
        try:
            at = wanted = bigint(after)
        except ValueError:
            yield frames.RESET
            return
        if wanted > stand and wanted <= await anyio.to_thread.run_sync(journal.last_id, store):
            self._client.sent = wanted  # another reader of the journal was ahead of this one
            return
        if wanted > stand or stand - wanted > MAX_BEHIND:
            yield frames.RESET
            return
        while at < stand:
            entries = await anyio.to_thread.run_sync(journal.after, store, at, _PAGE)
            if not entries or entries[0].id != at + 1:  # ids have no holes: these rows are gone
                yield frames.RESET
                return
            at = entries[-1].id
            self._client.sent = max(stand, at)
            events = frames.of_entries(entries, self._ctx.live.area_names)
            if chunk := b"".join(event.frame for event in events if self._client.sees(event.area)):
                yield chunk


@router.get("/stream", response_class=StreamingResponse, responses=_STREAM)
async def stream(
    caller: MaySee,
    ctx: Ctx,
    observations: Annotated[AreaPath | None, Query(description="the area whose observations are wanted")] = None,
    last_event_id: Annotated[str | None, Query(max_length=40)] = None,
    last_event_id_header: Annotated[str | None, Header(alias="Last-Event-ID", max_length=40)] = None,
) -> EventStream:
    """Events: hello, alert, source, incident, observation, system, reset; see `docs/design/http-shapes.md`."""
    if ctx.live.last_id is None:
        raise StoreUnavailable("the journal has not been read yet")
    if observations is not None:
        caller.narrow(observations)
    client = Client(caller.key, caller.within(Right.SEE), observations)
    # A browser that reconnects by itself says in the header what it saw since the address was made.
    return EventStream(ctx, client, last_event_id_header or last_event_id)


async def _watch(receive: Receive, client: Client) -> None:
    """Close the client when the other side hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass
    client.close()


async def _send(send: Send, chunk: bytes, *, more: bool = True) -> None:
    """Raises TimeoutError where the other side takes nothing for ``SEND_TIMEOUT_S``."""
    async with asyncio.timeout(SEND_TIMEOUT_S):
        await send({"type": "http.response.body", "body": chunk, "more_body": more})
