"""What the rule engine is measured against: ``peer_rules.py bytewax|durable EVENTS`` prints CPU seconds and results.

Runs in an environment of its own, and shares nothing with the hub. Events are made before the clock starts.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

KEYS = 1_000
SOURCES = 20_000
RULES = 10
T0 = datetime(2026, 3, 1, tzinfo=UTC)


def main() -> None:
    name, count = sys.argv[1], int(sys.argv[2])
    cpu_s, results = {"bytewax": bytewax, "durable": durable}[name](count)
    json.dump({"events": count, "cpu_s": cpu_s, "results": results}, sys.stdout)


def bytewax(count: int) -> tuple[float, int]:
    """A sliding mean of 30 s every 10 s, of a thousand keys that each say something every second."""
    operators = importlib.import_module("bytewax.operators")
    windowing = importlib.import_module("bytewax.operators.windowing")
    testing = importlib.import_module("bytewax.testing")
    dataflow = importlib.import_module("bytewax.dataflow")
    events = [(f"k{n % KEYS}", (T0 + timedelta(milliseconds=n), float(n % 997))) for n in range(count)]
    found: list[Any] = []
    flow = dataflow.Dataflow("bench")
    stream = operators.input("in", flow, testing.TestingSource(events, batch_size=1_000))
    clock = windowing.EventClock(lambda event: event[0], wait_for_system_duration=timedelta(seconds=2))
    windower = windowing.SlidingWindower(length=timedelta(seconds=30), offset=timedelta(seconds=10), align_to=T0)
    means = windowing.fold_window(
        "mean", stream, clock, windower,
        lambda: (0.0, 0), lambda so_far, event: (so_far[0] + event[1], so_far[1] + 1),
        lambda one, other: (one[0] + other[0], one[1] + other[1]),
    )  # fmt: skip
    operators.output("out", means.down, testing.TestingSink(found))
    began_s = time.process_time()
    testing.run_main(flow)
    return time.process_time() - began_s, len(found)


def durable(count: int) -> tuple[float, int]:
    """Ten thresholds, all in one state, as it runs out of memory with one for each of so many sources. A condition that
    lasts would be a timer, one more fact for each event: that is spared it here."""
    lang = importlib.import_module("durable.lang")
    unmatched = importlib.import_module("durable.engine").MessageNotHandledException
    hits: list[int] = []
    with lang.ruleset("bench"):
        for number in range(RULES):

            lang.when_all(lang.m.value > 99.9 + number / 100)(_noting(hits, number))
    events = [{"source": f"s{n % SOURCES}", "value": float(n * 7919 % 100_000) / 1000, "ts": n} for n in range(count)]
    began_s = time.process_time()
    for event in events:
        with suppress(unmatched):  # what no rule wants is an error there
            lang.post("bench", event)
    return time.process_time() - began_s, len(hits)


def _noting(hits: list[int], number: int) -> Any:
    """An action of one argument: with two it would have to say when it is done."""

    def found(_context: Any) -> None:
        hits.append(number)

    found.__name__ = f"found_{number}"
    return found


if __name__ == "__main__":
    main()
