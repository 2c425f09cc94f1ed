"""Words for people."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """``1 camera``, ``2 cameras``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
