"""The first load of the console: small, for a browser that has never been here."""

from __future__ import annotations

import pytest

from tests.e2e.fix_script import run
from tests.fix_api import Api, fire

pytestmark = pytest.mark.timeout(120)


def test_the_first_load_without_the_map_is_under_350_kb(api: Api) -> None:
    fire(api.store)
    found = run("first_load.mjs", api.url, GRIDHUB_ROUNDS=1)
    print(found)  # noqa: T201  shown with pytest -s
    assert 50_000 < found["other_bytes"] < 350_000
    assert found["map_bytes"] > 100_000, "the map was told apart"
