"""What is known against a value: it is kept all the same, and marked."""

from __future__ import annotations

from enum import IntFlag


class Quality(IntFlag):
    """Flags of one observation; 0 is a good one. The numbers are stored: they never change."""

    GOOD = 0
    OUT_OF_RANGE = 1
    """Outside what its device's type says is plausible."""
    FROZEN = 2
    """The very same value for longer than its type allows."""
    JUMPING = 4
    """It changed faster than its type allows."""
    MISDATED = 8
    """Its own time was outside what is accepted: it stands at its time of arrival."""

    @property
    def words(self) -> list[str]:
        """The names of the flags, as other programs are told them."""
        return [str(flag.name).lower() for flag in self]


BAD = Quality.OUT_OF_RANGE | Quality.MISDATED
"""A value with one of these is left out of aggregates; the others are doubtful, and counted in."""

UNFIT = Quality.OUT_OF_RANGE
"""A value with this is kept from the rules. A wrong clock is not: smoke that is said under a wrong date is smoke."""
