"""The simulated cameras: one RTSP server with a path and a password for each.

    python -m ingest.simulate.cameras --data DIR --port P --epoch SECONDS
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from hub import log
from hub.errors import HubError, StartError
from ingest.simulate.installation import installed_cameras, scenes_directory
from ingest.simulate.rtsp import LiveServer, Loop
from ingest.simulate.scenes import scene_file
from ingest.simulate.spoil import Spoiled, spoiled_file

_log = logging.getLogger(__name__)


def open_server(directory: Path, port: int, epoch_s: float) -> LiveServer:
    """The cameras of an installation. Raises StartError where it is not complete."""
    cameras = installed_cameras(directory)
    files = {camera.scene: scene_file(scenes_directory(directory), camera.scene) for camera in cameras}
    missing = [path.name for path in files.values() if not path.exists()]
    if missing:
        raise StartError(f"{', '.join(missing)} not found: run python -m ingest.simulate prepare")
    loops = {scene: Loop(path) for scene, path in files.items()}
    served = {camera.id: loops[camera.scene] for camera in cameras}
    accounts = {camera.id: camera.account for camera in cameras}
    return LiveServer(served, epoch_s, accounts, port=port, spoiled=Spoiled(spoiled_file(directory)).kind)


async def serve(server: LiveServer) -> None:
    """Run until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        await server.start()
    except OSError as error:
        raise StartError(f"the cameras cannot listen on port {server.port}: {error.strerror}") from error
    _log.info("%d cameras on port %d", len(server.loops), server.port)
    await stopped.wait()
    await server.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.simulate.cameras", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="where the installation was prepared")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--epoch", type=float, required=True, help="when the script began, in seconds since 1970")
    arguments = parser.parse_args()
    log.setup("cameras")
    try:
        asyncio.run(serve(open_server(arguments.data, arguments.port, arguments.epoch)))
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
