"""Acknowledged is stored, once, whatever befalls the hub. ``GRIDHUB_TORTURE_SEED`` plays a plan again."""

from __future__ import annotations

import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture import KINDS, plan, torture

ROUNDS = 20


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, as the sockets in it must be; PostgreSQL's user can walk through it."""
    with tempfile.TemporaryDirectory(prefix="gridhub-torture-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def seed() -> int:
    """Another one each time; it is printed, and the plan follows from it."""
    return int(os.environ.get("GRIDHUB_TORTURE_SEED") or random.randrange(1_000_000))


@pytest.mark.timeout(420)
def test_whatever_befalls_the_hub_what_was_acknowledged_is_stored_once(folder: Path, seed: int) -> None:
    verdict, story, left = torture(folder, seed, plan(seed, 20)[:ROUNDS])
    assert verdict, f"seed {seed}: {verdict}"
    assert verdict.acknowledged > 1000
    assert not left
    assert set(story.done) == set(KINDS), "everything has befallen"


@pytest.mark.timeout(180)
def test_a_full_disk_stops_the_store_and_loses_nothing(folder: Path, seed: int) -> None:
    verdict, story, left = torture(folder, seed, [["disk_full"]] * 4)
    assert verdict, f"seed {seed}: {verdict}"
    assert story.done == {"disk_full": 4}
    assert not left


def test_a_plan_follows_from_its_seed_alone() -> None:
    assert plan(1, 20) == plan(1, 20)
    assert plan(1, 20) != plan(2, 20)
    kinds = [kind for faults in plan(3, 20) for kind in faults]
    assert Counter(kinds) == dict.fromkeys(KINDS, 20)
    assert set(kinds[: len(KINDS)]) == set(KINDS)
