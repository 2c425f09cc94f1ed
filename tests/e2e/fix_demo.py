"""The demo, started as its users start it: for the tests of the console and for the pictures of the docs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.fix_hub import PASSWORD, wait_for
from tests.fix_timescale import free_port

WEB_TESTS = Path(__file__).parent
PROPOSALS = WEB_TESTS.parents[1] / "examples" / "proposals"


class Demo:
    """A running demo. ``first_request_at_s`` is when the dashboard first answered, on the monotonic clock.

    ``options`` are handed on to ``gridhub demo``.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "demo.log"
        self.first_request_at_s = 0.0
        with self.log.open("wb") as log:
            argv = [sys.executable, "-m", "hub.cli", "demo", "--data", str(folder / "data"), "--port", str(self.port)]
            self.process = subprocess.Popen(
                [*argv, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, "GRIDHUB_ADMIN_PASSWORD": PASSWORD},
            )  # fmt: skip

    def wait(self) -> None:
        """Until it answers: the first time it paints its pictures before."""
        wait_for(self._answers, 180, f"the demo answers; see {self.log}")
        self.first_request_at_s = time.monotonic()

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """Signed in as the administrator."""
        with httpx.Client(base_url=f"{self.url}/api/v1", timeout=10) as client:
            answer = client.post("/session", json={"username": "admin", "password": PASSWORD}).raise_for_status()
            client.cookies.clear()
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            yield client

    def start_node(self, script: str, **environment: str) -> subprocess.Popen[str]:
        """Start a script of this folder against the demo."""
        return subprocess.Popen(
            ["node", str(WEB_TESTS / script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "GRIDHUB_URL": self.url, "GRIDHUB_PASSWORD": PASSWORD, **environment},
        )  # fmt: skip

    def node(self, script: str, *arguments: str, seconds: float = 200) -> str:
        """Run a script of this folder against the demo; answers what it printed."""
        done = subprocess.run(
            ["node", str(WEB_TESTS / script), *arguments],
            env={**os.environ, "GRIDHUB_URL": self.url, "GRIDHUB_PASSWORD": PASSWORD},
            capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"
        return done.stdout

    def spoil(self, camera: str, kind: str) -> datetime:
        """Do something to a simulated camera, or ``clear`` it; answers when."""
        argv = [sys.executable, "-m", "ingest.simulate.spoil", "--data", str(self.folder / "data"), camera, kind]
        subprocess.run(argv, check=True, timeout=60)
        return datetime.now(UTC)

    def backtest(self, proposal: str) -> dict[str, Any]:
        """What a file of ``examples/proposals`` would have done to everything so far."""
        now = datetime.now(UTC)
        argv = [sys.executable, "-m", "hub.cli", "rules", "backtest", str(PROPOSALS / proposal), "--json"]
        argv += ["--from", (now - timedelta(hours=1)).isoformat(), "--to", now.isoformat()]
        argv += ["-c", str(self.folder / "data" / "hub.yaml")]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def memory_bytes(self) -> int:
        """Of all its processes together: what is theirs alone, and their part of what they share (PSS)."""
        family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        return sum(process.memory_full_info().pss for process in family)

    def stop(self) -> float:
        """Ctrl-C; answers how many seconds it took, and fails where a process is left."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)
        took = time.monotonic() - began
        assert not [process for process in family if process.is_running()]
        return took

    def _answers(self) -> bool:
        assert self.process.poll() is None, f"the demo ended: {self.log.read_text()}"
        try:
            return httpx.get(f"{self.url}/healthz", timeout=1.0).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    demo = Demo(folder)
    try:
        demo.wait()
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.stop()
