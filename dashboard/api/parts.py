"""How the parts of the hub are: its store, its broker and each of its processes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.config import Config
from hub.store.heart import LATE_S
from hub.store.processes import Process

_CONNECTED = "gridhub_broker_connected"


@dataclass(frozen=True, slots=True)
class Part:
    """``state`` is ok, degraded or down; ``detail`` one line for a person."""

    name: str
    state: str
    detail: str
    since: datetime | None = None
    beat_at: datetime | None = None

    @property
    def told(self) -> tuple[str, str, str, datetime | None]:
        """What is worth telling when it changes: all but the beat."""
        return self.name, self.state, self.detail, self.since


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """Whether the store answers, since when, and if not, why. ``answers`` is None before it was tried.

    ``since`` is None where the store was asked only once: then nobody is given time to beat again.
    """

    answers: bool | None
    since: datetime | None
    reason: str = ""


def expected(config: Config) -> list[str]:
    """The names of the processes of a hub, in the order in which data goes through them."""
    video = [f"video-{number}" for number in range(config.workers.video)]
    mqtt = [f"mqtt-{number}" for number in range(config.workers.mqtt)]
    return [*video, *mqtt, "rules", "dashboard", "keeper"]


def parts_of(
    names: Sequence[str], processes: Sequence[Process], store: StoreHealth, now: datetime
) -> list[Part]:
    """The parts, the store and the broker first.

    While the store is away nothing new is known of the others, and what was known last is said. A process is given
    the time for a beat after the store came back before it counts as dead.
    """
    known = {process.name: process for process in processes}
    of_processes = [_process(name, known.get(name), store, now) for name in names]
    return [_store(store), _broker(processes, of_processes), *of_processes]


def is_down(parts: Sequence[Part]) -> list[str]:
    return [part.name for part in parts if part.state == "down"]


def _store(store: StoreHealth) -> Part:
    if store.answers is None:
        return Part("store", "down", "not tried yet", store.since)
    return Part("store", "ok" if store.answers else "down", store.reason, store.since)


def _process(name: str, process: Process | None, store: StoreHealth, now: datetime) -> Part:
    if process is None:
        return Part(name, "down", "has not started")
    heard_at = max(process.beat_at, store.since or process.beat_at)
    is_late = bool(store.answers) and (now - heard_at).total_seconds() > LATE_S
    if process.state != "down" and is_late:
        return Part(name, "down", "has stopped answering", process.beat_at, process.beat_at)
    return Part(name, process.state, process.detail, process.since, process.beat_at)


def _broker(processes: Sequence[Process], parts: Sequence[Part]) -> Part:
    """What the device workers that live say of the broker."""
    alive = {part.name for part in parts if part.state != "down"}
    said = [(process, value) for process in processes if process.name in alive for value in _connected(process)]
    if not said:
        return Part("broker", "degraded", "not known: no device worker has said anything of it")
    without = [process for process, value in said if value == 0]
    if without:
        words = without[0].detail if without[0].state == "degraded" else "not connected"
        return Part("broker", "down", words, max(process.since for process in without))
    return Part("broker", "ok", "", max(process.since for process, _ in said))


def _connected(process: Process) -> Iterator[float]:
    return (float(sample["value"]) for sample in process.samples if sample["name"] == _CONNECTED)
