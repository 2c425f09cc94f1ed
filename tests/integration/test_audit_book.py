"""What is to be written while the store is away waits in a file, and nothing of it is lost or written twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.api.audit_book import Book
from hub.audit import Entry, Result
from hub.clock import SimulatedClock
from hub.store import Store, audit
from hub.tally import Tally

START = datetime(2026, 3, 1, tzinfo=UTC)


def entry(number: int) -> Entry:
    return Entry("王", "acknowledge", f"alerts/{number}", "10.0.0.9", Result.DONE, {"n": number})


class Rig:
    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.file = store, folder / "audit" / "waiting.jsonl"
        self.clock, self.tally, self.away = SimulatedClock(START), Tally(), False
        self.book = Book(store, folder, self.clock, self.tally, lambda: self.away)

    def write(self, number: int) -> bool:
        self.clock.advance(1)
        return self.book.write(entry(number))

    def log(self) -> list[tuple[str, datetime]]:
        return [(item.entry.subject, item.at) for item in audit.after(self.store, 0)]


@pytest.fixture
def rig(store: Store, tmp_path: Path) -> Rig:
    return Rig(store, tmp_path)


def test_what_waited_is_written_with_its_own_time_before_what_comes_next(rig: Rig) -> None:
    assert rig.write(1)
    rig.away = True
    assert rig.write(2)
    assert rig.write(3)
    assert rig.file.stat().st_mode & 0o777 == 0o600
    assert len(rig.log()) == 1
    rig.away = False
    assert rig.write(4)
    assert rig.log() == [(f"alerts/{number}", START + timedelta(seconds=number)) for number in (1, 2, 3, 4)]
    assert not rig.file.exists()
    assert audit.after(rig.store, 0)[1].entry == entry(2)


def test_what_the_store_refuses_waits_too(rig: Rig) -> None:
    with rig.store.transaction() as tx:
        tx.execute("alter table audit rename to elsewhere")
    assert rig.write(1)
    with rig.store.transaction() as tx:
        tx.execute("alter table elsewhere rename to audit")
    assert rig.write(2)
    assert [subject for subject, _ in rig.log()] == ["alerts/1", "alerts/2"]


def test_where_nothing_can_be_written_it_is_counted(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")
    rig.away = True
    assert not rig.write(1)
    assert rig.tally.get("gridhub_audit_not_written_total") == 1


def test_a_line_that_was_torn_is_left_out_and_the_others_are_not(rig: Rig) -> None:
    rig.away = True
    rig.write(1)
    with rig.file.open("a") as file:
        file.write('{"at": "2026-')
    rig.write(2)
    rig.away = False
    rig.write(3)
    assert [subject for subject, _ in rig.log()] == ["alerts/1", "alerts/2", "alerts/3"]
