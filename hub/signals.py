"""How a process is told to stop: SIGTERM by whoever started it, SIGINT by Ctrl-C."""

from __future__ import annotations

import signal
import threading


def stop_event() -> threading.Event:
    """Set by the first of the two signals, from now on. Only the main thread may call this (``signal.signal``)."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
