"""The invented shift at a real store: what it says of an alert is what a backtest reads of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.cases import acts, intake
from hub.model.alert import AlertChange, Evidence, Fire, Resolve, Severity
from hub.model.judged import Verdict
from hub.store import Store, alerts, history
from ingest.simulate import shift
from ingest.simulate.city import Role
from tests.fix_api import GRID, T0

ROLES = {"water-0001": Role.FLOOD, "water-0003": Role.WAVES}


def high_water(store: Store, source: str) -> None:
    """Ten seconds of it."""
    fingerprint, until = f"source:{source}", T0 + timedelta(seconds=10)
    evidence = (Evidence(source, "water_level", T0, 2.0),)
    fire = Fire(shift.RULE, fingerprint, Severity.MAJOR, GRID, (source,), "high", T0, evidence)
    for decision, at in ((fire, T0), (Resolve(shift.RULE, fingerprint, until), until)):
        with store.transaction() as tx:
            intake.carry_out(tx, [decision], at)


def verdicts(store: Store) -> dict[str, tuple[Verdict, str]]:
    found = history.judged(store, [shift.RULE], T0, T0 + timedelta(hours=1))
    return {each.fingerprint: (each.verdict, each.note) for each in found}


def test_a_flood_becomes_confirmed_and_a_wash_dismissed_with_a_note_and_both_only_once(city: Store) -> None:
    for source in ROLES:
        high_water(city, source)
    assert shift.look(city, ROLES, T0 + timedelta(seconds=4)) == 0
    assert shift.look(city, ROLES, T0 + timedelta(seconds=20)) == 2
    assert verdicts(city) == {
        "source:water-0001": (Verdict.CONFIRMED, ""),
        "source:water-0003": (Verdict.DISMISSED, shift.WASH.note),
    }
    assert shift.look(city, ROLES, T0 + timedelta(seconds=30)) == 0


def test_a_visitor_of_the_demo_may_be_quicker(city: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for source in ROLES:
        high_water(city, source)
    seen = alerts.list_alerts(city, alerts.Filter(open=True))
    now = T0 + timedelta(seconds=20)
    acts.act(city, seen[0].id, AlertChange.ACKNOWLEDGED, "li", now)
    monkeypatch.setattr(alerts, "list_alerts", lambda *_, **__: seen)
    assert shift.look(city, ROLES, now) == 1
    assert alerts.get(city, seen[0].id).acked_by == "li"
