"""Alerts that are stale, chattering or fleeting are listed for themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.cases import intake
from hub.model.alert import Fire, Resolve, Severity
from hub.store import alerts
from tests.fix_api import GRID, Api, problem


def fire(api: Api, name: str, ago: timedelta, lasts: timedelta | None = None, muted_by: str | None = None) -> int:
    """An alert that began so long ago; one that is over lasted for ``lasts``."""
    start = datetime.now(UTC) - ago
    begun = Fire("quiet", name, Severity.WARNING, GRID, ("smoke-1",), name, start, ())
    with api.store.transaction() as tx:
        [*_, alert] = intake.carry_out(tx, [begun], start, muted_by=lambda _: muted_by)
        if lasts is not None:
            intake.carry_out(tx, [Resolve("quiet", name, start + lasts)], start + lasts)
    return alert.id


def names(api: Api, **params: Any) -> list[str]:
    answer = api.client("vera").get("/alerts", params={"rule": "quiet", **params})
    assert answer.status_code == 200, answer.text
    return sorted(item["summary"] for item in answer.json()["items"])


@pytest.fixture
def some(api: Api) -> Api:
    day = timedelta(hours=24)
    fire(api, "old", day + timedelta(minutes=1))
    fire(api, "young", day - timedelta(minutes=5))
    fire(api, "over", day * 3, timedelta(days=2))
    fire(api, "muted", day * 2, muted_by="topology:sw-1")
    fire(api, "blink", timedelta(hours=1), timedelta(milliseconds=500))
    for number in range(4):
        fire(api, "flutter", timedelta(minutes=5, seconds=-15 * number), timedelta(seconds=14))
    return api


def test_what_is_on_for_longer_than_a_day_and_shown_is_stale(some: Api) -> None:
    assert names(some, stale=True) == ["old"]
    assert {"old", "young", "over"} <= set(names(some, stale=False))
    assert problem(some.client("vera").get("/alerts", params={"stale": "perhaps"})) == (422, "invalid")


def test_what_called_for_nobody_is_listed_by_why(some: Api) -> None:
    assert names(some, damped="fleeting") == ["blink"]
    assert set(names(some, damped="chattering")) == {"flutter"}
    assert set(names(some, damped=["chattering", "fleeting"])) == {"blink", "flutter"}
    assert problem(some.client("vera").get("/alerts", params={"damped": "loud"})) == (422, "invalid")
    assert alerts.list_alerts(some.store, alerts.Filter(stale=datetime.now(UTC) - timedelta(days=3))) == []
