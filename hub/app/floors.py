"""The other floors, by name: which processes make up a hub, and which package brings which command."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

from hub.app.child import Child
from hub.config import Config
from hub.errors import Problem

COMMANDS = {
    "camera": "ingest.video.commands",
    "db": "hub.app.db_commands",
    "device": "ingest.mqtt.commands",
    "model": "ingest.video.model_commands",
    "quarantine": "ingest.mqtt.quarantine_cli",
    "rules": "rules.commands",
    "secrets": "hub.app.secret_commands",
    "series": "dashboard.series_commands",
    "status": "dashboard.commands",
    "user": "hub.app.user_commands",
}


def workers(config: Config) -> list[Child]:
    """The processes of the hub itself, in the order in which they start."""
    children = [_python("keeper", "hub.app.keeper", config.path), _python("rules", "rules", config.path)]
    for name, count in (("video", config.workers.video), ("mqtt", config.workers.mqtt)):
        children += [
            _python(f"{name}-{index}", f"ingest.{name}", config.path, "--shard", f"{index}/{count}")
            for index in range(count)
        ]
    children.append(_python("dashboard", "dashboard", config.path))
    return children


def simulators(config: Config, rtsp_port: int, epoch_s: float) -> list[Child]:
    """The demo's cameras and devices, which share one beginning of their timetable, and the people at its desk."""
    data = str(config.path.parent)
    cameras = [sys.executable, "-m", "ingest.simulate.cameras", "--data", data, "--port", str(rtsp_port)]
    devices = [sys.executable, "-m", "ingest.simulate.devices", "--config", str(config.path)]
    shift = [sys.executable, "-m", "ingest.simulate.shift"]
    return [
        Child("cameras", [*cameras, "--epoch", f"{epoch_s:.3f}"], stop_timeout_s=3.0),
        Child("devices", [*devices, "--epoch", f"{epoch_s:.3f}"], stop_timeout_s=3.0),
        Child("shift", [*shift, "--config", str(config.path)], stop_timeout_s=3.0),
    ]


def check_rules(config: Config) -> list[Problem]:
    return _check("rules.check", config)


def check_cameras(config: Config) -> list[Problem]:
    return _check("ingest.video.check", config)


def check_mappings(config: Config) -> list[Problem]:
    """What is wrong with ``mappings``; the libraries for it are loaded only where there are any."""
    return _check("ingest.mqtt.mapping.build", config) if config.mappings else []


def _check(module: str, config: Config) -> list[Problem]:
    check = cast(Callable[[Config], list[Problem]], importlib.import_module(module).check)
    return check(config)


def _python(name: str, module: str, config: Path, *arguments: str) -> Child:
    return Child(name, [sys.executable, "-m", module, "-c", str(config), *arguments])
