"""One look at a camera, before it is added: what it sends, or why it cannot be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.clock import Clock
from hub.errors import SourceError
from hub.model.source import SourceState
from ingest.video.decode import Decoder, Picture
from ingest.video.open import Facts, Feed, open_feed

_LIMIT_S = 10.0
_OPEN_TIMEOUT_S = 3.5
_READ_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Probe:
    """``state`` is watching where all is well; ``jpeg`` is one picture of the camera."""

    state: SourceState
    reason: str
    facts: Facts | None = None
    jpeg: bytes | None = None


def probe(url: str, secret: Mapping[str, str] | None, clock: Clock, width: int = 960) -> Probe:
    """Open a camera once, for about 10 s at most. ``url`` without credentials. What a camera does raises nothing."""
    until_s = clock.monotonic() + _LIMIT_S
    try:
        feed = open_feed(url, secret, open_timeout_s=_OPEN_TIMEOUT_S, read_timeout_s=_READ_TIMEOUT_S)
    except SourceError as error:
        return Probe(SourceState(error.state), error.reason)
    try:
        return _look(feed, clock, width, until_s)
    except SourceError as error:
        return Probe(SourceState(error.state), error.reason, feed.facts)
    finally:
        feed.close()


def _look(feed: Feed, clock: Clock, width: int, until_s: float) -> Probe:
    decoder = Decoder(feed.stream)
    first_s = last_s = None
    count = 0
    picture: Picture | None = None
    for packet in feed.packets():
        at_s = float((packet.pts or 0) * packet.time_base)
        first_s = at_s if first_s is None else first_s
        last_s, count = at_s, count + 1
        if picture is None and packet.is_keyframe:
            frames = decoder.alone(packet)
            picture = Picture(frames[-1], clock.now()) if frames else None
        # A rate needs a second of pictures.
        if picture is not None and (feed.facts.fps or last_s - first_s >= 1.0):
            break
        if clock.monotonic() > until_s:
            break
    if picture is None:
        return Probe(SourceState.UNSUPPORTED, "what the camera sends cannot be decoded", feed.facts)
    fps = feed.facts.fps or (count - 1) / max(1.0, (last_s or 0.0) - (first_s or 0.0))
    facts = Facts(feed.facts.codec, picture.frame.width, picture.frame.height, round(fps, 2))
    return Probe(SourceState.WATCHING, "", facts, picture.jpeg(width))
