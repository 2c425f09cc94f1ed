"""``python -m tests.e2e.wall_of_25``: 25 cameras of the demo on the wall; what Chromium shows and what it takes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from tests.e2e.fix_demo import Demo

SECONDS = 30


def cpu_s(script: subprocess.Popen[str]) -> float:
    """Of the browser and all its processes, so far."""
    family = psutil.Process(script.pid).children(recursive=True)
    return sum(sum(process.cpu_times()[:2]) for process in family)


def measured(demo: Demo) -> dict[str, Any]:
    with demo.start_node("wall_of_25.mjs", GRIDHUB_SECONDS=str(SECONDS)) as script:
        assert script.stdout is not None
        assert script.stderr is not None
        assert script.stdout.readline() == "begin\n", script.stderr.read()
        before = cpu_s(script)
        assert script.stdout.readline() == "end\n", script.stderr.read()
        used = cpu_s(script) - before
        found: dict[str, Any] = json.loads(script.stdout.readline())
    video = [tile for tile in found["tiles"] if tile["by"] == "video"]
    per_s = [tile["per_s"] for tile in video] or [0.0]
    return {
        "budget": found["budget"],
        "conditions": dict(Counter(f"{tile['by']}: {tile['condition']}" for tile in found["tiles"])),
        "pictures a second of a tile, least and median": [round(min(per_s), 1), round(median(per_s), 1)],
        "dropped a second, all": round(sum(tile["dropped_per_s"] for tile in video), 1),
        "browser, cores": round(used / SECONDS, 2),
    }


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gridhub-wall-") as folder:
        demo = Demo(Path(folder), "--cameras", "25")
        try:
            demo.wait()
            sys.stdout.write(f"{json.dumps(measured(demo), ensure_ascii=False, indent=2)}\n")
        finally:
            if demo.process.poll() is None:
                demo.stop()


if __name__ == "__main__":
    main()
