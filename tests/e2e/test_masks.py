"""Privacy masks in a browser: drawn by one, seen by another, lifted by a third, and told to a fourth."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from hub.model.times import rfc3339
from hub.store import segments, sources
from hub.store.segments import Segment
from ingest.simulate.faults import FaultServer, faulty_cameras, write_clip
from ingest.video.cover import GREY
from tests.e2e.fix_script import SCRIPTS, environment_of
from tests.fix_api import GRID, T0, Api, fire
from tests.fix_video import Remembered
from tests.integration.test_api_live_view import camera
from tests.integration.test_api_masks import keep_snapshot

PLACE = 60
"""How bright it is behind the mask."""


@pytest.fixture
def rtsp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as running:
        yield running


@pytest.mark.timeout(120)
def test_a_mask_is_drawn_seen_and_lifted_for_a_reason_and_the_log_tells_by_whom(
    api: Api, rtsp: FaultServer, tmp_path: Path
) -> None:
    with api.store.transaction() as tx:
        tx.execute("update source set origin = 'api' where id = 'cam-1'")  # of the configuration none is drawn here
    api.config.data_dir.mkdir(exist_ok=True)
    path = write_clip(api.config.data_dir / "recording.mp4")
    segments.add(api.store, Segment("cam-1", T0, T0 + timedelta(seconds=3.9), path.name, path.stat().st_size))
    keep_snapshot(api)
    fire(api.store)
    span = {"from": rfc3339(T0 - timedelta(minutes=1)), "to": rfc3339(T0 + timedelta(minutes=1))}
    asked = {"area": GRID, "cameras": "cam-1", "at": rfc3339(T0 + timedelta(seconds=1)), **span}
    with subprocess.Popen(
        ["node", str(SCRIPTS / "masks.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment_of(api.url, REVIEW=f"/review?{urlencode(asked)}"),
    ) as script:  # fmt: skip
        assert script.stdin is not None
        assert script.stdout is not None
        with camera(api, rtsp, "ok", tmp_path, Remembered()):
            assert script.stdout.readline() == "drawn\n", script.communicate()
        [zone] = sources.get(api.store, "cam-1").config["zones"]
        assert (zone["name"], zone["privacy"]) == ("窗", True)
        with camera(api, rtsp, "ok", tmp_path, Remembered(), zones=[zone]):
            printed, errors = script.communicate("masked\n", timeout=90)
    assert script.returncode == 0, printed + errors
    found = json.loads(printed)
    for way in ("live", "clip", "still"):
        assert abs(found[way][0] - GREY) < 10, (way, found)
    for way in ("clipLifted", "stillLifted"):
        assert abs(found[way][0] - PLACE) < 10, (way, found)
    assert found["ways"] == 0, "who may not lift a mask is not offered to"
    assert {"get_clip", "get_alert_snapshot"} == {action for action, _, _ in found["log"]}
    assert all(who == "rhea" and "why 案件 17" in more for _, who, more in found["log"])
