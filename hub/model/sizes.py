"""Sizes in bytes, as people write them: decimal units (IEC 80000-13), ``20GB`` is 20 000 000 000 bytes."""

from __future__ import annotations

import re

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|TB)")
UNITS = {"TB": 10**12, "GB": 10**9, "MB": 10**6, "kB": 10**3, "B": 1}


def parse_size(text: str) -> int:
    """``"20GB"`` in bytes. Raises ValueError."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a size: a number and B, kB, MB, GB or TB, as in 20GB")
    return round(float(match[1]) * UNITS[match[2]])


def format_size(size_bytes: int) -> str:
    """The largest unit of which it is a whole number: ``1500MB``."""
    unit = next(unit for unit, factor in UNITS.items() if size_bytes % factor == 0)
    return f"{size_bytes // UNITS[unit]}{unit}"
