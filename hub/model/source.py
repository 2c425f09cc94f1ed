"""Sources: cameras and devices, and whether they are watching.

Blind is not quiet: a source has a state with a cause at every moment. ``WATCHING`` is the only state in which silence
means that nothing happened.
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
    SILENT = "silent"              # a device that has said nothing for longer than it should
    OFFLINE = "offline"            # a device that said goodbye, or its last will did
    WORKER_DOWN = "worker_down"    # the process that reads it is not running
    DISABLED = "disabled"          # switched off by a person

    @property
    def watching(self) -> bool:
        return self is SourceState.WATCHING


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
class Health:
    """The state of one source: since when, why, and when it was last heard of."""

    source: str
    state: SourceState
    reason: str
    since: datetime
    seen_at: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
