"""``python -m ingest.mqtt -c hub.yaml --shard 0/1``: the device worker as a process."""

from __future__ import annotations

import argparse
import gc
import hashlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from hub import log
from hub.clock import SystemClock
from hub.config import Config, broker_access, load, store_access
from hub.config.access import secret
from hub.errors import ConfigError, HubError
from hub.signals import stop_event
from hub.store import Store
from ingest.base import Shard
from ingest.mqtt.commanding import Commander
from ingest.mqtt.mapping.build import build
from ingest.mqtt.sessions import Sessions
from ingest.mqtt.worker import Worker
from ingest.spool import Spool

_STORE_TIMEOUT_S = 2.0  # everything here tries again, and a worker must end in time while the store is away
_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 told to stop, 1 failed, 2 wrong usage or configuration."""
    parser = argparse.ArgumentParser(prog="python -m ingest.mqtt", description="The device worker.")
    parser.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"))
    parser.add_argument("--shard", default="0/1", help="which share of the devices: index/count")
    options = parser.parse_args(argv)
    try:
        shard = Shard.parse(options.shard)
    except ValueError as error:
        parser.error(str(error))
    log.setup(f"mqtt-{shard.index}")
    gc.set_threshold(50_000, 20, 20)  # messages die by their count; looking for cycles among them took a fifth
    stop = stop_event()
    try:
        config = load(options.config)
        with Store.open(store_access(config), f"mqtt-{shard.index}", timeout_s=_STORE_TIMEOUT_S) as store:
            clock, sessions = SystemClock(), Sessions(config.data_dir / "sessions", installation(config))
            name = sessions.client_id(shard)
            mappings = (lambda send, owns: build(config, send, owns)) if config.mappings else None
            worker = Worker(
                store, shard, name, lambda: broker_access(config), config.accept, clock, config.registers, mappings,
                open_spool(config, shard), sessions,
            )  # fmt: skip
            commander = Commander(
                store, shard, name, lambda: broker_access(config), clock, worker.tally, stop, worker.alive
            ).start()
            whole = worker.run(stop)
            commander.join()
            return 0 if whole and not commander.died else 1
    except ConfigError as error:
        _log.error("%s", error)
        return 2
    except HubError as error:
        _log.error("%s", error)
        return 1


def installation(config: Config) -> str:
    """How the client ids begin: different for every installation on one broker."""
    return f"gridhub-{hashlib.sha256(secret(config, 'installation').encode()).hexdigest()[:8]}"


def open_spool(config: Config, shard: Shard) -> Spool | None:
    """This worker's, and in the first worker's what workers that there are no more have left. Raises StartError."""
    folder = config.data_dir / "spool"
    left = [path for path in folder.glob("mqtt-*.sqlite") if shard.index == 0 and _number(path) >= shard.count]
    own = folder / f"mqtt-{shard.index}.sqlite"
    if config.broker.spool is None and not left and not own.exists():
        return None
    spool = Spool(own, config.broker.spool or 0)  # no longer asked for: what is in it goes to the store
    for path in left:
        spool.take_over(path)
    return spool


def _number(path: Path) -> int:
    digits = path.stem.removeprefix("mqtt-")
    return int(digits) if digits.isdecimal() else -1


if __name__ == "__main__":
    sys.exit(main())
