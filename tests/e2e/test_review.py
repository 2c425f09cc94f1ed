"""Review, as people use it: in a browser, over a real store and real recordings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.cases import intake
from hub.model.alert import Evidence, Fire, Severity
from hub.model.observation import Observation
from hub.model.source import Health, SourceKind, SourceState
from hub.store import health, segments
from hub.store.batches import BatchWriter
from hub.store.segments import Segment
from ingest.simulate.faults import write_clip
from tests.e2e.fix_script import run
from tests.fix_api import GRID, Api

pytestmark = pytest.mark.timeout(300)


def last_night() -> datetime:
    """Ten past eleven in the evening before the last six o'clock in the morning, where this machine stands."""
    six = datetime.now().astimezone().replace(hour=6, minute=0, second=0, microsecond=0)
    return (six - timedelta(hours=6, minutes=50)).astimezone(UTC)


def at_the_gate(api: Api, began: datetime) -> None:
    """A minute of recording; somebody comes after twenty seconds, and an alarm; before that the network was away."""
    name = f"recordings/cam-1/{began:%Y-%m-%d}/{began:%H%M%S}-000.mp4"
    file = api.config.data_dir / name
    file.parent.mkdir(parents=True)
    write_clip(file, seconds=60)
    segments.add(api.store, Segment("cam-1", began, began + timedelta(seconds=60), name, file.stat().st_size, True))
    lost = began - timedelta(minutes=5)
    for state, reason, at in ((SourceState.STALLED, "no data for 10 s", lost), (SourceState.WATCHING, "", began)):
        health.report(api.store, [Health("cam-1", state, reason, at, at)], "video-0")
    for metric, writer, values in (
        ("motion", "video-1", ((18, 0.1), (19, 0.3), (30, 0.0))),
        ("object.person", "video-2", ((20, 1.0), (21, 2.0), (30, 0.0))),
    ):
        rows = [
            Observation("cam-1", metric, at, at + timedelta(milliseconds=20), value)
            for second, value in values
            for at in (began + timedelta(seconds=second),)
        ]
        BatchWriter(api.store, writer, SourceKind.CAMERA).append(rows)
    at = began + timedelta(seconds=22)
    seen = Evidence("smoke-1", "smoke", at, 0.7)
    with api.store.transaction() as tx:
        smoke = Fire("smoke", "f", Severity.MAJOR, GRID, ("smoke-1",), "Smoke in the yard", at, (seen,))
        intake.carry_out(tx, [smoke], at)


def test_a_reviewer_finds_what_happened_at_a_gate_last_night_and_marks_it(api: Api) -> None:
    began = last_night()
    at_the_gate(api, began)
    found = run("review.mjs", api.url, AREA=GRID, GRIDHUB_USER="rhea")
    assert found["films"] == 1
    assert "Not watched" in found["before"] or "not kept" in found["before"]
    assert found["first"] == f"{(began + timedelta(seconds=20)).astimezone():%H:%M:%S}"
    assert "Not watched: Network" in found["gaps"]
    assert found["hatched"] >= 2
    assert "Seen: person" in found["found"]
    assert "here" in found["near"]
    assert found["faults"] == []
    [made] = api.client("vera").get("/bookmarks").json()["items"]
    assert (made["owner"], made["note"], made["sources"]) == ("rhea", "a man puts down a rucksack", ["cam-1"])
    assert began <= datetime.fromisoformat(made["at"]) < began + timedelta(seconds=60)
