"""``python -m dashboard.api.probing``: open one camera, in a process of its own. JSON on standard input and output."""

from __future__ import annotations

import base64
import json
import logging
import sys
from dataclasses import asdict
from typing import Any

from hub import log
from hub.clock import SystemClock
from ingest.video.probe import probe


def main() -> None:
    asked = json.load(sys.stdin)
    secret = {key: value for key, value in asked["secret"].items() if value}
    for value in secret.values():
        log.redact_value(value)
    log.setup("probe", logging.WARNING)
    found = probe(asked["url"], secret or None, SystemClock())
    said: dict[str, Any] = {"state": found.state, "reason": log.redact(found.reason)}
    if found.facts is not None:
        said |= asdict(found.facts)
    if found.jpeg is not None:
        said["snapshot"] = "data:image/jpeg;base64," + base64.b64encode(found.jpeg).decode()
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
