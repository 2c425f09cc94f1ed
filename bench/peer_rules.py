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
HOLD_MS = 10_000
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
    """Five thresholds and five that must last ten seconds, one alert each time. An event is taken by one rule only, so
    the thresholds look at facts, which are taken away again. What lasts has to hear of the return: one rule for all
    events, given in batches, which costs half of what they cost one by one, and a table of since when. All of it in one
    state: with one for each of so many sources it runs out of memory."""
    lang = importlib.import_module("durable.lang")
    unmatched = importlib.import_module("durable.engine").MessageNotHandledException
    hits: list[int] = []
    with lang.ruleset("thresholds"):
        for number in range(0, RULES, 2):
            lang.when_all(lang.m.value > _limit(number))(_noting(hits, number))
    with lang.ruleset("lasting"):
        lang.when_all(lang.m.value >= 0)(_lasting(hits))
    events = [{"source": f"s{n % SOURCES}", "value": float(n * 7919 % 100_000) / 1000, "ts": n} for n in range(count)]
    began_s = time.process_time()
    for first in range(0, count, 1_000):
        batch = events[first : first + 1_000]
        for event in batch:
            with suppress(unmatched):  # what no rule wants is an error there, and is not kept
                lang.assert_fact("thresholds", event)
                lang.retract_fact("thresholds", event)
        lang.post_batch("lasting", batch)
    return time.process_time() - began_s, len(hits)


def _limit(number: int) -> float:
    return 99.9 + number / 100


def _noting(hits: list[int], number: int) -> Any:
    """An action of one argument: with two it would have to say when it is done."""

    def found(_context: Any) -> None:
        hits.append(number)

    found.__name__ = f"found_{number}"
    return found


def _lasting(hits: list[int]) -> Any:
    """A value holds until the next one of its source, as in the hub."""
    known: list[tuple[int, float, dict[str, int]]] = [(number, _limit(number), {}) for number in range(1, RULES, 2)]

    def heard(context: Any) -> None:
        event = context.m
        for number, limit, since in known:
            if event.value > limit:
                since.setdefault(event.source, event.ts)
            elif event.source in since and event.ts - since.pop(event.source) >= HOLD_MS:
                hits.append(number)

    return heard


if __name__ == "__main__":
    main()
