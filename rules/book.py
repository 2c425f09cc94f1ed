"""The rule files of a configuration, looked at again while the engine runs."""

from __future__ import annotations

import threading
from pathlib import Path

from hub.config import Config
from hub.errors import ConfigError, Problem
from rules import check, language
from rules.rule import Rule

_Stamp = tuple[tuple[Path, int, int], ...]


class RuleFiles:
    """``ask`` may be called by a signal handler; the rest belongs to one thread."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._asked = threading.Event()
        self._stamp: _Stamp = ()
        self._seen: _Stamp = ()

    def ask(self) -> None:
        """Have the files read again, whether they look changed or not."""
        self._asked.set()

    def load(self) -> list[Rule]:
        """Raises ConfigError with everything that is wrong in them; ``is_changed`` is then false until they change.

        Files that are not there are wrong, too: a disk that is away must not end every alert.
        """
        self._asked.clear()
        self._stamp = self._look()
        if missing := check.patterns_without_files(self._config):
            raise ConfigError(missing)
        try:
            return language.load_all(self._config.rule_files())
        except OSError as error:
            raise ConfigError([Problem(str(error.filename), 0, 0, "", f"cannot be read: {error.strerror}")]) from error

    def is_changed(self) -> bool:
        """A change counts when two looks have found the same: the first half of a file that is being written may well
        be right, and would end the alerts of all rules in the other half."""
        before, self._seen = self._seen, self._look()
        return self._asked.is_set() or (self._seen != self._stamp and self._seen == before)

    def _look(self) -> _Stamp:
        found = []
        for path in self._config.rule_files():
            try:
                status = path.stat()
            except FileNotFoundError:
                continue  # removed between the two looks: it is gone from the next one's list
            found.append((path, status.st_mtime_ns, status.st_size))
        return tuple(found)
