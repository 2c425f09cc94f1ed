"""People and what they may do. Roles are a ladder for now: each may do what the one before it may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    INTEGRATOR = "integrator"
    ADMINISTRATOR = "administrator"

    def includes(self, other: Role) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Person:
    """``area`` is the subtree this person may see; None means everything."""

    name: str
    role: Role
    area: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    person: Person
    expires_at: datetime
