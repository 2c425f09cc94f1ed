"""Runs the browser scripts of this folder against an interface that a test serves."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.fix_api import PASSWORD

SCRIPTS = Path(__file__).parent


def environment_of(url: str, **more: object) -> dict[str, str]:
    given = {name: str(value) for name, value in more.items()}
    return {**os.environ, "GRIDHUB_URL": url, "GRIDHUB_USER": "ines", "GRIDHUB_PASSWORD": PASSWORD, **given}


def run(script: str, url: str, **environment: object) -> dict[str, Any]:
    """Run a script against the hub at ``url``; its last line."""
    done = subprocess.run(
        ["node", str(SCRIPTS / script)], capture_output=True, text=True, timeout=200, check=False,
        env=environment_of(url, **environment),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
