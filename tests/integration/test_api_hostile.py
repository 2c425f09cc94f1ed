"""What hostile requests have found, each of them once more."""

from __future__ import annotations

import pytest

from tests.fix_api import GRID, Api, problem


@pytest.mark.parametrize("wrong", [True, 5, 1.5, [], {}])
def test_a_duration_that_is_no_text_is_told_and_not_stumbled_over(api: Api, wrong: object) -> None:
    client = api.client("ines")
    made = client.post("/devices", json={"id": "dev-9", "type": "door", "area": GRID, "period": wrong})
    assert problem(made) == (422, "invalid")
    assert 'as "10s"' in made.json()["detail"]
    asked = api.client("otto").post("/devices/smoke-1/commands", json={"name": "sound", "timeout": wrong})
    assert problem(asked) == (422, "invalid")
