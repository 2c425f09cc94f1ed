"""The keeper: what has to be done on time by somebody who is not busy with data.

It notices processes that have stopped beating and marks what they watched as blind, brings back alerts that were put
off, and keeps house (partitions ahead, retention).
"""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from hub import log
from hub.app.datadir import Room, free_bytes, say_full
from hub.backoff import Backoff
from hub.clock import Clock, SystemClock
from hub.config import Config, load, store_access
from hub.store import Store, alerts, health, housekeeping, processes
from hub.store.heart import LATE_S, Heart
from hub.supervise import supervise
from hub.tally import Tally

PERIOD_S = 1.0
HOUSEKEEPING_S = 3600.0

_log = logging.getLogger(__name__)


def notice_the_dead(store: Store, clock: Clock, late_s: float = LATE_S) -> list[str]:
    """Mark processes without a heartbeat as down and their sources as not watched; answers their names."""
    now = clock.now()
    dead = []
    for process in processes.list_processes(store):
        is_late = (now - process.beat_at).total_seconds() > late_s
        if process.state != "down" and not is_late:
            continue
        reason = f"{process.name} does not run" if process.state == "down" else f"{process.name} has stopped answering"
        if process.state != "down":
            processes.mark_down(store, process.name, "has stopped answering", now)
        if health.blind(store, process.name, process.beat_at, reason):
            dead.append(process.name)
    return dead


class Keeper:
    """``run_once`` for the supervisor: works until the store goes away or ``stop`` is set."""

    def __init__(self, config: Config, store: Store, clock: Clock, stop: threading.Event) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._stop = stop
        self._housekeeping_at_s = 0.0
        self._room = Room()

    def trouble(self) -> str:
        """What a person should know of; empty where all is well."""
        free = free_bytes(self._config.data_dir)
        self._room.look(free)
        return say_full(self._config.data_dir, free) if self._room.is_full else ""

    def run_once(self, working: Callable[[], None]) -> None:
        # Nobody could beat while the store was away: whoever lives has this long to say so.
        judge_at_s = self._clock.monotonic() + LATE_S
        while not self._stop.is_set():
            if self._clock.monotonic() >= judge_at_s:
                for name in notice_the_dead(self._store, self._clock):
                    _log.warning("%s does not answer: its sources are marked as not watched", name)
            alerts_back = alerts.unshelve_due(self._store, self._clock.now())
            if alerts_back:
                _log.info("%d shelved alerts are back", len(alerts_back))
            if self._clock.monotonic() >= self._housekeeping_at_s:
                housekeeping.run(self._store, self._clock.now(), self._config.keep.observations)
                self._housekeeping_at_s = self._clock.monotonic() + HOUSEKEEPING_S
            working()
            self._stop.wait(PERIOD_S)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hub.app.keeper")
    parser.add_argument("-c", "--config", type=Path, required=True)
    config = load(parser.parse_args().config)
    log.setup("keeper")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    clock = SystemClock()
    with Store.open(store_access(config), "keeper") as store:
        heart = Heart(store, "keeper", clock, Tally()).start()
        keeper = Keeper(config, store, clock, stop)

        def report(healthy: bool, reason: str) -> None:
            reason = reason or keeper.trouble()
            heart.set("ok" if healthy and not reason else "degraded", reason or "watching over the others")

        supervise(keeper.run_once, name="keeper", stop=stop, backoff=Backoff(0.5, 5.0), report=report)
        heart.stop()


if __name__ == "__main__":
    main()
