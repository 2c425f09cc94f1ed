"""From a sensor to a browser: how long a message takes while the demo runs.

The whole demo runs (60 grids, 4 cameras decoded, 200 devices). A sensor of its own publishes at known instants; a page
in Chromium holds the event stream and notes when each event arrives, by the same clock of the same machine. Two ways
are measured: the observation itself, and the alert that a plain threshold rule makes of it. Beside them, in the same
run and from the same messages, what a bare MQTT subscriber sees: the floor that no hub can pass.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt
import yaml
from paho.mqtt.enums import CallbackAPIVersion

from bench.report import Row
from hub.config import broker_access, load
from hub.model.times import parse_instant
from tests.fix_hub import PASSWORD, wait_for
from tests.fix_timescale import free_port

MESSAGES = 400
EVERY_S = 0.15
WARM_UP_S = 20.0
SOURCE = "bench-1"
AREA = "qth/taoshan/xinghua/c01/g001"
RULE = """\
rules:
  - name: bench
    severity: warning
    summary: "bench {bench.value:.6f}"
    by: source
    when: {as: bench, metric: bench, above: 0.5, clear_below: 0.5}
"""
ROOT = Path(__file__).resolve().parent.parent


def run(options: Sequence[str]) -> list[Row]:
    assert not options, "latency has no options"
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name:
        folder = Path(name)
        port, rtsp_port = free_port(), free_port()
        prepare(folder, port, rtsp_port)
        with demo(folder, port, rtsp_port), browser(port) as page:
            time.sleep(WARM_UP_S)  # the demo warms up: every camera is open, the first alerts are there
            sent, floor = publish(folder)
            time.sleep(2.0)
            seen = page()
    return rows(sent, floor, seen)


def prepare(folder: Path, port: int, rtsp_port: int) -> None:
    """The demo's configuration, with one more device and one more rule."""
    subprocess.run(
        [
            sys.executable, "-m", "ingest.simulate", "prepare", "--data", str(folder),
            "--listen", f"127.0.0.1:{port}", "--rtsp-port", str(rtsp_port), "--cameras", "4", "--devices", "200",
        ],
        check=True,
    )  # fmt: skip
    config = yaml.safe_load((folder / "hub.yaml").read_text())
    config["devices"].append({"id": SOURCE, "area": AREA, "type": "bench"})
    (folder / "bench.yaml").write_text(RULE)
    config["rules"] = [*config.get("rules", []), str(folder / "bench.yaml")]
    (folder / "hub.yaml").write_text(yaml.safe_dump(config))


@contextmanager
def demo(folder: Path, port: int, rtsp_port: int) -> Iterator[None]:
    environment = {**os.environ, "GRIDHUB_ADMIN_PASSWORD": PASSWORD}
    epoch = str(time.time())
    python = sys.executable
    commands = [
        [python, "-m", "hub.cli", "up", "-c", str(folder / "hub.yaml")],
        [python, "-m", "ingest.simulate.cameras", "--data", str(folder), "--port", str(rtsp_port), "--epoch", epoch],
        [python, "-m", "ingest.simulate.devices", "--config", str(folder / "hub.yaml"), "--epoch", epoch],
    ]
    children: list[subprocess.Popen[bytes]] = []
    with (folder / "log").open("ab") as log:
        try:
            for command in commands:
                children.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
                if len(children) == 1:
                    wait_for(lambda: is_ready(port), 60, f"the hub is ready, see {folder / 'log'}")
            yield
        finally:
            for child in reversed(children):
                child.terminate()
            for child in children:
                child.wait(15)


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def browser(port: int) -> Iterator[Any]:
    """A page in Chromium that holds the event stream; the value, called, answers the events it has seen."""
    environment = {**os.environ, "GRIDHUB_URL": f"http://127.0.0.1:{port}", "GRIDHUB_PASSWORD": PASSWORD}
    node = subprocess.Popen(
        [
            "node", str(ROOT / "tests" / "e2e" / "latency.mjs"), "--source", SOURCE, "--area", AREA,
            "--seconds", str(round(WARM_UP_S + MESSAGES * EVERY_S + 10)),
        ],
        env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    events: list[dict[str, Any]] = []
    listening = threading.Event()

    def read() -> None:
        assert node.stdout is not None
        for line in node.stdout:
            event = json.loads(line)
            if event["event"] == "ready":
                listening.set()
            events.append(event)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert listening.wait(60), "the page does not listen to the stream"
        yield lambda: list(events)
    finally:
        node.terminate()
        node.wait(15)
        reader.join(5)


def publish(folder: Path) -> tuple[dict[int, float], dict[int, float]]:
    """Send the messages. Answers, by the time in each (ms): when it was sent, when a bare subscriber had it (ms).

    Every other message crosses the threshold of the rule, so that alerts begin and end in turn.
    """
    access = broker_access(load(folder / "hub.yaml"))
    sent: dict[int, float] = {}
    floor: dict[int, float] = {}
    topic = f"gridhub/v1/devices/{SOURCE}/telemetry"
    listening = threading.Event()

    def client(name: str) -> mqtt.Client:
        made = mqtt.Client(CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv311)
        made.username_pw_set(access.username, access.password)
        return made

    def note(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        floor.setdefault(json.loads(message.payload)["ts"], time.time() * 1000)

    subscriber, publisher = client("bench-floor"), client("bench-device")
    subscriber.on_connect = lambda connected, *_: connected.subscribe(topic, qos=1)
    subscriber.on_subscribe = lambda *_: listening.set()
    subscriber.on_message = note
    for each in (subscriber, publisher):
        each.connect(access.host, access.port)
        each.loop_start()
    assert listening.wait(10), "the bare subscriber does not listen"
    for number in range(MESSAGES):
        now_ms = time.time() * 1000
        sent[int(now_ms)] = now_ms
        payload = {"ts": int(now_ms), "values": {"bench": 0.9 if number % 2 == 0 else 0.1}}
        publisher.publish(topic, json.dumps(payload), qos=1)
        time.sleep(EVERY_S)
    time.sleep(1.0)
    for each in (subscriber, publisher):
        each.disconnect()
        each.loop_stop()
    return sent, floor


def rows(sent: dict[int, float], floor: dict[int, float], seen: list[dict[str, Any]]) -> list[Row]:
    bare = [floor[ts] - at for ts, at in sent.items() if ts in floor]
    arrivals: dict[str, dict[int, float]] = {"observation": {}, "alert": {}}
    for event in seen:
        if event["event"] == "observation":
            arrivals["observation"].setdefault(milliseconds(event["ts"]), event["seen_ms"])
        elif event["event"] == "alert" and event["change"] == "fired":
            arrivals["alert"].setdefault(milliseconds(event["started_at"]), event["seen_ms"])
    found = []
    for name, expected in (("observation", len(sent)), ("alert", MESSAGES // 2)):
        taken = [at - sent[ts] for ts, at in arrivals[name].items() if ts in sent]
        missing = "" if len(taken) == expected else f"{len(taken)} of {expected} were seen"
        for part, bound in ((50, "< 100"), (99, "< 300")):
            value, peer = percentile(taken, part), percentile(bare, part)
            title = f"message to {name} event in Chromium, p{part}"
            found.append(Row(title, value, "ms", bound, "bare MQTT subscriber", peer, reason=missing))
    return found


def milliseconds(instant: str) -> int:
    return round(parse_instant(instant).timestamp() * 1000)


def percentile(taken: list[float], part: int) -> float:
    """``part`` in per cent; infinity where there is nothing."""
    if len(taken) < 2:
        return float("inf")
    return statistics.quantiles(taken, n=100, method="inclusive")[part - 1]
