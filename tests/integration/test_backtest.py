"""Rules run again over what was stored: what a change would have done, on the command line and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import cli
from hub.cases import acts, intake
from hub.model.alert import AlertChange, Evidence, Fire, Resolve, Severity
from hub.model.observation import Observation
from hub.model.source import SourceKind
from hub.model.times import rfc3339
from hub.store import Store
from hub.store.batches import BatchWriter
from tests.fix_api import GRID, T0

Run = Callable[..., int]
RULES = """
rules:
  - name: smoke
    severity: major
    summary: "smoke {{smoke.value:.2f}}"
    by: source
    when: {{metric: smoke, above: {limit}, for: 10s}}
"""
PEAKS = {60: 0.4, 200: 0.9, 400: 0.4}
"""Second → how high, for half a minute."""


def level(second: int) -> float:
    return next((high for began, high in PEAKS.items() if began <= second < began + 30), 0.1)


@pytest.fixture
def rules(tmp_path: Path) -> Callable[[str, float], Path]:
    def write(name: str, limit: float) -> Path:
        path = tmp_path / name
        path.write_text(RULES.format(limit=limit))
        return path

    return write


@pytest.fixture
def gridhub(city: Store, tmp_path: Path, rules: Callable[[str, float], Path]) -> Run:
    """A city whose rule is at 0.3, with its three alerts: the first dismissed, the second confirmed, the third left."""
    rules("now.yaml", 0.3)
    config = tmp_path / "hub.yaml"
    config.write_text(f"store: {{url: '{city.conninfo}'}}\nareas: areas.geojson\nrules: [now.yaml]\n")
    writer = BatchWriter(city, "mqtt-0", SourceKind.DEVICE)
    for first in range(0, 600, 50):
        writer.append([said(second, level(second)) for second in range(first, first + 50, 5)])
    for began in PEAKS:
        at = T0 + timedelta(seconds=began + 10)
        evidence = (Evidence("smoke-1", "smoke", at, 0.4),)
        fire = Fire("smoke", "source:smoke-1", Severity.MAJOR, GRID, ("smoke-1",), "smoke 0.40", at, evidence)
        with city.transaction() as tx:
            [alert] = intake.carry_out(tx, [fire], at)
        if began == 60:
            acts.act(city, alert.id, AlertChange.CLEARED, "li", at + timedelta(seconds=5), "fog machine")
        elif began == 200:
            acts.act(city, alert.id, AlertChange.ACKNOWLEDGED, "li", at + timedelta(seconds=5))
        with city.transaction() as tx:
            intake.carry_out(tx, [Resolve("smoke", "source:smoke-1", at + timedelta(seconds=20))], at)

    def run(*arguments: str) -> int:
        with pytest.raises(SystemExit) as ended:
            cli.main(["rules", "backtest", *arguments, "-c", str(config)])
        return int(ended.value.code or 0)

    return run


def said(second: float, value: float) -> Observation:
    at = T0 + timedelta(seconds=second)
    return Observation("smoke-1", "smoke", at, at + timedelta(milliseconds=50), value)


def between(first: int = 0, last: int = 700) -> list[str]:
    return ["--from", (T0 + timedelta(seconds=first)).isoformat(), "--to", (T0 + timedelta(seconds=last)).isoformat()]


def found(capsys: pytest.CaptureFixture[str]) -> tuple[Any, str]:
    told = capsys.readouterr()
    return json.loads(told.out), told.err


def test_a_change_is_held_against_the_rules_as_they_are_and_what_people_judged(
    gridhub: Run, rules: Callable[[str, float], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert gridhub(str(rules("new.yaml", 0.95)), *between(), "--json") == 0
    outcome, words = found(capsys)
    [tally] = outcome["rules"]
    assert (tally["alerts"], tally["before"]) == (0, 3)
    assert (outcome["new"], outcome["missing"]) == (0, 3)
    assert [each["note"] for each in outcome["gone"]] == ["fog machine"]
    assert [each["by"] for each in outcome["lost"]] == ["li"]
    assert [each["now"] for each in outcome["lost"] + outcome["gone"]] == [True, True], "by this change"
    assert "would be LOST" in words
    assert "would go" in words


def test_a_better_limit_keeps_what_was_confirmed(
    gridhub: Run, rules: Callable[[str, float], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert gridhub(str(rules("new.yaml", 0.6)), *between(), "--json") == 0
    outcome, _ = found(capsys)
    [alert] = outcome["alerts"]
    assert (alert["area"], alert["summary"]) == (GRID, "smoke 0.90")
    assert alert["started_at"] == rfc3339(T0 + timedelta(seconds=210))
    assert (len(outcome["lost"]), len(outcome["gone"])) == (0, 1)
    assert outcome["kept"] == {"confirmed": 1, "dismissed": 0, "unjudged": 0}
    assert outcome["observations"] == 120


def test_only_what_happened_in_the_time_is_read(
    gridhub: Run, rules: Callable[[str, float], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert gridhub(str(rules("new.yaml", 0.3)), *between(100, 300), "--json") == 0
    outcome, _ = found(capsys)
    assert (outcome["observations"], len(outcome["alerts"])) == (40, 1)


def test_an_export_gives_the_same_alerts_without_a_store(
    gridhub: Run, rules: Callable[[str, float], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "all.parquet"
    with pytest.raises(SystemExit):
        cli.main(["series", "export", "-o", str(file), "-c", str(tmp_path / "hub.yaml")])
    candidate = str(rules("new.yaml", 0.3))
    assert gridhub(candidate, *between(), "--json") == 0
    stored, _ = found(capsys)
    assert gridhub(candidate, *between(), "--data", str(file), "--json") == 0
    filed, _ = found(capsys)
    assert len(stored["alerts"]) == 3
    assert filed["alerts"] == stored["alerts"]


def test_a_wrong_file_is_told_in_words(
    gridhub: Run, rules: Callable[[str, float], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_text("no parquet")
    assert gridhub(str(rules("new.yaml", 0.3)), "--data", str(broken)) == 1
    assert "no file of Parquet" in capsys.readouterr().err
    assert gridhub(str(rules("new.yaml", 0.3))) == 2
    assert "--from" in capsys.readouterr().err
