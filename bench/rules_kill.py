"""``kill -9`` of the rule engine a hundred times under load: no alert of the oracle is missed, none is there twice.

``python -m bench rules-kill [--times 100] [--seed N] [--districts 10] [--per-s 1000]``. A real PostgreSQL, the engine's
own process, and a town that speaks by stories of which the oracle knows the truth (``tests/engine_kills.py``).
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg

from bench.report import Row
from hub.app.postgres import EmbeddedPostgres
from hub.store import Store, migrate
from tests.engine_kills import kill_engine

_PASSWORD = "a-bench-password"


def run(arguments: Sequence[str]) -> list[Row]:
    parser = argparse.ArgumentParser(prog="python -m bench rules-kill")
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--districts", type=int, default=10, help="of two grids and five sources, at a time")
    parser.add_argument("--per-s", type=int, default=1000, help="observations a second of which nothing comes")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="gridhub-kill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "postgres", folder / "postgres" / "run", _PASSWORD)
        server.prepare()
        server.start()
        try:
            with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
                admin.execute("create database kills")
            with Store.open(server.conninfo("kills"), "bench") as store:
                migrate.upgrade(store)
                verdict = kill_engine(store, folder, options.seed, options.times, options.districts, options.per_s)
        finally:
            server.stop()
    for words in verdict.wrong[:20]:
        print(words)
    return [
        Row(f"kill -9 of the engine (seed {options.seed})", verdict.kills, "times", f">= {options.times}"),
        Row("observations meanwhile", verdict.observations, "", "> 0"),
        Row("alerts, as the oracle has them", verdict.alerts, "", "> 0"),
        Row("missed, twice, or at another time", len(verdict.wrong), "", "<= 0"),
    ]
