"""Cameras that misbehave, on a real RTSP server: what tests of bad weather open.

    with faulty_cameras(tmp_path) as server:
        av.open(server.url("stall"), options={"rtsp_transport": "tcp"})

| path | what it does |
| --- | --- |
| `ok`, `hevc` | a small moving picture, H.264 or H.265, 10 frames a second, a keyframe a second |
| `locked` | `ok` behind a password: `server.url("locked")` has it, `server.url("locked", WRONG)` has another one |
| `stall` | sends 1.5 s of `ok`, then nothing, with the socket open; `stall-once` does so for the first viewer only |
| `mute` | answers everything and never sends a packet |
| `closing` | closes the connection 3 s after PLAY, every time |
| `flapping` | the same after 1.2 s |
| `recodec` | another stream with every connection: H.264, H.265, H.264 of another size; closes after 3 s |
| `lossy` | `ok` of which one RTP packet in twenty is lost |
| `trickle` | after one second of `ok`, a byte of the next packet every 0.2 s |
| `garbage` | after one second of `ok`, random bytes as NAL units |
| `jump` | `ok` whose RTP timestamps leap by an hour every 2 s |
| `resize` | turns from 320×180 to 480×272 every 2 s, in the middle of the stream |
| `audio-only`, `no-media` | an SDP with sound only; an SDP with nothing |
| `unknown-codec` | a video track in a codec that nobody has |
| `deaf` | accepts the connection and answers no request |

Anything else is 404. `server.connections[path]` counts the PLAYs of a path.
"""

from __future__ import annotations

import asyncio
import math
import os
import random
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from aio_rtsp_toolkit.server_media import MediaSource, MediaTrackInfo

from hub.clock import Clock, SystemClock
from ingest.simulate.rtsp import Account, LiveServer, LiveSession, Loop, path_of, running

FPS = 10
WRONG = Account("viewer", "not-the-password")
_HOUR_TICKS = 3600 * 90_000
_ALIASES = (
    *("locked", "stall", "stall-once", "mute", "closing", "flapping", "recodec", "lossy", "trickle", "garbage"),
    *("jump", "resize", "deaf"),
)
_TURNS = ("ok", "hevc", "large")
_LOST = 0.05


def write_clip(path: Path, codec: str = "libx264", width: int = 320, height: int = 180, seconds: int = 4) -> Path:
    """A grey picture with a bright square that walks; a keyframe a second, no B-frames."""
    options = {"preset": "ultrafast", "bf": "0", "x265-params": f"log-level=none:bframes=0:keyint={FPS}"}
    with av.open(str(path), "w") as out:
        stream = cast(av.VideoStream, out.add_stream(codec, rate=FPS, options=options))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = FPS
        for number in range(seconds * FPS):
            picture = np.full((height, width, 3), 60, np.uint8)
            left = number * 7 % (width - 40)
            picture[height // 3 : height // 3 + 40, left : left + 40] = 230
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        out.mux(stream.encode(None))
    return path


class FaultServer(LiveServer):
    """Serves the paths of this file."""

    def __init__(self, loops: dict[str, Loop], accounts: dict[str, Account], port: int, clock: Clock) -> None:
        super().__init__(loops, clock.now().timestamp(), accounts, port=port, clock=clock)
        video = loops["ok"].source
        sound = MediaTrackInfo("audio", "track1", "pcma", 8, 8000)
        strange = replace(video.tracks[0], codec_name="x-nobody-has-this", fmtp=None)
        self._sources = {
            "audio-only": MediaSource(Path("audio-only"), [sound], "sound"),
            "no-media": MediaSource(Path("no-media"), [], "nothing"),
            "unknown-codec": MediaSource(Path("unknown-codec"), [strange], "strange"),
        }

    def session(self, sock: Any) -> LiveSession:
        return FaultSession(self, sock)

    def resolve_request_path(self, uri: str) -> Path:
        name = path_of(uri)
        return Path(name) if name in self._sources else super().resolve_request_path(uri)

    def load_media_source(self, file_path: Path) -> MediaSource:
        if file_path.name == "recodec":
            return self.loops[self.turn()].source
        return self._sources.get(file_path.name) or super().load_media_source(file_path)

    def turn(self) -> str:
        """What the next viewer of ``recodec`` is shown."""
        return _TURNS[self.connections["recodec"] % len(_TURNS)]


class FaultSession(LiveSession):
    """One viewer, treated as the path says."""

    _noise: random.Random | None = None
    """Decides which packets are lost."""

    async def _read_request(self) -> Any:
        request = await super()._read_request()
        if request is not None and self.name == "deaf":
            await self.sock.recv(-1)  # until the client hangs up
            return None
        return request

    async def play(self, state: Any) -> None:
        first_time = self.server.connections[self.name] == 1
        match self.name:
            case "stall":
                await self._ok_for(state, 1.5, then_wait=True)
            case "stall-once" if first_time:
                await self._ok_for(state, 1.5, then_wait=True)
            case "mute" | "unknown-codec":
                await asyncio.Event().wait()
            case "closing" | "flapping":
                await self._ok_for(state, 3.0 if self.name == "closing" else 1.2)
                self.abort()
            case "recodec":
                shown = _TURNS[(self.server.connections["recodec"] - 1) % len(_TURNS)]
                await self._play_for(state, self.server.loops[shown], 3.0)
                self.abort()
            case "lossy":
                self._noise = random.Random(11)
                await super().play(state)
            case "trickle":
                await self._ok_for(state, 1.0)
                await self._trickle(state)
            case "garbage":
                await self._ok_for(state, 1.0)
                await self._garbage(state)
            case "audio-only":
                await self._silence(state)
            case "jump" | "resize":
                await self._odd(state)
            case _:
                await super().play(state)

    async def _send_rtp_packet(self, state: Any, payload: bytes, timestamp: int, marker: int) -> None:
        if self._noise is None or self._noise.random() >= _LOST:
            await super()._send_rtp_packet(state, payload, timestamp, marker)
        else:
            state.sequence_number = (state.sequence_number + 1) & 0xFFFF

    async def _ok_for(self, state: Any, seconds: float, *, then_wait: bool = False) -> None:
        await self._play_for(state, self.server.loops[self.name], seconds)
        if then_wait:
            await asyncio.Event().wait()

    async def _play_for(self, state: Any, loop: Loop, seconds: float) -> None:
        start = loop.keyframe_from(math.ceil(self.server.elapsed_s() * FPS))
        for number in range(start, start + round(seconds * FPS)):
            await self._sleep_until(number)
            await self.send_frame(state, loop, number, (number - start + 1) * 90_000 // FPS)

    async def _odd(self, state: Any) -> None:
        """Frames whose time leaps, or whose size changes, every two seconds."""
        number = start = self.server.loops["ok"].keyframe_from(math.ceil(self.server.elapsed_s() * FPS))
        while not self.closed:
            await self._sleep_until(number)
            turns = (number - start) // (2 * FPS)
            large = self.name == "resize" and turns % 2 == 1
            leap = turns * _HOUR_TICKS if self.name == "jump" else 0
            loop = self.server.loops["large" if large else "ok"]
            state.info = loop.source.tracks[0]
            await self.send_frame(state, loop, number, (number - start + 1) * 90_000 // FPS + leap)
            number += 1

    async def _trickle(self, state: Any) -> None:
        for byte in struct.pack("!BBH", ord("$"), state.rtp_channel, 1400) + bytes(1400):
            await self.sock.send(bytes([byte]))
            await asyncio.sleep(0.2)

    async def _garbage(self, state: Any) -> None:
        noise = random.Random(7)
        number = math.ceil(self.server.elapsed_s() * FPS)
        while not self.closed:
            await self._sleep_until(number)
            payload = bytes([0x65 if noise.random() < 0.5 else 0x41]) + noise.randbytes(noise.randrange(20, 900))
            await self._send_rtp_packet(state, payload, number * 90_000 // FPS, 1)
            number += 1

    async def _silence(self, state: Any) -> None:
        for number in range(10**9):
            await self._send_rtp_packet(state, b"\xd5" * 160, (number + 1) * 160, 0)
            await asyncio.sleep(0.02)

    async def _sleep_until(self, number: int) -> None:
        await asyncio.sleep(max(0.0, number / FPS - self.server.elapsed_s()))


@contextmanager
def faulty_cameras(directory: Path, port: int = 0, clock: Clock | None = None) -> Iterator[FaultServer]:
    """A running server with every path of this file; its clips are written into ``directory`` once."""
    clips = {
        "ok": directory / "ok.mp4",
        "large": directory / "large.mp4",
        "hevc": directory / "hevc.mp4",
    }
    for name, (codec, width, height) in {
        "ok": ("libx264", 320, 180),
        "large": ("libx264", 480, 272),
        "hevc": ("libx265", 320, 180),
    }.items():
        if not clips[name].exists():
            write_clip(clips[name], codec, width, height)
    loops = {name: Loop(path) for name, path in clips.items()}
    served = {**loops, **dict.fromkeys(_ALIASES, loops["ok"])}
    accounts = {"locked": Account("viewer", os.urandom(9).hex())}
    server = FaultServer(served, accounts, port, clock or SystemClock())
    try:
        with running(server):
            yield server
    finally:
        for loop in loops.values():
            loop.close()
