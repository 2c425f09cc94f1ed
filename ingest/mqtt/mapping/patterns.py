"""Patterns of topics: filters of MQTT (5.0, 4.7) whose levels may have names, as in ``plant/{area}/{device}/up``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_NAMED = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_MAX_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Pattern:
    """``filter`` is what is subscribed to; ``names`` are those of its levels, in their order."""

    filter: str
    names: tuple[str, ...]
    expression: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Raises ValueError, in words for a person."""
        levels, names, parts = [], [], []
        for index, level in enumerate(given := text.split("/")):
            if named := _NAMED.fullmatch(level):
                if named[1] in names:
                    raise ValueError(f"two levels are called {{{named[1]}}}")
                names.append(named[1])
                levels.append("+")
                parts.append(f"(?P<{named[1]}>[^/]+)")
            elif level == "#":
                if index != len(given) - 1:
                    raise ValueError("# may only be the last level")
                levels.append("#")
            elif level == "+":
                levels.append("+")
                parts.append("[^/]*")
            elif any(mark in level for mark in "+#{}"):
                message = f"{level!r}: +, # and a name in braces stand for a whole level, as in plant/{{device}}/up"
                raise ValueError(message)
            else:
                levels.append(level)
                parts.append(re.escape(level))
        if not text or "\0" in text or len(text.encode()) > _MAX_BYTES:
            raise ValueError(f"a topic has 1 to {_MAX_BYTES} bytes and no NUL")
        if levels[0].startswith("$share"):
            raise ValueError("a shared subscription is the hub's own affair: leave $share/… out")
        body = "/".join(parts)
        if levels[-1] == "#":
            body = f"{body}(?:/.*)?" if body else ".*"
        # A wildcard at the beginning does not reach the broker's own topics (4.7.2).
        begin = r"(?!\$)" if levels[0] in {"+", "#"} else ""
        return cls("/".join(levels), tuple(names), re.compile(f"{begin}{body}", re.DOTALL))

    def match(self, topic: str) -> Mapping[str, str] | None:
        """The named levels of ``topic``; None where it is another's."""
        found = self.expression.fullmatch(topic)
        return found.groupdict() if found else None


def covers(one: str, other: str) -> bool:
    """Whether filter ``one`` takes every topic that ``other`` takes."""
    mine, theirs = one.split("/"), other.split("/")
    if mine[0] in {"+", "#"} and theirs[0].startswith("$"):
        return False
    for index, level in enumerate(mine):
        if level == "#":
            return True
        if index >= len(theirs) or theirs[index] == "#":
            return False
        if level not in {"+", theirs[index]}:
            return False
    # ``a/#`` takes ``a`` too, so ``a/+`` does not cover it; the same number of levels is needed otherwise.
    return len(mine) == len(theirs)


def overlap(one: str, other: str) -> bool:
    """Whether there is a topic that both filters take."""
    mine, theirs = one.split("/"), other.split("/")
    for wild, plain in ((mine, theirs), (theirs, mine)):
        if wild[0] in {"+", "#"} and plain[0].startswith("$"):
            return False
    for index in range(max(len(mine), len(theirs))):
        a = mine[index] if index < len(mine) else None
        b = theirs[index] if index < len(theirs) else None
        if a == "#" or b == "#":
            return True
        if a is None or b is None or (a != b and "+" not in (a, b)):
            return False
    return True


def least(filters: Sequence[str]) -> tuple[str, ...]:
    """Those that no other covers: a broker may deliver a message once for each subscription that takes it."""
    distinct = list(dict.fromkeys(filters))
    return tuple(one for one in distinct if not any(other != one and covers(other, one) for other in distinct))
