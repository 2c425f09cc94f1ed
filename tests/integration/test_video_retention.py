"""What is removed of recordings and snapshots, and in which order; the store on both back ends, the files on disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.cases import intake
from hub.clock import SimulatedClock
from hub.model.alert import Evidence, Fire, Resolve, Severity
from hub.model.area import Area
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, segments, sources
from hub.store.segments import Segment, Worth
from hub.tally import Tally
from ingest.video import disk, retention
from ingest.video.record import PART, Plan
from ingest.video.retention import Retention, enough

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG_AGO, LATER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
MB = 1_000_000


@pytest.fixture
def store(either: Store) -> Store:
    return either


class House:
    """Two cameras in two grids, and what is kept of them."""

    def __init__(self, store: Store, data_dir: Path) -> None:
        self.store = store
        self.data_dir = data_dir
        self.tally = Tally()
        self.clock = SimulatedClock(NOW)
        self.retention = Retention(store, data_dir, self.clock, self.tally)
        with store.transaction() as tx:
            areas.put(tx, [Area("c", "City", "city"), Area("c/g1", "G", "grid"), Area("c/g2", "G", "grid")])
            for camera, area in (("cam-1", "c/g1"), ("cam-2", "c/g2")):
                config = {"record": {"mode": "continuous", "keep": "7d"}}
                sources.add(tx, Source(camera, SourceKind.CAMERA, area, "camera", camera, config), NOW)

    def keep(self, camera: str = "cam-1", days_ago: float = 1, size_bytes: int = MB, *, eventful: bool = False) -> str:
        """One file of a minute; its name."""
        began_at = NOW - timedelta(days=days_ago)
        name = f"recordings/{camera}/{began_at:%Y-%m-%d}/{began_at:%H%M%S}-000.mp4"
        self.write(name)
        ended_at = began_at + timedelta(minutes=1)
        segments.add(self.store, Segment(camera, began_at, ended_at, name, size_bytes, eventful))
        return name

    def write(self, name: str) -> Path:
        path = self.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"pictures")
        return path

    def alert(self, days_ago: float, source: str = "cam-1", area: str = "c", *, open_: bool = False) -> None:
        at = NOW - timedelta(days=days_ago)
        fire = Fire("rule", f"{days_ago}", Severity.MAJOR, area, (source,), "x", at, ())
        decisions: list[Fire | Resolve] = [fire]
        if not open_:
            decisions.append(Resolve("rule", f"{days_ago}", at + timedelta(seconds=20)))
        with self.store.transaction() as tx:
            intake.carry_out(tx, decisions, at)
            if not open_:
                tx.execute("update incident set state = 'closed'")

    def kept(self, camera: str = "cam-1") -> list[str]:
        """The names of what is kept, in the table and on the disk: the same."""
        rows = [item.path for item in segments.list_segments(self.store, camera, LONG_AGO, LATER)]
        files = sorted(
            path.relative_to(self.data_dir).as_posix() for path in self.data_dir.glob(f"recordings/{camera}/*/*")
        )
        assert sorted(rows) == files
        return rows


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


def test_what_is_older_than_its_time_goes_however_much_it_is(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_ROWS", 2)
    old = [house.keep(days_ago=age) for age in (40, 39, 38, 31)]
    young = house.keep(days_ago=29)
    house.retention.plan({"cam-1": Plan("continuous", keep=timedelta(days=30))})
    for _ in range(3):
        house.retention.run()
    assert house.kept() == [young]
    assert not any((house.data_dir / name).parent.exists() for name in old)


def test_what_an_open_alert_is_about_outlasts_its_time(house: House) -> None:
    held, gone = house.keep(days_ago=40), house.keep(days_ago=39)
    house.alert(40, open_=True)
    house.alert(39)
    house.retention.plan({"cam-1": Plan("continuous")})
    house.retention.run()
    assert house.kept() == [held]
    assert gone not in house.kept()


def test_over_its_size_a_camera_loses_what_is_worth_least_and_of_that_the_oldest(house: House) -> None:
    of_open_alert = house.keep(days_ago=6)
    of_alert = house.keep(days_ago=5)
    eventful = house.keep(days_ago=4, eventful=True)
    house.keep(days_ago=3)
    plain = house.keep(days_ago=2)
    house.alert(6, open_=True)
    house.alert(5)
    other = house.keep("cam-2", days_ago=5)
    for limit, left in (
        (4, [of_open_alert, of_alert, eventful, plain]),
        (3, [of_open_alert, of_alert, eventful]),
        (2, [of_open_alert, of_alert]),
        (1, [of_open_alert]),
        (0.5, []),
    ):
        house.retention.plan({"cam-1": Plan("continuous", max_bytes=int(limit * MB)), "cam-2": Plan("continuous")})
        house.clock.advance(301)
        house.retention.run()
        assert house.kept() == left
    assert house.kept("cam-2") == [other]


def test_an_alert_of_its_area_is_an_alert_of_the_camera(house: House) -> None:
    house.keep(days_ago=5)
    house.keep("cam-2", days_ago=5)
    house.alert(5, source="smoke-1", area="c/g1")
    found = segments.spare(house.store, ["cam-1", "cam-2"], [Worth.OF_AN_ALERT], NOW)
    assert [item.camera for item in found] == ["cam-1"]


def test_where_the_disk_gets_short_video_goes_before_its_time_but_never_what_is_worked_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [2000 * MB]

    def free_bytes(_: Path) -> int:
        return free[0] + 300 * MB * (6 - len(house.kept()) - len(house.kept("cam-2")))

    monkeypatch.setattr(disk, "free_bytes", free_bytes)
    of_open_alert = house.keep(days_ago=6)
    of_alert = house.keep("cam-2", days_ago=5)
    eventful = house.keep(days_ago=4, eventful=True)
    for days_ago in (3, 2, 1):
        house.keep(days_ago=days_ago)
    house.alert(6, open_=True)
    house.alert(5, source="cam-2")
    house.retention.plan({"cam-1": Plan("continuous"), "cam-2": Plan("continuous")})
    house.retention.run()
    assert (len(house.kept()), house.retention.trouble) == (5, "")
    free[0] = 900 * MB
    monkeypatch.setattr(retention, "_SHED_AT_ONCE", 1)
    house.retention.run()
    assert len(house.kept()) == 3, "until a quarter more than what is low is free"
    assert {of_open_alert, eventful} < set(house.kept())
    assert house.kept("cam-2") == [of_alert]
    assert house.retention.trouble == "the disk is nearly full: video is removed before its time"
    assert house.tally.get("gridhub_recordings_shed_total") == 2
    free[0] = -1000 * MB
    house.retention.run()
    house.retention.run()
    assert (house.kept(), house.kept("cam-2")) == ([of_open_alert], [])
    assert house.retention.trouble == "the disk is nearly full: nothing is left to remove"
    free[0] = 5000 * MB
    house.retention.run()
    assert house.retention.trouble == ""


def test_the_files_of_a_camera_that_was_removed_are_kept_as_long_as_was_set(house: House) -> None:
    young, old = house.keep(days_ago=3), house.keep(days_ago=9)
    with house.store.transaction() as tx:
        sources.remove(tx, "cam-1")
    house.retention.plan({"cam-2": Plan("continuous")})
    house.retention.run()
    assert (house.data_dir / young).exists()
    assert not (house.data_dir / old).exists()
    house.clock.advance(7 * 86400)
    house.retention.run()
    assert not (house.data_dir / "recordings" / "cam-1").exists()
    assert segments.removed_cameras(house.store) == {}


def test_a_camera_that_gets_the_id_of_one_that_was_removed_does_not_inherit_its_recordings(house: House) -> None:
    name = house.keep(days_ago=1)
    with house.store.transaction() as tx:
        sources.remove(tx, "cam-1")
        sources.add(tx, Source("cam-1", SourceKind.CAMERA, "c/g2", "camera", "Another"), NOW)
    assert segments.list_segments(house.store, "cam-1", LONG_AGO, LATER) == []
    assert (house.data_dir / name).exists()


def test_files_that_no_row_knows_go_when_their_day_is_over(house: House) -> None:
    day = f"{NOW - timedelta(days=32):%Y-%m-%d}"
    orphan = house.write(f"recordings/cam-1/{day}/080000-000.mp4")
    part = house.write(f"recordings/cam-1/{day}/090000-000.mp4{PART}")
    held = house.keep(days_ago=32)
    house.alert(32, open_=True)
    young = house.write(f"recordings/cam-1/{NOW:%Y-%m-%d}/080000-000.mp4{PART}")
    of_another_worker = house.write(f"recordings/cam-2/{day}/080000-000.mp4")
    house.retention.plan({"cam-1": Plan("continuous")})
    house.retention.run()
    there = [path.exists() for path in (orphan, part, young, of_another_worker)]
    assert there == [False, False, True, True]
    assert [item.path for item in segments.list_segments(house.store, "cam-1", LONG_AGO, LATER)] == [held]


def test_a_file_that_somebody_put_among_the_folders_stops_nothing(house: House) -> None:
    stray = [house.write(f"recordings/{name}") for name in (".DS_Store", "gone/.DS_Store")]
    stray.append(house.write("snapshots/.DS_Store"))
    lost = house.write("recordings/gone/2020-01-01/120000-000.mp4")
    picture = house.write("snapshots/2020-01-01/cam-1/120000-000.jpg")
    house.retention.run()
    assert all(path.exists() for path in stray)
    assert not lost.exists()
    assert not picture.exists()


def test_the_pictures_of_alerts_outlast_the_others(house: House) -> None:
    days = {age: f"{NOW - timedelta(days=age):%Y-%m-%d}" for age in (9, 8, 1)}
    pictures = {name: house.write(f"snapshots/{name}") for name in (
        f"{days[9]}/cam-1/1.jpg", f"{days[9]}/cam-1/2.jpg", f"{days[8]}/cam-2/1.jpg", f"{days[1]}/cam-1/1.jpg",
    )}  # fmt: skip
    shown = Evidence("cam-1", "motion", NOW, 0.5, attrs={"snapshot": f"{days[9]}/cam-1/2.jpg"})
    fire = Fire("rule", "x", Severity.MAJOR, "c", ("cam-1",), "x", NOW, (shown, Evidence("s", "m", NOW, 1.0)))
    with house.store.transaction() as tx:
        intake.carry_out(tx, [fire], NOW)
    house.retention.run()
    house.clock.advance(301)
    house.retention.run()
    assert [path.exists() for path in pictures.values()] == [False, True, False, True]
    assert not (house.data_dir / "snapshots" / days[8]).exists()


def test_as_many_go_as_are_needed() -> None:
    found = [Segment("c", NOW, NOW, str(number), size) for number, size in enumerate((3, 4, 5))]
    assert [len(enough(found, excess)) for excess in (0, 1, 3, 4, 7, 8, 100)] == [0, 1, 1, 2, 2, 3, 3]
