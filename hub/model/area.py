"""Areas: the nodes of the tree city › district › street › community › grid.

A path (``qth/taoshan/xinghua/c03/g017``) is an area's identity; its parent is the path without the last part. Paths
are restricted so that they are safe in a topic, a URL and a file name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_PATH = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}(/[a-z0-9][a-z0-9_-]{0,62}){0,9}")
_PART = re.compile(r"\*\*|\*|[a-z0-9][a-z0-9_-]{0,62}")


def check_path(path: str) -> str:
    """``path`` itself. Raises ValueError where it is not an area path."""
    if not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is not an area path: lower-case letters, digits, - and _, parts divided by /")
    return path


def parent_of(path: str) -> str | None:
    """The path one level up; None for a root."""
    head, _, _ = path.rpartition("/")
    return head or None


def contains(outer: str, inner: str) -> bool:
    """Whether ``inner`` is ``outer`` or lies below it."""
    return inner == outer or inner.startswith(outer + "/")


Within = Sequence[str] | None
"""Subtrees of areas, as a query is narrowed to them; None is the whole city."""


def beginnings(within: Within) -> list[str] | None:
    """What the path of an area, with / after it, begins with where it lies in one of the subtrees."""
    return None if within is None else [f"{path}/" for path in within]


@dataclass(frozen=True, slots=True)
class Area:
    """``geometry`` is a GeoJSON geometry (RFC 7946) in WGS 84, or None; ``kind`` is city, district, street, … grid."""

    path: str
    name: str
    kind: str
    geometry: Mapping[str, Any] | None = None

    @property
    def parent(self) -> str | None:
        return parent_of(self.path)


def not_a_grid(path: str, paths: Iterable[str]) -> str:
    """Why no camera belongs at ``path`` itself: there are areas below it among ``paths``. Empty where one may."""
    below = sorted(other for other in paths if other != path and contains(path, other))
    if not below:
        return ""
    return f"{path!r} is not a grid: a camera belongs to one of the areas below it, as {below[0]!r}"


@dataclass(frozen=True, slots=True)
class AreaPattern:
    """A path in which ``*`` stands for one part, and ``**`` for any number of parts, none included."""

    text: str
    regex: re.Pattern[str] = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> AreaPattern:
        """Raises ValueError, for a person."""
        regex, before = "", ""
        for part in text.split("/"):
            if not _PART.fullmatch(part):
                raise ValueError(f"{text!r} is not a pattern of areas: a path, in which * is one part, ** any")
            if not part == before == "**":  # twice is once: they would try for ever how to share what matches
                regex += {"**": "(?:/[^/]+)*", "*": "/[^/]+"}.get(part, "/" + re.escape(part))
            before = part
        return cls(text, re.compile(regex))

    def matches(self, path: str) -> bool:
        return self.regex.fullmatch("/" + path) is not None
