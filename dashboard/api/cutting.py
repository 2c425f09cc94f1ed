"""``python -m dashboard.api.cutting``: cut one clip, in a process of its own. JSON on standard input and output."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path, PurePosixPath

from hub import log
from hub.errors import NotFound
from hub.model.times import parse_instant, rfc3339
from hub.store.segments import Segment
from ingest.video.clip import cut


def main() -> None:
    log.setup("clip", logging.WARNING)
    asked = json.load(sys.stdin)
    found = [
        Segment(camera, parse_instant(began_at), parse_instant(ended_at), path, size_bytes)
        for camera, began_at, ended_at, path, size_bytes in asked["segments"]
        if _is_inside(path)
    ]
    first, last = parse_instant(asked["first"]), parse_instant(asked["last"])
    try:
        masks = tuple(tuple((x, y) for x, y in mask) for mask in asked["masks"])
        clip = cut(Path(asked["data_dir"]), found, first, last, Path(asked["out"]), masks)
    except NotFound:
        said = {"state": "nothing"}
    else:
        said = {"state": "done", "began_at": rfc3339(clip.began_at), "ended_at": rfc3339(clip.ended_at)}
    json.dump(said, sys.stdout)


def _is_inside(path: str) -> bool:
    """As it is written: the folder of recordings may well be a link to another disk."""
    written = PurePosixPath(path)
    return not written.is_absolute() and ".." not in written.parts


if __name__ == "__main__":
    main()
