"""Health checks, metrics, the console's files, and the process as the supervisor runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dashboard.api import operations
from hub.store import Store, processes
from hub.tally import Tally
from tests.fix_api import PASSWORD, Api, Stream, fire, problem, wait_for, write_config
from tests.fix_timescale import free_port


def metrics(api: Api) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = api.anonymous().get(f"{api.url}/metrics").text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_hub_whose_parts_work_is_ready(api: Api) -> None:
    client = api.anonymous()
    assert client.get(f"{api.url}/healthz").text == "ok\n"
    assert client.get(f"{api.url}/readyz").json() == {"ready": True, "down": []}


def test_a_hub_with_a_part_that_is_down_is_not_ready_and_names_it(api: Api) -> None:
    now = datetime.now(UTC)
    processes.beat(api.store, "rules", 1, "down", "fell over", now, now, [])
    client = api.anonymous()
    wait_for(lambda: client.get(f"{api.url}/readyz").status_code == 503, "it is not ready")
    assert client.get(f"{api.url}/readyz").json()["down"] == ["rules"]
    assert client.get(f"{api.url}/healthz").status_code == 200


def test_the_metrics_are_those_of_every_process_and_of_the_city(api: Api) -> None:
    fire(api.store)
    now = datetime.now(UTC)
    tally = Tally()
    tally.add("gridhub_observations_total", 3, kind="camera")
    tally.set("gridhub_queue_rows", 12)
    processes.beat(api.store, "video-0", 1, "ok", "", now, now, tally.samples())
    found = metrics(api)
    assert found["gridhub_observations_total", (("kind", "device"), ("process", "mqtt-0"))] == 7
    assert found["gridhub_observations_total", (("kind", "camera"), ("process", "video-0"))] == 3
    assert found["gridhub_queue_rows", (("process", "video-0"),)] == 12
    assert found["gridhub_open_alerts", (("severity", "major"),)] == 1
    assert found["gridhub_open_alerts", (("severity", "critical"),)] == 0
    assert found["gridhub_sources", (("kind", "camera"), ("state", "watching"))] == 1
    assert found["gridhub_part_up", (("part", "store"),)] == 1


def test_the_metrics_are_for_this_machine_and_for_people_with_a_session(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    anonymous = api.anonymous()
    assert anonymous.get(f"{api.url}/metrics").status_code == 200
    through_proxy = anonymous.get(f"{api.url}/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    assert problem(through_proxy) == (401, "not_signed_in")
    monkeypatch.setattr(operations, "_is_local", lambda _: False)
    assert problem(anonymous.get(f"{api.url}/metrics")) == (401, "not_signed_in")
    assert api.client("vera").get(f"{api.url}/metrics").status_code == 200


@contextmanager
def process(config: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        child = subprocess.Popen([sys.executable, "-m", "dashboard", "-c", str(config)], stdout=out, stderr=out)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def listening(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_the_process_serves_beats_and_ends_within_3_s_with_streams_open(
    city: Store, database: str, tmp_path: Path
) -> None:
    port = free_port()
    config = write_config(tmp_path, f"listen: 127.0.0.1:{port}\nstore: {{url: '{database}'}}\n")
    url, log = f"http://127.0.0.1:{port}", tmp_path / "log"
    with process(config.path, log) as child:
        wait_for(lambda: listening(url), "it listens", 20)
        with httpx.Client(base_url=f"{url}/api/v1", trust_env=False) as client:
            answer = client.post("/session", json={"username": "vera", "password": PASSWORD})
            assert answer.status_code == 200
            streams = [Stream(client) for _ in range(5)]
            for stream in streams:
                assert stream.next() is not None
            beat = next(one for one in processes.list_processes(city) if one.name == "dashboard")
            assert (beat.pid, beat.state, beat.detail) == (child.pid, "ok", f"listens on 127.0.0.1:{port}")
            began_s = time.monotonic()
            child.send_signal(signal.SIGTERM)
            assert child.wait(5) == 0
            assert time.monotonic() - began_s < 3.0
            for stream in streams:
                assert list(iter(stream.next, None))[-1:] != [None]
                stream.close()
    [beat] = [one for one in processes.list_processes(city) if one.name == "dashboard"]
    assert beat.state == "down"
    written = log.read_text()
    assert "Traceback" not in written
    assert PASSWORD not in written


def test_the_process_starts_without_its_store_and_says_so(tmp_path: Path) -> None:
    port = free_port()
    config = write_config(tmp_path, f"listen: 127.0.0.1:{port}\nstore: {{url: 'postgresql://u:canary@127.0.0.1:1/x'}}\n")
    url, log = f"http://127.0.0.1:{port}", tmp_path / "log"
    with process(config.path, log) as child:
        wait_for(lambda: listening(url), "it listens", 20)
        assert "store" in httpx.get(f"{url}/readyz", trust_env=False).json()["down"]
        child.send_signal(signal.SIGTERM)
        assert child.wait(8) == 0
    assert "canary" not in log.read_text()


def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path, api: Api) -> None:
    address = api.url.removeprefix("http://")
    config = write_config(tmp_path, f"listen: {address}\n")
    log = tmp_path / "log"
    with process(config.path, log) as child:
        assert child.wait(20) == 1
    [line] = log.read_text().splitlines()
    assert f"cannot listen on {address}: address already in use" in line


def status(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub.cli", "status", "-c", str(config), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=os.environ)


def test_gridhub_status_tells_how_every_part_is(city: Store, database: str, tmp_path: Path) -> None:
    config = write_config(tmp_path, f"store: {{url: '{database}'}}\n").path
    done = status(config)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["PART", "STATE", "SINCE", "LAST", "BEAT", "DETAIL"]
    assert [line[:2] for line in lines[1:]] == [
        [name, "ok"] for name in ("store", "broker", "video-0", "mqtt-0", "rules", "dashboard", "keeper")
    ]
    now = datetime.now(UTC)
    processes.beat(city, "rules", 1, "down", "倒了", now, now, [])
    done = status(config, "--json")
    assert done.returncode == 1
    parts = {part["name"]: part for part in json.loads(done.stdout)["parts"]}
    assert (parts["rules"]["state"], parts["rules"]["detail"]) == ("down", "倒了")
    assert parts["store"]["state"] == "ok"


def test_gridhub_status_without_a_store_says_so_and_fails(tmp_path: Path) -> None:
    config = write_config(tmp_path, "store: {url: 'postgresql://u:canary@127.0.0.1:1/x'}\n").path
    done = status(config)
    assert done.returncode == 1
    assert done.stdout.splitlines()[1].split() == ["store", "down", "-", "-", "cannot", "be", "reached"]
    assert "canary" not in done.stdout + done.stderr
