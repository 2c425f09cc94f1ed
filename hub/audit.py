"""What is kept of who did what, for those who have to answer for it (ASVS 16.2: who, what, where, when, result)."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

NOBODY = ""
"""The actor of what came without a session."""


class Result(StrEnum):
    DONE = "done"
    REFUSED = "refused"  # they may not, or nobody knows who they are
    FAILED = "failed"  # they may, and it was not done


@dataclass(frozen=True, slots=True)
class Entry:
    """``actor``: the name of a person, ``cli:NAME`` at the command line, ``hub`` for what the hub does by itself.

    ``action`` is the name of an operation, ``subject`` what it was done to: ``cameras/cam-1``. ``source_ip`` is empty
    for what did not come by the network. ``detail`` is plain JSON data, and holds no secret.
    """

    actor: str
    action: str
    subject: str
    source_ip: str
    result: Result
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it is kept: numbered without holes, and chained to the one before by ``hash`` (SHA-256)."""

    id: int
    at: datetime
    entry: Entry
    hash: bytes


def by_command(action: str, subject: str, detail: Mapping[str, Any]) -> Entry:
    """What somebody has done at the command line of this machine."""
    return Entry(f"cli:{_user()}", action, subject, "", Result.DONE, detail)


def _user() -> str:
    """Who began it: a user that has become another by sudo is named as they came."""
    try:
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a number without a name, as in a container
        return str(os.getuid())
