"""A checkpoint is written beside the work of the engine."""

from __future__ import annotations

import threading

import psycopg
import pytest

from hub.store import offsets
from hub.store.listen import Listener
from rules.engine import CHANNELS, READER
from tests.fix_rules import City


@pytest.fixture
def city(rules_city: City) -> City:
    return rules_city


def test_no_alert_waits_for_a_checkpoint_and_none_is_left_unwritten(city: City) -> None:
    engine, stop = city.engine(), threading.Event()
    told: list[list[tuple[float, float | None]]] = []
    city.say(("smoke-1", 0, 0.1))

    def working() -> None:
        if not told:  # the first checkpoint cannot be written as yet
            city.say(("smoke-1", 1, 0.5))
        told.append(city.spans())
        if len(told) == 2:
            other.rollback()
            stop.set()

    with psycopg.connect(city.store.conninfo) as other:
        other.execute("lock table reader_checkpoint in exclusive mode")
        listener = Listener(city.store.conninfo, CHANNELS, city.clock)
        try:
            engine.run_once(working, listener, stop)
        finally:
            listener.close()
    assert told == [[], [(1, None)]]
    checkpoint = offsets.load_checkpoint(city.store, READER)
    assert checkpoint is not None
    assert checkpoint.offsets == {"mqtt-0": 1}
