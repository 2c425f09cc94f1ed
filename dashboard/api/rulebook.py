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
from hub.errors import ConfigError, Problem
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
class File:
    """A file as it is written now, ``name`` as seen from the configuration. Where there are ``problems`` the pages are
    those of before its last change."""

    name: str
    stamp: tuple[int, int]
    text: str
    pages: tuple[Page, ...]
    problems: tuple[Problem, ...] = ()


class RuleBook:
    """Threads may share it. A file that is wrong for the moment is shown as it was."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._files: dict[Path, File] = {}
        self._lock = threading.Lock()

    def files(self) -> list[File]:
        """In the order of the configuration."""
        with self._lock:
            named = self._config.rule_files()
            for path in named:
                self._read(path)
            return [self._files[path] for path in named if path in self._files]

    def pages(self) -> list[Page]:
        """All rules, in the order of the files and within them."""
        return [page for file in self.files() for page in file.pages]

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
        text = ""
        problems: tuple[Problem, ...] = ()
        pages = known.pages if known is not None else ()
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
            pages = tuple(self._page(rule) for rule in language.load(path))
        except ConfigError as error:
            problems = error.problems
        except OSError as error:
            problems = (Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}"),)
        for problem in problems[:1]:
            _log.warning("%s is shown as it was before: %s", path.name, problem)
        self._files[path] = File(shown(self._config, path), stamp, text, pages, problems)

    def _page(self, rule: Rule) -> Page:
        return Page(rule, _summary(rule), shown(self._config, Path(rule.file)))


def shown(config: Config, file: Path) -> str:
    """What people know a rule file by: its way from the configuration, where it lies below it."""
    base = config.path.parent
    return str(file.relative_to(base) if file.is_relative_to(base) else file)


def _summary(rule: Rule) -> str:
    """As it is written: what is kept of a rule is what it means."""
    written: Sequence[Any] | dict[str, Any] = document.parse(rule.text, rule.file).value
    return str(written["summary"]) if isinstance(written, dict) else ""
