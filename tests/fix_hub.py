"""A whole hub as its users start it: ``gridhub up`` with a configuration, seen through its HTTP interface only."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import pytest

from tests.fix_timescale import free_port

PASSWORD = "a password for tests"
GRID = "qth/taoshan/g1"
RULES = """\
rules:
  - name: smoke
    severity: major
    summary: "Smoke {smoke.value:.2f} in {area.name}"
    by: area
    when: {as: smoke, metric: smoke, above: 0.3, clear_below: 0.2}
"""

Found = TypeVar("Found")


def wait_for(
    look: Callable[[], Found | None], seconds: float, what: str | Callable[[], str], every_s: float = 0.05
) -> Found:
    """The first answer of ``look`` that is not empty. Fails after ``seconds``, saying what was waited for; a function
    is asked then."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s: {what() if callable(what) else what}"
        time.sleep(every_s)


class Hub:
    """``folder`` holds the configuration, the data and the log of one hub."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.config = folder / "hub.yaml"
        self.log = folder / "hub.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._client: httpx.Client | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def write(self, more: str = "", rules: str = RULES, grids: int = 3) -> None:
        """The configuration: a few grids, one rule, and ``more`` as it is."""
        paths = [f"qth/taoshan/g{number}" for number in range(1, grids + 1)]
        known = [{"path": path, "name": f"Grid {path[-1]}", "kind": "grid"} for path in paths]
        features = [{"type": "Feature", "properties": properties, "geometry": None} for properties in known]
        (self.folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        (self.folder / "rules.yaml").write_text(rules)
        head = f"listen: 127.0.0.1:{self.port}\ndata_dir: var\nareas: areas.geojson\nrules: [rules.yaml]\n"
        self.config.write_text(f"{head}{more}\nnetwork: {{cameras: [127.0.0.0/8]}}\n")

    def start(self, *, ready_s: float = 40.0) -> Hub:
        environment = {**os.environ, "GRIDHUB_ADMIN_PASSWORD": PASSWORD}
        said = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub.cli", "up", "-c", str(self.config)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True,
            )  # fmt: skip

        def is_ready() -> bool:
            """It, and not what is left of the one before it."""
            return b"gridhub is ready" in self.log.read_bytes()[said:] and self._is_ready()

        wait_for(is_ready, ready_s, lambda: f"the hub is ready; its log:\n{self.tail()}")
        return self

    def stop(self, seconds: float = 10.0) -> float:
        """Ctrl-C. Answers how long it took; fails where it took longer than ``seconds`` or left a process behind."""
        if self._client is not None:
            self._client.close()
            self._client = None
        if self.process is None or self.process.poll() is not None:
            return 0.0
        family = self.family()
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"the hub did not stop within {seconds} s; its log:\n{self.tail()}") from None
        left = [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
        assert not left, f"left behind: {left}"
        return time.monotonic() - began

    def family(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, module: str) -> psutil.Process:
        """The process that runs ``module``, or a program of that name."""
        for process in self.family():
            command = process.cmdline()
            if module in command or (command and Path(command[0]).name == module):
                return process
        raise AssertionError(f"no process runs {module}: {[process.cmdline()[:4] for process in self.family()]}")

    @property
    def client(self) -> httpx.Client:
        """Signed in as the administrator."""
        if self._client is None:
            client = httpx.Client(base_url=self.url, timeout=10.0)
            answer = client.post("/api/v1/session", json={"username": "admin", "password": PASSWORD})
            answer.raise_for_status()
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            client.cookies.clear()
            self._client = client
        return self._client

    def get(self, path: str, **params: Any) -> Any:
        answer = self.client.get(f"/api/v1{path}", params=params)
        answer.raise_for_status()
        return answer.json()

    def alerts(self, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/alerts", limit=200, **params)["items"]
        return found

    def part(self, name: str) -> dict[str, Any] | None:
        parts: list[dict[str, Any]] = self.get("/status")["parts"]
        return next((part for part in parts if part["name"] == name), None)

    def source(self, kind: str, source_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/{kind}/{source_id}")
        return found

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the hub ended:\n{self.tail()}"
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2.0).status_code == 200
        except httpx.HTTPError:
            return False


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub that is not started yet, and is stopped afterwards whatever happens."""
    made = Hub(tmp_path)
    yield made
    made.stop()


def run_gridhub(*arguments: str, timeout_s: float = 60.0) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", *arguments], capture_output=True, text=True, timeout=timeout_s, check=False
    )
