"""A process is told to stop by either of two signals, and goes on until then."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from hub.signals import stop_event

BOTH = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in BOTH}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", BOTH)
def test_either_signal_tells_a_process_to_stop(number: signal.Signals) -> None:
    stop = stop_event()
    assert not stop.is_set()
    signal.raise_signal(number)
    assert stop.is_set()
