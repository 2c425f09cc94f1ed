"""Clocks that are wrong, leap, or change to summer time: order, windows, buckets and batches stay right."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.clock import SimulatedClock
from hub.config.settings import Accept
from hub.model.area import Area
from hub.model.bucket import Level, cut
from hub.model.observation import Observation
from hub.model.quality import Quality
from hub.model.source import Source, SourceKind, SourceState
from hub.store import Store, alerts, areas, batches, readings, sources
from hub.store.heart import Heart
from hub.store.rollup import Rollup, floor
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt.intake import Intake
from ingest.mqtt.message import Message
from ingest.mqtt.presence import Presence
from rules.engine import Engine
from rules.language import parse
from tests.unit.mapping_trial import Trial
from tests.unit.rules_timeline import rule

T0 = datetime.now(UTC).replace(microsecond=0)
GRID = "qth/g1"
STEP_S = 5
BURNS_S, BURNT_S, END_S = 60, 120, 240
BERLIN = ZoneInfo("Europe/Berlin")
HELD = rule("{metric: smoke, above: 0.3, clear_below: 0.2, for: 20s}", "held", by="source")
GONE = rule("{metric: smoke, absent_for: 60s}", "gone", by="source")


class HostClock(SimulatedClock):
    """One that somebody sets: the time of day leaps, and what is measured in seconds does not."""

    leapt = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.leapt


class Everybody:
    def approved(self, device: str) -> bool | None:
        return True


class Town:
    """Devices with clocks of their own, and a whole hub from the intake to the alerts, on the host's clock."""

    def __init__(self, store: Store, devices: Sequence[str]) -> None:
        self.store = store
        self.clock = HostClock(T0)
        self.presence = Presence()
        self.presence.know(devices, devices, 0.0)
        tally = Tally()
        self._intake = Intake(Shard(0, 1), Everybody(), self.presence, Accept(), tally, self.clock)
        self._writer = batches.BatchWriter(store, "mqtt-0", SourceKind.DEVICE)
        with store.transaction() as tx:
            areas.put(tx, [Area("qth", "City", "city"), Area(GRID, "Grid", "grid")])
            for device in devices:
                sources.add(tx, Source(device, SourceKind.DEVICE, GRID, "smoke", device), T0)
            tx.execute("update rollup_state set edge = %s, floor = '2000-01-01Z'", (T0 - timedelta(hours=3),))
        self.rollup = Rollup(store, self.clock)
        rules, heart = parse(f"rules:\n{HELD}{GONE}", "rules.yaml"), Heart(store, "rules", self.clock, tally)
        self.engine = Engine(store, rules, self.clock, tally, heart)
        self.said: dict[str, list[Observation]] = {device: [] for device in devices}

    def say(self, device: str, ts: datetime, value: float) -> None:
        payload = json.dumps({"ts": ts.isoformat(), "values": {"smoke": value}}).encode()
        topic = f"gridhub/v1/devices/{device}/telemetry"
        observations, refusals = self._intake.read(Message(topic, payload, self.clock.now()))
        assert (len(observations), len(refusals)) == (1, 0), "whatever its time, it is kept"
        self.said[device] += observations
        self._writer.append(observations)

    def live_through(self, offsets: dict[str, float], leaps: dict[int, float] | None = None) -> None:
        """Smoke from ``BURNS_S`` to ``BURNT_S``, told every five seconds; at a second of ``leaps`` the host leaps."""
        for second in range(0, END_S, STEP_S):
            self.clock.leapt += timedelta(seconds=(leaps or {}).get(second, 0.0))
            value = 0.5 if BURNS_S <= second < BURNT_S else 0.1
            for device, offset_s in offsets.items():
                self.say(device, at(second + offset_s), value)
            self.engine.step()
            self.rollup.run()
            silent = [health.source for health in self.presence.due(self.clock.now(), self.clock.monotonic())
                      if health.state is not SourceState.WATCHING]  # fmt: skip
            assert silent == [], "nobody is silent who speaks"
            self.clock.advance(STEP_S)
        self.rollup.catch_up()
        self.engine.step()

    def spans(self, rule_name: str = "held") -> dict[str, list[tuple[float, float | None]]]:
        """From–to of the alerts of each device, in seconds."""
        found: dict[str, list[tuple[float, float | None]]] = {}
        for item in reversed(alerts.list_alerts(self.store, alerts.Filter())):
            if item.rule == rule_name:
                ended = None if item.resolved_at is None else (item.resolved_at - T0).total_seconds()
                found.setdefault(item.sources[0], []).append(((item.started_at - T0).total_seconds(), ended))
        return found

    def check_store(self) -> None:
        """Rows, buckets and batches are what was said, whatever the clocks."""
        first, last = T0 - timedelta(days=1), T0 + timedelta(days=1)
        for device, said in self.said.items():
            rows = readings.points(self.store, device, "smoke", first, last, 10_000)
            assert [row["ts"] for row in rows] == sorted(item.ts for item in said)
            good = [item for item in said if not item.quality & Quality.MISDATED]
            for level in (Level.MINUTE, Level.HOUR, Level.DAY):
                expected = Counter(floor(item.ts, level) for item in good)
                wanted = cut(T0 - timedelta(days=1), T0 + timedelta(days=1), level.width)
                chart = readings.chart(self.store, device, "smoke", wanted, with_before=False)
                counts = {bucket.ts: bucket.count for bucket in chart.buckets if bucket.count}
                assert counts == expected, (device, level)
                assert sum(bucket.bad for bucket in chart.buckets) == len(said) - len(good)
        numbers = [row["seq"] for row in self.store.fetch("select seq from batch order by id")]
        assert numbers == list(range(1, len(numbers) + 1)), "no hole, in the order in which they were committed"


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


def test_devices_whose_clocks_are_wrong_keep_their_order_their_windows_and_their_buckets(store: Store) -> None:
    offsets = {f"smoke{offset}": float(offset) for offset in (-3600, -90, -2, 0, 2, 90, 270, 3600)}
    town = Town(store, list(offsets))
    town.live_through(offsets)
    town.check_store()
    spans = town.spans()
    for device, offset_s in offsets.items():
        said = town.said[device]
        if offset_s <= 270:
            assert [item.ts for item in said] == [at(second + offset_s) for second in range(0, END_S, STEP_S)]
            assert {item.quality for item in said} == {Quality.GOOD}
            # What lies after its arrival is taken to have happened when it arrived.
            own_s = min(offset_s, 0.0)
            assert spans[device] == [(BURNS_S + 20 + own_s, BURNT_S + own_s)], device
        else:
            assert [item.ts for item in said] == [at(second) for second in range(0, END_S, STEP_S)], "as it arrived"
            assert {item.quality for item in said} == {Quality.MISDATED}
            assert spans[device] == [(BURNS_S + 20, BURNT_S)], "smoke under a wrong date is smoke"
    assert town.spans("gone") == {}


@pytest.mark.parametrize(
    "leaps",
    [{90: 3600}, {90: -3600, 130: 3600}, {90: 30}, {90: -30}, {40: 3600, 100: -3600}, {130: 3600, 160: -3600}],
    ids=str,
)
def test_when_the_hosts_clock_leaps_nothing_is_lost_and_nothing_stands_where_it_does_not_belong(
    store: Store, leaps: dict[int, float]
) -> None:
    town = Town(store, ["smoke-1", "smoke-2"])
    town.live_through({"smoke-1": 0.0, "smoke-2": -1.0}, leaps)
    town.check_store()
    for device, offset_s in (("smoke-1", 0.0), ("smoke-2", -1.0)):
        said = town.said[device]
        assert len(said) == END_S // STEP_S
        own = [item.ts if item.attrs is None else datetime.fromisoformat(item.attrs["device_ts"]) for item in said]
        assert own == [at(second + offset_s) for second in range(0, END_S, STEP_S)], "its own time is kept"
        good = [item.ts for item in said if not item.quality & Quality.MISDATED]
        assert good == sorted(good)
        wrong = {item.ts for item in said} - set(good)
        away = [second for second in range(0, END_S, STEP_S) if _leapt(leaps, second) < -300]
        assert len(wrong) == len(away), "marked while the host's clock was wrong by more than is accepted"
    assert town.spans("gone") == {}, "a leap silences nobody"


def _leapt(leaps: dict[int, float], second: int) -> float:
    return sum(leap for at_s, leap in leaps.items() if at_s <= second)


@pytest.mark.parametrize("leap_s", [3600, 30])
def test_a_window_goes_on_when_the_hosts_clock_leaps_ahead(store: Store, leap_s: float) -> None:
    town = Town(store, ["smoke-1"])
    town.live_through({"smoke-1": 0.0}, {90: leap_s})
    assert town.spans() == {"smoke-1": [(BURNS_S + 20, BURNT_S)]}


def test_a_window_begins_anew_when_the_hosts_clock_is_right_again(store: Store) -> None:
    town = Town(store, ["smoke-1"])
    town.live_through({"smoke-1": 0.0}, {20: -3600, 50: 3600})
    assert town.spans() == {"smoke-1": [(BURNS_S + 20, BURNT_S)]}


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)])
def test_days_follow_the_calendar_where_summer_time_begins_and_ends(
    store: Store, day: tuple[int, int, int], hours: int
) -> None:
    midnight = datetime(*day, tzinfo=BERLIN)
    first, last = midnight - timedelta(days=1), midnight + timedelta(days=2)
    clock = SimulatedClock(last + timedelta(hours=1))
    with store.transaction() as tx:
        tx.execute("update rollup_state set edge = %s, floor = '2000-01-01Z'", (first.astimezone(UTC),))
    writer = batches.BatchWriter(store, "mqtt-0", SourceKind.DEVICE)
    begin, end = first.astimezone(UTC), last.astimezone(UTC)
    times = [begin + timedelta(minutes=10 * number) for number in range(int((end - begin) / timedelta(minutes=10)))]
    writer.append([Observation("d", "level", ts, ts, float(number)) for number, ts in enumerate(times)])
    Rollup(store, clock).catch_up()
    days = readings.chart(store, "d", "level", cut(begin, end, timedelta(days=1), BERLIN), with_before=False).buckets
    assert [bucket.ts.astimezone(BERLIN).hour for bucket in days] == [0, 0, 0]
    assert [bucket.count for bucket in days] == [24 * 6, hours * 6, 24 * 6]
    assert sum((bucket.mean or 0.0) * bucket.count for bucket in days) == sum(range(len(times)))
    each = readings.chart(store, "d", "level", cut(begin, end, timedelta(hours=1), BERLIN), with_before=False).buckets
    assert [bucket.ts for bucket in each] == times[::6], "no hour twice and none left out"
    assert {bucket.count for bucket in each} == {6}


def test_a_device_that_tells_local_time_is_told_apart_in_the_hour_that_comes_twice(store: Store) -> None:
    mapping = '  - {codec: json, topic: "x/{device}", time: {path: $.t, zone: Europe/Berlin}, values: {level: $.v}}\n'
    trial = Trial.of(mapping)
    writer = batches.BatchWriter(store, "mqtt-0", SourceKind.DEVICE)
    begin = datetime(2026, 10, 24, 22, tzinfo=UTC)
    times = [begin + timedelta(minutes=10 * number) for number in range(6 * 6)]
    for number, ts in enumerate(times):
        local = ts.astimezone(BERLIN).replace(tzinfo=None).isoformat()
        found = trial.read("x/d", {"t": local, "v": number}, ts + timedelta(seconds=2))
        assert not found.faults
        writer.append(found.observations)
    rows = readings.points(store, "d", "level", begin, begin + timedelta(days=1), 100)
    assert [(row["ts"], row["value"]) for row in rows] == list(zip(times, map(float, range(36)), strict=True))
