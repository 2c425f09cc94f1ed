"""One look at a camera, before it is added: what it sends, measured, or why it cannot be had."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlsplit

from hub.clock import Clock
from hub.config.address import AddressNotAllowed
from hub.config.settings import NetworkSettings
from hub.errors import SourceError
from hub.model.source import SourceState
from ingest.video.decode import Decoder, Picture
from ingest.video.open import Feed, VideoPacket, open_feed
from ingest.video.profiles import PORTS, Device, find, within

LIMIT_S = 13.0
"""For all of it, where no resolver is slow; the last picture may take a little longer."""
_OPEN_TIMEOUT_S = 3.0
_READ_TIMEOUT_S = 3.0
_LEAST_S = 4.0
"""A rate and a bit rate are measured over so much of the stream, at least."""
_PRFT = struct.Struct("<q")  # AVProducerReferenceTime: microseconds since 1970, from RTCP sender reports (RFC 3550)


@dataclass(frozen=True, slots=True)
class Stream:
    """What was measured. ``gop_s`` and ``gop_frames`` are the longest way between two keyframes that was seen.

    None where there was only one keyframe in ``seen_s`` seconds; ``clock_offset_s`` is how far the camera is ahead.
    """

    codec: str
    profile: str
    width: int
    height: int
    fps: float
    kbps: int
    gop_s: float | None
    gop_frames: int | None
    b_frames: bool
    sound: bool
    transport: str
    seen_s: float
    lost: float
    """Of the pictures that should have come, by their times, the part that did not."""
    clock_offset_s: float | None


@dataclass(frozen=True, slots=True)
class Probe:
    """``state`` is watching where all is well; ``jpeg`` is one picture of the camera.

    ``onvif`` is what the camera says by ONVIF with the same credentials, None where it does not speak it.
    """

    state: SourceState
    reason: str
    stream: Stream | None = None
    jpeg: bytes | None = None
    onvif: Device | None = None
    onvif_asked: bool = True
    line: str = ""
    """Of ``hub.yaml``, where the address is not allowed: with it, it would be."""

    @property
    def clock_offset_s(self) -> float | None:
        """By the stream where it tells, else by ONVIF, which is right to a second."""
        if self.stream is not None and self.stream.clock_offset_s is not None:
            return self.stream.clock_offset_s
        return None if self.onvif is None else self.onvif.clock_offset_s


def probe(
    url: str,
    secret: Mapping[str, str] | None,
    clock: Clock,
    *,
    network: NetworkSettings,
    transport: str = "tcp",
    tls: str = "verified",
    width: int = 960,
    onvif_ports: tuple[int, ...] = PORTS,
) -> Probe:
    """Open a camera once, and ask it by ONVIF meanwhile. ``url`` without credentials.

    What a camera does raises nothing. An address that is not allowed is a state, with its reason.
    """
    until_s = clock.monotonic() + LIMIT_S
    with ThreadPoolExecutor(1, thread_name_prefix="onvif") as pool:
        asking: Future[Device | None] | None = None
        if onvif_ports:
            asking = pool.submit(_ask, url, secret, network, clock, onvif_ports)
        found = _stream(url, secret, clock, network, transport, tls, width, until_s)
        device = asking.result() if asking is not None else None
    return Probe(found.state, found.reason, found.stream, found.jpeg, device, asking is not None, found.line)


def _ask(
    url: str, secret: Mapping[str, str] | None, network: NetworkSettings, clock: Clock, ports: tuple[int, ...]
) -> Device | None:
    try:
        host = urlsplit(url).hostname or ""
        return within(LIMIT_S, lambda: find(host, secret, network.allowed, clock, ports=ports))
    except (SourceError, ValueError):
        return None  # the stream says what is wrong with the address


def _stream(
    url: str,
    secret: Mapping[str, str] | None,
    clock: Clock,
    network: NetworkSettings,
    transport: str,
    tls: str,
    width: int,
    until_s: float,
) -> Probe:
    try:
        feed = open_feed(
            url,
            secret,
            network=network,
            transport=transport,
            tls=tls,
            sound=True,
            open_timeout_s=_OPEN_TIMEOUT_S,
            read_timeout_s=_READ_TIMEOUT_S,
        )
    except SourceError as error:
        line = error.line if isinstance(error, AddressNotAllowed) else ""
        return Probe(SourceState(error.state), error.reason, line=line)
    look = _Look(feed, clock, until_s)
    problem: SourceError | None = None
    try:
        look.watch()
    except SourceError as error:
        problem = error
    finally:
        feed.close()
    transport_used = "tls" if url.startswith("rtsps:") else transport
    stream = look.stream(transport_used)
    if problem is not None:
        return Probe(SourceState(problem.state), problem.reason, stream)
    if look.picture is None:
        return Probe(SourceState.UNSUPPORTED, "what the camera sends cannot be decoded", stream)
    return Probe(SourceState.WATCHING, "", stream, look.picture.jpeg(width))


@dataclass(slots=True)
class _Look:
    """Packets as they come, until enough is known or the time is over."""

    feed: Feed
    clock: Clock
    until_s: float
    picture: Picture | None = None
    times_s: list[float] = field(default_factory=list)
    keyframes: list[int] = field(default_factory=list)
    size_bytes: int = 0
    disordered: bool = False
    offsets_s: list[float] = field(default_factory=list)

    def watch(self) -> None:
        """Raises SourceError."""
        decoder = Decoder(self.feed.stream)
        for packet in self.feed.packets():
            self._take(packet)
            if packet.is_keyframe and self.picture is None:
                frames = decoder.alone(packet)
                self.picture = Picture(frames[-1], self.clock.now()) if frames else None
            if self._knows_enough() or self.clock.monotonic() > self.until_s:
                return

    def stream(self, transport: str) -> Stream | None:
        if not self.times_s:
            return None
        facts, context = self.feed.facts, self.feed.stream.codec_context
        span_s = self._span_s()
        count = len(self.times_s)
        gaps = [(later, later - first) for first, later in pairwise(self.keyframes)]
        longest = max(gaps, key=lambda gap: gap[1], default=None)
        frame = self.picture.frame if self.picture is not None else None
        fps = (count - 1) / span_s if span_s > 0 else facts.fps
        return Stream(
            codec=facts.codec,
            profile=str(context.profile or ""),
            width=frame.width if frame is not None else facts.width,
            height=frame.height if frame is not None else facts.height,
            fps=round(fps, 2),
            kbps=round(self.size_bytes * 8 / 1000 / span_s) if span_s > 0 else 0,
            gop_s=None if longest is None else round(self._way_s(longest[0] - longest[1], longest[0]), 2),
            gop_frames=None if longest is None else longest[1],
            b_frames=self.disordered or bool(context.has_b_frames),
            sound=self.feed.has_sound,
            transport=transport,
            seen_s=round(span_s, 1),
            lost=round(_lost(sorted(self.times_s)), 3),
            # A picture that waited on its way looks older than it is: the one that waited least tells.
            clock_offset_s=round(max(self.offsets_s), 3) if self.offsets_s else None,
        )

    def _take(self, packet: VideoPacket) -> None:
        time_s = float((packet.pts or 0) * packet.time_base)
        if self.times_s and time_s < self.times_s[-1]:
            self.disordered = True
        if packet.is_keyframe:
            self.keyframes.append(len(self.times_s))
        self.times_s.append(time_s)
        self.size_bytes += packet.size
        for data in packet.iter_sidedata():
            if data.data_type == "prft":
                taken_s = _PRFT.unpack_from(bytes(data))[0] / 1e6
                self.offsets_s.append(taken_s - self.clock.now().timestamp())

    def _knows_enough(self) -> bool:
        """Three keyframes tell the way between them, and that it is not an exception."""
        return self.picture is not None and len(self.keyframes) >= 3 and self._span_s() >= _LEAST_S

    def _span_s(self) -> float:
        return max(self.times_s) - min(self.times_s) if self.times_s else 0.0

    def _way_s(self, first: int, last: int) -> float:
        return self.times_s[last] - self.times_s[first]


def _lost(times_s: list[float]) -> float:
    """The part of the pictures that are missing, where their times are otherwise regular."""
    steps = sorted(later - first for first, later in pairwise(times_s))
    usual = steps[len(steps) // 2] if len(steps) >= 20 else 0.0
    if usual <= 0 or steps[len(steps) * 9 // 10] > 1.5 * usual:
        return 0.0  # a rate that varies by itself tells nothing
    missing = sum(round(step / usual) - 1 for step in steps if step > 1.5 * usual)
    return missing / (len(times_s) + missing)
