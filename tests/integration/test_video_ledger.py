"""What befalls real cameras, and what the ledger says of it: watched, recorded and gaps are the time that passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import SystemClock
from hub.model.area import Area
from hub.model.source import SourceKind, SourceState
from hub.store import Store, areas, health, ledger, segments, sources
from hub.tally import Tally
from ingest.simulate.faults import FaultServer, faulty_cameras
from ingest.video.camera import Camera
from ingest.video.clerk import Clerk
from ingest.video.row import Row
from ingest.writer import Writer
from tests.fix_video import LOOPBACK, NO_VAULT, camera_source, eventually

LONG_AGO, LATER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class SettableClock(SystemClock):
    """The machine's clock, as far as it was not set."""

    def __init__(self) -> None:
        self.set_by = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.set_by


class Life:
    """One camera, recorded continuously into a real store."""

    def __init__(self, store: Store, data_dir: Path) -> None:
        self.store = store
        self.data_dir = data_dir
        self.clock = SettableClock()
        self.tally = Tally()
        writer = Writer(store, "video-0", SourceKind.CAMERA, self.tally)
        self.clerk = Clerk(store, writer, "video-0", data_dir, self.clock, self.tally).start()
        self.camera: Camera | None = None
        self.began = self.clock.now()
        with store.transaction() as tx:
            areas.put(tx, [Area("city", "City", "city"), Area("city/g1", "Grid", "grid")])

    def watch(self, url: str) -> None:
        source = camera_source(url, record={"mode": "continuous"})
        with self.store.transaction() as tx:
            sources.add(tx, source, self.clock.now())
        self.camera = Camera(
            source,
            self.data_dir,
            self.clerk,
            self.clock,
            self.tally,
            network=LOOPBACK,
            vault=NO_VAULT,
            open_timeout_s=3.0,
            read_timeout_s=2.0,
        ).start()

    def state(self) -> str:
        rows = self.store.fetch("select state from source_state where source = 'cam-1'")
        return str(rows[0]["state"])

    def watching(self) -> bool:
        return self.state() == "watching"

    def causes(self) -> list[str]:
        return [gap["cause"] for gap in health.gaps(self.store, "cam-1", LONG_AGO, LATER)]

    def recorded(self) -> list[segments.Segment]:
        return segments.list_segments(self.store, "cam-1", LONG_AGO, LATER)

    def end(self) -> datetime:
        """Stop, and write what is left; the moment until which the ledger holds."""
        if self.camera is not None:
            self.camera.stop()
            assert self.camera.join(15)
        last = self.clock.now()
        self.clerk.close()
        return last


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as running:
        yield running


@pytest.fixture
def life(store: Store, tmp_path: Path) -> Iterator[Life]:
    made = Life(store, tmp_path)
    yield made
    made.end()


def test_a_camera_that_closes_again_and_again_adds_up(server: FaultServer, life: Life) -> None:
    life.watch(server.url("closing"))
    eventually(lambda: len(life.recorded()) >= 3, 40)
    found = ledger.audit(life.store, "cam-1", life.began, life.end())
    assert found.faults == ()
    assert found.holes_s < 1.5, "a picture at each end of each connection"
    assert set(life.causes()) == {"worker", "camera"}
    assert found.account.watched_s > 3


@pytest.mark.parametrize(("path", "cause"), [("stall", "network"), ("mute", "camera"), ("audio-only", "camera")])
def test_the_cause_of_a_loss_is_that_of_whoever_lost_it(
    server: FaultServer, life: Life, path: str, cause: str
) -> None:
    life.watch(server.url(path))
    eventually(lambda: life.causes()[-1] == cause, 30)


def test_where_nothing_listens_it_is_the_network(life: Life) -> None:
    life.watch("rtsp://127.0.0.1:1/x")
    eventually(lambda: life.causes()[-1] == "network")


@pytest.mark.parametrize("set_by", [HOUR, -HOUR])
def test_a_clock_that_is_set_by_an_hour_costs_a_gap_and_no_video(
    server: FaultServer, life: Life, set_by: timedelta
) -> None:
    life.watch(server.url("ok"))
    eventually(life.watching)
    eventually(lambda: list(life.data_dir.glob("recordings/*/*/*.part")))
    life.clock.set_by = set_by
    eventually(lambda: "clock" in life.causes())
    eventually(life.watching)
    eventually(lambda: len(list(life.data_dir.glob("recordings/*/*/*"))) >= 2)
    last = life.end()
    first, second = sorted(life.recorded(), key=lambda segment: segment.path)[:: 1 if set_by > timedelta(0) else -1]
    assert first.path != second.path
    assert abs(second.began_at - first.ended_at - set_by) < timedelta(seconds=5)
    for segment in (first, second):
        assert segment.began_at < segment.ended_at
        assert (life.data_dir / segment.path).stat().st_size == segment.size_bytes
    [leap] = [gap for gap in health.gaps(life.store, "cam-1", LONG_AGO, LATER) if gap["cause"] == "clock"]
    assert leap["reason"] == "the clock of the hub was set"
    expected = max(set_by, timedelta(0))
    assert expected < leap["to"] - leap["from"] < expected + timedelta(seconds=8)
    found = ledger.audit(life.store, "cam-1", life.began, max(last, life.began + timedelta(seconds=1)))
    assert found.faults == ()
    assert found.holes_s < 2
    motion = life.store.fetch("select count(*) as count from observation where ts > %s", (last,))
    assert motion[0]["count"] == 0 or set_by < timedelta(0), "nothing is dated in the future"


def test_a_camera_that_was_tampered_with_is_recorded_and_does_not_count_as_watching(
    server: FaultServer, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = [""]
    monkeypatch.setattr(Row, "blinding", property(lambda _: reason[0]))
    life.watch(server.url("ok"))
    eventually(life.watching)
    reason[0] = "the lens is covered"
    eventually(lambda: life.state() == SourceState.TAMPERED)
    reason[0] = ""
    eventually(life.watching)
    last = life.end()
    [gap] = [gap for gap in health.gaps(life.store, "cam-1", LONG_AGO, LATER) if gap["cause"] == "tampered"]
    assert (gap["state"], gap["reason"]) == ("tampered", "the lens is covered")
    [segment] = life.recorded()
    assert segment.began_at < gap["from"] < gap["to"] <= segment.ended_at + timedelta(seconds=1)
    assert ledger.audit(life.store, "cam-1", life.began, last).faults == ()
