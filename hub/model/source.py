"""Sources: cameras and devices, and whether they are watching.

Blind is not quiet: a source has a state with a reason at every moment. ``WATCHING`` is the only state in which silence
means that nothing happened; any other state is a gap, with a cause from a closed list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,126}")


def check_source_id(source_id: str) -> str:
    """``source_id`` itself. Raises ValueError: an id must be safe in a topic, a URL and a file name."""
    if not _ID.fullmatch(source_id):
        raise ValueError(f"{source_id!r} is not an id: letters, digits, . _ -, at most 127, no mark first")
    return source_id


class SourceKind(StrEnum):
    CAMERA = "camera"
    DEVICE = "device"


class GapCause(StrEnum):
    """Who has to do something about a gap. Kept beside the state and the reason, which say what exactly was wrong."""

    NETWORK = "network"            # nothing of the source arrives
    CAMERA = "camera"              # it answers, and does not do what it should
    TAMPERED = "tampered"          # it sends pictures that show nothing: covered, turned, frozen
    WORKER = "worker"              # the hub itself did not look
    DISK = "disk"                  # what was seen could not be kept
    CLOCK = "clock"                # the hub's clock was set: time that never was, or was twice
    SWITCHED_OFF = "switched_off"  # by a person


class GapScope(StrEnum):
    """What a gap is a gap of. The two never overlap: what is not watched is not said to be unrecorded besides."""

    WATCH = "watch"
    RECORD = "record"  # watched, but not recorded though it should be


class SourceState(StrEnum):
    """Whether a source is watching, and if not, why."""

    UNKNOWN = "unknown"            # never heard of since it was added
    CONNECTING = "connecting"      # being opened
    WATCHING = "watching"          # data arrives
    UNREACHABLE = "unreachable"    # refused, no route, no answer
    UNAUTHORIZED = "unauthorized"  # 401 or 403
    NO_VIDEO = "no_video"          # answers, but offers no video track that can be read
    STALLED = "stalled"            # connected, but nothing arrives
    ENDED = "ended"                # the other side closed the stream
    UNSUPPORTED = "unsupported"    # a codec that cannot be decoded here
    TAMPERED = "tampered"          # pictures arrive, and show nothing: covered, defocused, frozen, turned away
    SILENT = "silent"              # a device that has said nothing for longer than it should
    OFFLINE = "offline"            # a device that said goodbye, or its last will did
    WORKER_DOWN = "worker_down"    # the process that reads it is not running
    DISABLED = "disabled"          # switched off by a person

    @property
    def watching(self) -> bool:
        return self is SourceState.WATCHING

    @property
    def connected(self) -> bool:
        """Whether pictures arrive, whatever they show."""
        return self in {SourceState.WATCHING, SourceState.TAMPERED}

    @property
    def cause(self) -> GapCause | None:
        """Of a gap in this state, where whoever noticed it knows no better; None for ``WATCHING``.

        A stall is the network's: nothing tells a cable that was pulled from a camera that hangs, until it is opened.
        """
        return _CAUSES.get(self)


_CAUSES = {
    SourceState.UNKNOWN: GapCause.WORKER,
    SourceState.CONNECTING: GapCause.WORKER,
    SourceState.WORKER_DOWN: GapCause.WORKER,
    SourceState.UNREACHABLE: GapCause.NETWORK,
    SourceState.STALLED: GapCause.NETWORK,
    SourceState.SILENT: GapCause.NETWORK,
    SourceState.OFFLINE: GapCause.NETWORK,
    SourceState.UNAUTHORIZED: GapCause.CAMERA,
    SourceState.NO_VIDEO: GapCause.CAMERA,
    SourceState.ENDED: GapCause.CAMERA,
    SourceState.UNSUPPORTED: GapCause.CAMERA,
    SourceState.TAMPERED: GapCause.TAMPERED,
    SourceState.DISABLED: GapCause.SWITCHED_OFF,
}


@dataclass(frozen=True, slots=True)
class Source:
    """``config`` is what an integrator set, without any secret; ``secret`` never leaves the worker that needs it."""

    id: str
    kind: SourceKind
    area: str
    type: str
    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    secret: Mapping[str, str] | None = field(default=None, repr=False)
    origin: str = "config"
    approved: bool = True


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A camera is watched, but not recorded though it should be."""

    cause: GapCause
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """The state of one source: since when, why, and when it was last heard of."""

    source: str
    state: SourceState
    reason: str
    since: datetime
    seen_at: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    cause: GapCause | None = None
    """Of the gap, where it is known better than the state tells; see ``gap_cause``."""
    unrecorded: Unrecorded | None = None
    leapt_from: datetime | None = None
    """The last moment before the hub's clock was set. ``since`` is then of the new time, and may be earlier."""

    @property
    def gap_cause(self) -> GapCause | None:
        """None where there is no gap."""
        return None if self.state.watching else self.cause or self.state.cause
