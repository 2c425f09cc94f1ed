"""Acknowledged is stored, once, whatever is killed: each kind of fault a hundred times, and what each broker can lose.

``python -m bench torture [--times 100] [--seed N] [--kinds KIND …] [--broker mosquitto] [--no-losses]``. The plan
follows from the seed and is the one of ``tests/torture.py``; as the disk of the database is filled as well, it runs as
root. All hundred times take some eighty minutes; ``--times 5 --seed N``, for another N, is a part of it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.broker_loss import broker_rows
from bench.report import Row
from tests.torture import KINDS, plan, torture


def run(arguments: Sequence[str]) -> list[Row]:
    parser = argparse.ArgumentParser(prog="python -m bench torture")
    parser.add_argument("--times", type=int, default=100, help="how often each kind befalls")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--kinds", nargs="+", default=[*KINDS, "disk_full"], choices=[*KINDS, "disk_full"])
    parser.add_argument("--broker", default="nats", choices=["nats", "mosquitto"], help="mosquitto is not killed")
    parser.add_argument("--no-losses", action="store_true", help="leave out what each broker can lose")
    options = parser.parse_args(arguments)
    kinds = [kind for kind in options.kinds if options.broker == "nats" or kind != "broker_killed"]
    rows = torture_rows(options.seed, options.times, kinds, options.broker) if options.times else []
    return rows if options.no_losses else [*rows, *broker_rows(options.seed)]


def torture_rows(seed: int, times: int, kinds: Sequence[str], broker: str) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="gridhub-torture-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        verdict, story, left = torture(folder, seed, plan(seed, times, kinds), broker=broker)
    reason = "; ".join([*verdict.wrong, *left])
    rows = [
        Row(f"acknowledged (seed {seed})", verdict.acknowledged, "", "> 0"),
        Row("acknowledged and not stored", len(verdict.lost), "", "<= 0", reason=str(verdict.lost[:5] or "")),
        Row("stored twice", len(verdict.twice), "", "<= 0", reason=str(verdict.twice[:5] or "")),
        Row("contradictions, things left over", len(verdict.wrong) + len(left), "", "<= 0", reason=reason),
        Row("recovered after a round, at most", max(story.recovery_s), "s", "<= 30"),
    ]
    rows += [Row(kind, story.done[kind], "times", f">= {times}") for kind in kinds]
    return rows
