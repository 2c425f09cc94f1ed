"""The wall, as people use it: in a browser, over a real store."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime

import pytest

from hub.cases import acts
from hub.model.alert import AlertChange
from tests.e2e.fix_script import SCRIPTS, environment_of
from tests.fix_api import OTHER_GRID, Api, fire

pytestmark = pytest.mark.timeout(300)


def test_a_wall_is_arranged_saved_toured_and_turns_to_an_alarm(api: Api) -> None:
    script = subprocess.Popen(
        ["node", str(SCRIPTS / "wall.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment_of(api.url),
    )  # fmt: skip
    try:
        assert script.stdin is not None
        assert script.stdout is not None
        assert script.stderr is not None
        assert script.stdout.readline() == "raise\n", script.stderr.read()
        alert = fire(api.store, OTHER_GRID)
        script.stdin.write("raised\n")
        script.stdin.flush()
        assert script.stdout.readline() == "acknowledge\n", script.stderr.read()
        acts.act(api.store, alert.id, AlertChange.ACKNOWLEDGED, "otto", datetime.now(UTC))
        said, errors = script.communicate("done\n", timeout=120)
    finally:
        script.kill()
    assert script.returncode == 0, errors
    found = json.loads(said)
    assert found["chosen"] == "3"
    assert "Blind" in found["condition"], "nobody has ever heard of that camera"
    assert "Smoke in the yard" in found["banner"]
    assert found["untouched"] is None
    assert found["tour"].startswith("round: ")
    assert found["faults"] == []
