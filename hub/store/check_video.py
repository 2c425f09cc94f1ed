"""Whether the recordings on the disk are those that the store knows of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hub.store import segments
from hub.store.check import Finding, Progress
from hub.store.sql import sql
from hub.store.store import Store

_PAGE = 2_000
_NAMED = 5
_PART = ".part"
YOUNG_S = 900.0
"""A file that is younger may still be told to the store by its worker."""


def recordings(store: Store, data_dir: Path, now: datetime, progress: Progress, *, repair: bool) -> list[Finding]:
    """Rows without a file and files without a row. ``repair`` forgets the rows, and removes no file, ever."""
    folder = data_dir / "recordings"
    gone, seen = _without_file(store, data_dir, progress)
    if gone and len(gone) == seen:
        where = f"none of the {seen} recordings that the store knows is in {folder}"
        return [Finding(f"{where}: mount the disk that they are on, or set data_dir; nothing is forgotten on that")]
    found = [Finding(f"the recording {path} is not there: --repair forgets it", repair) for path in gone[:_NAMED]]
    if len(gone) > _NAMED:
        found.append(Finding(f"{len(gone) - _NAMED} more recordings are not there: --repair forgets them", repair))
    if repair and gone:
        segments.delete(store, gone)
    unknown = _without_row(store, data_dir, folder, now)
    advice = "its worker removes it when its time is over; copy it elsewhere to keep it"
    found += [Finding(f"the store does not know the recording {path}: {advice}") for path in unknown[:_NAMED]]
    if len(unknown) > _NAMED:
        found.append(Finding(f"the store does not know {len(unknown) - _NAMED} more recordings"))
    return found


def _without_file(store: Store, data_dir: Path, progress: Progress) -> tuple[list[str], int]:
    """Those that are not there, of how many. A row that goes meanwhile goes after its file: it is asked for again."""
    gone: list[str] = []
    after, seen = "", 0
    while rows := store.fetch(sql["check_segments"], {"after": after, "limit": _PAGE}):
        gone += [row["path"] for row in rows if not (data_dir / row["path"]).is_file()]
        after, seen = rows[-1]["path"], seen + len(rows)
        progress("recordings", seen, seen + (_PAGE if len(rows) == _PAGE else 0))
    still = segments.known(store, gone) if gone else set()
    return [path for path in gone if path in still], seen


def _without_row(store: Store, data_dir: Path, folder: Path, now: datetime) -> list[str]:
    unknown: list[str] = []
    for day in sorted(folder.glob("*/*/")):
        old = [
            file.relative_to(data_dir).as_posix()
            for file in sorted(day.glob("*.mp4*"))
            if file.suffix != _PART and now.timestamp() - file.stat().st_mtime > YOUNG_S
        ]
        known = segments.known(store, old) if old else set()
        unknown += [path for path in old if path not in known]
    return unknown
