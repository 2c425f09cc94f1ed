"""The pages beside the watch screen, as people use them: in a browser, over a real store."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.cases import intake, quiet
from hub.clock import SystemClock
from hub.model.alert import Evidence, Fire, Severity
from hub.model.observation import Observation
from hub.model.source import SourceKind
from hub.store import Store, processes, rule_states
from hub.store.batches import BatchWriter
from hub.tally import Tally
from tests.e2e.fix_script import run
from tests.fix_api import GRID, T0, Api, fire

pytestmark = pytest.mark.timeout(150)

WEIGHED: dict[str, Any] = {
    "probability": 0.952381,
    "prior_log_odds": math.log(0.001 / 0.999),
    "contributions": [
        {"name": "heat", "held": False, "log_odds": math.log(0.5)},
        {"name": "smoke", "held": True, "log_odds": math.log(200)},
    ],
    "not_available": ["flame"],
}


@contextmanager
def keeping(store: Store) -> Iterator[None]:
    """What the keeper does every second: bring to light and mute."""
    over, watch = threading.Event(), quiet.Watch(SystemClock())

    def look() -> None:
        while not over.wait(0.2):
            watch.look(store)

    thread = threading.Thread(target=look, name="keeper")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)


def test_the_evidence_of_a_fused_alert_is_read_with_its_weight(api: Api) -> None:
    now = datetime.now(UTC)
    seen = Evidence("smoke-1", "smoke", now, 0.7)
    fused = Fire("smoke", "f", Severity.CRITICAL, GRID, ("smoke-1",), "Fire in the yard", now, (seen,), detail=WEIGHED)
    with api.store.transaction() as tx:
        intake.carry_out(tx, [fused], now)
    found = run("evidence.mjs", api.url, GRIDHUB_USER="dora")
    assert found["probability"].startswith("95")
    assert found["pieces"] == [["smoke", "×200"], ["heat", "÷2"], ["flame", "blind"]]
    assert found["states"] == ["B", "G"]
    brought_back, shelved, fired = found["log"]
    assert ("unshelved" in brought_back, "shelved" in shelved) == (True, True)
    assert "the condition is met" in fired


def test_a_silence_is_made_from_a_group_and_ended(api: Api) -> None:
    fire(api.store)
    with keeping(api.store):
        found = run("silence.mjs", api.url, GRIDHUB_USER="dora")
    assert "by dora" in found["words"]
    assert found["cause"].startswith("silence ")
    assert "1 alert of them muted" in found["sum"]
    assert "by dora" in found["over"]
    assert "1 alert muted so far" in found["over"]


def test_a_change_of_a_rule_is_run_again_and_what_it_would_lose_is_shown(api: Api) -> None:
    with api.config.path.open("a") as file:
        file.write(f"store: {{url: '{api.store.conninfo}'}}\n")
    rows = [
        Observation("smoke-1", "smoke", at, at + timedelta(milliseconds=20), value)
        for second, value in ((0, 0.1), (10, 0.9), (20, 0.1))
        for at in (T0 + timedelta(seconds=second),)
    ]
    BatchWriter(api.store, "mqtt-7", SourceKind.DEVICE).append(rows)
    confirmed = fire(api.store, GRID, f"area:{GRID}")
    api.client("otto").post(f"/alerts/{confirmed.id}/ack").raise_for_status()
    hours = {"FROM": (T0 - timedelta(hours=1)).isoformat(), "TO": (T0 + timedelta(hours=1)).isoformat()}
    found = run("backtest.mjs", api.url, **hours)
    assert "did you mean 'above'" in found["mistake"]
    assert "Nothing is wrong with 2 rules" in found["matched"]
    assert "2 alerts as it is now" in found["sum"], "smoke, and then silence"
    assert "1 alert as proposed" in found["sum"]
    assert found["lost"].startswith("Would be lost: operators had confirmed them (1)")
    assert "otto" in found["lost"]
    assert found["gone"] == "No dismissed alert would go"
    assert found["timeline"].endswith("As it is now 2, As proposed 1")
    assert found["shown"] == f"#{confirmed.id}"


def test_what_is_held_for_confirmation_is_read_and_confirmed_with_a_reason(api: Api) -> None:
    now, tally = datetime.now(UTC), Tally()
    tally.set("gridhub_rules_alerts_held_back", 37, rule="quiet")
    processes.beat(api.store, "rules", 1, "degraded", "", now, now, tally.samples())
    with api.store.transaction() as tx:
        hold = rule_states.Hold("quiet", now, 50, 87, 37, area="qth")
        for write in rule_states.put_hold(tx, hold, is_new=True, actor="rules", now=now):
            write()
    found = run("release.mjs", api.url, GRIDHUB_USER="dora")
    assert "quiet: 87 alerts at once, more than the 50" in found["before"]
    assert "37 alerts held back" in found["before"]
    assert found["state"].strip() == "Held for confirmation (37)"
    assert "the line is down" in found["after"]
    assert rule_states.holds(api.store)["quiet"].confirmed_by == "dora"


def test_every_page_has_an_address_and_says_what_it_is_in_both_languages(api: Api) -> None:
    fire(api.store)
    found = run("pages.mjs", api.url)
    assert [found[f"{language} /load"] for language in ("en", "zh")] == ["Load on people", "值班负荷"]
    assert [found[f"{language} figures"] for language in ("en", "zh")] == [5, 5]
    assert [found[f"{language} rule"].strip() for language in ("en", "zh")] == ["On", "运行中"]
    assert len({found[f"en {path}"] for path in ("/groups", "/silences", "/rules", "/rules/backtest", "/load")}) == 5
    assert found["en nowhere"] == "There is no such page"
