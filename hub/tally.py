"""Counters and gauges of one process.

What is dropped, refused or repeated is counted here by name and cause; a heartbeat carries the totals to the store,
and the dashboard serves those of every process as ``/metrics``. Names follow the Prometheus conventions: a unit
suffix, and ``_total`` on counters.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    labels: Mapping[str, str]
    value: float


class Tally:
    """Thread-safe. ``add`` for counters, ``set`` for gauges."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, Labels], float] = {}
        self._lock = threading.Lock()

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        key = (name, tuple(sorted(labels.items())))
        with self._lock:
            self._values[key] = self._values.get(key, 0.0) + amount

    def set(self, name: str, value: float, **labels: str) -> None:
        key = (name, tuple(sorted(labels.items())))
        with self._lock:
            self._values[key] = value

    def get(self, name: str, **labels: str) -> float:
        with self._lock:
            return self._values.get((name, tuple(sorted(labels.items()))), 0.0)

    def total(self, name: str) -> float:
        """The sum over all labels."""
        with self._lock:
            return sum(value for (known, _), value in self._values.items() if known == name)

    def samples(self) -> list[Sample]:
        with self._lock:
            return [Sample(name, dict(labels), value) for (name, labels), value in sorted(self._values.items())]
