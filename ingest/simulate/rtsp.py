"""A live RTSP server over TCP: encoded files played in a loop, in step with the clock, behind a password.

The protocol is aio-rtsp-toolkit's; what a camera does and a file server does not is added here: requests without
credentials are answered 401, the picture is that of *now* (and not the beginning of the file), the stream has no end.
See docs/design/simulated-cameras.md.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import math
import os
import re
import secrets
import threading
import urllib.parse
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from aio_rtsp_toolkit.server import RtspServer
from aio_rtsp_toolkit.server_media import MediaSource, MediaSourceLoader, extract_nalus
from aio_rtsp_toolkit.server_session import RtspServerSession

from hub.clock import Clock, SystemClock

if TYPE_CHECKING:
    from ingest.simulate.spoil import Kind
    from ingest.simulate.spoiler import Spoiler

REALM = "gridhub simulated cameras"
_CLOCK_RATE = 90_000
_LATE_S = 2.0  # a viewer that is further behind than this is taken to the next keyframe, as a camera would
_SENDER_REPORT = 200  # RFC 3550, 6.4.1
_PARAMETER = re.compile(r'(\w+)="?([^",]*)"?')
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """Who may look at a camera."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Frame:
    position: int
    size: int
    is_keyframe: bool


class Loop:
    """One encoded file without B-frames, read frame by frame from the disk: what is served is never held in memory."""

    def __init__(self, path: Path) -> None:
        self.source: MediaSource = MediaSourceLoader(path.stem).load(path)
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            packets = [packet for packet in container.demux(stream) if packet.size]
            if stream.average_rate is None:
                raise ValueError(f"{path.name} has no frame rate")
            self.fps = float(stream.average_rate)
            self.width, self.height = stream.codec_context.width, stream.codec_context.height
            self.extradata = stream.codec_context.extradata or b""
            self.frames = [_Frame(packet.pos or 0, packet.size, packet.is_keyframe) for packet in packets]
        if not self.frames or not self.frames[0].is_keyframe:
            raise ValueError(f"{path.name} does not start with a keyframe")
        self._file = os.open(path, os.O_RDONLY)

    def read(self, number: int) -> bytes:
        """The encoded frame ``number``, counted from the epoch and over the end of the loop."""
        frame = self.frames[number % len(self.frames)]
        return os.pread(self._file, frame.size, frame.position)

    def is_keyframe(self, number: int) -> bool:
        return self.frames[number % len(self.frames)].is_keyframe

    def keyframe_from(self, number: int) -> int:
        """The first keyframe at or after ``number``."""
        return next(later for later in range(number, number + len(self.frames)) if self.is_keyframe(later))

    def close(self) -> None:
        os.close(self._file)


class LiveServer(RtspServer):  # type: ignore[misc]  # the library is not typed
    """Serves ``loops`` by the first part of the path. A name that is in ``accounts`` needs its credentials.

    ``spoiled`` tells, with each keyframe, what is done to a camera (``spoil.Spoiled.kind``).
    """

    def __init__(
        self,
        loops: Mapping[str, Loop],
        epoch_s: float,
        accounts: Mapping[str, Account] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        spoiled: Callable[[str], Kind | None] = lambda _: None,
    ) -> None:
        super().__init__(str(Path.cwd()), host, port)
        self.spoiled = spoiled
        self.logger = logging.getLogger("aio_rtsp_toolkit")
        self.logger.setLevel(logging.WARNING)
        self.loops = dict(loops)
        self.accounts = dict(accounts or {})
        self.epoch_s = epoch_s
        self.clock = clock or SystemClock()
        self.connections: Counter[str] = Counter()
        """How often each path was played."""
        self._sessions: dict[LiveSession, asyncio.Task[Any]] = {}

    async def start(self) -> LiveServer:
        await super().start()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        """Stop listening and drop every viewer, also one that reads nothing."""
        for session in list(self._sessions):
            session.abort()
        if self._sessions:
            await asyncio.wait(list(self._sessions.values()), timeout=2.0)
        await super().close()

    def url(self, name: str, account: Account | None = None) -> str:
        account = account or self.accounts.get(name)
        credentials = f"{account.username}:{urllib.parse.quote(account.password, safe='')}@" if account else ""
        return f"rtsp://{credentials}{self.host}:{self.port}/{name}"

    def elapsed_s(self) -> float:
        """Seconds since the epoch of the simulation."""
        return self.clock.now().timestamp() - self.epoch_s

    def session(self, sock: Any) -> LiveSession:
        return LiveSession(self, sock)

    # --- what the library asks its server ---------------------------------------------------------------------------

    async def _handle_client(self, sock: Any) -> None:
        session, task = self.session(sock), asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is handled outside of a task")
        self._sessions[session] = task
        try:
            await session.run()
        except (OSError, asyncio.IncompleteReadError):
            _log.debug("a viewer is gone")
        finally:
            del self._sessions[session]

    def resolve_request_path(self, uri: str) -> Path:
        """The library asks for a file; ours are known by name."""
        name = path_of(uri)
        if name not in self.loops:
            raise FileNotFoundError(name)
        return Path(name)

    def load_media_source(self, file_path: Path) -> MediaSource:
        return self.loops[file_path.name].source


class LiveSession(RtspServerSession):  # type: ignore[misc]  # the library is not typed
    """One viewer."""

    server: LiveServer

    def __init__(self, server: LiveServer, sock: Any) -> None:
        super().__init__(server, sock)
        self.name = ""
        self._nonce = secrets.token_hex(16)
        self._kind: Kind | None = None
        self._spoiler: Spoiler | None = None

    def abort(self) -> None:
        self.sock.writer.transport.abort()

    async def _read_request(self) -> Any:
        """The next request that may be answered. Every request carries its credentials (RFC 2326, 16)."""
        while (request := await super()._read_request()) is not None:
            self.name = path_of(request.uri) or self.name
            account = self.server.accounts.get(self.name)
            given = request.headers.get("authorization", "")
            if request.method == "OPTIONS" or account is None or allows(account, self._nonce, request.method, given):
                return request
            # Header names do not tell upper from lower case, the library's dict does: so both schemes can be offered.
            challenges = {
                "WWW-Authenticate": f'Digest realm="{REALM}", nonce="{self._nonce}", algorithm=MD5',
                "WWW-authenticate": f'Basic realm="{REALM}"',
            }
            await self._send_response(request.headers, 401, "Unauthorized", challenges)
        return None

    async def _stream_media(self) -> None:
        state = next((state for state in self.track_states.values() if state.rtp_channel is not None), None)
        if state is None:
            return
        self.server.connections[self.name] += 1
        try:
            await self.play(state)
        except ConnectionError:
            _log.debug("a viewer of %s is gone", self.name)

    async def play(self, state: Any) -> None:
        """Send the loop from the next keyframe on, each frame at its instant, until the viewer leaves."""
        loop = self.server.loops[self.name]
        first = number = loop.keyframe_from(math.ceil(self.server.elapsed_s() * loop.fps))
        while not self.closed:
            delay_s = number / loop.fps - self.server.elapsed_s()
            if delay_s < -_LATE_S:
                number = loop.keyframe_from(math.ceil(self.server.elapsed_s() * loop.fps))
                continue
            if delay_s > 0:
                await asyncio.sleep(delay_s)
            if loop.is_keyframe(number):
                self._spoil(loop)
            # Never 0: FFmpeg takes a base time of 0 for "none yet" (rtpdec.c, finalize_packet) and is one frame off.
            await self.send_frame(state, loop, number, round((number - first + 1) / loop.fps * _CLOCK_RATE))
            number += 1

    async def send_frame(self, state: Any, loop: Loop, number: int, timestamp: int) -> None:
        """Frame ``number`` as RTP packets (RFC 6184, 7798), a keyframe with its parameter sets before it."""
        codec = state.info.codec_name
        nalus: list[bytes] = list(state.info.parameter_sets.values()) if loop.is_keyframe(number) else []
        if self._spoiler is not None:
            nalus += await asyncio.to_thread(self._spoiler.nalus, number)
        else:
            nalus += extract_nalus(codec, loop.read(number), state.info.nal_length_size)
        for index, nalu in enumerate(nalus):
            last = int(index == len(nalus) - 1)
            for payload, marker in self._packetize_video_nalu(nalu, last, codec):
                await self._send_rtp_packet(state, payload, timestamp, marker)

    def _spoil(self, loop: Loop) -> None:
        """See what is done to the camera by now."""
        kind = self.server.spoiled(self.name)
        if kind is not self._kind:
            from ingest.simulate.spoiler import Spoiler, spoils  # here: most cameras never need a coder

            self._kind = kind
            self._spoiler = Spoiler(loop, kind) if kind is not None and spoils(kind) else None

    async def _send_interleaved_frame(self, channel: int, payload: bytes) -> None:
        """The library tells its own time in its sender reports; a camera may tell another."""
        if self._kind is not None and payload[1] == _SENDER_REPORT:
            seconds = int.from_bytes(payload[8:12], "big") + self._kind.clock_ahead_s
            payload = payload[:8] + seconds.to_bytes(4, "big") + payload[12:]
        await super()._send_interleaved_frame(channel, payload)


def path_of(uri: str) -> str:
    """The first part of a URI's path: the name of the camera."""
    return urllib.parse.unquote(urllib.parse.urlsplit(uri).path).strip("/").split("/")[0]


def allows(account: Account, nonce: str, method: str, authorization: str) -> bool:
    """Whether an Authorization header holds the credentials: Basic (RFC 7617) or Digest without qop (RFC 2617)."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "basic":
        expected = f"{account.username}:{account.password}".encode()
        try:
            return hmac.compare_digest(b64decode(rest, validate=True), expected)
        except ValueError:
            return False
    if scheme.lower() != "digest":
        return False
    given = dict(_PARAMETER.findall(rest))
    who = _md5(f"{account.username}:{REALM}:{account.password}")
    what = _md5(f"{method}:{given.get('uri', '')}")
    response = _md5(f"{who}:{nonce}:{what}")
    return hmac.compare_digest(given.get("response", "").encode(), response.encode())


@contextmanager
def running(server: LiveServer) -> Iterator[LiveServer]:
    """Run a server in a thread of its own, for tests and small tools; ``server.port`` is known inside."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="rtsp-server", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _md5(text: str) -> str:
    """Digest authentication of cameras is MD5; it protects nothing here but the likeness."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
