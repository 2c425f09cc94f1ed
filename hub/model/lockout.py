"""How long somebody has to wait after attempts to sign in that failed.

Four counts are kept: of a name from an address, of a name, of an address, and of a name from a browser in which its
person has signed in before. A browser that is known answers for itself alone, so that whoever tries names from
elsewhere, and be it without end, cannot shut their persons out (OWASP, "Slow Down Online Guessing Attacks with Device
Cookies"). No wait is longer than five minutes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(minutes=5)
FORGET = timedelta(minutes=15)
"""After so long without a failure it counts from one again."""


@dataclass(frozen=True, slots=True)
class Count:
    """``free`` failures cost nothing; then the wait doubles with each: 1 s, 2 s, … up to ``LONGEST``."""

    key: bytes
    free: int


def counts(name: str, address: str, browser: str | None) -> list[Count]:
    """What an attempt counts towards. ``browser``: of one in which that name has signed in before."""
    if browser is not None:
        return [Count(_key("browser", name, browser), 3)]
    return [
        Count(_key("pair", name, address), 3),
        Count(_key("name", name), 30),
        of_address(address),
    ]


def of_address(address: str) -> Count:
    """Of attempts that name nobody."""
    return Count(_key("address", address), 30)


def wait(failures: int, failed_at: datetime, free: int, now: datetime) -> timedelta:
    """Until the next attempt; nothing where it is allowed now. ``failures`` with the last at ``failed_at``."""
    since = now - failed_at
    beyond = failures - free
    if beyond < 0 or since > FORGET:
        return timedelta(0)
    return max(timedelta(0), min(LONGEST, timedelta(seconds=2.0 ** min(beyond, 30))) - since)


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(part.casefold() for part in parts).encode(errors="surrogatepass")).digest()
