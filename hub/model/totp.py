"""One-time passwords by time (RFC 6238), and codes for when the telephone is lost. Pure."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp

STEP_S = 30
RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without what looks alike."""


def new_secret() -> str:
    """160 bits in base32, as RFC 4226 recommends."""
    return pyotp.random_base32()


def address(secret: str, name: str, hub: str) -> str:
    """The ``otpauth://`` address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=hub)


def matching_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The time step whose password ``code`` is: now, or one step before or after; None for none.

    A step up to ``last_step`` does not match any more: no password is taken twice (RFC 6238, 5.2).
    """
    current = int(now.timestamp()) // STEP_S
    otp = pyotp.TOTP(secret, interval=STEP_S)
    found = [
        step
        for step in (current - 1, current, current + 1)
        # All are compared, so that it takes as long for each.
        if hmac.compare_digest(otp.generate_otp(step).encode(), code.encode(errors="surrogatepass"))
    ]
    return next((step for step in found if step > last_step), None)


def new_recovery_codes() -> list[str]:
    """Each with 59 bits, in groups that can be read aloud."""
    letters = [[secrets.choice(_ALPHABET) for _ in range(12)] for _ in range(RECOVERY_CODES)]
    return ["-".join("".join(one[at : at + 4]) for at in (0, 4, 8)) for one in letters]


def plain(code: str) -> str:
    """A code as it was typed: its letters and digits, small."""
    return "".join(letter for letter in code.lower() if letter.isalnum())
