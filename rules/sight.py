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
        """Take note of who is blind now; answers whose sight has changed. What was decided up to ``settled`` is not
        taken back: a change counts from there on at the earliest."""
        changed: set[str] = set()
        for source, known in health.items():
            spans = self._blind.get(source, [])
            was_blind = bool(spans) and spans[-1].end == FOREVER
            at = max(instant(known.since), settled)
            if known.state.watching and was_blind:
                spans[-1] = Span(spans[-1].start, max(at, spans[-1].start))
            elif not known.state.watching and not was_blind:
                spans = [*spans, Span(at, FOREVER)]
            else:
                continue
            self._blind[source] = union(spans)[-_KEPT:]
            changed.add(source)
        return changed
