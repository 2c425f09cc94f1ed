"""Bookmarks: moments that somebody marked, to find and to show them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MAX_SOURCES = 25
MAX_NOTE = 2000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """``sources``: what it is to be seen on, all of them in ``area``. ``until``: the end of a span; None: a moment."""

    id: int
    area: str
    at: datetime
    until: datetime | None
    sources: tuple[str, ...]
    incident: int | None
    note: str
    owner: str
    created_at: datetime
