"""Opening a camera: RTSP (RFC 2326), and why it cannot be had, in words that an operator knows.

FFmpeg takes the credentials in the URL only, and puts the whole URL into its errors. So the URL with the credentials is
made here, lives in memory for as long as the camera is open, and an FFmpeg error is translated and dropped: it is never
chained to ours (``from None`` alone would keep it as the context).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import SplitResult, quote

import av
import av.error
from av.video.stream import VideoStream

from hub.config.address import holds_places, join_auth, join_credentials
from hub.config.settings import NetworkSettings
from hub.errors import SourceError
from hub.log import redact_value
from hub.model.source import GapCause, SourceState
from ingest.video.reach import at_address, knock, parts_of, port_of, resolve, trusted

OPEN_TIMEOUT_S = 6.0
"""For the RTSP exchange, and again for the first packets: with the knock below, 15 s at most."""
READ_TIMEOUT_S = 6.0
_MAX_CREDENTIALS = 127  # rtsp.h: RTSPState.auth is 128 bytes; FFmpeg cuts what is longer without a word

VideoPacket: TypeAlias = "av.Packet[VideoStream]"  # generic in PyAV's types only

_MAX_UNTIMED = 20
_PRIVATE = NetworkSettings()

_OPTIONS = {
    "rtsp_transport": "tcp",
    # Besides keeping other protocols out it makes FFmpeg fail at a redirect (RFC 2326, 11.3), which it would follow to
    # any host, with the credentials. A test holds it there.
    "protocol_whitelist": "tcp",
    # Only video is asked for: sound that goes on would hide that the picture has stalled.
    "allowed_media_types": "video",
    "user_agent": "gridhub",
    # How much of the stream is looked at for its parameters before the first packet is handed out; not for its rate,
    # which takes twenty frames and is not needed.
    "analyzeduration": "1500000",
    "fpsprobesize": "0",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a stream says of itself. 0 where it does not."""

    codec: str
    width: int
    height: int
    fps: float

    def detail(self) -> dict[str, object]:
        return {"codec": self.codec, "width": self.width, "height": self.height, "fps": round(self.fps, 2)}


class Feed:
    """One open camera. ``packets`` ends only by raising; ``close`` must be called, PyAV leaks without it."""

    def __init__(self, container: av.container.InputContainer, stream: VideoStream) -> None:
        self._container = container
        self.stream = stream
        context = stream.codec_context
        self.has_sound = bool(container.streams.audio)
        """Known where sound was asked for."""
        rate = stream.average_rate or stream.guessed_rate
        self.facts = Facts(context.codec.name, context.width, context.height, float(rate) if rate else 0.0)

    def packets(self) -> Iterator[VideoPacket]:
        """Every packet of the picture, each with pts and dts. Raises SourceError where nothing comes any more."""
        problem: SourceError | None = None
        try:
            yield from timed(packet for packet in self._container.demux(self.stream) if packet.size)
        except av.error.FFmpegError as error:
            problem = _while_reading(error)
        raise problem or SourceError(SourceState.ENDED, "the camera ended the stream")

    def close(self) -> None:
        self._container.close()


def timed(packets: Iterable[VideoPacket]) -> Iterator[VideoPacket]:
    """``packets`` with the times that FFmpeg leaves out.

    It gives the first packet no pts, and none a dts before it knows how far pictures are out of order: those wait
    for the first that has both, and are counted back from it.
    """
    waiting: list[VideoPacket] | None = []
    last_dts = 0
    for packet in packets:
        if waiting is not None:
            waiting.append(packet)
            if packet.dts is None and len(waiting) < _MAX_UNTIMED:
                continue
            _count_back(waiting)
            yield from waiting
            waiting = None
        else:
            if packet.dts is None:
                packet.dts = last_dts + (packet.duration or 1)
            if packet.pts is None:
                packet.pts = packet.dts
            yield packet
        last_dts = packet.dts or 0


def _count_back(packets: Sequence[VideoPacket]) -> None:
    step = max((packet.duration or 0 for packet in packets), default=0) or 1
    first_pts = min((packet.pts for packet in packets[1:] if packet.pts is not None), default=step)
    packets[0].pts = first_pts - step if packets[0].pts is None else packets[0].pts
    dts = packets[-1].dts if packets[-1].dts is not None else packets[0].pts + step * (len(packets) - 1)
    for packet in reversed(packets):
        packet.dts = dts if packet.dts is None else packet.dts
        packet.pts = packet.dts if packet.pts is None else packet.pts
        dts = packet.dts - step


def open_feed(
    url: str,
    secret: Mapping[str, str] | None = None,
    *,
    network: NetworkSettings = _PRIVATE,
    transport: str = "tcp",
    tls: str = "verified",
    sound: bool = False,
    open_timeout_s: float = OPEN_TIMEOUT_S,
    read_timeout_s: float = READ_TIMEOUT_S,
) -> Feed:
    """Open a camera. ``url`` without credentials (rtsp or rtsps); ``secret`` holds ``username`` and ``password``.

    ``network`` says where cameras may be: the name is resolved here, once, and only the number that was checked is
    connected to. ``transport`` is tcp or udp, ``tls`` verified or unverified; ``sound`` asks for the sound besides.
    Raises SourceError; AddressNotAllowed where the camera is outside of ``network``. Blocks for at most twice
    ``open_timeout_s`` and a knock, and as long as the resolver takes.
    """
    parts = parts_of(url)
    address = resolve(parts.hostname or "", port_of(parts), network.allowed)
    full_url = with_credentials(at_address(parts, address), secret)
    options = _options(parts, network, transport=transport, tls=tls, sound=sound)
    failure: av.error.FFmpegError | None = None
    began_s = time.monotonic()
    try:
        container = av.open(full_url, options=options, timeout=(open_timeout_s, read_timeout_s))
    except av.error.FFmpegError as error:
        failure = error
    except ValueError:  # a URL with a character that no URL has
        failure = None
    else:
        return _feed(container, timed_out=time.monotonic() - began_s >= open_timeout_s)
    clear = _clear_cause(failure)
    if clear is None:
        clear = knock(parts, address, verified=tls == "verified", ca_file=network.ca_file)
    raise clear or _unclear_cause(failure)


def with_credentials(url: str, secret: Mapping[str, str] | None) -> str:
    """The URL as FFmpeg wants it. Raises SourceError for what is no RTSP URL, or a password that FFmpeg would cut."""
    parts = parts_of(url)
    redact_value((secret or {}).get("auth", ""))
    if not secret or not secret.get("username"):
        return join_credentials(url, secret or {})
    parts = parts_of(join_auth(url, secret))
    password = secret.get("password", "")
    redact_value(password)
    redact_value(quote(password, safe=""))
    if holds_places(url):
        return join_credentials(url, secret)
    user_info = f"{quote(secret['username'], safe='')}:{quote(password, safe='')}"
    redact_value(user_info)
    if len(user_info) > _MAX_CREDENTIALS:
        raise SourceError(SourceState.UNAUTHORIZED, "the user name and password are too long together")
    return parts._replace(netloc=f"{user_info}@{parts.netloc.rpartition('@')[2]}").geturl()


def _options(
    parts: SplitResult, network: NetworkSettings, *, transport: str, tls: str, sound: bool
) -> dict[str, str]:
    options = dict(_OPTIONS)
    if sound:
        options["allowed_media_types"] = "video+audio"
    if parts.scheme == "rtsps":  # FFmpeg knows it over TCP only
        options["protocol_whitelist"] = "tls,tcp"
        if tls == "verified":
            # The URL has a number; the certificate is for the name that was asked for.
            options |= {"tls_verify": "1", "verifyhost": parts.hostname or ""}
            if (ca_file := trusted(network.ca_file)) is not None:
                options["ca_file"] = ca_file
    elif transport == "udp":
        options |= {"rtsp_transport": "udp", "protocol_whitelist": "tcp,udp,rtp", "rtsp_flags": "filter_src"}
    return options


def _feed(container: av.container.InputContainer, *, timed_out: bool) -> Feed:
    """The picture of an open container; closes it where there is none."""
    streams = container.streams.video
    problem: SourceError | None = None
    if not streams:
        problem = SourceError(SourceState.NO_VIDEO, "the camera offers no video")
    elif _undecodable(streams[0]):
        problem = SourceError(SourceState.UNSUPPORTED, "the codec of the picture cannot be decoded here")
    elif timed_out and not streams[0].codec_context.width:
        # FFmpeg's search for the parameters of the stream does not fail when it is interrupted.
        problem = SourceError(SourceState.STALLED, "the camera answers, but sends no picture", GapCause.CAMERA)
    if problem is not None:
        container.close()
        raise problem
    return Feed(container, streams[0])


def _undecodable(stream: VideoStream) -> bool:
    # PyAV's types promise a codec context; for a codec that FFmpeg has no decoder for there is none.
    context: object = stream.codec_context
    return context is None


def _while_reading(error: av.error.FFmpegError) -> SourceError:
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return SourceError(SourceState.STALLED, "connected, but no picture arrives")
    if isinstance(error, av.error.InvalidDataError):
        return SourceError(SourceState.ENDED, "the stream is damaged")
    return SourceError(SourceState.ENDED, "the connection was lost", GapCause.NETWORK)


def _clear_cause(error: av.error.FFmpegError | None) -> SourceError | None:
    """What went wrong where FFmpeg's error says it; None where a knock at the port tells more."""
    if isinstance(error, av.error.HTTPUnauthorizedError):
        return SourceError(SourceState.UNAUTHORIZED, "the camera refuses the user name or password (401)")
    if isinstance(error, av.error.HTTPForbiddenError):
        return SourceError(SourceState.UNAUTHORIZED, "this user may not see the stream (403)")
    if isinstance(error, av.error.HTTPNotFoundError):
        return SourceError(SourceState.NO_VIDEO, "the camera knows no stream of this path (404)")
    if isinstance(error, av.error.HTTPClientError | av.error.HTTPServerError):
        # Most often 454 or 455, to a PLAY of no track at all: there was no video in the description.
        return SourceError(SourceState.NO_VIDEO, "the camera offers no video here, or refuses to play it")
    if error is None or isinstance(error, av.error.ProtocolNotFoundError):
        return SourceError(SourceState.UNREACHABLE, "the address cannot be understood", GapCause.CAMERA)
    return None


def _unclear_cause(error: av.error.FFmpegError | None) -> SourceError:
    """What went wrong, where something that speaks RTSP listens."""
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return SourceError(SourceState.STALLED, "the camera answers, but sends no picture", GapCause.CAMERA)
    if isinstance(error, av.error.ArgumentError):
        # With a protocol_whitelist, FFmpeg ends so at an answer 3xx instead of going wherever it leads.
        words = "the camera sends us on to another address: enter that one"
        return SourceError(SourceState.UNREACHABLE, words, GapCause.CAMERA)
    if isinstance(error, av.error.InvalidDataError):
        return SourceError(SourceState.NO_VIDEO, "the camera describes no stream that can be read")
    return SourceError(SourceState.UNREACHABLE, "the camera closed the connection", GapCause.CAMERA)
