"""What one message of a broker came to: observations, the reasons why not, and what it tells of devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hub.errors import Refused
from hub.model.observation import Observation

ONLINE_METRIC = "device.online"
"""What a status message becomes: 1 for ``online``, 0 for ``offline``."""


class Cause(StrEnum):
    """Why a message or a sample is refused: counted, and shown beside the quarantined payload."""

    BAD_TOPIC = "bad_topic"
    UNKNOWN_DEVICE = "unknown_device"
    NOT_APPROVED = "not_approved"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_CBOR = "not_cbor"
    NOT_PROTOBUF = "not_protobuf"
    NOT_TEXT = "not_text"
    WRONG_SHAPE = "wrong_shape"
    DUPLICATE_KEY = "duplicate_key"
    BAD_TIME = "bad_time"
    BAD_ID = "bad_id"
    BAD_DEVICE = "bad_device"
    BAD_METRIC = "bad_metric"
    BAD_VALUE = "bad_value"
    UNSUPPORTED = "unsupported"
    NO_BIRTH = "no_birth"
    INTERNAL = "internal"
    """A mistake of ours: the log has it."""


@dataclass(slots=True)
class Fault:
    """Why samples of a message were refused: ``count`` of them for this cause; ``detail`` is the first one's.

    ``device`` is "" where nobody knows whose they are.
    """

    cause: Cause
    detail: str
    count: int = 1
    device: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """What a device, or who speaks for it, tells of it: a birth certificate, a discovery, a bridge's list.

    ``metrics`` are units (UCUM, "" where not known) by the name of the metric; ``type`` is a suggestion, or "".
    """

    device: str
    name: str = ""
    type: str = ""
    model: str = ""
    metrics: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one message held. ``skipped`` counts values that say nothing on purpose: null, a bridge's own messages.

    Samples with neither a time nor an id are told apart by a microsecond each: the last one stands ``spread_us`` after
    the arrival of the message.
    """

    observations: Sequence[Observation] = ()
    faults: Sequence[Fault] = field(default=())
    announced: Sequence[Announced] = field(default=())
    skipped: int = 0
    spread_us: int = 0


def refused(error: Refused, device: str = "") -> Decoded:
    """A whole message that is refused."""
    return Decoded(faults=(Fault(Cause(error.cause), error.detail, 1, device),))
