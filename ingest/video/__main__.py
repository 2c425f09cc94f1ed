"""``python -m ingest.video -c hub.yaml --shard 0/2``: one video worker, kept alive by ``gridhub up``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from pathlib import Path

from hub import log
from hub.clock import SystemClock
from hub.config import Config, load, store_access
from hub.config.vault import Vault
from hub.errors import ConfigError, HubError
from hub.signals import stop_event
from hub.store import Store
from ingest.base import Shard
from ingest.video import heap
from ingest.video.worker import Worker

_log = logging.getLogger("ingest.video")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.video", description="Reads cameras into the store.")
    parser.add_argument("-c", "--config", type=Path, required=True)
    parser.add_argument("--shard", type=Shard.parse, default=Shard(0, 1), help="index/count, as in 0/2")
    arguments = parser.parse_args(argv)
    log.setup(f"video-{arguments.shard.index}")
    heap.settle()
    stop = stop_event()
    try:
        config = load(arguments.config)
        _run(config, arguments.shard, stop)
    except ConfigError as error:
        _log.error("%s", error)
        return 2
    except HubError as error:
        _log.error("%s", error)
        return 1
    return 0


def _run(config: Config, shard: Shard, stop: threading.Event) -> None:
    store = Store.open(store_access(config), f"video-{shard.index}")
    try:
        Worker(store, shard, config.data_dir, SystemClock(), config.network, Vault.of(config)).run(stop)
    finally:
        store.close()


if __name__ == "__main__":
    status = main(sys.argv[1:])
    logging.shutdown()
    # A thread that is inside FFmpeg cannot be joined, and must not find the interpreter gone when it comes back.
    os._exit(status)
