"""Both sides look at the same streams, in turn: what each costs and what each finds."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil

from bench import scenes
from bench.meter import Sample, sample
from bench.motion import Motion, View
from bench.scenes import Scene
from bench.score import NOTHING, Report, Score, score
from bench.worker import Seen, VideoWorker
from hub.app.postgres import EmbeddedPostgres

SYSTEM_PYTHON = "/usr/bin/python3"
_SAMPLE_S = 10.0
_STARVED = 90.0  # per cent of all cores, over the span: whoever is late is late because of others
_RECEIVED = 0.95
_STARTS_S = 20.0
_TELL_S = 3.0
"""How long after the measured span a report of something in it may come."""


@dataclass(frozen=True, slots=True)
class Case:
    """``cameras`` of one kind, encoding and size; those of a kind take turns in its places.

    ``sub``: our side is given the sub-stream as well. ``peer``: whether ``motion`` looks at it too, and at what:
    ``main``, ``sub`` (with the main stream as its high resolution one) or nothing.
    """

    kind: str
    encoding: str
    size: str
    cameras: int
    sub: bool = False
    peer: str = "main"
    ours: bool = True
    record: str = "off"

    @property
    def name(self) -> str:
        name = f"{self.kind}-{self.encoding}-{self.size}-{self.cameras}"
        name += "-sub" if self.sub else ""
        name += "-peersub" if self.peer == "sub" else ""
        return name + ("" if self.record == "off" else f"-{self.record}")


@dataclass(frozen=True, slots=True)
class Cost:
    """``cpu``: cores a camera. ``pss_mb``: the largest in the span, of the whole process."""

    cpu: float
    pss_mb: float
    threads: int
    handles: int


@dataclass(slots=True)
class Result:
    """Of one side and one case. ``reason``: why it says nothing."""

    cost: Cost | None = None
    score: Score = NOTHING
    modes: dict[str, int] = field(default_factory=dict)
    """How many cameras the gate looks at by what."""
    delays_s: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """By mode."""
    counters: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""

    def saved(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera of a case: its loop, and how many seconds into it the loop is when the server begins."""

    name: str
    scene: Scene
    offset_s: float


def cameras_of(case: Case) -> list[Camera]:
    places = list(scenes.SCENE_PLACES[case.kind])
    made = []
    for number in range(case.cameras):
        scene = scenes.scene(case.kind, places[number % len(places)], case.encoding, case.size)
        # Where in its loop a camera begins is spread by the golden ratio: no two do the same at the same time.
        offset_s = round(number * 0.618 % 1 * scene.length_s * scene.fps) / scene.fps
        made.append(Camera(f"cam-{number + 1:03}", scene, offset_s))
    return made


class Streams:
    """The server's addresses; ``began``: Unix time at which every loop was at its offset."""

    def __init__(self, port: int, began: float) -> None:
        self._port = port
        self.began = began

    def url(self, case: Case, camera: Camera, which: str) -> str:
        return f"rtsp://127.0.0.1:{self._port}{path_of(case, camera, which)}"


def path_of(case: Case, camera: Camera, which: str) -> str:
    return f"/{case.kind}-{case.encoding}-{case.size}/{camera.name}/{which}"


@contextmanager
def streams(cases: Sequence[Case]) -> Iterator[Streams]:
    table = {}
    for case in cases:
        for camera in cameras_of(case):
            for which, file in (("main", camera.scene.main), ("sub", camera.scene.sub)):
                table[path_of(case, camera, which)] = {"file": str(file), "offset_s": camera.offset_s}
    script = Path(__file__).with_name("rtsp_server.py")
    with subprocess.Popen(
        [SYSTEM_PYTHON, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write(json.dumps(table))
            server.stdin.close()
            port, began = int(server.stdout.readline()), float(server.stdout.readline())
            yield Streams(port, began + time.time() - time.monotonic())
        finally:
            server.kill()


Running = Motion | VideoWorker
AnySide = TypeVar("AnySide", Motion, VideoWorker)


def peer_side(cases: Sequence[Case], served: Streams, folder: Path, warm_s: float, span_s: float) -> dict[str, Result]:
    """``motion`` at every case, at once, a process a case."""

    def start(case: Case) -> Motion:
        views = []
        for camera in cameras_of(case):
            size = scenes.SIZES[case.size]
            main_url = served.url(case, camera, "main")
            if case.peer == "main":
                views.append(View(camera.name, main_url, size.width, size.height, size.fps))
            else:
                sub_url = served.url(case, camera, "sub")
                views.append(View(camera.name, sub_url, *scenes.SUB, size.fps, main_url))
        return Motion(folder / f"motion-{case.name}", views)

    results, running, window = _measure([case for case in cases if case.peer], start, warm_s, span_s)
    for case, process in running.items():
        result = results[case.name]
        reported = process.events()
        for camera in cameras_of(case):
            reports = [Report(begin, end, begin) for begin, end in reported.get(camera.name, [])]
            result.score += _score(camera, served, reports, window)
        if process.lost():
            result.reason = result.reason or f"lost its camera {process.lost()} times"
    return results


def our_side(
    cases: Sequence[Case], served: Streams, folder: Path, server: EmbeddedPostgres, warm_s: float, span_s: float
) -> dict[str, Result]:
    """The video worker at every case, at once, a process a case."""

    def start(case: Case) -> VideoWorker:
        settings: dict[str, dict[str, Any]] = {}
        for camera in cameras_of(case):
            settings[camera.name] = {
                "url": served.url(case, camera, "main"),
                "record": {"mode": case.record},
                "analyse": {"motion": True, "tamper": False},
            }
            if case.sub:
                settings[camera.name]["substream_url"] = served.url(case, camera, "sub")
        return VideoWorker(server, folder / f"worker-{case.name}", settings)

    results, running, window = _measure([case for case in cases if case.ours], start, warm_s, span_s)
    for case, process in running.items():
        result = results[case.name]
        details = process.details()
        for camera in cameras_of(case):
            one = _score(camera, served, stretches(process.seen(camera.name)), window)
            gate = details[camera.name][1].get("gate") or {}
            mode = str(gate.get("mode", "unknown"))
            result.score += one
            result.modes[mode] = result.modes.get(mode, 0) + 1
            result.delays_s[mode] = result.delays_s.get(mode, ()) + one.delays_s
        result.counters = process.counters()
        unwatched = sum(state != "watching" for state, _ in details.values())
        if unwatched:
            result.reason = result.reason or f"{unwatched} cameras are not watched"
        due = case.cameras * (warm_s + span_s - _STARTS_S) * scenes.SIZES[case.size].fps
        received = result.counters.get("gridhub_video_packets_total", due) / due
        if received < _RECEIVED:
            result.reason = result.reason or f"only {received:.0%} of the pictures came"
        process.close()
    return results


def stretches(seen: Sequence[Seen]) -> list[Report]:
    """From a value above 0 to the next 0."""
    found: list[Report] = []
    moving = False
    for each in seen:
        if each.value > 0 and not moving:
            found.append(Report(each.ts, float("inf"), each.committed))
        elif each.value == 0 and moving:
            found[-1] = Report(found[-1].begin, each.ts, found[-1].known)
        moving = each.value > 0
    return found


def _score(camera: Camera, served: Streams, reports: Sequence[Report], window: tuple[float, float]) -> Score:
    scene = camera.scene
    return score(scene.events, scene.length_s, served.began - camera.offset_s, reports, window)


def _measure(
    cases: Sequence[Case], start: Callable[[Case], AnySide], warm_s: float, span_s: float
) -> tuple[dict[str, Result], dict[Case, AnySide], tuple[float, float]]:
    """Start all, let them warm up, measure them over the span, stop all. The window is the span in Unix time."""
    running: dict[Case, AnySide] = {}
    if not cases:
        return {}, running, (0.0, 0.0)
    try:
        for case in cases:
            running[case] = start(case)
        time.sleep(warm_s)
        psutil.cpu_percent()
        began, before = time.time(), {case: _sample(process) for case, process in running.items()}
        until = time.monotonic() + span_s
        peak = dict.fromkeys(running, 0)
        while (left_s := until - time.monotonic()) > 0:
            time.sleep(min(left_s, _SAMPLE_S))
            for case, process in running.items():
                now = _sample(process)
                peak[case] = max(peak[case], now.pss_bytes if now else 0)
        ended, after = time.time(), {case: _sample(process) for case, process in running.items()}
        is_starved = psutil.cpu_percent() > _STARVED
        time.sleep(_TELL_S)
    finally:
        for process in running.values():
            process.stop()
    results = {case.name: _result(case, before[case], after[case], peak[case], ended - began) for case in running}
    for case, process in running.items():
        if results[case.name].reason:
            results[case.name].reason += f" ({process.last_words()})"
        elif is_starved:
            results[case.name].reason = "the machine was full"
    return results, running, (began, ended)


def _result(case: Case, before: Sample | None, after: Sample | None, peak: int, span_s: float) -> Result:
    if before is None or after is None:
        return Result(reason="the process ended by itself")
    cpu = (after.cpu_s - before.cpu_s) / span_s / case.cameras
    return Result(Cost(cpu, peak / 2**20, after.threads, after.handles))


def _sample(process: Running) -> Sample | None:
    return sample(process.pid) if process.alive() else None
