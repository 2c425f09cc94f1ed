"""Where the entries of this process go: into the log, or, while the store is away, into a file that waits for it."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.audit import Entry, Result
from hub.clock import Clock
from hub.errors import StoreError
from hub.model.times import parse_instant, rfc3339
from hub.store import Store, audit
from hub.tally import Tally

MAX_WAITING_BYTES = 16 * 1024 * 1024
_log = logging.getLogger(__name__)


class Book:
    """``store_is_away``: whether it is known to be, so that no call waits for it. Threads may share it."""

    def __init__(
        self, store: Store, data_dir: Path, clock: Clock, tally: Tally, store_is_away: Callable[[], bool]
    ) -> None:
        self._store = store
        self._file = data_dir / "audit" / "waiting.jsonl"
        self._clock = clock
        self._tally = tally
        self._store_is_away = store_is_away
        self._lock = threading.Lock()
        self._told = False

    def write(self, entry: Entry) -> bool:
        """Whether it is kept: in the log, or in the file that waits for it."""
        now = self._clock.now()
        if not self._store_is_away() and self._into_log(entry, now):
            return True
        try:
            with self._lock:
                self._into_file(entry, now)
        except OSError as error:
            self._tally.add("gridhub_audit_not_written_total")
            if not self._told:
                _log.error("the audit log cannot be written: %s", error.strerror or error)
            self._told = True
            return False
        return True

    def _into_log(self, entry: Entry, now: datetime) -> bool:
        """With what waits, in one transaction, so that nothing is written twice while the store stays up."""
        with self._lock:
            waiting = self._waiting()
            try:
                with self._store.transaction() as tx:
                    for at, earlier in [*waiting, (now, entry)]:
                        audit.write(tx, earlier, at)
            except StoreError as error:
                _log.warning("an entry of the audit log waits in a file: %s", error)
                return False
            if waiting:
                self._file.unlink(missing_ok=True)
                _log.info("%d entries of the audit log that waited were written", len(waiting))
            self._told = False
        return True

    def _into_file(self, entry: Entry, now: datetime) -> None:
        """Raises OSError."""
        self._file.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as out:
            if out.tell() > MAX_WAITING_BYTES:
                raise OSError(f"{self._file} is full")
            said = {"at": rfc3339(now), **{name: getattr(entry, name) for name in Entry.__dataclass_fields__}}
            # A line that was torn before must not take this one with it.
            out.write(f"\n{json.dumps(said)}\n")
            out.flush()
            os.fsync(out.fileno())

    def _waiting(self) -> list[tuple[datetime, Entry]]:
        try:
            text = self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        found = []
        for line in filter(None, text.split("\n")):
            try:
                said: dict[str, Any] = json.loads(line)
                at = parse_instant(said.pop("at"))
                found.append((at, Entry(**{**said, "result": Result(said["result"])})))
            except (ValueError, KeyError, TypeError):
                _log.error("a line of %s cannot be read: left out", self._file)
        return found
