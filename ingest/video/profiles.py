"""What a camera says of itself by ONVIF: its clock, its maker, its profiles and where each is streamed.

By onvif-python, of which only the operators are used: its client works over a session that follows redirects and reads
without end, and keeps a cache in the user's home. Here every request goes to the one address that was checked, nothing
is followed, and an answer ends at 2 MiB. The WSDL files are part of the library; zeep parses XML without entities.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, Queue
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from onvif.operator import CacheMode, ONVIFOperator
from onvif.utils.exceptions import ONVIFOperationException
from onvif.utils.wsdl import ONVIFWSDL
from requests.adapters import HTTPAdapter
from zeep.exceptions import Fault, TransportError

from hub.clock import Clock
from hub.config.address import AddressNotAllowed, split_credentials
from hub.errors import HubError, SourceError
from hub.model.allowlist import AllowList
from ingest.video.reach import at_address, resolve

PORTS = (80, 8080, 8000, 8899)
"""Where cameras most often listen for ONVIF."""
MAX_PROFILES = 32
Result = TypeVar("Result")
_MAX_ANSWER_BYTES = 2 * 1024 * 1024
_MAX_TAG_BYTES = 64 * 1024  # lxml looks for each attribute among all others: 100,000 take minutes
_TEXT = re.compile(r"[^\x20-\x7e\u00a0-\u024f\u3000-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Profile:
    """One stream of a camera; ``url`` without credentials. 0 and "" where the camera does not say."""

    token: str
    name: str
    url: str
    codec: str
    width: int
    height: int
    fps: float


@dataclass(frozen=True, slots=True)
class Device:
    """``profiles`` from the largest picture to the smallest. ``clock_offset_s``: how far its clock is ahead of ours."""

    host: str
    port: int
    maker: str
    model: str
    profiles: tuple[Profile, ...]
    clock_offset_s: float | None
    refused: bool = False
    """It answers, but not to this user: the profiles are not known."""

    @property
    def main(self) -> Profile | None:
        return self.profiles[0] if self.profiles else None

    @property
    def sub(self) -> Profile | None:
        """The smallest that is smaller than the main stream, and large enough to analyse."""
        smaller = [profile for profile in self.profiles[1:] if self.main and profile.width < self.main.width]
        fit = [profile for profile in smaller if profile.width >= 320]
        return fit[-1] if fit else None


def ask(
    host: str, port: int, secret: Mapping[str, str] | None, allowed: AllowList, clock: Clock, timeout_s: float = 5.0
) -> Device | None:
    """What the device at ``host`` says, within about ``timeout_s``; None where nothing there speaks ONVIF.

    Raises AddressNotAllowed, and SourceError for a name that cannot be resolved.
    """
    address = resolve(host, port, allowed)
    until_s = clock.monotonic() + timeout_s
    call = _Caller(address, port, secret, lambda: until_s - clock.monotonic())
    return within(timeout_s + 2.0, lambda: _ask(call, host, port, allowed, clock))


def within(limit_s: float, work: Callable[[], Result]) -> Result | None:
    """What ``work`` answers, or None where it takes longer than ``limit_s``; it is then left to itself.

    The library's time-outs are for each byte: a device that sends its headers one by one would hold it for hours.
    """
    answers: Queue[tuple[Result | None, Exception | None]] = Queue()

    def run() -> None:
        try:
            answers.put((work(), None))
        except HubError as error:
            answers.put((None, error))

    threading.Thread(target=run, name="onvif", daemon=True).start()
    try:
        result, error = answers.get(timeout=limit_s)
    except Empty:
        return None
    if error is not None:
        raise error
    return result


def _ask(call: _Caller, host: str, port: int, allowed: AllowList, clock: Clock) -> Device | None:
    offset_s: float | None = None
    try:
        offset_s = _clock_offset_s(call("devicemgmt", "GetSystemDateAndTime"), clock.now())
    except _NoAnswer as error:
        if not error.speaks:  # the only question that ONVIF lets everybody ask; some refuse it all the same
            return None
    maker = model = ""
    found: tuple[Profile, ...] = ()
    refused = False
    try:
        information = call("devicemgmt", "GetDeviceInformation")
        maker, model = _text(information, "Manufacturer"), _text(information, "Model")
    except _NoAnswer:
        refused = True
    try:
        found = _profiles(call, allowed)
        refused = False
    except _NoAnswer:
        refused = True
    return Device(host, port, maker, model, found, offset_s, refused)


def find(
    host: str, secret: Mapping[str, str] | None, allowed: AllowList, clock: Clock, *, ports: tuple[int, ...] = PORTS
) -> Device | None:
    """``ask`` at the usual ports, until one answers. Raises as ``ask``."""
    for port in ports:
        device = ask(host, port, secret, allowed, clock, timeout_s=3.0)
        if device is not None:
            return device
    return None


class _NoAnswer(Exception):
    """No answer, or none that can be used; ``speaks``: it is one of ONVIF all the same."""

    def __init__(self, *, speaks: bool = False) -> None:
        self.speaks = speaks
        super().__init__()


class _Caller:
    """Calls operations of one device, at one address. Raises _NoAnswer."""

    def __init__(self, address: str, port: int, secret: Mapping[str, str] | None, left_s: Callable[[], float]) -> None:
        self._host = f"[{address}]" if ":" in address else address
        self._port = port
        self._secret = dict(secret or {})
        self._left_s = left_s
        self._operators: dict[str, ONVIFOperator] = {}
        self._paths = {"devicemgmt": "/onvif/device_service", "media": "/onvif/media_service"}

    def __call__(self, service: str, method: str, **arguments: Any) -> Any:
        if self._left_s() <= 0:
            raise _NoAnswer
        try:
            return self._operator(service).call(method, **arguments)
        except ONVIFOperationException as error:
            cause = error.original_exception
            refused = isinstance(cause, TransportError) and cause.status_code in {400, 401}
            raise _NoAnswer(speaks=refused or isinstance(cause, Fault)) from error

    def set_path(self, service: str, url: str) -> None:
        """Where a service is: the path is taken from the device's word, the address never."""
        path = urlsplit(url).path
        if path.startswith("/"):
            self._paths[service] = path

    def _operator(self, service: str) -> ONVIFOperator:
        if service not in self._operators:
            known = ONVIFWSDL.get_definition(service)
            operator = ONVIFOperator(
                known["path"],
                self._host,
                self._port,
                username=self._secret.get("username"),
                password=self._secret.get("password"),
                timeout=2,
                binding=f"{{{known['namespace']}}}{known['binding']}",
                xaddr=f"http://{self._host}:{self._port}{self._paths[service]}",
                cache=CacheMode.NONE,
            )
            session = operator.client.transport.session
            session.trust_env = False  # no proxy and no .netrc of whoever runs the hub
            session.max_redirects = 0
            session.mount("http://", _Bounded(self._left_s))
            self._operators[service] = operator
        return self._operators[service]


class _Bounded(HTTPAdapter):
    """Reads an answer up to a size and a moment: a time-out of a socket alone can be kept off by a byte a second."""

    def __init__(self, left_s: Callable[[], float]) -> None:
        super().__init__()
        self._left_s = left_s

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        response = super().send(request, **{**options, "stream": True})
        body = bytearray()
        while piece := response.raw.read1(65536, decode_content=True):
            body += piece
            if len(body) > _MAX_ANSWER_BYTES or self._left_s() <= 0:
                response.close()
                raise requests.exceptions.ConnectionError("the answer is too long, or takes too long")
        if max(map(len, body.split(b">"))) > _MAX_TAG_BYTES:
            raise requests.exceptions.ConnectionError("the answer has a tag without end")
        response._content = bytes(body)  # noqa: SLF001  what requests itself does when it reads the body
        return response


def _clock_offset_s(answer: Any, now: datetime) -> float | None:
    """How far the clock of the device is ahead. Its answer has whole seconds: half a second is added."""
    try:
        date, time = answer.UTCDateTime.Date, answer.UTCDateTime.Time
        said = datetime(date.Year, date.Month, date.Day, time.Hour, time.Minute, min(time.Second, 59), 500_000, UTC)
    except (AttributeError, TypeError, ValueError):
        return None
    return (said - now).total_seconds()


def _profiles(call: _Caller, allowed: AllowList) -> tuple[Profile, ...]:
    try:
        for service in call("devicemgmt", "GetServices", IncludeCapability=False) or ():
            if getattr(service, "Namespace", "") == "http://www.onvif.org/ver10/media/wsdl":
                call.set_path("media", str(getattr(service, "XAddr", "")))
    except _NoAnswer:
        pass  # the older GetCapabilities says the same; the usual path mostly holds
    found = []
    for item in list(call("media", "GetProfiles") or ())[:MAX_PROFILES]:
        token = _text(item, "token")
        setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
        try:
            url = _text(call("media", "GetStreamUri", StreamSetup=setup, ProfileToken=token), "Uri", most=2000)
            url = split_credentials(url)[0]
            _check(url, allowed)
        except (_NoAnswer, ValueError, SourceError):
            continue
        encoder = getattr(item, "VideoEncoderConfiguration", None)
        size = getattr(encoder, "Resolution", None)
        rate = getattr(encoder, "RateControl", None)
        found.append(
            Profile(
                token,
                _text(item, "Name"),
                url,
                _text(encoder, "Encoding"),
                int(getattr(size, "Width", 0) or 0),
                int(getattr(size, "Height", 0) or 0),
                float(getattr(rate, "FrameRateLimit", 0) or 0),
            )
        )
    return tuple(sorted(found, key=lambda profile: -profile.width * profile.height))


def _check(url: str, allowed: AllowList) -> None:
    """A device may name any address: only one where cameras may be is passed on. Raises SourceError, ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"rtsp", "rtsps"} or not parts.hostname:
        raise AddressNotAllowed(at_address(parts, parts.hostname or ""))
    resolve(parts.hostname, parts.port or 554, allowed)


def _text(item: Any, name: str, most: int = 100) -> str:
    """A text that a device sent, without what could steer a terminal; cut at ``most``."""
    value = getattr(item, name, None)
    return _TEXT.sub("", str(value))[:most] if value is not None else ""
