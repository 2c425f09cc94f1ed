"""A running hub in bad weather: what breaks is named, nothing else suffers, and everything comes back by itself."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from hub.model.quality import Quality
from ingest.simulate.faults import WRONG, FaultServer, faulty_cameras
from tests.fix_hub import GRID, Hub, wait_for
from tests.fix_publisher import Publisher

CAMERAS_S = 15.0
KILLED_S = 10.0


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as server:
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, cameras: FaultServer) -> Iterator[Hub]:
    """One hub with embedded servers, a good camera and four bad ones, and twenty smoke sensors."""
    hub = Hub(tmp_path_factory.mktemp("hub"))
    urls = {
        "cam-good": cameras.url("ok"),
        "cam-absent": "rtsp://127.0.0.1:1/nothing",
        "cam-locked": cameras.url("locked", WRONG),
        "cam-sound": cameras.url("audio-only"),
        "cam-h265": cameras.url("hevc"),
    }
    lines = ["cameras:", *(f"  - {{id: {name}, url: '{url}', area: {GRID}}}" for name, url in urls.items())]
    lines += ["devices:", *(f"  - {{id: smoke-{number}, area: {GRID}, type: smoke}}" for number in range(20))]
    hub.write("\n".join(lines) + "\n")
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
def publisher(running: Hub) -> Iterator[Publisher]:
    with Publisher.of_hub(running.config) as made:
        yield made


def values(hub: Hub, device: str) -> list[float]:
    times = {"from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}
    points = hub.get("/series", source=device, metric="smoke", **times)["points"]
    return [point[1] for point in points]


@pytest.mark.parametrize(
    ("camera", "state", "reason"),
    [
        ("cam-absent", "unreachable", "nothing listens at port 1"),
        ("cam-locked", "unauthorized", "401"),
        ("cam-sound", "no_video", "video"),
    ],
)
def test_a_bad_camera_is_named_with_its_reason(running: Hub, camera: str, state: str, reason: str) -> None:
    def as_expected() -> dict[str, Any] | None:
        found = running.source("cameras", camera)
        return found if found["state"] == state else None

    found = wait_for(as_expected, CAMERAS_S, f"{camera} is {state}")
    assert reason in found["reason"].lower()
    assert WRONG.password not in str(found)


@pytest.mark.parametrize(("camera", "codec"), [("cam-good", "h264"), ("cam-h265", "hevc")])
def test_a_good_camera_beside_bad_ones_is_watching(running: Hub, camera: str, codec: str) -> None:
    wait_for(lambda: running.source("cameras", camera)["state"] == "watching", CAMERAS_S, f"{camera} is watching")
    assert running.source("cameras", camera)["detail"]["codec"] == codec
    picture = running.client.get(f"/api/v1/cameras/{camera}/snapshot")
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content[:3] == b"\xff\xd8\xff"


BAD_PAYLOADS = {
    "not_json": b"\xff\x00 this is not JSON",
    "wrong_shape": b'{"values": [1, 2, 3]}',
    "too_large": b'{"values": {"smoke": 0.1}, "padding": "' + b"x" * 2_000_000 + b'"}',
}


@pytest.mark.parametrize("cause", [*BAD_PAYLOADS, "unknown_device"])
def test_a_bad_payload_is_counted_and_the_next_message_flows(running: Hub, publisher: Publisher, cause: str) -> None:
    device = "nobody-knows-me" if cause == "unknown_device" else "smoke-1"
    before = refused(running, cause)
    publisher.send(device, BAD_PAYLOADS.get(cause, b'{"values": {"smoke": 0.1}}'))
    marker = 0.001 + len(values(running, "smoke-2")) / 1e6
    publisher.send_value("smoke-2", marker)
    wait_for(lambda: marker in values(running, "smoke-2"), 10, "the message after the bad one is stored")
    wait_for(lambda: refused(running, cause) == before + 1, 10, f"{cause} is counted once")
    assert values(running, "smoke-1") == []


@pytest.mark.parametrize("year", [1970, 2090])
def test_a_value_under_an_impossible_date_is_kept_at_its_arrival_and_marked(
    running: Hub, publisher: Publisher, year: int
) -> None:
    before = datetime.now(UTC)
    publisher.send("smoke-12", b'{"ts": "%d-01-01T00:00:00Z", "values": {"smoke": 0.1}}' % year)

    def marked() -> list[datetime]:
        times = {"from": "1960-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}
        points = running.get("/series", source="smoke-12", metric="smoke", **times)["points"]
        assert all(Quality(point[3]) == Quality.MISDATED for point in points)
        return [at for at in (datetime.fromisoformat(point[0]) for point in points) if at >= before]

    wait_for(lambda: len(marked()) == 1, 10, "it is kept at its arrival")


def refused(hub: Hub, cause: str) -> float:
    text = hub.client.get("/metrics").text
    lines = [line for line in text.splitlines() if line.startswith("gridhub_mqtt_refused_total{")]
    return sum(float(line.rpartition(" ")[2]) for line in lines if f'cause="{cause}"' in line)


@pytest.mark.parametrize(
    ("module", "part"),
    [
        ("ingest.video", "video-0"),
        ("ingest.mqtt", "mqtt-0"),
        ("rules", "rules"),
        ("hub.app.keeper", "keeper"),
        ("dashboard", "dashboard"),
        ("nats-server", "broker"),
        ("postgres", "store"),
    ],
)
def test_a_killed_process_is_back_within_ten_seconds_and_nothing_is_lost(
    running: Hub, publisher: Publisher, module: str, part: str
) -> None:
    device = f"smoke-{3 + ['video-0', 'mqtt-0', 'rules', 'keeper', 'dashboard', 'broker', 'store'].index(part)}"
    numbers = itertools.count(1)
    victim = running.child(module)
    for _ in range(20):
        publisher.send_value(device, next(numbers) / 1e6)
    victim.send_signal(signal.SIGKILL)
    killed_at = time.monotonic()
    for _ in range(20):
        publisher.send_value(device, next(numbers) / 1e6)

    def is_back() -> bool:
        try:
            found = running.part(part)
            return found is not None and found["state"] == "ok" and running.child(module).pid != victim.pid
        except (httpx.HTTPError, AssertionError, psutil.Error):
            return False

    wait_for(is_back, KILLED_S, f"{part} is back")
    took = time.monotonic() - killed_at
    assert took < KILLED_S
    publisher.send_value(device, next(numbers) / 1e6)
    expected = publisher.acknowledged(device)
    wait_for(lambda: expected <= set(values(running, device)), 20, f"the {len(expected)} acknowledged values are there")
    stored = values(running, device)
    assert len(stored) == len(set(stored)), "nothing is stored twice"


def test_an_alert_is_raised_once_and_ends_once_after_all_that(running: Hub, publisher: Publisher) -> None:
    publisher.send_value("smoke-19", 0.9)
    wait_for(lambda: running.alerts(state="firing"), 10, "the alert")
    publisher.send_value("smoke-19", 0.0)
    wait_for(lambda: running.alerts(state="resolved"), 10, "the end of the alert")
    assert len(running.alerts()) == 1


def test_ctrl_c_ends_everything_within_ten_seconds(running: Hub) -> None:
    assert running.stop(10.0) < 10.0


def test_nothing_was_written_to_the_log_that_must_stay_secret(running: Hub, cameras: FaultServer) -> None:
    text = running.tail(100_000)
    secrets = [file.read_text().strip() for file in (running.folder / "var" / "secrets").iterdir()]
    for word in (WRONG.password, *secrets):
        assert word not in text
    assert Path(running.log).stat().st_size > 0
