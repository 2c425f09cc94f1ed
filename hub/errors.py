"""The errors of the hub, one tree.

    HubError
     +-- ConfigError        a configuration or rule file is wrong; carries every problem found
     +-- StoreError         the store refused a statement
     |    +-- StoreUnavailable   the store cannot be reached now; worth trying again
     |    +-- NotFound           no such row
     |    +-- Conflict           the row exists already, or is no longer in the state asked for
     +-- SourceError        a camera or a device cannot be read; carries a cause that operators know
     +-- Refused            a payload or request that must not be tried again
     +-- StartError         a part cannot start; one clear sentence for a person

A library's error is wrapped where it is caught and kept as ``__cause__``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class HubError(Exception):
    """Root of every error the hub raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file a person wrote.

    ``line`` and ``column`` count from 1; 0 means the file as a whole. ``key`` is the dotted way to the value.
    """

    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class ConfigError(HubError):
    """A configuration is wrong. ``problems`` holds all of them at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class StoreError(HubError):
    """The store refused a statement."""


class StoreUnavailable(StoreError):
    """The store cannot be reached now."""


class NotFound(StoreError):
    """No such row."""


class Conflict(StoreError):
    """The row exists already, or is not in the state that the change needs."""


class SourceError(HubError):
    """A source cannot be read. ``state`` is one of ``hub.model.source.SourceState``.

    ``cause`` is one of its ``GapCause``, where that is known better than the state tells.
    """

    def __init__(self, state: str, reason: str, cause: str | None = None) -> None:
        self.state = state
        self.reason = reason
        self.cause = cause
        super().__init__(f"{state}: {reason}")


class Refused(HubError):
    """Input that will never be accepted. ``cause`` is a short fixed word, counted and shown."""

    def __init__(self, cause: str, detail: str) -> None:
        self.cause = cause
        self.detail = detail
        super().__init__(f"{cause}: {detail}")


class StartError(HubError):
    """A part of the hub cannot start; the message is one sentence for a person."""
