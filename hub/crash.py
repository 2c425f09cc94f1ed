"""Named points at which a process can be made to die, as by ``kill -9``, to prove that what it left is right.

``GRIDHUB_CRASH_AT=after_commit`` kills the process where it first comes to that point, ``after_commit:3`` the third
time. Without the variable a point is a comparison. Every point has its test in ``tests/integration/test_crash_points``.
"""

from __future__ import annotations

import os
import signal

_name, _, _count = os.environ.get("GRIDHUB_CRASH_AT", "").partition(":")
_left = int(_count or 1)


def point(name: str) -> None:
    """Die here, if this is the point that was asked for."""
    if name == _name:
        _die()


def _die() -> None:
    global _left
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)  # no handler, no buffer, no other thread comes after this
