"""Whether something listens on this machine."""

from __future__ import annotations

import socket

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared, not bound  # nosec B104


def from_here(host: str) -> str:
    """Where this machine reaches what listens on ``host``."""
    return _EVERY_ADDRESS.get(host, host)


def accepts(host: str, port: int, timeout_s: float) -> bool:
    """Whether a TCP connection to what listens on ``host`` is taken within ``timeout_s``."""
    try:
        with socket.create_connection((from_here(host), port), timeout=timeout_s):
            return True
    except OSError:
        return False
