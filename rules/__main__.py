"""``python -m rules -c hub.yaml``: the rule engine as a process."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from hub import log
from hub.backoff import Backoff
from hub.clock import SystemClock
from hub.config import load, store_access
from hub.errors import ConfigError, HubError
from hub.signals import stop_event
from hub.store import Store
from hub.store.heart import Heart
from hub.store.listen import Listener
from hub.supervise import supervise
from hub.tally import Tally
from rules.book import RuleFiles
from rules.engine import CHANNELS, Engine, Surroundings
from rules.rule import Rule

_CONNECT_S = 2.0  # short, so that a stop is quick while the store is away

_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 told to stop, 1 failed, 2 wrong usage or configuration."""
    parser = argparse.ArgumentParser(prog="python -m rules", description="The rule engine.")
    parser.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"))
    options = parser.parse_args(argv)
    log.setup("rules")
    stop = stop_event()
    try:
        config = load(options.config)
        files = RuleFiles(config)
        rules = files.load()
        signal.signal(signal.SIGHUP, lambda *_: files.ask())
        conninfo = store_access(config)
        with Store.open(conninfo, "rules", timeout_s=_CONNECT_S) as store:
            run(store, conninfo, rules, stop, Surroundings(config.alarms, config.device_types, files))
    except ConfigError as error:
        _log.error("%s", error)
        return 2
    except HubError as error:
        _log.error("%s", error)
        return 1
    return 0


def run(store: Store, conninfo: str, rules: Sequence[Rule], stop: threading.Event, around: Surroundings) -> None:
    """Follow the batches until ``stop``."""
    clock, tally = SystemClock(), Tally()
    heart = Heart(store, "rules", clock, tally)
    engine = Engine(store, rules, clock, tally, heart, around)
    listener = Listener(conninfo, CHANNELS, clock)

    def report(healthy: bool, reason: str) -> None:
        if not healthy:  # when it works again, the engine itself says how it is
            heart.set("degraded", reason)

    heart.start()
    try:
        supervise(
            lambda working: engine.run_once(working, listener, stop),
            name="rules",
            stop=stop,
            backoff=Backoff(0.2, 2.0),
            report=report,
        )
    finally:
        listener.close()
        heart.stop()


if __name__ == "__main__":
    sys.exit(main())
