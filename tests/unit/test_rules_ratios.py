"""What confirmed and dismissed alerts teach about the weights of evidence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.model.judged import Judged, Verdict
from rules import language
from rules.ratios import lessons
from rules.weigh import learn

RULES = language.parse(
    """
rules:
  - name: fire
    severity: major
    summary: s
    when:
      weigh:
        prior: 0.01
        above: 0.5
        evidence:
          - {metric: smoke, above: 0.3, ratio: 40, ratio_absent: 0.5}
          - {as: heat, metric: temperature, above: 54, ratio: 60}
  - {name: plain, severity: major, summary: s, when: {metric: smoke, above: 0.3}}
""",
    "fire.yaml",
)


def alert(verdict: Verdict, rule: str = "fire", **held: bool) -> Judged:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    detail = {"contributions": [{"name": name, "held": is_held, "log_odds": 1.0} for name, is_held in held.items()]}
    return Judged(1, rule, "area:a", "a", "s", at, at, verdict, detail=detail)


def test_each_piece_is_counted_where_its_sources_could_see() -> None:
    judged = [alert(Verdict.CONFIRMED, smoke=True, heat=True)] * 12 + [alert(Verdict.CONFIRMED, smoke=False)] * 3
    judged += [alert(Verdict.DISMISSED, smoke=True, heat=False)] * 10 + [alert(Verdict.DISMISSED, smoke=False)] * 2
    smoke, heat = lessons(RULES, judged)
    assert (smoke.rule, smoke.given.name, smoke.given.present, smoke.given.absent) == ("fire", "smoke", 40, 0.5)
    assert (smoke.confirmed_with, smoke.confirmed, smoke.dismissed_with, smoke.dismissed) == (12, 15, 10, 12)
    assert (heat.confirmed_with, heat.confirmed, heat.dismissed_with, heat.dismissed) == (12, 12, 0, 10)
    assert smoke.learnt == learn(12, 15, 10, 12)
    assert heat.learnt is not None
    assert heat.learnt.present > 10


@pytest.mark.parametrize(
    "other",
    [
        alert(Verdict.UNJUDGED, smoke=True),
        alert(Verdict.CONFIRMED, rule="plain", smoke=True),
        Judged(1, "fire", "area:a", "a", "s", datetime(2026, 3, 1, tzinfo=UTC), None, Verdict.CONFIRMED),
    ],
    ids=["nobody judged", "another rule", "weighed nothing"],
)
def test_what_says_nothing_of_the_evidence_is_left_out(other: Judged) -> None:
    smoke, heat = lessons(RULES, [other] * 20)
    assert (smoke.confirmed, smoke.dismissed, smoke.learnt) == (0, 0, None)
    assert heat.learnt is None
