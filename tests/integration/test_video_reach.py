"""The hub goes to the addresses that are allowed, and to no other: names that change, redirects, certificates, UDP."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from hub.config.address import AddressNotAllowed
from hub.config.settings import NetworkSettings
from hub.config.vault import Vault
from hub.errors import SourceError
from hub.model.allowlist import PRIVATE
from hub.model.source import SourceState
from ingest.simulate.faults import FaultServer, faulty_cameras
from ingest.video.open import open_feed
from tests.fix_tls import behind_tls, write_certificate
from tests.fix_video import LOOPBACK, Remembered, camera_source, eventually, running_camera

Answer = Callable[[str, str], str]
"""Of a method and the whole request: what the server says, without the line of its number."""
SDP = "v=0\r\no=- 0 0 IN IP4 0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:t\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as running:
        yield running


class Listener:
    """A server on 127.0.0.1 that keeps what it was sent."""

    def __init__(self, answer: Answer | None) -> None:
        self.heard: list[str] = []
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.heard.append("connected")
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(5)
        with contextlib.suppress(OSError), client:
            while data := client.recv(65536):
                request = data.decode(errors="replace")
                self.heard.append(request)
                number = re.search(r"CSeq: *(\d+)", request)
                if self._answer is None or number is None:
                    return
                status, _, rest = self._answer(request.partition(" ")[0], request).partition("\r\n")
                client.sendall(f"RTSP/1.0 {status}\r\nCSeq: {number[1]}\r\n{rest}\r\n".encode())


@contextmanager
def listening(answer: Answer | None = None) -> Iterator[Listener]:
    made = Listener(answer)
    try:
        yield made
    finally:
        made.close()


def redirecting(where: str, to: str, code: int, challenge: str = "") -> Answer:
    def answer(method: str, request: str) -> str:
        if challenge and method != "OPTIONS" and "Authorization:" not in request:
            return f"401 Unauthorized\r\nWWW-Authenticate: {challenge}\r\n"
        if method == where:
            return f"{code} Moved\r\nLocation: {to}\r\n"
        if method == "DESCRIBE":
            # The last line break of the head is appended to what is answered here.
            return f"200 OK\r\nContent-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}"[:-2]
        if method == "SETUP":
            return "200 OK\r\nSession: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        return "200 OK\r\n"

    return answer


@pytest.mark.parametrize("code", [301, 302, 303, 305, 307])
@pytest.mark.parametrize("where", ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"])
def test_a_redirect_is_not_followed(where: str, code: int) -> None:
    with listening() as target:
        answer = redirecting(where, f"rtsp://127.0.0.1:{target.port}/x", code)
        with listening(answer) as camera, pytest.raises(SourceError):
            open_feed(f"rtsp://127.0.0.1:{camera.port}/a", network=LOOPBACK, open_timeout_s=2)
        assert target.heard == []


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("challenge", ['Basic realm="x"', 'Digest realm="x", nonce="1"'])
def test_a_redirect_takes_no_password_anywhere_and_says_what_to_do(challenge: str, transport: str) -> None:
    with listening() as target:
        answer = redirecting("DESCRIBE", f"rtsp://127.0.0.1:{target.port}/x", 302, challenge)
        with listening(answer) as camera:
            url, secret = f"rtsp://127.0.0.1:{camera.port}/a", {"username": "op", "password": "canary-wort"}
            with pytest.raises(SourceError, match="sends us on to another address"):
                open_feed(url, secret, network=LOOPBACK, transport=transport, open_timeout_s=2)
            assert any("Authorization:" in request for request in camera.heard)
        assert target.heard == []


def test_a_redirect_over_tls_is_not_followed(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path, "camera.lan")
    with listening() as target:
        answer = redirecting("DESCRIBE", f"rtsp://127.0.0.1:{target.port}/x", 302)
        with listening(answer) as camera, behind_tls(certificate, camera.port) as port, pytest.raises(SourceError):
            open_feed(f"rtsps://127.0.0.1:{port}/a", network=LOOPBACK, tls="unverified", open_timeout_s=2)
        assert target.heard == []


@pytest.mark.parametrize("url", ["rtsp://127.0.0.1:{port}/a", "rtsp://2130706433:{port}/a", "rtsp://localhost:{port}/a"])
def test_an_address_that_is_not_allowed_is_not_even_knocked_at(url: str) -> None:
    with listening() as camera:
        with pytest.raises(AddressNotAllowed, match=r"network\.cameras"):
            open_feed(url.format(port=camera.port))
        assert camera.heard == []


class Resolver:
    """Answers each question with the next of ``answers``, and the last one from then on."""

    def __init__(self, *answers: str) -> None:
        self.answers = answers
        self.asked = 0

    def __call__(self, host: str, port: int, **_: Any) -> list[Any]:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer.split()]


def stub(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Resolver:
    resolver = Resolver(*answers)
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        return resolver(host, port, **options) if host == "camera.lan" else real(host, port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return resolver


def test_a_name_is_resolved_once_and_what_was_checked_is_what_is_opened(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = stub(monkeypatch, "127.0.0.1", "203.0.113.9")
    open_feed(f"rtsp://camera.lan:{server.port}/ok", network=LOOPBACK).close()
    assert resolver.asked == 1
    resolver.asked = 0
    with pytest.raises(SourceError, match="404"):
        open_feed(f"rtsp://camera.lan:{server.port}/nowhere", network=LOOPBACK)
    with pytest.raises(AddressNotAllowed, match=r"camera\.lan \(203\.0\.113\.9\)"):
        open_feed(f"rtsp://camera.lan:{server.port}/ok", network=LOOPBACK)
    assert resolver.asked == 2, "the knock does not ask again"


def test_of_several_numbers_the_one_that_is_allowed_is_taken(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub(monkeypatch, "203.0.113.9 169.254.169.254 127.0.0.1")
    open_feed(f"rtsp://camera.lan:{server.port}/ok", network=LOOPBACK).close()


def test_a_name_that_turns_to_loopback_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    stub(monkeypatch, "127.0.0.1")
    with listening() as camera:
        for cameras in (PRIVATE, ("camera.lan",), ("0.0.0.0/0",)):
            with pytest.raises(AddressNotAllowed):
                open_feed(f"rtsp://camera.lan:{camera.port}/a", network=NetworkSettings(cameras=cameras))
        assert camera.heard == []


def test_a_camera_outside_of_the_networks_is_unreachable_and_says_why(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with running_camera(camera_source(server.url("ok")), tmp_path, outlet, network=NetworkSettings()):
        eventually(lambda: SourceState.UNREACHABLE in outlet.states())
    reason = next(report.reason for report in outlet.reports if report.state is SourceState.UNREACHABLE)
    assert "127.0.0.1" in reason
    assert "network.cameras" in reason


def test_a_camera_whose_password_cannot_be_read_says_so_and_one_that_can_is_watched(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    vault, other = Vault("a key of thirty-two characters or more"), Remembered()
    account = server.accounts["locked"]
    clear = replace(
        camera_source(server.url("locked")), secret={"username": account.username, "password": account.password}
    )
    sealed = vault.seal(clear)
    with running_camera(sealed, tmp_path, outlet, vault=Vault(None, "the key file is gone")):
        eventually(lambda: SourceState.UNAUTHORIZED in outlet.states())
    assert "the key file is gone" in outlet.reports[-1].reason
    with running_camera(sealed, tmp_path, other, vault=vault) as camera:
        eventually(lambda: SourceState.WATCHING in other.states())
        assert account.password not in repr(camera.source.secret), "in clear for as long as it is opened, not longer"


@pytest.fixture
def outlet() -> Remembered:
    return Remembered()


def test_a_camera_by_tls_is_opened_when_its_certificate_is_right(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = write_certificate(tmp_path, "camera.lan")
    stub(monkeypatch, "127.0.0.1")
    network = NetworkSettings(cameras=LOOPBACK.cameras, ca_file=certificate)
    with behind_tls(certificate, server.port) as port:
        with contextlib.closing(open_feed(f"rtsps://camera.lan:{port}/ok", network=network)) as feed:
            assert next(feed.packets()).size > 0
        open_feed(f"rtsps://127.0.0.1:{port}/ok", network=network, tls="unverified").close()
        for url, trusting in (
            (f"rtsps://127.0.0.1:{port}/ok", network),  # a name that the certificate is not for
            (f"rtsps://camera.lan:{port}/ok", LOOPBACK),  # nobody that the system trusts has signed it
        ):
            with pytest.raises(SourceError, match="certificate is not trusted"):
                open_feed(url, network=trusting, open_timeout_s=2)


def test_tls_to_a_camera_that_speaks_plainly_says_what_to_try(server: FaultServer) -> None:
    with pytest.raises(SourceError, match="speaks no TLS"):
        open_feed(f"rtsps://127.0.0.1:{server.port}/ok", network=LOOPBACK, tls="unverified", open_timeout_s=2)


def test_a_password_that_belongs_into_the_path_is_put_there_and_nowhere_else() -> None:
    with listening(lambda method, _: "200 OK\r\n" if method == "OPTIONS" else "404 Not Found\r\n") as camera:
        url = f"rtsp://127.0.0.1:{camera.port}/user={{username}}&password={{password}}&channel=1"
        with pytest.raises(SourceError, match="404"):
            open_feed(url, {"username": "op", "password": "canary/wort"}, network=LOOPBACK)
        asked = [line for line in camera.heard if line.startswith("DESCRIBE")]
    assert "/user=op&password=canary%2Fwort&channel=1 RTSP/1.0" in asked[0]
    assert "Authorization" not in asked[0]


def test_pictures_come_by_udp_where_it_is_asked_for() -> None:
    setup = ""

    def answer(method: str, request: str) -> str:
        nonlocal setup
        if method == "SETUP":
            setup = request
            ports = re.search(r"client_port=(\d+)-(\d+)", request)
            assert ports is not None
            return f"200 OK\r\nSession: 1\r\nTransport: RTP/AVP/UDP;unicast;client_port={ports[1]}-{ports[2]}\r\n"
        if method == "PLAY":
            ports = re.search(r"client_port=(\d+)", setup)
            assert ports is not None
            threading.Thread(target=_send_rtp, args=(int(ports[1]),), daemon=True).start()
        return redirecting("nothing", "", 0)(method, request)

    with listening(answer) as camera:
        url = f"rtsp://127.0.0.1:{camera.port}/a"
        with contextlib.closing(open_feed(url, network=LOOPBACK, transport="udp", open_timeout_s=4)) as feed:
            assert next(feed.packets()).size > 0


def _send_rtp(port: int) -> None:
    """Two seconds of a small picture, ten times as fast, again and again for a while: UDP waits for nobody."""
    with av.open(f"rtp://127.0.0.1:{port}", "w", format="rtp", options={"payload_type": "96"}) as out:
        stream = out.add_stream("libx264", rate=100, options={"preset": "ultrafast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(300):
            picture = np.full((96, 160, 3), number % 200, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
            time.sleep(0.01)  # the pace of a camera, on which nothing of the test depends
