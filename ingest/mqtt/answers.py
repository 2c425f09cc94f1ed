"""What a device says of a command: the topics of the contract, and ``{"id", "ok", "detail"?}`` read with suspicion."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from hub.model.source import check_source_id

ANSWERS = "gridhub/v1/devices/+/commands/answer"
"""What is subscribed to."""
MAX_BYTES = 4096
MAX_DETAIL = 500
_TOPIC = re.compile(r"gridhub/v1/devices/([^/]+)/commands/answer")
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Answer:
    command: str
    done: bool
    detail: str


def device_of(topic: str) -> str:
    """Who answers. Raises ValueError."""
    found = _TOPIC.fullmatch(topic)
    if found is None:
        raise ValueError(f"{topic[:200]!r} is no topic of answers")
    return check_source_id(found[1])


def read(payload: bytes) -> Answer:
    """Raises ValueError, whatever the bytes."""
    if len(payload) > MAX_BYTES:
        raise ValueError(f"an answer has at most {MAX_BYTES} bytes")
    try:
        found = json.loads(payload)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict) or found.keys() - {"id", "ok", "detail"}:
        raise ValueError("an answer is an object with id, ok and detail")
    command, done, detail = found.get("id"), found.get("ok"), found.get("detail", "")
    if not isinstance(command, str) or not _ID.fullmatch(command):
        raise ValueError("id is not that of a command")
    if not isinstance(done, bool):
        raise ValueError("ok must be true or false")  # noqa: TRY004  one error for every wrong answer
    if not isinstance(detail, str):
        raise ValueError("detail must be text")  # noqa: TRY004  as above
    return Answer(command, done, _storable(detail))


def _storable(text: str) -> str:
    """What PostgreSQL and a terminal can take: no NUL, no half of a surrogate pair, no control characters."""
    whole = text.encode(errors="replace").decode()
    return "".join(letter if letter.isprintable() else " " for letter in whole)[:MAX_DETAIL]
