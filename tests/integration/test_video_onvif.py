"""ONVIF: against a virtual camera (ipycam), and against devices that mean harm."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from ipycam.config import CameraConfig
from ipycam.discovery import WSDiscoveryServer
from ipycam.http import IPCameraHTTPHandler
from ipycam.onvif import ONVIFService

from hub.clock import SystemClock
from hub.errors import HubError
from hub.model.allowlist import PRIVATE, AllowList
from ingest.video import discover as discovery
from ingest.video.discover import destinations, discover, hear
from ingest.video.inquiry import as_csv
from ingest.video.profiles import Device, Profile, ask

LOOPBACK = AllowList.of(["127.0.0.0/8"])
CLOCK = SystemClock()
SECRET = {"username": "op", "password": "canary-wort"}


@contextmanager
def http_server(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def virtual() -> Iterator[CameraConfig]:
    """The ONVIF half of a virtual camera, with a password, at ``onvif_port``."""
    config = CameraConfig(
        local_ip="127.0.0.1", rtsp_port=8554, name="Virtual", main_width=1920, main_height=1080, sub_width=640,
        sub_height=360, username=SECRET["username"], password=SECRET["password"],
    )  # fmt: skip
    camera = SimpleNamespace(config=config, onvif=ONVIFService(config))
    handler = type("Handler", (IPCameraHTTPHandler,), {"log_message": lambda *_: None, "camera": camera})
    with http_server(handler) as server:
        config.onvif_port = server.server_port
        yield config


@contextmanager
def answering(answer: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    """A device that answers WS-Discovery at a port of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.bind(("127.0.0.1", 0))
        device.settimeout(5)

        def serve() -> None:
            try:
                probe, sender = device.recvfrom(65535)
                for message in answer(probe):
                    device.sendto(message, sender)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(device.getsockname()[1])
        thread.join(5)


def match(*addresses: str, types: str = "tds:Device", head: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{head}<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Body><d:ProbeMatches><d:ProbeMatch>'
        f"<a:EndpointReference><a:Address>urn:uuid:1</a:Address></a:EndpointReference><d:Types>{types}</d:Types>"
        f"<d:XAddrs>{' '.join(addresses)}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()


def heard(answer: Callable[[bytes], list[bytes]], allowed: AllowList = LOOPBACK) -> set[tuple[str, int]]:
    with answering(answer) as port:
        return hear(allowed, CLOCK, [("127.0.0.1", port)], None, 0.6)


def test_a_camera_tells_its_streams_its_maker_and_its_clock(virtual: CameraConfig) -> None:
    device = ask("127.0.0.1", virtual.onvif_port, SECRET, LOOPBACK, CLOCK)
    assert device is not None
    assert (device.refused, device.maker) == (False, virtual.manufacturer)
    assert [(item.width, item.height, item.url) for item in device.profiles] == [
        (1920, 1080, f"rtsp://127.0.0.1:8554/{virtual.main_stream_name}"),
        (640, 360, f"rtsp://127.0.0.1:8554/{virtual.sub_stream_name}"),
    ]
    assert (device.main, device.sub) == (device.profiles[0], device.profiles[1])
    assert device.clock_offset_s is not None
    assert abs(device.clock_offset_s) < 3


@pytest.mark.parametrize("secret", [None, {"username": "op", "password": "not-the-one"}])
def test_without_the_right_password_a_camera_is_there_and_its_streams_are_not(
    virtual: CameraConfig, secret: dict[str, str] | None
) -> None:
    device = ask("127.0.0.1", virtual.onvif_port, secret, LOOPBACK, CLOCK)
    assert device is not None
    assert (device.refused, device.profiles) == (True, ())


def test_what_speaks_no_onvif_is_no_camera() -> None:
    assert ask("127.0.0.1", 1, None, LOOPBACK, CLOCK) is None


def test_a_camera_is_found_by_a_single_host_and_asked_for_its_streams(
    virtual: CameraConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(WSDiscoveryServer, "MULTICAST_PORT", port)
    monkeypatch.setattr(WSDiscoveryServer, "_send_announcement", lambda *_: None)
    server = WSDiscoveryServer(ONVIFService(virtual))
    server.start()
    try:
        (device,) = discover(LOOPBACK, CLOCK, targets=[f"127.0.0.1:{port}"], timeout_s=1.0, secret=SECRET)
    finally:
        server.stop()
        server.join(5)
    assert (device.host, device.port, len(device.profiles)) == ("127.0.0.1", virtual.onvif_port, 2)
    text = as_csv([device], "city/g1")
    assert text.splitlines()[0] == "id,url,area,name,substream_url"
    assert f"cam-127-0-0-1,rtsp://127.0.0.1:8554/{virtual.main_stream_name},city/g1," in text
    assert "canary" not in text + json.dumps(str(device))


def test_a_port_that_is_given_is_asked_by_onvif_itself(virtual: CameraConfig) -> None:
    targets = [f"127.0.0.1:{virtual.onvif_port}", "127.0.0.1:1"]
    (device,) = discover(LOOPBACK, CLOCK, targets=targets, timeout_s=0.2, secret=SECRET)
    assert (device.host, device.port, len(device.profiles)) == ("127.0.0.1", virtual.onvif_port, 2)


def test_an_address_that_is_not_allowed_is_neither_asked_nor_passed_on() -> None:
    assert heard(lambda _: [match("http://169.254.169.254/onvif", "http://203.0.113.5:80/x")]) == set()
    assert heard(lambda _: [match("http://127.0.0.1:8899/onvif")], AllowList.of(PRIVATE)) == set()
    with pytest.raises(HubError, match=r"network\.cameras"):
        destinations(["203.0.113.5"], LOOPBACK)


def test_of_several_addresses_the_one_that_answers_is_taken() -> None:
    allowed = AllowList.of(["127.0.0.0/8", "10.0.0.0/8"])
    both = match("http://10.9.9.9/onvif", "http://127.0.0.1:8899/x")
    assert heard(lambda _: [both], allowed) == {("127.0.0.1", 8899)}
    assert heard(lambda _: [match("http://camera.invalid:81/onvif")], allowed) == {("127.0.0.1", 81)}


BOMB = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY b{n} '&a;&a;&a;'>" for n in range(30)) + "]>"


@pytest.mark.parametrize(
    "message",
    [
        match("http://127.0.0.1:8899/x", head=BOMB),
        b"", b"\xff\xfe" * 500, b"<", b"<a>" * 5000, b'<?xml version="1.0"?><a/>', match("http://127.0.0.1:99999/x"),
        match("http://[::1/x"), match("file:///etc/passwd"), match("http://" + "a" * 60000), match(*["x"] * 9000),
    ],
)  # fmt: skip
def test_an_answer_that_means_harm_finds_nothing(message: bytes) -> None:
    assert heard(lambda _: [message[:60000]]) == set()


def test_a_flood_of_answers_ends_with_the_time_and_at_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MAX_DEVICES", 20)
    began_s = time.monotonic()
    found = heard(lambda _: [match(f"http://127.0.0.1:{port}/x") for port in range(1000, 1200)])
    assert len(found) == 20
    assert time.monotonic() - began_s < 3


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (["10.0.0.0/8"], "at most 1024"),
        (["127.0.0.0/23"] * 3, "at most 1024"),
        (["127.0.0.1/33"], "is not a network"),
        (["no-such-name.invalid"], "cannot be resolved"),
        (["127.0.0.1:0"], "port 0 is not"),
        (["127.0.0.1:65536"], "port 65536 is not"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(targets: list[str], words: str) -> None:
    with pytest.raises(HubError, match=words):
        destinations(targets, AllowList.of(["127.0.0.0/8", "10.0.0.0/8"]))


def test_a_network_is_asked_host_by_host() -> None:
    assert destinations(["127.0.0.8/30", "127.0.0.1:4000"], LOOPBACK) == [
        ("127.0.0.9", 3702), ("127.0.0.10", 3702), ("127.0.0.1", 4000),
    ]  # fmt: skip


class Hostile(BaseHTTPRequestHandler):
    """Answers every request with ``body``, or sends on to ``location``, or drips."""

    body: bytes = b""
    location: str | None = None
    drips = ""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.drips == "head":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            self._drip()
            return
        self.send_response(307 if self.location else 200)
        self.send_header("Content-Type", "application/soap+xml")
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(self.body)
        if self.drips:
            self._drip()

    def _drip(self) -> None:
        with suppress(OSError):
            for _ in range(200):
                self.wfile.write(b" ")
                self.connection.settimeout(0.05)
                with suppress(TimeoutError):
                    if not self.connection.recv(1):
                        return

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff" * 1000, b"<a/>", b" " * 5_000_000,
        BOMB.encode() + b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>&b29;</s:Body></s:Envelope>',
        b"<a>" * 200_000,
    ],
)  # fmt: skip
def test_a_device_that_answers_with_harm_is_no_camera(body: bytes) -> None:
    with http_server(type("Handler", (Hostile,), {"body": body})) as server:
        began_s = time.monotonic()
        device = ask("127.0.0.1", server.server_port, SECRET, LOOPBACK, CLOCK)
        assert device is None or (device.profiles, device.clock_offset_s) == ((), None)
        assert time.monotonic() - began_s < 8


def test_an_answer_of_attributes_without_end_takes_no_time() -> None:
    attributes = b" ".join(b"a%d='1'" % number for number in range(30_000))
    envelope = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><a %s/></s:Body></s:Envelope>'
    body = envelope % attributes
    with http_server(type("Handler", (Hostile,), {"body": body})) as server:
        began_s = time.process_time()
        assert ask("127.0.0.1", server.server_port, SECRET, LOOPBACK, CLOCK) is None
        assert time.process_time() - began_s < 1.5


@pytest.mark.parametrize("what", ["head", "body"])
def test_a_device_that_drips_is_given_up(what: str) -> None:
    with http_server(type("Handler", (Hostile,), {"drips": what})) as server:
        began_s = time.monotonic()
        assert ask("127.0.0.1", server.server_port, None, LOOPBACK, CLOCK, timeout_s=0.5) is None
        assert time.monotonic() - began_s < 4


def test_a_device_that_never_ends_is_hung_up_on_early() -> None:
    sent, hung_up = [0], threading.Event()

    class Endless(Hostile):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while sent[0] < 100_000_000:
                    sent[0] += self.connection.send(b" " * 65536)
            hung_up.set()

    with http_server(Endless) as server:
        assert ask("127.0.0.1", server.server_port, None, LOOPBACK, CLOCK, timeout_s=20) is None
        assert hung_up.wait(5)
    assert sent[0] < 20_000_000, "two megabytes, and what the buffers on the way hold"


def test_a_device_that_drips_is_hung_up_on_though_nobody_waits_any_more() -> None:
    hung_up = threading.Event()

    class Dripping(Hostile):
        drips = "body"

        def _drip(self) -> None:
            super()._drip()
            hung_up.set()

    with http_server(Dripping) as server:
        began_s = time.monotonic()
        assert ask("127.0.0.1", server.server_port, None, LOOPBACK, CLOCK, timeout_s=0.5) is None
        assert hung_up.wait(5)
        assert time.monotonic() - began_s < 6, "it would have dripped for ten seconds"


def test_a_device_that_sends_elsewhere_is_not_followed() -> None:
    reached: list[str] = []

    class Target(Hostile):
        def do_POST(self) -> None:
            reached.append(self.path)

        do_GET = do_POST  # noqa: N815  the library's name

    with http_server(Target) as target:
        way = f"http://127.0.0.1:{target.server_port}/"
        with http_server(type("Handler", (Hostile,), {"location": way})) as server:
            assert ask("127.0.0.1", server.server_port, SECRET, LOOPBACK, CLOCK) is None
    assert reached == []


def test_a_stream_at_an_address_that_is_not_allowed_is_not_passed_on(virtual: CameraConfig) -> None:
    virtual.local_ip = "169.254.169.254"
    device = ask("127.0.0.1", virtual.onvif_port, SECRET, LOOPBACK, CLOCK)
    assert device is not None
    assert device.profiles == ()


def test_what_would_be_a_formula_in_a_spreadsheet_is_not() -> None:
    profile = Profile("1", "main", "rtsp://10.0.0.5/x", "H264", 1920, 1080, 25.0)
    device = Device("10.0.0.5", 80, "=cmd()", "x", (profile,), None)
    assert as_csv([device], "city/g1").splitlines()[1] == "cam-10-0-0-5,rtsp://10.0.0.5/x,city/g1,cmd() x,"
    assert as_csv([Device("10.0.0.5", 80, "", "", (), None)], "").count("\n") == 1, "no stream, nothing to import"
