"""``python -m bench.fan_clients``: many clients of an event stream in one process, and when each event reached them.

Reads one JSON object from its standard input (``port``, ``path``, ``headers``, ``streams``, ``frozen``) and says
``ready`` when every stream has had its first bytes. A frozen one takes no more after those. Then it reads the id of an
event, waits until every stream that is not frozen had that one, half a minute at most, and writes one line of JSON:
``arrivals``, [[event id, monotonic seconds], …] of those streams, and ``ended``, how many of them the server ended.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
import time
from typing import Any, cast

import uvloop

_ID = re.compile(rb"(?:^|\n)id: ?(\d+)\r?\n")
_PATIENCE_S = 30.0
_FROZEN_BUFFER = 4096  # what the kernel keeps for a reader that has gone to sleep


class Reader(asyncio.Protocol):
    """One stream."""

    def __init__(self, request: bytes, arrivals: list[tuple[int, float]], *, frozen: bool) -> None:
        self._request = request
        self._arrivals = arrivals
        self._frozen = frozen
        self._rest = b""
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended = False
        self.newest = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now_s = time.monotonic()
        if not self.begun.done():
            assert data.startswith(b"HTTP/1.1 200"), data[:300]
            self.begun.set_result(None)
            if self._frozen:
                self._transport.pause_reading()
        text = self._rest + data
        found = list(_ID.finditer(text))
        self._arrivals += [(int(match[1]), now_s) for match in found]
        if found:
            self.newest = int(found[-1][1])
        self._rest = text[found[-1].end() - 1 if found else 0 :][-4096:]

    def connection_lost(self, _: Exception | None) -> None:
        self.ended = True


async def _run(asked: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    lines = [f"GET {asked['path']} HTTP/1.1", f"Host: 127.0.0.1:{asked['port']}", "Accept: text/event-stream"]
    lines += [f"{name}: {value}" for name, value in asked["headers"].items()]
    request = "\r\n".join([*lines, "", ""]).encode()
    arrivals: list[tuple[int, float]] = []
    readers: list[Reader] = []
    for number in range(asked["streams"]):
        frozen = number < asked["frozen"]
        line = socket.socket()
        if frozen:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _FROZEN_BUFFER)
        line.setblocking(False)
        await loop.sock_connect(line, ("127.0.0.1", asked["port"]))
        _, reader = await loop.create_connection(lambda: Reader(request, arrivals, frozen=frozen), sock=line)  # noqa: B023
        await reader.begun
        readers.append(reader)
    print("ready", flush=True)
    last = int(await loop.run_in_executor(None, sys.stdin.readline))
    patience_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < patience_s and any(reader.newest < last for reader in readers[asked["frozen"] :]):
        await asyncio.sleep(0.1)
    ended = sum(reader.ended for reader in readers[asked["frozen"] :])
    print(json.dumps({"arrivals": arrivals, "ended": ended}), flush=True)


if __name__ == "__main__":
    uvloop.run(_run(json.loads(sys.stdin.readline())))
