"""``python -m dashboard.api.probing``: ask cameras, in a process of its own. JSON on standard input and output.

What answers there may be hostile, and libraries that take it apart have no time limit of their own: the dashboard ends
this process when it is late.
"""

from __future__ import annotations

import base64
import json
import logging
import sys
from dataclasses import asdict
from typing import Any

from hub import log
from hub.clock import SystemClock
from hub.config.settings import NetworkSettings
from hub.errors import HubError
from ingest.video.discover import discover
from ingest.video.inquiry import as_csv, as_json
from ingest.video.probe import probe


def main() -> None:
    asked = json.load(sys.stdin)
    secret = {key: value for key, value in asked["secret"].items() if value}
    for value in secret.values():
        log.redact_value(value)
    log.setup("probe", logging.WARNING)
    network = NetworkSettings.model_validate(asked["network"])
    said = _discover(asked, secret, network) if "targets" in asked else _probe(asked, secret, network)
    json.dump(said, sys.stdout)


def _probe(asked: dict[str, Any], secret: dict[str, str], network: NetworkSettings) -> dict[str, Any]:
    found = probe(
        asked["url"],
        secret or None,
        SystemClock(),
        network=network,
        transport=asked["transport"],
        tls=asked["tls"],
    )
    said = as_json(found)
    said |= said.pop("stream") or {}
    said |= {"clock_offset_s": found.clock_offset_s, "reason": log.redact(found.reason), "snapshot": None}
    if found.jpeg is not None:
        said["snapshot"] = "data:image/jpeg;base64," + base64.b64encode(found.jpeg).decode()
    return said


def _discover(asked: dict[str, Any], secret: dict[str, str], network: NetworkSettings) -> dict[str, Any]:
    try:
        devices = discover(network.allowed, SystemClock(), targets=asked["targets"], secret=secret or None)
    except HubError as error:
        return {"refused": str(error)}
    return {"devices": [asdict(device) for device in devices], "csv": as_csv(devices, asked["area"])}


if __name__ == "__main__":
    main()
