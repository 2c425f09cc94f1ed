"""How the C library keeps the memory of a process in which many threads decode.

A picture is 3 MB at 1080p, in planes of 2 MB and twice 0.5 MB, and cameras take turns at needing three to five of them.
By default glibc keeps such blocks, once it has seen one freed, inside its heaps, one heap a thread, where smaller and
longer-lived blocks soon stand between them. Here they are mapped, so that they go back to the system when they are
freed, and threads share two heaps (mallopt(3)). Mapping smaller ones as well, what is made of a picture to analyse it,
costs more than it gives back: 45 000 page faults in 90 s of a busy camera instead of 31 000.

When the processors are overloaded more cameras catch up at one time than otherwise, and what the heaps grew to then
stays with the process: of eight cameras 270 MB instead of 225. ``trim`` gives it back.
"""

from __future__ import annotations

import ctypes

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_LARGE_BYTES = 512 * 1024  # a plane of colour at 1080p is a little more
_ARENAS = 2
TRIM_EVERY_S = 60.0


def settle() -> bool:
    """Before there is a second thread. False where the C library is not glibc: it then keeps its own ways."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES) and mallopt(_M_ARENA_MAX, _ARENAS))


def trim() -> None:
    """Give the system back what is free in the heaps, in whole pages, also amid what is in use (malloc_trim(3))."""
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
