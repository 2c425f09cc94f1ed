"""The audit log as files: one a day below ``data_dir/audit``, so that it can be copied to where the hub has no access.

Each line is an entry with its hash (JSON lines). The first line of a file says which entry the file follows, and the
last entry of a file is the anchor for everything up to there: who changes the log in the database afterwards has to
change every copy of these files as well.
"""

from __future__ import annotations

import json
import logging
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.audit import Written
from hub.errors import HubError
from hub.model.times import rfc3339
from hub.store import Store, audit
from hub.store.check import Finding

_PAGE = 1_000
_log = logging.getLogger(__name__)


class NotExported(HubError):
    """A file of the export cannot be read or written; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An entry as a file has it. ``line`` counts from 1."""

    id: int
    hash: str
    file: Path
    line: int


def folder_of(data_dir: Path) -> Path:
    return data_dir / "audit"


def files(data_dir: Path) -> list[Path]:
    """Those of the export, oldest first."""
    folder = folder_of(data_dir)
    return sorted(file for file in folder.glob("*.jsonl") if _day(file) is not None) if folder.is_dir() else []


def export(store: Store, data_dir: Path, now: datetime) -> int:
    """Append what is not in a file yet to that of today; answers how many entries.

    Raises NotExported, and StoreUnavailable.
    """
    known = files(data_dir)
    try:
        for file in known[-1:]:
            _cut_torn_line(file)
        last = last_anchor(data_dir)
        last_id, last_hash = (last.id, last.hash) if last else (0, "")
        count = 0
        while page := audit.after(store, last_id, _PAGE):
            _append(folder_of(data_dir) / f"{now.astimezone(UTC).date()}.jsonl", page, last_id, last_hash)
            last_id, last_hash, count = page[-1].id, page[-1].hash.hex(), count + len(page)
    except OSError as error:
        place = error.filename or folder_of(data_dir)
        raise NotExported(f"the audit log cannot be exported: {place}: {error.strerror}") from error
    return count


def prune(data_dir: Path, now: datetime, keep: timedelta) -> list[Path]:
    """Remove the files of days that are over for longer than ``keep``; answers which. Raises NotExported."""
    before = (now - keep).astimezone(UTC).date()
    gone = [file for file in files(data_dir) if (day := _day(file)) is not None and day < before]
    for file in gone:
        try:
            file.unlink()
        except OSError as error:
            raise NotExported(f"{file} is older than it is kept, and cannot be removed: {error.strerror}") from error
    return gone


def last_anchor(data_dir: Path) -> Anchor | None:
    """The last entry that is in a file."""
    for file in reversed(files(data_dir)):
        if found := deque(anchors(file), maxlen=1):
            return found[0]
    return None


def anchors(file: Path) -> Iterator[Anchor]:
    """The entries of a file, and the one it follows. Raises NotExported for what is no export."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                said: dict[str, Any] = json.loads(line)
                said = said.get("follows", said)
                yield Anchor(int(said["id"]), str(said["hash"]), file, number)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise NotExported(f"line {number} of {file} was changed: it is no entry of the audit log") from error


def set_aside(data_dir: Path, now: datetime) -> Path | None:
    """After a restore the files may tell more than the database: keep them apart, and begin anew. Answers where."""
    known = files(data_dir)
    if not known:
        return None
    aside = folder_of(data_dir) / f"before-restore-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    aside.mkdir(mode=0o700)
    for file in known:
        file.rename(aside / file.name)
    return aside


def compare(store: Store, data_dir: Path) -> list[Finding]:
    """Whether every entry that was exported is in the database as it was then."""
    found: list[Finding] = []
    advice = "somebody has written past the hub; the copies of these files tell which of the two is right"
    for file in files(data_dir):
        try:
            for part in _parts(file):
                hashes = audit.hashes(store, [anchor.id for anchor in part])
                wrong = [anchor for anchor in part if anchor.id and hashes.get(anchor.id) != anchor.hash]
                if wrong:
                    first = wrong[0]
                    what = "is not in the database" if first.id not in hashes else "is not as it was exported"
                    where = f"{file.name}, line {first.line}"
                    found.append(Finding(f"entry {first.id} of the audit log {what} ({where}): {advice}"))
                    break
        except NotExported as error:
            found.append(Finding(str(error)))
        except (OSError, UnicodeDecodeError):
            found.append(Finding(f"{file} cannot be read"))
    return found


def _parts(file: Path) -> Iterator[list[Anchor]]:
    part: list[Anchor] = []
    for anchor in anchors(file):
        part.append(anchor)
        if len(part) == _PAGE:
            yield part
            part = []
    if part:
        yield part


def _append(file: Path, page: list[Written], last_id: int, last_hash: str) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    is_new = not file.exists() or file.stat().st_size == 0
    head = [{"follows": {"id": last_id, "hash": last_hash}}] if is_new else []
    text = "".join(json.dumps(said, ensure_ascii=False) + "\n" for said in [*head, *map(as_json, page)])
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def as_json(written: Written) -> dict[str, Any]:
    entry = written.entry
    return {
        "id": written.id,
        "at": rfc3339(written.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "source_ip": entry.source_ip,
        "result": entry.result,
        "detail": dict(entry.detail),
        "hash": written.hash.hex(),
    }


def _cut_torn_line(file: Path) -> None:
    """Whoever was killed while writing has left a part of a line."""
    content = file.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        _log.warning("the last line of %s was not whole: written again", file)
        os.truncate(file, whole)


def _day(file: Path) -> date | None:
    try:
        return date.fromisoformat(file.stem)
    except ValueError:
        return None
