"""Whether a worker grows: memory, threads and file handles over an hour of eight cameras.

``python -m bench soak --minutes 60 --cameras 8``. Half of the cameras are quiet, at constant bit rate with noise, half
look at a street, at constant quality; all are analysed as they are by default and recorded when something happens. The
first quarter of the time is warm-up. Decoders come and go with what happens, some 10 MB each; what stays shows in the
floor, the least anonymous memory of the worker in each 150 s, a turn of the longest scene. The slope is that of the
straight line through the floors, by least squares, in per cent of their mean an hour. Samples are in
``bench/results/soak-raw.json`` at once. The machine should have nothing else to do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.cameras import install
from bench.meter import Sample, sample
from bench.report import RESULTS, Row
from bench.side import Case, cameras_of, streams
from bench.worker import VideoWorker, database_server

_EVERY_S = 15.0
_WARM_UP = 0.25
_TURN_S = 150.0


def run(arguments: Sequence[str]) -> list[Row]:
    parser = argparse.ArgumentParser(prog="python -m bench soak")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--cameras", type=int, default=8)
    options = parser.parse_args(arguments)
    install()
    half = options.cameras // 2
    cases = [
        Case("quiet", "cbr", "1080p15", half, record="event"),
        Case("street", "cq", "1080p15", options.cameras - half, record="event"),
    ]
    samples: list[tuple[float, Sample]] = []
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name, streams(cases) as served:
        settings: dict[str, dict[str, Any]] = {
            f"{case.kind}-{camera.name}": {"url": served.url(case, camera, "main"), "record": {"mode": case.record}}
            for case in cases
            if case.cameras
            for camera in cameras_of(case)
        }
        with database_server() as server:
            worker = VideoWorker(server, Path(name) / "worker", settings)
            try:
                reason = _watch(worker, options.minutes * 60, samples)
            finally:
                worker.stop()
            not_watched = [state for state, _ in worker.details().values() if state != "watching"]
            worker.close()
    if not reason and not_watched:
        reason = f"{len(not_watched)} cameras are not watched at the end"
    return rows(samples, options.minutes * 60 * _WARM_UP, reason)


def _watch(worker: VideoWorker, seconds: float, samples: list[tuple[float, Sample]]) -> str:
    """Take samples; why it ended early, or nothing."""
    began = time.monotonic()
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "soak-raw.json").open("w") as raw:
        while (at_s := time.monotonic() - began) < seconds:
            if not worker.alive():
                return f"the worker ended by itself after {at_s:.0f} s ({worker.last_words()})"
            now = sample(worker.pid)
            samples.append((at_s, now))
            memory = {"own": now.own_bytes, "pss": now.pss_bytes}
            row = {"s": round(at_s), **memory, "threads": now.threads, "handles": now.handles}
            print(json.dumps(row), file=raw, flush=True)
            print(f"\r{at_s / 60:.0f} min: {now.own_bytes / 2**20:.0f} MB", end="", flush=True)
            time.sleep(_EVERY_S)
    print()
    return ""


def rows(samples: Sequence[tuple[float, Sample]], warm_up_s: float, reason: str = "") -> list[Row]:
    """From the samples after the warm-up. Threads and handles: the most of the last third above that of the first."""
    later = [(at_s, one) for at_s, one in samples if at_s >= warm_up_s]
    floor = floors(later)
    if len(floor) < 4:
        return [Row("memory, slope", 0.0, "% / h", "< 1", reason=reason or "too short")]
    slope = slope_per_hour([at_s for at_s, _ in floor], [own_bytes for _, own_bytes in floor])
    third = len(later) // 3
    made = [Row(f"memory, slope over {later[-1][0] / 60:.0f} min", slope, "% / h", "< 1", reason=reason)]
    for title, counts in (
        ("threads", [one.threads for _, one in later]),
        ("file handles", [one.handles for _, one in later]),
    ):
        made.append(Row(f"{title} gained", max(counts[-third:]) - max(counts[:third]), "", "<= 0", reason=reason))
    return made


def floors(samples: Sequence[tuple[float, Sample]]) -> list[tuple[float, int]]:
    """The least memory of each whole turn, in bytes, and the middle of the turn."""
    began, turns = samples[0][0] if samples else 0.0, defaultdict(list)
    for at_s, one in samples:
        turns[int((at_s - began) // _TURN_S)].append(one.own_bytes)
    whole = list(turns.items())[:-1]  # the last one is cut off
    return [(began + (turn + 0.5) * _TURN_S, min(values)) for turn, values in whole]


def slope_per_hour(times_s: Sequence[float], values: Sequence[float]) -> float:
    """In per cent of the mean."""
    slope = statistics.linear_regression(times_s, values).slope
    return 100 * 3600 * slope / statistics.fmean(values)
