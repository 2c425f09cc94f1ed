"""Which sources were blind, and when: what weighing evidence needs to know. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.model.source import Health
from rules.window import FOREVER, Instant, Span, instant, union

_KEPT = 16  # spans of one source; who is blind more often than this while it matters loses the oldest


class Sight:
    """A source that nobody says is blind sees. ``state`` gives what the constructor takes, as plain data."""

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        self._blind: dict[str, list[Span]] = {
            source: [Span(start, end) for start, end in spans] for source, spans in (state or {}).items()
        }

    def state(self) -> dict[str, Any]:
        return {source: [list(span) for span in spans] for source, spans in self._blind.items()}

    def blind(self, source: str) -> Sequence[Span]:
        return self._blind.get(source, ())

    def look(self, health: Mapping[str, Health], settled: Instant) -> set[str]:
        """Take note of who is blind now: those of ``health`` that are not watching, and nobody else. Answers whose
        sight has changed. What was decided up to ``settled`` is not taken back: a change counts from there on at the
        earliest."""
        now_blind = {source: known for source, known in health.items() if not known.state.watching}
        changed: set[str] = set()
        for source, spans in self._blind.items():
            if spans[-1].end == FOREVER and source not in now_blind:
                spans[-1] = Span(spans[-1].start, max(settled, spans[-1].start + 1))
                changed.add(source)
        for source, known in now_blind.items():
            spans = self._blind.setdefault(source, [])
            if not spans or spans[-1].end < FOREVER:
                self._blind[source] = union([*spans, Span(max(instant(known.since), settled), FOREVER)])[-_KEPT:]
                changed.add(source)
        return changed
