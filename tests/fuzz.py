"""Broken input for what parses bytes of cameras: mutated RTSP conversations and mutated H.264 pictures.

    python -m tests.fuzz --inputs 100000            all of them
    python -m tests.fuzz --inputs 100000 --seconds 20
    python -m tests.fuzz payloads --count 1000000  what parses messages of devices: see tests.fuzz_intake

Each input goes the way of a real one: RTSP through ``open_feed`` against a server on loopback that answers what a good
camera once answered, damaged; pictures through the decoder and the analysers. A child process takes them one after the
other and says how far it is, so that a crash inside FFmpeg costs that one input and is named, with the number that
makes it again: the same (kind, number) is the same bytes in every run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import av

from hub.errors import SourceError
from hub.tally import Tally
from ingest.simulate.faults import FPS, faulty_cameras, write_clip
from ingest.video.analysis import WIDTH, Frame
from ingest.video.decode import Decoder, Picture
from ingest.video.open import VideoPacket, open_feed
from ingest.video.row import row_of
from tests.fix_video import LOOPBACK
from tests.fuzz_bytes import mutate
from tests.fuzz_intake import main as payloads

HANG_S = 20.0
START_S = 60.0
KINDS = ("rtsp", "h264")
_PATIENCE_S = 0.05  # a client that still waits for more of a damaged answer gets the end of the connection
_T0 = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Outcome:
    """What came of a run. ``crashed`` and ``hung`` hold the numbers of the inputs."""

    kind: str
    inputs: int = 0
    crashed: list[int] = field(default_factory=list)
    hung: list[int] = field(default_factory=list)
    seconds: float = 0.0


class Conversation:
    """What a good camera answers to OPTIONS, DESCRIBE, SETUP and PLAY, and the packets it sends then."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("rtsp://").partition("/")[0].partition(":")
        self.answers: list[bytes] = []
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            session = ""
            for number, (method, where, extra) in enumerate(
                (
                    ("OPTIONS", url, ""),
                    ("DESCRIBE", url, "Accept: application/sdp\r\n"),
                    ("SETUP", f"{url}/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"),
                    ("PLAY", url, "Range: npt=0.000-\r\n"),
                )
            ):
                request = f"{method} {where} RTSP/1.0\r\nCSeq: {number + 1}\r\n{extra}{session}\r\n"
                connection.sendall(request.encode())
                self.answers.append(_answer(connection))
                for line in self.answers[-1].decode(errors="replace").splitlines():
                    if line.lower().startswith("session:"):
                        session = f"Session: {line.partition(':')[2].partition(';')[0].strip()}\r\n"
            self.media = b""
            while len(self.media) < 3_000:  # some two seconds
                self.media += connection.recv(4096)


class Damaged:
    """A server that answers each connection's requests in turn, damaged by the noise of the input at hand."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._noise = random.Random(0)
        self._target = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtsp://127.0.0.1:{self._listener.getsockname()[1]}/ok"
        threading.Thread(target=self._serve, daemon=True).start()

    def damage(self, number: int) -> None:
        self._noise = random.Random(f"rtsp {number}")
        self._target = self._noise.randrange(len(self._conversation.answers) + 1)

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.settimeout(_PATIENCE_S)
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        for turn, answer in enumerate(self._conversation.answers):
            if not _request(connection):
                return
            connection.sendall(mutate(answer, self._noise) if turn == self._target else answer)
        media = self._conversation.media
        connection.sendall(mutate(media, self._noise) if self._target == len(self._conversation.answers) else media)


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more:
            return b""
        data += more
    return data


def _answer(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(1)
    head = data.decode().lower()
    length = int(head.partition("content-length:")[2].partition("\r\n")[0] or 0)
    while length > 0:
        body = connection.recv(length)
        data += body
        length -= len(body)
    return data


def _rtsp(first: int, last: int) -> Iterator[int]:
    with tempfile.TemporaryDirectory() as folder, faulty_cameras(Path(folder)) as cameras:
        server = Damaged(Conversation(cameras.url("ok")))
        for number in range(first, last):
            server.damage(number)
            with contextlib.suppress(SourceError), contextlib.closing(
                open_feed(server.url, network=LOOPBACK, open_timeout_s=0.5, read_timeout_s=0.5)
            ) as feed:
                for count, _ in enumerate(feed.packets()):
                    if count > 200:
                        break
            yield number


def _h264(first: int, last: int) -> Iterator[int]:
    """A group of pictures of which one is damaged, with its parameter sets; two good ones come after it."""
    with tempfile.TemporaryDirectory() as folder:
        row = row_of("fuzz", {}, Path(folder), Tally())
        clip = write_clip(Path(folder) / "clip.h264", width=160, height=96)
        with av.open(str(clip)) as container:
            stream = container.streams.video[0]
            group = [bytes(packet) for packet in container.demux(stream) if packet.size][:FPS]
            decoder = Decoder(stream)
            for number in range(first, last):
                noise = random.Random(f"h264 {number}")
                at = noise.randrange(FPS - 2)
                data = [*group[:at], mutate(group[at], noise) or b"\0", *group[at + 1 : at + 3]]
                frames = list(decoder.catch_up(cast(VideoPacket, av.Packet(piece)) for piece in data))
                if frames and number % 10 == 0:
                    ts = _T0 + timedelta(seconds=number / 5)
                    picture = Picture(frames[-1], ts)
                    row.see(Frame(picture, ts, picture.luma(WIDTH)))
                yield number


def run(kind: str, inputs: int, seconds: float | None = None) -> Outcome:
    """Up to ``inputs`` inputs, for ``seconds`` from the first on. What crashes or hangs the child is noted."""
    outcome = Outcome(kind)
    number = 0
    while number < inputs and (seconds is None or outcome.seconds < seconds):
        left_s = None if seconds is None else seconds - outcome.seconds
        number = _one_child(kind, number, inputs, left_s, outcome)
    outcome.inputs = number
    outcome.seconds = round(outcome.seconds, 1)
    return outcome


def _one_child(kind: str, first: int, last: int, left_s: float | None, outcome: Outcome) -> int:
    """Feed one child from ``first`` on; answers the number to go on with. A child takes a while to begin."""
    reader, writer = os.pipe()
    command = [sys.executable, "-m", "tests.fuzz", "--child", kind, str(first), str(last), str(writer)]
    child = subprocess.Popen(command, pass_fds=[writer])
    os.close(writer)
    done = first
    began_s: float | None = None
    try:
        while True:
            ready, _, _ = select.select([reader], [], [], HANG_S if began_s is not None else START_S)
            now_s = time.monotonic()
            began_s = now_s if began_s is None else began_s
            if not ready:
                outcome.hung.append(done)
                return done + 1
            data = os.read(reader, 4 * 16384)
            if not data:
                break
            done += len(data) // 4
            if left_s is not None and now_s - began_s >= left_s:
                return done
        if child.wait() != 0:
            outcome.crashed.append(done)
            return done + 1
        return done
    finally:
        outcome.seconds += 0.0 if began_s is None else time.monotonic() - began_s
        child.kill()
        child.wait()
        os.close(reader)


def _child(kind: str, first: int, last: int, progress: int) -> None:
    for number in {"rtsp": _rtsp, "h264": _h264}[kind](first, last):
        os.write(progress, struct.pack("<I", number & 0xFFFFFFFF))


def main() -> int:
    if sys.argv[1:2] == ["payloads"]:
        return payloads(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000, help="of each kind")
    parser.add_argument("--seconds", type=float, help="for each kind, at most")
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        kind, first, last, progress = options.child
        _child(kind, int(first), int(last), int(progress))
        return 0
    outcomes = [run(kind, options.inputs, options.seconds) for kind in options.kind or KINDS]
    found = Counter({outcome.kind: len(outcome.crashed) + len(outcome.hung) for outcome in outcomes})
    for outcome in outcomes:
        sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
    return 1 if found.total() else 0


if __name__ == "__main__":
    sys.exit(main())
