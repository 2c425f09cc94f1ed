"""A backtest over HTTP: told as it goes, bounded to the person's area, one at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from hub.model.observation import Observation
from hub.model.source import SourceKind
from hub.store.batches import BatchWriter
from rules import language
from tests.fix_api import GRID, OTHER_GRID, T0, Api

RULES = """
rules:
  - name: heat
    severity: major
    summary: "{area.name}"
    by: source
    when: {metric: smoke, above: 0.5}
"""


def asked(**more: Any) -> dict[str, Any]:
    begin, end = T0 - timedelta(hours=1), T0 + timedelta(hours=1)
    return {"text": RULES, "from": begin.isoformat(), "to": end.isoformat(), **more}


def say(api: Api) -> None:
    """Sources speak; and the configuration leads to the store, for the child."""
    with api.config.path.open("a") as file:
        file.write(f"store: {{url: '{api.store.conninfo}'}}\n")
    rows = [
        Observation(source, "smoke", at, at + timedelta(milliseconds=20), value)
        for source in ("smoke-1", "smoke-2")
        for second, value in ((0, 0.1), (10, 0.9), (20, 0.1))
        for at in (T0 + timedelta(seconds=second),)
    ]
    BatchWriter(api.store, "mqtt-7", SourceKind.DEVICE).append(rows)


def lines(text: str) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_backtest_tells_its_steps_and_its_outcome(api: Api) -> None:
    say(api)
    answer = api.client("ines").post("/rules/backtest", json=asked())
    assert answer.status_code == 200
    *steps, last = lines(answer.text)
    assert [step["observations"] for step in steps] == [6]
    assert sorted(alert["area"] for alert in last["outcome"]["alerts"]) == sorted([GRID, OTHER_GRID])
    assert last["outcome"]["total"] == 2


def test_what_changes_is_held_against_the_file_as_it_is_over_time_and_by_area(api: Api) -> None:
    say(api)
    file = api.config.path.parent / "rules" / "city.yaml"
    file.write_text(RULES.replace("heat", "warmth"), encoding="utf-8")
    text = RULES.replace("above: 0.5", "above: 0.95")
    answer = api.client("ines").post("/rules/backtest", json=asked(text=text, file="rules/city.yaml"))
    outcome = lines(answer.text)[-1]["outcome"]
    assert [(rule["rule"], rule["alerts"], rule["before"]) for rule in outcome["rules"]] == [
        ("heat", 0, 0), ("warmth", 0, 2),
    ]  # fmt: skip
    timeline = outcome["timeline"]
    assert (sum(timeline["proposed"]), sum(timeline["now"]), timeline["step_s"]) == (0, 2, 60)
    assert timeline["now"].index(2) == 60, "an hour after the beginning"
    assert outcome["areas"] == [{"area": GRID, "proposed": 0, "now": 1}, {"area": OTHER_GRID, "proposed": 0, "now": 1}]
    assert outcome["longest"] == []


def test_a_file_that_is_wrong_keeps_nobody_from_testing_another_nor_from_mending_it(api: Api) -> None:
    say(api)
    broken = api.config.path.parent / "rules" / "other.yaml"
    broken.write_text("rules: [", encoding="utf-8")
    answer = api.client("ines").post("/rules/backtest", json=asked(file="rules/city.yaml"))
    assert lines(answer.text)[-1]["outcome"]["timeline"]["now"] is not None
    answer = api.client("ines").post("/rules/backtest", json=asked(file="rules/other.yaml"))
    outcome = lines(answer.text)[-1]["outcome"]
    assert (outcome["timeline"]["now"], outcome["new"], outcome["total"]) == (None, None, 2)


def test_a_person_of_one_area_gets_the_alerts_of_that_area(api: Api) -> None:
    say(api)
    answer = api.client("local").post("/rules/backtest", json=asked())
    assert [alert["area"] for alert in lines(answer.text)[-1]["outcome"]["alerts"]] == [GRID]
    beyond = api.client("local").post("/rules/backtest", json=asked(area="qth/xinxing"))
    assert beyond.status_code == 403


def test_what_is_wrong_with_the_rules_is_told_at_once(api: Api) -> None:
    client = api.client("ines")
    broken = client.post("/rules/backtest", json=asked(text=RULES.replace("above", "abvoe")))
    assert broken.status_code == 422
    assert broken.json()["errors"]
    backwards = client.post("/rules/backtest", json=asked(to=(T0 - timedelta(hours=2)).isoformat()))
    assert backwards.status_code == 422


def test_a_viewer_may_not_and_one_runs_at_a_time(api: Api) -> None:
    assert api.client("vera").post("/rules/backtest", json=asked()).status_code == 403
    api.app.state.backtest_runs = True
    assert api.client("ines").post("/rules/backtest", json=asked()).json()["code"] == "busy"


def test_a_long_file_holds_up_nobody_else_while_it_is_read(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    held_up: list[bool] = []
    parse = language.parse

    def watched(text: str, file: str) -> object:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            held_up.append(False)
        else:
            held_up.append(True)
        return parse(text, file)

    monkeypatch.setattr(language, "parse", watched)
    assert api.client("ines").post("/rules/backtest", json=asked(text="rules: []")).status_code == 422
    assert held_up == [False], "not in the thread of the event loop"
