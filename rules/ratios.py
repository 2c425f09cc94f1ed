"""What past alerts teach about the likelihood ratios of a rule that weighs evidence. Pure.

The alert keeps which pieces held when it was raised; people said whether it was true. How a ratio follows from such
counts, and what it cannot know: ``rules.weigh.learn`` and ``docs/design/evidence.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hub.model.judged import Judged, Verdict
from rules import fusion
from rules.rule import Rule
from rules.weigh import Learnt, Ratio, learn


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of one piece of evidence of a rule. ``confirmed`` and ``dismissed`` are alerts in which its sources could see,
    ``confirmed_with`` and ``dismissed_with`` those of them in which it held. ``learnt`` is None where they are too few.
    """

    rule: str
    given: Ratio
    confirmed_with: int
    confirmed: int
    dismissed_with: int
    dismissed: int
    learnt: Learnt | None


def lessons(rules: Iterable[Rule], judged: Sequence[Judged]) -> list[Lesson]:
    """Of every piece of evidence of every rule that weighs, in the order in which they are written."""
    return [_lesson(rule.name, ratio, judged) for rule in rules for ratio in _ratios(rule)]


def _ratios(rule: Rule) -> Iterator[Ratio]:
    for node in fusion.nodes(rule.when):
        if isinstance(node, fusion.Weigh):
            yield from node.weigher.ratios


def _lesson(rule: str, given: Ratio, judged: Sequence[Judged]) -> Lesson:
    counts = {(verdict, held): 0 for verdict in Verdict for held in (True, False)}
    for alert in judged:
        for piece in (alert.detail or {}).get("contributions", ()) if alert.rule == rule else ():
            if piece["name"] == given.name:
                counts[alert.verdict, bool(piece["held"])] += 1
    true, false = counts[Verdict.CONFIRMED, True], counts[Verdict.DISMISSED, True]
    confirmed, dismissed = true + counts[Verdict.CONFIRMED, False], false + counts[Verdict.DISMISSED, False]
    return Lesson(rule, given, true, confirmed, false, dismissed, learn(true, confirmed, false, dismissed))
