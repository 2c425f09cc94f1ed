"""``gridhub db check`` finds nothing in a store that the hub has written, and names what was spoilt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.app import db_check
from hub.store import Store, check_video
from hub.store.rollup import Rollup
from tests import fix_town

VIDEO = "recordings/cam-1/2026-03-01"


@pytest.fixture
def town(either: Store, tmp_path: Path) -> Store:
    """A store with something of everything, and the recording that it knows of."""
    fix_town.live_in(either)
    Rollup(either, fix_town.set_back(either)).catch_up()
    (tmp_path / VIDEO).mkdir(parents=True)
    (tmp_path / VIDEO / "a.mp4").write_bytes(b"video")
    return either


def checked(store: Store, folder: Path, *, repair: bool = False) -> list[str]:
    clock = fix_town.set_back(store)
    found = db_check.everything(store, folder, clock, 10, lambda *_: None, repair=repair)
    return [f"repaired: {finding.sentence}" if finding.repaired else finding.sentence for finding in found]


def test_what_the_hub_has_written_is_right(town: Store, tmp_path: Path) -> None:
    assert checked(town, tmp_path) == []


DAMAGE = {
    "a row of the journal is changed": (
        (
            "alter table journal disable trigger user; update journal set actor = 'nobody' where id = 3;"
            "alter table journal enable trigger user"
        ),
        "row 3 does not follow",
    ),
    "a row of the journal is removed": (
        (
            "alter table journal disable trigger user; delete from journal where id = 2;"
            "alter table journal enable trigger user"
        ),
        "row 3 does not follow",
    ),
    "the journal is not protected": (
        "alter table journal disable trigger journal_append_only",
        "the trigger journal_append_only of journal is switched off",
    ),
    "a batch is removed": ("delete from batch where seq = 2 and writer = 1", "batch 2 of mqtt-0 is missing"),
    "the last batches are removed": (
        "delete from batch where seq >= 4 and writer = 1",
        "batches 4 to 5 of mqtt-0 are missing",
    ),
    "an observation is removed": (
        "delete from observation_device where ts = '2026-03-01 12:00:03+00'",
        "says that it holds 23 observations, and 22 are there",
    ),
    "a series is removed": (
        "delete from series where metric = 'motion'",
        "observations of the day to 2026-03-01 12:00Z have no series",
    ),
    "a reader is ahead": (
        "update reader_offset set seq = 99 where writer = 'mqtt-0' and reader = 'rules'",
        "rules has read mqtt-0 up to 99, and its last batch is 5",
    ),
    "a rollup is wrong": (
        "update rollup_minute_device set count = count + 1 where ts = '2026-03-01 12:00+00'",
        "the rollup of the minute 2026-03-01T12:00:00",
    ),
    "a state is lost": ("delete from source_state where source = 'smoke-2'", "smoke-2 has no state"),
    "a gap is lost": ("delete from gap where source = 'smoke-2'", "smoke-2 is unknown, and has 0 open gaps"),
    "gaps overlap": (
        (
            "insert into gap (source, scope, cause, state, reason, began_at, ended_at)"
            " select source, scope, cause, state, reason, began_at, ended_at from gap"
            " where source = 'cam-1' and ended_at is not null"
        ),
        "cam-1 has gaps that overlap",
    ),
    "an alert is closed past the hub": (
        "update alert set state = 'resolved', resolved_at = started_at where state <> 'resolved'",
        "is resolved, and the journal says acknowledged",
    ),
    "an alert ends before it begins": (
        "update alert set resolved_at = started_at - interval '1 s' where state = 'resolved'",
        "ended before it began",
    ),
    "an alert is acknowledged by nobody": (
        "update alert set acked_by = null where state = 'acknowledged'",
        "is acknowledged, and it is not known by whom",
    ),
    "an alert is open twice": (
        (
            "drop index alert_active; insert into alert (rule, fingerprint, severity, state, area, sources, summary,"
            " started_at, detected_at, stage) select rule, fingerprint, severity, state, area, sources, summary,"
            " started_at + interval '1 s', detected_at, stage from alert where state <> 'resolved'"
        ),
        "2 alerts of smoke for smoke@g1 are open",
    ),
    "an incident is closed past the hub": (
        "update incident set state = 'closed', closed_at = opened_at",
        "is closed, and an alert of it is open",
    ),
    "an index is broken": (
        "update pg_index set indisvalid = false where indexrelid = 'gap_source'::regclass",
        "the index gap_source is not valid",
    ),
}


EITHER = ["a batch is removed", "an observation is removed", "a series is removed", "a reader is ahead"]
CASES = [("postgres", each) for each in DAMAGE] + [("timescale", each) for each in EITHER]


@pytest.mark.parametrize(("either", "damage"), CASES, indirect=["either"])
def test_it_is_named_when(town: Store, damage: str, tmp_path: Path) -> None:
    harm, expected = DAMAGE[damage]
    with town.transaction() as tx:
        tx.execute(harm.encode())
    found = checked(town, tmp_path)
    assert any(expected in sentence for sentence in found), found
    assert all(": " in sentence or "; " in sentence for sentence in found), "each says what to do"


def test_a_rollup_that_is_wrong_is_counted_anew(postgres_store: Store, tmp_path: Path) -> None:
    fix_town.live_in(postgres_store)
    (tmp_path / VIDEO).mkdir(parents=True)
    (tmp_path / VIDEO / "a.mp4").write_bytes(b"video")
    Rollup(postgres_store, fix_town.set_back(postgres_store)).catch_up()
    with postgres_store.transaction() as tx:
        tx.execute("update rollup_hour_device set sum = sum + 1")
    said = checked(postgres_store, tmp_path, repair=True)
    assert said
    assert all(sentence.startswith("repaired: the rollup of the ") or "more rollups" in sentence for sentence in said)
    assert checked(postgres_store, tmp_path) == []


def test_what_belongs_to_no_source_is_named(postgres_store: Store, tmp_path: Path) -> None:
    """Its key is switched off for it, as only the owner of the database can."""
    fix_town.found(postgres_store)
    with postgres_store.transaction() as tx:
        tx.execute("set local session_replication_role = replica; delete from source where id = 'smoke-2'")
    found = checked(postgres_store, tmp_path)
    assert [sentence.partition(":")[0] for sentence in found] == [
        "1 gaps belong to a source that is not there", "1 states belong to a source that is not there",
    ]  # fmt: skip


def test_protection_that_was_switched_off_is_switched_on_again(postgres_store: Store, tmp_path: Path) -> None:
    with postgres_store.transaction() as tx:
        tx.execute("alter table journal disable trigger journal_append_only")
        tx.execute("update pg_index set indisvalid = false where indexrelid = 'gap_source'::regclass")
    said = checked(postgres_store, tmp_path, repair=True)
    assert [sentence.startswith("repaired:") for sentence in said] == [True, True]
    assert checked(postgres_store, tmp_path) == []


@pytest.fixture
def videos(postgres_store: Store, tmp_path: Path) -> Store:
    fix_town.live_in(postgres_store)
    fix_town.record(postgres_store, "b.mp4")
    (tmp_path / VIDEO).mkdir(parents=True)
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        (tmp_path / VIDEO / name).write_bytes(b"video")
    return postgres_store


def test_a_recording_that_is_gone_is_named_and_forgotten(videos: Store, tmp_path: Path) -> None:
    (tmp_path / VIDEO / "b.mp4").unlink()
    [said] = checked(videos, tmp_path)
    assert said.startswith(f"the recording {VIDEO}/b.mp4 is not there: ")
    assert checked(videos, tmp_path, repair=True)[0].startswith("repaired:")
    assert checked(videos, tmp_path) == []


def test_a_recording_that_nobody_told_of_is_named_and_left_alone(videos: Store, tmp_path: Path) -> None:
    stray = tmp_path / VIDEO / "c.mp4"
    assert checked(videos, tmp_path) == [], "its worker may be about to tell"
    then = fix_town.T0.timestamp() - check_video.YOUNG_S
    os.utime(stray, (then, then))
    [said] = checked(videos, tmp_path, repair=True)
    assert f"the store does not know the recording {VIDEO}/c.mp4" in said
    assert stray.exists()


def test_a_disk_that_is_not_mounted_costs_no_row(videos: Store, tmp_path: Path) -> None:
    for file in (tmp_path / VIDEO).iterdir():
        file.unlink()
    for repair in (True, False):
        [said] = checked(videos, tmp_path, repair=repair)
        assert "none of the 2 recordings that the store knows is in" in said
