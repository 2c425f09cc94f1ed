"""What the spool holds survives, in its order and within its bound, and goes to the store when that is back."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from msgspec import structs

from hub import store as hub_store
from hub.errors import StartError, StoreError
from hub.model.observation import Observation, Refusal
from hub.model.quality import Quality
from hub.model.source import SourceKind
from hub.store.batches import BatchWriter
from hub.tally import Tally
from ingest.spool import Spool
from ingest.writer import Writer

T0 = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)
FULL = Observation("smoke-1", "smoke", T0, T0, 0.5, None, {"device_ts": "x"}, "k", "a", "%", Quality.MISDATED)
REFUSAL = Refusal("t", "not_json", "detail", b"\xff\x00", 2, T0, "smoke-1")


def said(number: int) -> Observation:
    return structs.replace(FULL, ts=T0 + timedelta(seconds=number))


def drained(spool: Spool) -> list[Observation]:
    found = []
    while (held := spool.oldest()) is not None:
        number, (observations, _) = held
        found += observations
        spool.drop(number)
    return found


def test_what_was_put_in_comes_out_as_it_was_in_its_order_after_the_file_was_opened_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "deep" / "mqtt-0.sqlite", 10**6)
    assert spool.put([said(1), said(2)], [REFUSAL])
    assert spool.put([said(3)], [])
    spool.close()
    again = Spool(tmp_path / "deep" / "mqtt-0.sqlite", 10**6)
    assert (len(again), again.rows) == (2, 3)
    held = again.oldest()
    assert held is not None
    assert held[1] == ([said(1), said(2)], [REFUSAL])
    assert drained(again) == [said(1), said(2), said(3)]
    assert (len(again), again.rows) == (0, 0)
    again.close()


def test_what_does_not_fit_is_not_taken_and_fits_again_when_something_has_gone(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "mqtt-0.sqlite", 400)
    taken = [spool.put([said(number)], []) for number in range(6)]
    assert taken[0]
    assert not taken[-1]
    held = spool.oldest()
    assert held is not None
    spool.drop(held[0])
    assert spool.put([said(7)], [])
    spool.close()


_WRITE = """
import sys
from tests.unit.test_spool import said
from pathlib import Path
from ingest.spool import Spool
spool = Spool(Path(sys.argv[1]), 10**9)
for number in range(10**6):
    spool.put([said(number)] * 200, [])
    print(number, flush=True)
"""


def test_all_that_was_taken_is_there_after_the_process_was_killed_while_it_wrote(tmp_path: Path) -> None:
    path = tmp_path / "mqtt-0.sqlite"
    writer = subprocess.Popen([sys.executable, "-c", _WRITE, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    taken = [int(next(writer.stdout)) for _ in range(20)]
    os.kill(writer.pid, signal.SIGKILL)
    taken += [int(line) for line in writer.stdout if line.strip().isdecimal()]
    writer.stdout.close()
    writer.wait(10)
    spool = Spool(path, 10**9)
    found = drained(spool)
    spool.close()
    assert found[: len(taken) * 200 : 200] == [said(number) for number in taken]
    assert len(found) in (len(taken) * 200, (len(taken) + 1) * 200), "the last one may have been taken and not told"


def test_a_worker_takes_over_what_another_has_left(tmp_path: Path) -> None:
    gone = Spool(tmp_path / "mqtt-1.sqlite", 10**6)
    gone.put([said(1)], [])
    gone.close()
    spool = Spool(tmp_path / "mqtt-0.sqlite", 10**6)
    spool.take_over(tmp_path / "mqtt-1.sqlite")
    assert drained(spool) == [said(1)]
    assert [path.name for path in tmp_path.glob("mqtt-1*")] == []
    spool.close()


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """No file of ``folder`` can grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = max(path.stat().st_size for path in folder.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_nothing_is_taken_and_what_is_in_the_database_is_passed_over(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "mqtt-0.sqlite", 10**6)
    for number in range(3):
        assert spool.put([said(number)], [])
    with full_disk(tmp_path):
        assert not spool.put([said(9)] * 200, [])
        assert drained(spool) == [said(0), said(1), said(2)]
        assert (len(spool), spool.rows) == (0, 0)
    assert spool.put([said(3)], [])
    assert drained(spool) == [said(3)]
    spool.close()
    again = Spool(tmp_path / "mqtt-0.sqlite", 10**6)
    assert (len(again), again.rows) == (0, 0), "it went with what was dropped later"
    again.close()


class Store:
    """Refuses whatever holds ``poison``, and takes an arrival key once, as the one in ``hub.store`` does."""

    def __init__(self) -> None:
        self.rows: list[Observation] = []

    def append(self, observations: Sequence[Observation], _refusals: Sequence[Refusal] = ()) -> None:
        if any(item.text == "poison" for item in observations):
            raise StoreError("it refuses it")
        known = {item.arrival_key for item in self.rows}
        self.rows += [item for item in observations if item.arrival_key not in known]


def test_what_the_store_refuses_out_of_the_spool_takes_nothing_else_with_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "mqtt-0.sqlite", 10**6)
    good = [structs.replace(FULL, metric=metric, arrival_key="7") for metric in ("smoke", "battery", "alarm")]
    bad = [structs.replace(FULL, metric=metric, text="poison", arrival_key="8") for metric in ("smoke", "battery")]
    spool.put([*bad, *good], [])
    tally, store = Tally(), Store()
    hub = cast(hub_store.Store, SimpleNamespace(copies=True))
    writer = Writer(hub, "mqtt-0", SourceKind.DEVICE, tally, spool=spool)
    writer._batches = cast(BatchWriter, store)
    writer.start()
    writer.close(10.0)
    assert store.rows == good
    assert len(spool) == 0
    assert tally.get("gridhub_ingest_dropped_total", cause="store_refused") == 2
    spool.close()


def test_a_file_that_is_no_spool_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "mqtt-0.sqlite").write_bytes(b"something else, " * 100)
    with pytest.raises(StartError, match="cannot be used"):
        Spool(tmp_path / "mqtt-0.sqlite", 10**6)
