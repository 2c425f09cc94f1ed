"""The rules as they stand in their files, for people to read. A file is read again when it has changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub import document
from hub.config import Config
from hub.errors import ConfigError
from rules import language
from rules.rule import Rule

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """One rule; ``summary`` with its fields in braces, ``file`` as seen from the configuration."""

    rule: Rule
    summary: str
    file: str


@dataclass(frozen=True, slots=True)
class _File:
    stamp: tuple[int, int]
    pages: tuple[Page, ...]


class RuleBook:
    """Threads may share it. A file that is wrong for the moment is shown as it was."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._files: dict[Path, _File] = {}
        self._lock = threading.Lock()

    def pages(self) -> list[Page]:
        """All rules, in the order of the files and within them."""
        with self._lock:
            named = self._config.rule_files()
            for path in named:
                self._read(path)
            return [page for path in named if path in self._files for page in self._files[path].pages]

    def procedure(self, rule: str) -> str | None:
        """What to do when the rule raises an alert; None where it says nothing, or is no more."""
        return next((page.rule.procedure for page in self.pages() if page.rule.name == rule), None)

    def _read(self, path: Path) -> None:
        try:
            found = path.stat()
        except OSError:
            self._files.pop(path, None)
            return
        stamp = (found.st_mtime_ns, found.st_size)
        known = self._files.get(path)
        if known is not None and known.stamp == stamp:
            return
        try:
            pages = tuple(self._page(rule) for rule in language.load(path))
        except (ConfigError, OSError) as error:
            _log.warning("%s is shown as it was before: %s", path.name, error)
            pages = known.pages if known is not None else ()
        self._files[path] = _File(stamp, pages)

    def _page(self, rule: Rule) -> Page:
        file, base = Path(rule.file), self._config.path.parent
        shown = file.relative_to(base) if file.is_relative_to(base) else file
        return Page(rule, _summary(rule), str(shown))


def _summary(rule: Rule) -> str:
    """As it is written: what is kept of a rule is what it means."""
    written: Sequence[Any] | dict[str, Any] = document.parse(rule.text, rule.file).value
    return str(written["summary"]) if isinstance(written, dict) else ""
