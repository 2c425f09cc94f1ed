"""The video files that camera workers have finished, and what each of them is worth."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from hub.model.times import parse_duration
from hub.store.sql import sql
from hub.store.store import Store


@dataclass(frozen=True, slots=True)
class Segment:
    """``path`` is relative to the data directory; the times are event times of its first and last packet.

    ``eventful``: the camera's analysers saw something in it, or nobody can tell any more.
    """

    camera: str
    began_at: datetime
    ended_at: datetime
    path: str
    size_bytes: int
    eventful: bool = False


class Worth(IntEnum):
    """What goes first when room is needed."""

    NOTHING_HAPPENED = 0
    EVENTFUL = 1
    OF_AN_ALERT = 2
    OF_AN_OPEN_ALERT = 3
    """Or of an open incident: it is what people work on now."""


def add(store: Store, segment: Segment) -> None:
    """Raises NotFound where the camera was removed meanwhile. Adding a file twice is one row."""
    values = {name: getattr(segment, name) for name in Segment.__slots__}
    with store.transaction() as tx:
        tx.execute(sql["segment_put"], values)


def list_segments(store: Store, camera: str, first: datetime, last: datetime) -> list[Segment]:
    """The segments that touch [first, last], in order."""
    rows = store.fetch(sql["segment_list"], {"camera": camera, "first": first, "last": last})
    return [Segment(**row) for row in rows]


def spare(
    store: Store, cameras: Collection[str], worth: Sequence[Worth], before: datetime, limit: int = 1000
) -> list[Segment]:
    """Segments of ``cameras`` that ended before ``before`` and are worth one of ``worth``, oldest first."""
    params = {"cameras": list(cameras), "worth": [int(item) for item in worth], "before": before, "limit": limit}
    return [Segment(**row) for row in store.fetch(sql["segment_spare"], params)]


def sizes(store: Store, cameras: Collection[str]) -> dict[str, int]:
    """Bytes that are kept of each camera."""
    return {row["camera"]: row["size_bytes"] for row in store.fetch(sql["segment_sizes"], {"cameras": list(cameras)})}


def known(store: Store, paths: Sequence[str]) -> set[str]:
    """Those of ``paths`` that have a row."""
    return {row["path"] for row in store.fetch(sql["segment_known"], {"paths": list(paths)})}


def delete(store: Store, paths: Sequence[str]) -> None:
    """Forget files; the caller has removed them."""
    with store.transaction() as tx:
        tx.execute(sql["segment_delete"], {"paths": list(paths)})


def removed_cameras(store: Store) -> dict[str, timedelta | None]:
    """Cameras that were removed, and for how long their files were to be kept; None where that was not set."""
    rows = store.fetch(sql["removed_camera_list"])
    return {row["camera"]: _duration(row["keep"]) for row in rows}


def forget_removed(store: Store, camera: str) -> None:
    with store.transaction() as tx:
        tx.execute(sql["removed_camera_forget"], {"camera": camera})


def snapshots_kept(store: Store, day: str) -> set[str]:
    """Names of the snapshots of ``day`` (``2026-03-01``) that an alert shows."""
    return {row["name"] for row in store.fetch(sql["snapshot_kept"], {"day": day})}


def _duration(text: str | None) -> timedelta | None:
    try:
        return None if text is None else parse_duration(text)
    except ValueError:  # as an older version wrote it
        return None


@dataclass(frozen=True, slots=True)
class Recorded:
    """All recordings together; ``day_bytes`` came since a time; ``first``: when the oldest began."""

    size_bytes: int
    day_bytes: int
    segments: int
    first: datetime | None


def recorded(store: Store, since: datetime) -> Recorded:
    [row] = store.fetch(sql["recordings_size"], {"since": since})
    return Recorded(**row)
