"""Which sessions the broker keeps for device workers, when their number is changed.

Each session is made for one share of the devices, ``index`` of ``count``, and is called after it. One file for each
lies in ``data_dir/sessions``, from when it is subscribed until it is drained, so that after a change somebody knows
which sessions still hold messages that nobody else has.
"""

from __future__ import annotations

from pathlib import Path

from ingest.base import Shard


class Sessions:
    """``prefix``: how the client ids of this installation begin."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix

    def client_id(self, shard: Shard) -> str:
        """Stable, since the broker keeps the session by it. A single worker's has no number of workers in it."""
        return f"{self._prefix}-{shard.index}" + (f"-of-{shard.count}" if shard.count > 1 else "")

    def made(self, shard: Shard) -> None:
        """The broker has the session, and keeps for it whatever comes from now on. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path(shard).touch()

    def all_made(self, count: int) -> bool:
        """Whether each of ``count`` workers has its session."""
        return all(self._path(Shard(index, count)).exists() for index in range(count))

    def left(self, mine: Shard) -> list[Shard]:
        """The sessions of another number of workers, as far as ``mine`` looks after them."""
        found = []
        for path in sorted(self._folder.glob("*-of-*")):
            try:
                shard = Shard.parse(path.name.replace("-of-", "/"))
            except ValueError:
                continue
            if shard.count != mine.count and shard.index % mine.count == mine.index:
                found.append(shard)
        return found

    def drained(self, shard: Shard) -> None:
        """There is no such session any more. Raises OSError."""
        self._path(shard).unlink(missing_ok=True)

    def _path(self, shard: Shard) -> Path:
        return self._folder / f"{shard.index}-of-{shard.count}"
