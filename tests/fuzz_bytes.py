"""Damage to bytes, by a noise that can be made again."""

from __future__ import annotations

import random

_NUMBERS = (b"-1", b"0", b"65536", b"4294967296", b"99999999999999999999", b"1e9", b"")


def mutate(data: bytes, noise: random.Random) -> bytes:
    """``data`` with one to eight damages: bits, bytes, numbers, pieces missing, doubled, cut off or put in."""
    out = bytearray(data)
    for _ in range(noise.choice((1, 1, 2, 4, 8))):
        if not out:
            break
        at = noise.randrange(len(out))
        length = noise.choice((1, 2, 4, 16, 200))
        match noise.randrange(7):
            case 0:
                out[at] ^= 1 << noise.randrange(8)
            case 1:
                out[at : at + length] = noise.randbytes(length)
            case 2:
                del out[at : at + length]
            case 3:
                out[at:at] = out[at : at + length] * noise.choice((1, 2, 30))
            case 4:
                out[at:at] = noise.randbytes(length)
            case 5:
                del out[at:]
            case _:
                digits = [index for index, byte in enumerate(out) if 48 <= byte <= 57]
                if digits:
                    start = noise.choice(digits)
                    out[start : start + 1] = noise.choice(_NUMBERS)
    return bytes(out)
