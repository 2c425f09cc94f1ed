"""The HTTP interface as it is in life: uvicorn on a port of its own, over a real PostgreSQL."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dashboard.api.app import assemble, furnish
from dashboard.api.server import Server
from hub.cases import intake
from hub.clock import SystemClock
from hub.config import Config, load
from hub.config.vault import Vault
from hub.model.alert import Alert, Evidence, Fire, Severity
from hub.model.area import Area
from hub.model.observation import Refusal
from hub.model.people import Person, Role
from hub.model.source import Health, Source, SourceKind, SourceState
from hub.passwords import hash_password
from hub.store import Store, areas, health, people, processes, sources
from hub.store.batches import BatchWriter
from hub.tally import Tally

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
GRID, OTHER_GRID = "qth/taoshan/g1", "qth/xinxing/g2"
CANARY = "canary-password"
VAULT = Vault("a key of thirty-two characters or more")
PEOPLE = {
    "vera": Person("vera", Role.VIEWER),
    "otto": Person("otto", Role.OPERATOR),
    "ines": Person("ines", Role.INTEGRATOR),
    "local": Person("local", Role.ADMINISTRATOR, "qth/taoshan"),
}
_HASH = hash_password(PASSWORD)
_RULES = """\
rules:
  - name: smoke
    severity: major
    summary: "烟雾 {smoke.value:.2f}，{area.name}"
    when: {metric: smoke, above: 0.3}
    procedure: Look at the cameras, then call 119.

  - name: quiet
    severity: warning
    summary: a device is silent
    by: source
    areas: ["qth/**"]
    when: {metric: smoke, absent_for: 2m}
"""


@dataclass
class Api:
    """A served interface; ``client(name)`` is signed in."""

    url: str
    app: FastAPI
    store: Store
    config: Config
    tally: Tally
    _clients: list[httpx.Client] = field(default_factory=list)

    def anonymous(self) -> httpx.Client:
        client = httpx.Client(base_url=f"{self.url}/api/v1", trust_env=False, timeout=10)
        self._clients.append(client)
        return client

    def client(self, name: str) -> httpx.Client:
        """By a bearer token, made in the table: signing in has tests of its own."""
        client = self.anonymous()
        token = f"token of {name} {len(self._clients)}"
        now = datetime.now(UTC)
        people.open_session(self.store, name, token, now, now.replace(year=now.year + 1))
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()


@dataclass(frozen=True)
class Event:
    kind: str
    id: int | None
    data: dict[str, Any]


class Stream:
    """One connection to the event stream, read by whoever asks for the next event."""

    def __init__(self, client: httpx.Client, **params: Any) -> None:
        self._context = client.stream("GET", "/stream", params=params, timeout=20)
        self._response = self._context.__enter__()
        assert self._response.status_code == 200, self._response.read()
        self._lines = self._response.iter_lines()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._context.__exit__(None, None, None)

    def next(self) -> Event | None:
        """The next event; None at the end of the stream. Fails when nothing comes for 20 s."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and "data" in fields:
                event_id = int(fields["id"]) if "id" in fields else None
                return Event(fields["event"], event_id, json.loads(fields["data"]))
            name, _, value = line.partition(": ")
            fields[name] = value
        return None

    def until(self, matches: Callable[[Event], bool]) -> Event:
        """The next event that ``matches``."""
        while event := self.next():
            if matches(event):
                return event
        raise AssertionError("the stream has ended")


def ids(api: Api, path: str, name: str = "vera", **params: Any) -> list[Any]:
    """Of what is listed there, as ``name`` sees it."""
    answer = api.client(name).get(path, params=params)
    assert answer.status_code == 200, answer.text
    return [item.get("id", item.get("path")) for item in answer.json()["items"]]


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert {"type", "title", "detail"} <= body.keys()
    return answer.status_code, body["code"]


def wait_for(condition: Callable[[], Any], what: str, timeout_s: float = 10.0) -> Any:
    """What ``condition`` answers, once it is true. Fails after ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain: {what}"
        threading.Event().wait(0.01)
    return found


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve ``app`` in a thread; the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="uvicorn")
    thread.start()
    try:
        wait_for(lambda: server.started or not thread.is_alive(), "the server starts")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive(), "the server does not stop"


def write_config(folder: Path, more: str = "") -> Config:
    features = [
        {"type": "Feature", "properties": {"path": "qth", "name": "City", "kind": "city"}, "geometry": None}
    ]
    (folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "city.yaml").write_text(_RULES, encoding="utf-8")
    (folder / "hub.yaml").write_text(
        f"areas: areas.geojson\ndata_dir: var\nrules: [rules/*.yaml]\nnetwork: {{cameras: [127.0.0.0/8]}}\n{more}"
    )
    return load(folder / "hub.yaml")


def fill(store: Store) -> None:
    """A small city: two districts with a grid each, a camera and devices, four people."""
    square = {"type": "Polygon", "coordinates": [[[131, 45], [131.1, 45], [131.1, 45.1], [131, 45]]]}
    camera: dict[str, Any] = {
        "url": "rtsp://camera.example/1",
        "substream_url": None,
        "record": {"mode": "event", "keep": "30d", "pre": "10s", "post": "20s"},
        "analyse": {"motion": True, "tamper": True, "detect": None},
        "zones": [],
    }
    with store.transaction() as tx:
        areas.put(
            tx,
            [
                Area("qth", "City", "city"),
                Area("qth/taoshan", "桃山区", "district"),
                Area("qth/xinxing", "新兴区", "district"),
                Area(GRID, "Grid 1", "grid", square),
                Area(OTHER_GRID, "Grid 2", "grid", square),
            ],
        )
        known = [
            VAULT.seal(Source("cam-1", SourceKind.CAMERA, GRID, "camera", "Gate", camera, {"password": CANARY})),
            Source("cam-2", SourceKind.CAMERA, OTHER_GRID, "camera", "Yard", camera),
            Source("smoke-1", SourceKind.DEVICE, GRID, "smoke", "Smoke 1"),
            Source("smoke-2", SourceKind.DEVICE, OTHER_GRID, "smoke", "Smoke 2"),
        ]
        sources.sync(tx, known, T0)
    detail = {"codec": "h264", "width": 1920, "height": 1080, "fps": 15.0}
    health.report(store, [Health("cam-1", SourceState.WATCHING, "", T0, T0, detail)], "video-0")
    for person in PEOPLE.values():
        people.add(store, person, _HASH)
    for name in ("video-0", "mqtt-0", "rules", "dashboard", "keeper"):
        now = SystemClock().now()
        tally = Tally()
        tally.set("gridhub_broker_connected", 1)
        tally.add("gridhub_observations_total", 7, kind="device")
        samples = tally.samples() if name == "mqtt-0" else []
        processes.beat(store, name, 1, "ok", "", now, now, samples)


def fire(store: Store, area: str = GRID, fingerprint: str = "", severity: Severity = Severity.MAJOR) -> Alert:
    """Raise an alert as the rules would."""
    evidence = Evidence("smoke-1", "smoke", T0, 0.5, attrs={"snapshot": "2026-03-01/cam-1/120000-000.jpg"})
    name = fingerprint or f"smoke@{area}"
    decision = Fire("smoke", name, severity, area, ("smoke-1",), "Smoke in the yard", T0, (evidence,))
    with store.transaction() as tx:
        [alert] = intake.carry_out(tx, [decision], datetime.now(UTC))
    return alert


def refuse(
    api: Api, device: str = "smoke-1", payload: bytes = b"nonsense", cause: str = "not_json", size: int = 0
) -> int:
    """A message that was refused, of ``size`` bytes where it is not kept as a whole; its number."""
    topic = f"gridhub/v1/devices/{device}/telemetry"
    refusal = Refusal(topic, cause, f"why {cause}", payload, size or len(payload), T0, device)
    BatchWriter(api.store, "mqtt-9", SourceKind.DEVICE).append([], [refusal])
    return int(api.store.fetch("select max(id) as id from quarantine")[0]["id"])


@pytest.fixture
def city(store: Store) -> Store:
    fill(store)
    return store


@pytest.fixture(scope="session")
def _routes() -> FastAPI:
    """Put together once: they hold nothing of the test before."""
    return assemble()


@pytest.fixture
def api(city: Store, tmp_path: Path, _routes: FastAPI) -> Iterator[Api]:
    config, tally = write_config(tmp_path), Tally()
    app = furnish(_routes, config, city, SystemClock(), tally)
    with serving(app) as url:
        served = Api(url, app, city, config, tally)
        live = app.state.context.live
        wait_for(lambda: live.last_id is not None, "the journal is being followed")
        wait_for(lambda: any((part.name, part.state) == ("store", "ok") for part in live.parts), "the parts are known")
        yield served
        served.close()
