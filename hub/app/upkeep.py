"""The slow work of the keeper, in threads of its own, so that nobody who is dead goes unnoticed meanwhile.

``Counting`` keeps the rollups up to date, ``House`` makes partitions, drops and compresses what is old, and looks once
a day whether the rollups are what the raw rows come to.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from datetime import timedelta

from hub.app import audit_export
from hub.backoff import Backoff
from hub.clock import Clock
from hub.config import Config
from hub.store import Store, commands, housekeeping, reconcile
from hub.store.rollup import Rollup
from hub.supervise import supervise
from hub.tally import Tally

EVERY_S = 1.0
HOUSEKEEPING_S = 3600.0
RECONCILE_S = 86_400.0
KEEP_COMMANDS = timedelta(days=400)
BEHIND = timedelta(seconds=10)
SAMPLED_DAYS = 3
SAMPLED_SERIES = 200

_log = logging.getLogger(__name__)


class Counting:
    """``trouble``: what a person should know of; empty where all is well."""

    def __init__(self, store: Store, clock: Clock, tally: Tally, stop: threading.Event) -> None:
        self._store = store
        self._clock = clock
        self._tally = tally
        self._stop = stop
        self.trouble = ""

    def start(self) -> threading.Thread:
        return _start("rollups", self.run_once, self._stop, self._report)

    def run_once(self, working: Callable[[], None]) -> None:
        rollup = Rollup(self._store, self._clock)
        while not self._stop.is_set():
            progress = rollup.run()
            self._tally.set("gridhub_rollup_lag_seconds", progress.behind.total_seconds())
            age = self._clock.now() - progress.edge
            self._tally.set("gridhub_rollup_edge_age_seconds", max(0.0, age.total_seconds()))
            working()
            if progress.behind > BEHIND:
                self.trouble = f"the rollups are {progress.behind.total_seconds():.0f} s behind"
            self._stop.wait(EVERY_S if progress.is_done else 0.0)

    def _report(self, healthy: bool, reason: str) -> None:
        self.trouble = "" if healthy else f"the rollups stand still: {reason}"


class House:
    """Once an hour, and once a day. ``trouble`` as of ``Counting``."""

    def __init__(self, config: Config, store: Store, clock: Clock, tally: Tally, stop: threading.Event) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._tally = tally
        self._stop = stop
        self._reconcile_at_s = clock.monotonic() + HOUSEKEEPING_S
        self.trouble = ""

    def start(self) -> threading.Thread:
        return _start("housekeeping", self.run_once, self._stop, self._report)

    def run_once(self, working: Callable[[], None]) -> None:
        while not self._stop.is_set():
            housekeeping.run(self._store, self._clock.now(), self._config.keep)
            commands.forget(self._store, self._clock.now() - KEEP_COMMANDS)
            self._hand_out()
            if self._clock.monotonic() >= self._reconcile_at_s:
                self._reconcile_at_s = self._clock.monotonic() + RECONCILE_S
                self._compare()
            working()
            self._stop.wait(HOUSEKEEPING_S)

    def _hand_out(self) -> None:
        """The audit log, to files that can be copied away."""
        data_dir, now = self._config.data_dir, self._clock.now()
        audit_export.export(self._store, data_dir, now)
        audit_export.prune(data_dir, now, self._config.audit.keep)

    def _compare(self) -> None:
        """A sample of the days that are kept, and of the series: what is wrong shows, and is put right."""
        days = reconcile.days(self._store)
        for day in sorted({*days[-2:], *random.sample(days, min(len(days), SAMPLED_DAYS))}):
            last = day + timedelta(days=1)
            found = reconcile.reconcile(self._store, day, last, sample=SAMPLED_SERIES)
            self._tally.add("gridhub_rollup_differences_total", len(found))
            if found:
                _log.error("%d rollups of %s were not what the rows come to, as: %s", len(found), day.date(), found[0])
                reconcile.reconcile(self._store, day, last, repair=True)

    def _report(self, healthy: bool, reason: str) -> None:
        self.trouble = "" if healthy else f"no house is kept: {reason}"


def _start(
    name: str,
    run_once: Callable[[Callable[[], None]], None],
    stop: threading.Event,
    report: Callable[[bool, str], None],
) -> threading.Thread:
    def run() -> None:
        supervise(run_once, name=name, stop=stop, backoff=Backoff(0.5, 5.0), report=report)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread
