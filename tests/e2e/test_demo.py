"""The demo and its console, seen from outside: the first fused alert in time, acknowledged by one key in a browser."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.fix_demo import Demo, running_demo
from tests.fix_hub import wait_for

FIRST_ALERT_S = 60.0
MEMORY_BYTES = 2**30


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def operator(demo: Demo) -> Iterator[subprocess.Popen[str]]:
    """Two browsers that watch from the start, so that the first fused alert is the one they acknowledge."""
    with demo.start_node("acknowledge.mjs", GRIDHUB_WAIT_S="200") as process:
        yield process
        process.kill()


@pytest.mark.timeout(300)
def test_the_first_fused_alert_is_there_within_a_minute_of_the_first_request(
    demo: Demo, operator: subprocess.Popen[str]
) -> None:
    assert operator.poll() is None
    with demo.client() as client:

        def fused() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = client.get("/alerts").json()["items"]
            return [alert for alert in found if alert["rule"] == "smoke-and-movement"]

        [alert] = wait_for(fused, FIRST_ALERT_S, "a fused alert")
        took = time.monotonic() - demo.first_request_at_s
        assert took < FIRST_ALERT_S
        kinds = {item["metric"] for item in alert["evidence"]}
        assert kinds == {"smoke", "motion"}
        print(f"the first fused alert came {took:.1f} s after the first request")  # noqa: T201  shown with pytest -s
        cameras = client.get("/cameras").json()["items"]
        assert [camera["state"] for camera in cameras] == ["watching"] * 4
        status = client.get("/areas/qth/status").json()
        assert (len(status["grids"]), status["sources"]) == (60, 204)


@pytest.mark.timeout(300)
def test_a_fused_alert_arrives_in_a_browser_and_is_acknowledged_by_one_key(
    demo: Demo, operator: subprocess.Popen[str]
) -> None:
    printed, errors = operator.communicate(timeout=280)
    assert operator.returncode == 0, printed + errors
    answer = json.loads(printed.splitlines()[-1])
    with demo.client() as client:
        alert = client.get(f"/alerts/{answer['alert']}").json()
    assert (alert["rule"], alert["acked_by"]) == ("smoke-and-movement", "admin")


def test_all_processes_together_stay_under_a_gibibyte(demo: Demo) -> None:
    used = demo.memory_bytes()
    print(f"all processes of the demo together: {used / 2**20:.0f} MiB")  # noqa: T201  shown with pytest -s
    assert used < MEMORY_BYTES


def test_ctrl_c_ends_the_demo_within_ten_seconds(demo: Demo) -> None:
    assert demo.stop() < 10.0
