"""The files of one simulated installation: areas, configuration, pictures, and the passwords of its cameras.

    DIR/hub.yaml  DIR/areas.geojson  DIR/scenes/*.mp4  DIR/secrets/simulated-cameras.json (mode 0600)

``hub.yaml`` is what an integrator would write and holds the cameras' URLs with their passwords, so it is 0600 too.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from hub.errors import StartError
from hub.log import redact_value
from ingest.simulate import city
from ingest.simulate.rtsp import Account

_RULES = Path(__file__).resolve().parents[2] / "examples" / "rules" / "*.yaml"
_USERNAME = "viewer"
_TYPES = {"gateway": {"name": {"zh": "无线网关", "en": "Radio gateway"}, "metrics": {"load": {"min": 0, "max": 1}}}}


@dataclass(frozen=True, slots=True)
class Installed:
    """What the simulated cameras need to know of one camera."""

    id: str
    scene: str
    account: Account


def accounts_file(directory: Path) -> Path:
    return directory / "secrets" / "simulated-cameras.json"


def scenes_directory(directory: Path) -> Path:
    return directory / "scenes"


def install(directory: Path, listen: str, rtsp_port: int, cameras: int, devices: int) -> None:
    """Write everything but the pictures. Passwords that exist are kept."""
    directory.mkdir(parents=True, exist_ok=True)
    wanted = city.cameras(cameras)
    known = {installed.id: installed.account for installed in installed_cameras(directory, missing_ok=True)}
    accounts = {camera.id: known.get(camera.id) or Account(_USERNAME, secrets.token_urlsafe(12)) for camera in wanted}
    _write_private(
        accounts_file(directory),
        json.dumps(
            {
                camera.id: {
                    "scene": camera.scene,
                    "username": accounts[camera.id].username,
                    "password": accounts[camera.id].password,
                }
                for camera in wanted
            },
            indent=1,
        ),
    )
    areas = json.dumps(city.geojson(city.places()), ensure_ascii=False, separators=(",", ":"))
    (directory / "areas.geojson").write_text(areas + "\n", encoding="utf-8")
    all_devices = [*city.devices(devices), city.gateway(), *city.actuators()]
    config = _configuration(listen, rtsp_port, wanted, accounts, all_devices)
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False, width=160, default_flow_style=None)
    head = "# The simulated city. Written by python -m ingest.simulate prepare.\n"
    _write_private(directory / "hub.yaml", head + text)


def installed_cameras(directory: Path, *, missing_ok: bool = False) -> list[Installed]:
    """The cameras of an installation. Raises StartError where it has not been prepared."""
    path = accounts_file(directory)
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if missing_ok:
            return []
        raise StartError(f"{directory} holds no simulated city: run python -m ingest.simulate prepare") from error
    for entry in stored.values():
        redact_value(entry["password"])
    return [
        Installed(camera_id, entry["scene"], Account(entry["username"], entry["password"]))
        for camera_id, entry in stored.items()
    ]


def _configuration(
    listen: str,
    rtsp_port: int,
    cameras: list[city.Camera],
    accounts: dict[str, Account],
    devices: list[city.Device],
) -> dict[str, Any]:
    def url(camera: city.Camera) -> str:
        account = accounts[camera.id]
        return f"rtsp://{account.username}:{quote(account.password, safe='')}@127.0.0.1:{rtsp_port}/{camera.id}"

    return {
        "listen": listen,
        "data_dir": ".",
        "areas": "areas.geojson",
        "rules": [str(_RULES)],
        "network": {"cameras": ["127.0.0.0/8"]},  # the simulated cameras are on this machine
        "cameras": [
            {"id": camera.id, "name": camera.name, "url": url(camera), "area": camera.area, "record": {"mode": "event"}}
            for camera in cameras
        ],
        "types": _TYPES,
        "devices": [{"id": device.id, "area": device.area, "type": device.type} for device in devices],
        "topology": {"things": [_gateway(devices)]},
    }


def _gateway(devices: list[city.Device]) -> dict[str, Any]:
    """While it is down, the silence of what is behind it is no news."""
    gateway = city.gateway().id
    behind = [device.id for device in devices if device.role is city.Role.BEHIND]
    down = [{"source": gateway}]
    return {"name": gateway, "kind": "gateway", "down": down, "sources": behind, "mutes": ["device-silent"]}


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, all of it or nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
