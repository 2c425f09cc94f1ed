"""The keeper: what has to be done on time by somebody who is not busy with data.

It notices processes that have stopped beating and marks what they watched as blind, brings back alerts that were put
off. Beside that, in threads of their own, it keeps the rollups up to date and keeps house (``hub.app.upkeep``).
"""

from __future__ import annotations

import argparse
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from hub import log
from hub.app.broker_accounts import BrokerAccounts
from hub.app.datadir import Room, free_bytes, say_full
from hub.app.upkeep import Counting, House
from hub.backoff import Backoff
from hub.cases import acts, quiet
from hub.clock import Clock, SystemClock
from hub.config import Config, load, store_access
from hub.signals import stop_event
from hub.store import Store, commands, health, processes
from hub.store.heart import LATE_S, Heart
from hub.store.processes import Process
from hub.supervise import supervise
from hub.tally import Tally

PERIOD_S = 1.0
OVERDUE_S = 10.0
"""A command whose time is over is its worker's to end; one that is still open after so long has none."""
_PAUSE_S = 4.0  # between two looks: longer, and something hung

_log = logging.getLogger(__name__)


class Pulse:
    """When the last beat of each process was seen, by the monotonic clock: setting the host's clock kills nobody.

    Time in which nobody could beat, or nobody looked, is not held against them: the store hung, or this process did.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[datetime, float]] = {}
        self._looked_s = clock.monotonic()

    def dead(self, known: Sequence[Process]) -> list[Process]:
        """Those that said goodbye, or have not beaten for ``LATE_S``. ``known`` was read just now."""
        now_s = self._clock.monotonic()
        if now_s - self._looked_s > _PAUSE_S:
            self._seen.clear()
        self._looked_s = now_s
        dead = []
        for process in known:
            beat_at, seen_s = self._seen.get(process.name, (None, now_s))
            if beat_at != process.beat_at:
                self._seen[process.name] = process.beat_at, now_s
            if process.state == "down" or (beat_at == process.beat_at and now_s - seen_s > LATE_S):
                dead.append(process)
        return dead


def give_up(store: Store, process: Process, now: datetime) -> int:
    """Mark a process as down and its sources as not watched since its last beat; answers how many sources.

    Where it has beaten meanwhile nothing is done.
    """
    reason = f"{process.name} does not run" if process.state == "down" else f"{process.name} has stopped answering"
    with store.transaction() as tx:
        if not processes.give_up(tx, process, "has stopped answering", now):
            return 0
        return health.blind(tx, process.name, process.beat_at, reason)


class Overdue:
    """Commands that nobody ends. Like ``Pulse``, it counts the time in which somebody could have."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, float] = {}

    def give_up(self, store: Store) -> int:
        """End those that were overdue for ``OVERDUE_S``; answers how many. Raises StoreUnavailable."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        late = [command.id for command in commands.open_commands(store) if command.expires_at <= now]
        self._seen = {command_id: self._seen.get(command_id, now_s) for command_id in late}
        left = {command_id for command_id, seen_s in self._seen.items() if now_s - seen_s >= OVERDUE_S}
        why = "the worker of this device does not run"
        return commands.give_up(store, now, why, "keeper", lambda command: command.id in left) if left else 0


class Keeper:
    """``run_once`` for the supervisor: works until the store goes away or ``stop`` is set."""

    def __init__(self, config: Config, store: Store, clock: Clock, stop: threading.Event) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._stop = stop
        self._room = Room()

    def trouble(self) -> str:
        """What a person should know of; empty where all is well."""
        free = free_bytes(self._config.data_dir)
        self._room.look(free)
        return say_full(self._config.data_dir, free) if self._room.is_full else ""

    def run_once(self, working: Callable[[], None]) -> None:
        # New ones: nobody could do anything while the store was away.
        pulse, overdue, watch = Pulse(self._clock), Overdue(self._clock), quiet.Watch(self._clock)
        accounts = BrokerAccounts(self._config, self._store)
        while not self._stop.is_set():
            for process in pulse.dead(processes.list_processes(self._store)):
                if give_up(self._store, process, self._clock.now()):
                    _log.warning("%s does not answer: its sources are marked as not watched", process.name)
            changed = acts.do_due(self._store, self._clock.now(), self._config.alarms.chattering.within)
            if changed:
                _log.info("%d alerts are back, ask again, or go out of service", len(changed))
            if shown := watch.look(self._store):
                _log.info("%d alerts are muted no more, or by something else", len(shown))
            if count := overdue.give_up(self._store):
                _log.warning("%d commands were ended: nobody looked after them", count)
            accounts.look()
            working()
            self._stop.wait(PERIOD_S)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hub.app.keeper")
    parser.add_argument("-c", "--config", type=Path, required=True)
    config = load(parser.parse_args().config)
    log.setup("keeper")
    stop = stop_event()
    clock = SystemClock()
    with Store.open(store_access(config), "keeper") as store:
        tally = Tally()
        heart = Heart(store, "keeper", clock, tally).start()
        keeper = Keeper(config, store, clock, stop)
        counting, house = Counting(store, clock, tally, stop), House(config, store, clock, tally, stop)
        beside = [counting.start(), house.start()]

        def report(healthy: bool, reason: str) -> None:
            reason = reason or keeper.trouble() or counting.trouble or house.trouble
            heart.set("ok" if healthy and not reason else "degraded", reason or "watching over the others")

        supervise(keeper.run_once, name="keeper", stop=stop, backoff=Backoff(0.5, 5.0), report=report)
        for thread in beside:
            thread.join(timeout=2.0)
        heart.stop()


if __name__ == "__main__":
    main()
