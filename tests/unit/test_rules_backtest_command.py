"""``gridhub rules backtest`` over a file, as somebody uses it who has no hub yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from hub import cli

_RULE = """rules:
  - name: high-water
    severity: {start: minor, major: {after: 10s}}
    summary: "x"
    when: {metric: METRIC, above: 1, for: 5s}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    moments = [datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=10 * number) for number in range(4)]
    times = pyarrow.array(moments, pyarrow.timestamp("us", "UTC"))
    columns = {"source": ["a"] * 4, "metric": ["level"] * 4, "area": ["x/y"] * 4, "value": [0.0, 2.0, 2.0, 0.0]}
    table = pyarrow.table(columns | {"ts": times, "received_at": times})
    pyarrow.parquet.write_table(table, tmp_path / "x.parquet")
    return tmp_path


def test_a_folder_of_rules_may_hold_their_tests(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "own" / "water.yaml").write_text(_RULE.replace("METRIC", "level"), encoding="utf-8")
    (folder / "own" / "water.test.yaml").write_text("sources: []\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main(["rules", "backtest", "own", "--data", "x.parquet"])
    said = capsys.readouterr().err
    assert ended.value.code == 0, said
    assert "by day (UTC): 2026-03-02 1\n" in said
    assert "  2026-03-02T00:00:15.000000Z  15s  high-water  major  x/y  x\n" in said
    assert "would come as well" not in said


def test_a_metric_that_nobody_said_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "water.yaml").write_text(_RULE.replace("METRIC", "levle"), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main(["rules", "backtest", "water.yaml", "--data", "x.parquet"])
    assert ended.value.code == 0
    said = capsys.readouterr().err
    assert "nobody said anything of levle then: are the names and the times as you mean them?" in said
