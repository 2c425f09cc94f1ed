"""Prepares a simulated city in a folder; what is there already is kept.

    python -m ingest.simulate prepare --data DIR --listen 127.0.0.1:8000 --rtsp-port P [--cameras N] [--devices N]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.errors import HubError
from ingest.simulate import city
from ingest.simulate.installation import install, scenes_directory
from ingest.simulate.scenes import render_all


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.simulate", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    prepare = commands.add_parser("prepare", help="write areas, configuration, passwords and pictures")
    prepare.add_argument("--data", type=Path, required=True, help="the folder of the installation")
    prepare.add_argument("--listen", default="127.0.0.1:8000", help="where the dashboard will listen")
    prepare.add_argument("--rtsp-port", type=_port, required=True, help="where the cameras will listen")
    prepare.add_argument("--cameras", type=_count, default=4)
    prepare.add_argument("--devices", type=_count, default=200)
    arguments = parser.parse_args()
    try:
        install(arguments.data, arguments.listen, arguments.rtsp_port, arguments.cameras, arguments.devices)
        render_all(scenes_directory(arguments.data), {camera.scene for camera in city.cameras(arguments.cameras)})
    except (HubError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _count(text: str) -> int:
    count = int(text)
    if not 0 <= count <= 100_000:
        raise ValueError(text)
    return count


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise ValueError(text)
    return port


if __name__ == "__main__":
    sys.exit(main())
