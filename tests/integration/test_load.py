"""The load on people, counted by the store, against the same counted by hand over random alarms."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.config.alarms import Alarms
from hub.model.alert import Severity
from hub.model.area import Area
from hub.store import Store, areas
from hub.store.load import load
from tests.fix_api import GRID, Api, fire, problem

T0 = datetime(2026, 3, 2, tzinfo=UTC)
TEN = timedelta(minutes=10)
UTC_SHIFTS = Alarms(zone="UTC")


def at(minute: float) -> datetime:
    return T0 + timedelta(minutes=minute)


@pytest.fixture
def town(store: Store) -> Store:
    with store.transaction() as tx:
        areas.put(tx, [Area("town", "Town", "city"), Area("town/a", "A", "grid"), Area("town/b", "B", "grid")])
    return store


def put(store: Store, rows: list[dict[str, Any]]) -> None:
    """Alarms as they would be after a long time; left out: one of an instant, minor, in A."""
    usual = {
        "rule": "smoke", "severity": "minor", "area": "town/a", "sources": ["smoke-1"], "state": "resolved",
        "stage": "normal", "damped": None, "suppressed_by": None, "lasted_s": 60,
    }  # fmt: skip
    with store.transaction() as tx:
        tx.execute(
            "insert into alert (rule, fingerprint, severity, state, area, sources, summary, started_at, detected_at,"
            " resolved_at, announced_at, acked_at, acked_by, stage, damped, suppressed_by)"
            " select r.rule, r.number::text, r.severity, r.state, r.area, r.sources, '', r.at, r.at,"
            " case when r.state = 'resolved' then r.at + r.lasted_s * interval '1 s' end,"
            " case when r.damped is null and r.suppressed_by is null then r.at end, r.at + interval '30 s', 'otto',"
            " r.stage, r.damped, r.suppressed_by"
            " from jsonb_to_recordset(%s::jsonb) as r (number int, rule text, severity text, state text, area text,"
            " sources text[], at timestamptz, lasted_s int, stage text, damped text, suppressed_by text)",
            (json.dumps([{**usual, "number": n, **row, "at": row["at"].isoformat()} for n, row in enumerate(rows)]),),
        )


def by_hand(times: list[datetime], first: datetime, last: datetime) -> tuple[int, float]:
    """The most alarms in ten minutes, and the share of floods, by definition: looked at each instant of a change."""
    changes = sorted({moment for at in times for moment in (at, at + TEN)})
    flood, seconds, peak, since = False, 0.0, 0, first
    for moment in [*changes, last]:
        until = max(first, min(moment, last))
        seconds += (until - since).total_seconds() if flood else 0.0
        since = until
        count = sum(moment - TEN < at <= moment for at in times)
        if first <= moment < last:
            peak = max(peak, count)
        flood = count > 10 or (flood and count >= 5)
    return peak, seconds / (last - first).total_seconds()


@pytest.mark.parametrize("seed", range(12))
def test_floods_and_peaks_are_as_counted_by_hand(town: Store, seed: int) -> None:
    chance = random.Random(seed)
    bursts = [(chance.uniform(-30, 300), chance.randint(1, 40), chance.uniform(1, 40)) for _ in range(8)]
    # Whole minutes, so that many begin, and leave the ten minutes, at one instant.
    times = [at(round(begin + chance.uniform(0, length))) for begin, count, length in bursts for _ in range(count)]
    put(town, [{"at": moment, "area": chance.choice(["town/a", "town/b"])} for moment in times])
    first, last = at(10), at(250)
    found = load(town, None, first, last, Alarms())
    peak, in_floods = by_hand(times, first, last)
    assert found.peak_10_min == peak
    assert found.in_floods == pytest.approx(in_floods)
    assert found.alarms == sum(first <= moment < last for moment in times)
    assert sum(half.alarms for half in found.areas) == found.alarms


def test_floods_of_an_area_are_those_that_come_from_it_alone(town: Store) -> None:
    put(town, [{"at": at(n / 10), "area": "town/a" if n % 3 else "town/b"} for n in range(30)])
    whole = load(town, None, T0, at(60), Alarms())
    a, b = whole.areas
    assert (a.name, a.alarms, b.name, b.alarms, whole.peak_10_min) == ("town/a", 20, "town/b", 10, 30)
    assert (a.peak_10_min, b.peak_10_min, b.in_floods) == (20, 10, 0.0)
    assert 0 < a.in_floods < whole.in_floods
    assert load(town, None, T0, at(60), Alarms(positions=3)).in_floods == 0.0, "three desks share them"


def test_a_flood_that_goes_on_from_before_the_period_counts(town: Store) -> None:
    put(town, [{"at": at(n / 2)} for n in range(240)])  # 20 in ten minutes, for two hours
    assert load(town, None, at(60), at(90), Alarms()).in_floods == 1.0


def test_what_calls_for_nobody_is_counted_apart(town: Store) -> None:
    put(
        town,
        [
            {"at": at(1), "severity": "critical"}, {"at": at(2), "damped": "chattering", "rule": "door"},
            {"at": at(3), "suppressed_by": "topology:switch-1"}, {"at": at(4), "lasted_s": 3, "severity": "warning"},
            {"at": at(5), "state": "firing", "stage": "unacknowledged", "rule": "heat", "sources": ["heat-1"]},
        ],
    )  # fmt: skip
    found = load(town, None, T0, at(60), Alarms())
    assert (found.alarms, found.raised, found.suppressed, found.chattering, found.fleeting) == (3, 5, 1, 1, 1)
    assert found.severities == {
        Severity.CRITICAL: 1, Severity.MAJOR: 0, Severity.MINOR: 1, Severity.WARNING: 1,
    }  # fmt: skip
    assert (found.worst_rules, found.worst_sources) == ({"smoke": 2, "heat": 1}, {"smoke-1": 2, "heat-1": 1})
    assert [(row["rule"], row["alarms"]) for row in found.chatterers] == [("door", 1)]
    assert (found.acknowledged_s, found.per_hour) == (30.0, 3.0)
    assert found.stale == 0
    later = load(town, None, at(60), at(5 + 24 * 60), Alarms())
    assert ([row["rule"] for row in later.stale_alerts], later.stale, later.alarms) == (["heat"], 1, 0)
    nothing = load(town, "town/b", T0, at(60), Alarms())
    assert (nothing.alarms, nothing.in_floods, nothing.worst_rules) == (0, 0.0, {})


def test_each_shift_has_its_own_load(town: Store) -> None:
    put(town, [{"at": at(n)} for n in range(20)] + [{"at": at(24 * 60 + 9 * 60)}])
    night, day, evening = load(town, None, T0, at(2 * 24 * 60), UTC_SHIFTS).shifts
    counted = [(shift.name, shift.alarms) for shift in (night, day, evening)]
    assert counted == [("00:00", 20), ("08:00", 1), ("16:00", 0)]
    assert (night.per_hour, night.peak_10_min, day.peak_10_min) == (20 / 16, 10, 1)
    there = [shift.name for shift in load(town, None, T0, at(24 * 60), Alarms()).shifts if shift.alarms]
    assert there == ["08:00"], "midnight in UTC is eight in the morning there"


def test_a_hundred_thousand_alerts_are_counted(town: Store) -> None:
    with town.transaction() as tx:
        tx.execute(
            "insert into alert (rule, fingerprint, severity, state, area, sources, summary, started_at, detected_at,"
            " resolved_at, announced_at, stage, evidence)"
            " select 'rule-' || n %% 50, n::text, 'minor', 'resolved', 'town/a', array['s-' || n %% 5000], '', t, t,"
            " t + interval '1 min', t, 'normal', jsonb_build_array(jsonb_build_object('source', repeat('x', 300)))"
            " from (select n, %s::timestamptz + n * interval '25.92 s' as t from generate_series(0, 99999) n) each",
            (T0,),
        )
        tx.execute("analyze alert")
    found = load(town, None, T0, T0 + timedelta(days=30), Alarms())
    assert found.alarms == 100_000
    assert found.shifts[0].alarms == pytest.approx(100_000 / 3, rel=0.01)


def test_the_interface_judges_the_load_and_says_by_what(api: Api) -> None:
    fire(api.store, GRID, "1", Severity.CRITICAL)
    now = datetime.now(UTC)
    period = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    found = api.client("vera").get("/load", params=period).json()
    assert (found["alarms"], found["severities"]["critical"], found["positions"]) == (1, 1, 1)
    figures = {figure["name"]: figure for figure in found["figures"]}
    assert (figures["per_hour"]["verdict"], figures["worst_ten_rules"]["verdict"]) == ("good", "poor")
    assert all("ISA-18.2" in figure["source"] or "EEMUA 191" in figure["source"] for figure in found["figures"])
    [critical, *_] = found["priorities"]
    assert (critical["share"], critical["aim"]) == (1.0, 0.01)
    assert [part["name"] for part in found["areas"]] == ["qth/taoshan"]
    elsewhere = api.client("vera").get("/load", params={**period, "area": "qth/xinxing"}).json()
    assert (elsewhere["alarms"], elsewhere["areas"]) == (0, [])
    assert problem(api.client("vera").get("/load", params={"from": period["to"], "to": period["from"]}))[0] == 422
    assert problem(api.client("local").get("/load", params={**period, "area": "qth/xinxing"}))[0] == 403


def test_the_load_is_in_the_metrics(api: Api) -> None:
    fire(api.store, GRID, "1", Severity.CRITICAL)
    text = api.anonymous().get(f"{api.url}/metrics").text
    assert "gridhub_alarms_per_operator_hour 1.0" in text
    assert 'gridhub_alarms{severity="critical"} 1.0' in text
    assert "gridhub_alarms_in_floods_ratio 0.0" in text
