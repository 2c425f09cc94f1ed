"""People: who they are, what they were granted, and what somebody who holds a session or a token may do."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from hub.model.rights import EVERYWHERE, Grant, Reach, Right, Role, reach, restricted

MAX_NAME = 64
INTERNAL = frozenset({"engine", "gridhub", "hub", "keeper", "nobody", "rules", "system"})
"""Names under which the hub itself acts; no person has one."""


@dataclass(frozen=True, slots=True)
class Person:
    """``external``: signs in by the OpenID Connect provider, and has no password here. ``password_given``: by somebody
    else, who knows it, so that it is to be changed."""

    name: str
    grants: tuple[Grant, ...] = ()
    disabled: bool = False
    external: bool = False
    password_given: bool = False

    @property
    def is_chief(self) -> bool:
        """Whether this is an administrator of the whole city who may sign in: there is always one."""
        return not self.disabled and Grant(Role.ADMINISTRATOR) in self.grants


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose session or token it is, and until when. ``key`` names it, and is no secret.

    ``rights`` and ``area`` are the scope of a token; None: all that its person may. ``second_factor``: a session was
    begun with more than a password.
    """

    key: str
    person: Person
    expires_at: datetime
    second_factor: bool = False
    rights: frozenset[Right] | None = None
    area: str = EVERYWHERE

    @property
    def is_token(self) -> bool:
        return self.rights is not None

    @property
    def reach(self) -> Reach:
        known = reach(self.person.grants)
        return known if self.rights is None else restricted(known, self.rights, self.area)

    @property
    def has_given_password(self) -> bool:
        """Whether its person has to change their password before anything else. Programs do not wait for that."""
        return not self.is_token and self.person.password_given

    def lacks_factor(self, required: Collection[Role]) -> bool:
        """Whether one of the person's roles is ``required`` to have a second factor, and this session has none."""
        return not self.is_token and not self.second_factor and any(g.role in required for g in self.person.grants)


def check_name(name: str) -> str:
    """``name`` itself. Raises ValueError, for a person, where nobody can be called so.

    Letters of any script are allowed, but one name has one spelling (Unicode, NFKC), so that none looks like another.
    """
    if not 1 <= len(name) <= MAX_NAME:
        raise ValueError(f"a name has 1 to {MAX_NAME} characters")
    if not all(letter in "._@+-" or unicodedata.category(letter)[0] in "LMN" for letter in name) or name[0] in "._@+-":
        raise ValueError("a name is letters and digits, and . _ @ + - within")
    if unicodedata.normalize("NFKC", name) != name:
        raise ValueError("a name is written in ordinary letters: this one only looks like it")
    if name.casefold() in INTERNAL:
        raise ValueError(f"{name!r} is a name of the hub itself")
    return name
