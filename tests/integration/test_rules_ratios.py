"""``gridhub rules ratios`` over alerts that people judged."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from hub import cli
from hub.cases import acts, intake
from hub.model.alert import AlertChange, Evidence, Fire, Severity
from hub.store import Store
from tests.fix_api import GRID, T0

RULES = """
rules:
  - name: fire
    severity: major
    summary: s
    when:
      weigh:
        prior: 0.01
        above: 0.5
        evidence: [{metric: smoke, above: 0.3, ratio: 40}, {as: flame, metric: flame, above: 0, ratio: 60}]
"""


def judge(store: Store, number: int, change: AlertChange, *, flame: bool) -> None:
    at = T0 + timedelta(minutes=number)
    held = [{"name": "smoke", "held": True, "log_odds": 3.7}, {"name": "flame", "held": flame, "log_odds": 4.1}]
    fire = Fire(
        "fire", f"area:{number}", Severity.MAJOR, GRID, ("smoke-1",), "s", at, (Evidence("smoke-1", "smoke", at, 0.4),),
        detail={"probability": 0.9, "contributions": held},
    )  # fmt: skip
    with store.transaction() as tx:
        [alert] = intake.carry_out(tx, [fire], at)
    acts.act(store, alert.id, change, "li", at + timedelta(seconds=5))


def test_what_people_said_of_alerts_is_told_beside_the_ratios_that_are_given(
    city: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(10):
        judge(city, number, AlertChange.ACKNOWLEDGED, flame=True)
        judge(city, 20 + number, AlertChange.CLEARED, flame=number == 0)
    (tmp_path / "rules.yaml").write_text(RULES)
    config = tmp_path / "hub.yaml"
    config.write_text(f"store: {{url: '{city.conninfo}'}}\nareas: areas.geojson\nrules: [rules.yaml]\n")
    with pytest.raises(SystemExit) as ended:
        cli.main(["rules", "ratios", "--json", "-c", str(config)])
    assert not ended.value.code
    told = capsys.readouterr()
    smoke, flame = json.loads(told.out)
    assert (smoke["confirmed_with"], smoke["dismissed_with"]) == (10, 10)
    assert (flame["confirmed_with"], flame["confirmed"], flame["dismissed_with"], flame["dismissed"]) == (10, 10, 1, 10)
    assert flame["learnt"]["present"] > 3
    line = next(line for line in told.err.splitlines() if line.startswith("fire: smoke"))
    assert line.endswith("which says nothing")
    with pytest.raises(SystemExit):
        cli.main(["rules", "ratios", "--to", "2020-01-01T00:00:00Z", "-c", str(config)])
    assert "nothing yet: 10 confirmed and 10 dismissed are needed" in capsys.readouterr().err
