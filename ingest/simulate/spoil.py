"""Spoils a simulated camera, as somebody with a hand, a cloth or a spanner would.

    python -m ingest.simulate.spoil --data DIR cam-0001 covered
    python -m ingest.simulate.spoil --data DIR cam-0001 clear

The cameras read ``DIR/spoiled.json`` with each keyframe: what is written there shows after a second.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from enum import StrEnum
from pathlib import Path

from hub.errors import StartError
from ingest.simulate.installation import installed_cameras

CLEAR = "clear"
_CLOCK_AHEAD_S = 7
_log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What can be done to a camera."""

    COVERED = "covered"
    DEFOCUSED = "defocused"
    MOVED = "moved"
    FROZEN = "frozen"
    WASHED_OUT = "washed_out"
    CLOCK = "clock"
    """Its clock is set ahead; the picture stays."""

    @property
    def clock_ahead_s(self) -> int:
        return _CLOCK_AHEAD_S if self is Kind.CLOCK else 0


class Spoiled:
    """Which cameras are spoiled, read from a file when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_of: tuple[int, int] | None = None
        self._kinds: dict[str, Kind] = {}

    def kind(self, camera: str) -> Kind | None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._read_of, self._kinds = None, {}
            return None
        if (stat.st_mtime_ns, stat.st_ino) != self._read_of:
            self._read_of = (stat.st_mtime_ns, stat.st_ino)
            try:
                stored = json.loads(self._path.read_text(encoding="utf-8"))
                self._kinds = {name: Kind(kind) for name, kind in stored.items()}
            except (ValueError, AttributeError) as error:
                _log.warning("%s is not understood: %s", self._path.name, error)
        return self._kinds.get(camera)


def spoiled_file(directory: Path) -> Path:
    return directory / "spoiled.json"


def spoil(directory: Path, camera: str, kind: Kind | None) -> None:
    """Spoil a camera of an installation, or (None) put it in order. Raises StartError where there is no such camera."""
    if camera not in {installed.id for installed in installed_cameras(directory)}:
        raise StartError(f"{directory} has no simulated camera {camera!r}")
    path = spoiled_file(directory)
    kinds = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kinds.pop(camera, None)
    if kind is not None:
        kinds[camera] = kind
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(kinds), encoding="utf-8")
    fresh.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.simulate.spoil", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the installation (of the demo: --data)")
    parser.add_argument("camera", help="for example cam-0001")
    parser.add_argument("kind", choices=[*(kind.value for kind in Kind), CLEAR])
    arguments = parser.parse_args()
    try:
        spoil(arguments.data, arguments.camera, None if arguments.kind == CLEAR else Kind(arguments.kind))
    except (StartError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
