"""What the hub tells of itself: storage, what needs attention, versions; only to those who run it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.store import segments
from hub.store.segments import Segment
from tests.fix_api import Api, problem


def test_storage_and_versions_are_told(api: Api) -> None:
    now = datetime.now(UTC)
    for hours, size in ((1, 3_000), (30, 4_000)):
        began = now - timedelta(hours=hours)
        path = f"recordings/cam-1/{hours}.mp4"
        segments.add(api.store, Segment("cam-1", began, began + timedelta(seconds=60), path, size))
    found = api.client("anna").get("/system").raise_for_status().json()
    assert (found["recordings"]["size_bytes"], found["recordings"]["day_bytes"]) == (7_000, 3_000)
    assert found["recordings"]["disk"]["full_in_days"] == found["recordings"]["disk"]["free_bytes"] / 3_000
    assert found["database"]["size_bytes"] > 1_000_000
    assert "journal" in {table["name"] for table in found["database"]["tables"]}
    assert found["versions"]["schema_version"] >= "0016"
    assert [sentence for sentence in found["troubles"] if "the schema lacks" in sentence] == []


@pytest.mark.parametrize("name", ["vera", "otto", "local"])
def test_it_is_told_to_nobody_else(api: Api, name: str) -> None:
    assert problem(api.client(name).get("/system")) == (403, "not_allowed")
