"""The live picture of a camera over a WebSocket: ``docs/design/live-view.md``.

Texts say what comes and how the camera is, binary messages are fragmented MP4 for Media Source Extensions. Nothing is
expected from the viewer: what it sends is not read. A viewer that takes nothing is given up, and holds nobody else.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from enum import IntEnum
from functools import partial
from typing import Literal

import anyio.to_thread
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from dashboard.api.auth import MayLive
from dashboard.api.cameras import LiveCamera
from dashboard.api.channels import Viewer
from dashboard.api.context import Context, Ctx
from dashboard.api.masking import AskedMasks
from dashboard.api.problems import ProblemError
from hub.errors import StoreError
from hub.model.person import Standing
from hub.model.rights import Right, holds
from hub.model.source import SourceKind
from hub.store import readings, sessions
from ingest.video.reel import Mark, Piece

MAX_VIEWS = 128
"""Of one session: a wall of 25 on each of five screens. Each holds a connection."""
SEND_TIMEOUT_S = 10.0
ALLOWED_FOR_S = 30.0
"""How long a viewer may look on until it is asked again whether it may."""
_LOOK_S = 5.0
_GOODBYE_S = 1.0
router = APIRouter(tags=["live"])


class Close(IntEnum):
    """Why the hub ends a live view (RFC 6455, 7.4); the server itself ends it with 1012 when it goes down."""

    SESSION_OVER = 4401
    NOT_FOUND = 4404


class _Guest:
    """A live view, as ``live.Live`` knows it: it ends with the session."""

    def __init__(self, key: str, area: str, viewer: Viewer, right: Right) -> None:
        self.key = key
        self.area = area
        self.viewer = viewer
        self.right = right
        self.code: Close | None = None
        self.has_left = False

    @property
    def goes_on(self) -> bool:
        return self.code is None and not self.has_left

    def stands(self, standing: Standing | None) -> None:
        if standing is None:
            self.end(Close.SESSION_OVER)
        elif not self.may_still(standing, self.area):
            self.end(Close.NOT_FOUND)

    def may_still(self, standing: Standing, area: str) -> bool:
        return all(holds(standing.reach, right, area) for right in (Right.LIVE, self.right))

    def end(self, code: Close | None) -> None:
        """``None``: the viewer has left."""
        self.code, self.has_left = self.code or code, self.has_left or code is None
        self.viewer.wake()


@router.websocket("/cameras/{id}/live")
async def live_view(
    socket: WebSocket,
    camera: LiveCamera,
    caller: MayLive,
    ctx: Ctx,
    asked: AskedMasks,
    stream: Literal["main", "sub"] = "main",
) -> None:
    """``sub``: the small stream of a camera that has one, else the main one; with masks burnt in it is always that.

    429 `too_many_views` of one session.
    """
    if asked.to_burn(caller, camera):
        stream = "sub"
    if ctx.live.guests(caller.key) >= MAX_VIEWS:
        raise ProblemError(429, "too_many_views", f"at most {MAX_VIEWS} live pictures at once in one session")
    await socket.accept()
    with ctx.channels.watch(camera["id"], stream, lifted=asked.lifted) as viewer:
        guest = _Guest(caller.key, camera["area"], viewer, Right.UNMASKED if asked.lifted else Right.LIVE)
        ctx.live.attend(guest)
        listening = asyncio.create_task(_listen(socket, guest))
        try:
            await _show(socket, guest, camera["id"], ctx)
        except TimeoutError:
            ctx.tally.add("gridhub_live_view_slow_clients_total")
            return  # nothing more can be said to it
        except WebSocketDisconnect:
            return
        finally:
            ctx.live.depart(guest)
            listening.cancel()
    if guest.code is not None:
        with suppress(TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(_GOODBYE_S):
                await socket.close(guest.code)


async def _show(socket: WebSocket, guest: _Guest, camera: str, ctx: Context) -> None:
    """Until it ends. Raises TimeoutError where the viewer takes nothing, and WebSocketDisconnect."""
    ask_at_s = ctx.clock.monotonic() + ALLOWED_FOR_S
    while guest.goes_on:
        for piece in await guest.viewer.take(_LOOK_S):
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await _send(socket, piece)
        if ctx.clock.monotonic() >= ask_at_s:
            ask_at_s = ctx.clock.monotonic() + ALLOWED_FOR_S
            await anyio.to_thread.run_sync(partial(_ask_again, guest, camera, ctx))


async def _send(socket: WebSocket, piece: Piece) -> None:
    if Mark.TEXT in piece.mark:
        await socket.send_text(piece.data.decode())
    else:
        await socket.send_bytes(piece.data)


async def _listen(socket: WebSocket, guest: _Guest) -> None:
    """Notices that the viewer has left. Nothing that it may send means anything."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    guest.end(None)


def _ask_again(guest: _Guest, camera: str, ctx: Context) -> None:
    """Ends what this person may not see any more: the camera was moved or removed, or their area changed."""
    try:
        standing = sessions.standings(ctx.store, [guest.key], ctx.clock.now()).get(guest.key)
        rows = readings.source_page(ctx.store, SourceKind.CAMERA, source_id=camera, limit=1)
        if standing is None:
            guest.code = Close.SESSION_OVER
        elif not rows or not guest.may_still(standing, rows[0]["area"]):
            guest.code = Close.NOT_FOUND
    except StoreError:
        return  # while the store is away who watches goes on watching
