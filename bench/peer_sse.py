"""``python -m bench.peer_sse``: the event stream that one would build with sse-starlette: a queue for each client.

Prints the two ports it listens on: HTTP, and one that takes the events, a line each (id, tab, data). What it is told it
puts into every queue. It reads no store, asks nobody who they are and looks at no area: less than what a hub does.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import uvicorn
import uvloop
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

_queues: set[asyncio.Queue[tuple[str, str]]] = set()


async def _stream(_: Request) -> EventSourceResponse:
    queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def events() -> AsyncIterator[ServerSentEvent]:
        _queues.add(queue)
        try:
            yield ServerSentEvent(data="{}", event="hello")
            while True:
                number, data = await queue.get()
                yield ServerSentEvent(data=data, event="alert", id=number)
        finally:
            _queues.discard(queue)

    return EventSourceResponse(events())


async def _take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        number, _, data = line.decode().rstrip("\n").partition("\t")
        for queue in _queues:
            queue.put_nowait((number, data))
    writer.close()


async def _main() -> None:
    taking = await asyncio.start_server(_take, "127.0.0.1", 0, limit=1 << 20)
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listener.getsockname()[1], taking.sockets[0].getsockname()[1], flush=True)
    app = Starlette(routes=[Route("/stream", _stream)])
    config = uvicorn.Config(app, loop="uvloop", http="httptools", log_config=None, access_log=False, lifespan="off")
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    uvloop.run(_main())
