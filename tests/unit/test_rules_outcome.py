"""How decisions become the alerts of a test, and how these are held against what is expected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.model.alert import Decision, Fire, Resolve, Revise, Severity
from rules.testing import Seen, _alerts, _unlike
from rules.trial import AlertText

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def fire(second: float, reason: str = "condition_met", detail: dict[str, Any] | None = None) -> Fire:
    return Fire("r", "source:a", Severity.MINOR, "g", ("a",), "s", at(second), (), reason, detail)


def revise(second: float, severity: Severity) -> Revise:
    return Revise("r", "source:a", severity, at(second))


def resolve(second: float) -> Resolve:
    return Resolve("r", "source:a", at(second))


def alerts(*decisions: Decision, end: float = 100) -> list[tuple[float, float | None, list[tuple[float, str]]]]:
    return [
        (
            seen.start.total_seconds(),
            None if seen.end is None else seen.end.total_seconds(),
            [(moment.total_seconds(), severity) for moment, severity in seen.becomes],
        )
        for seen in _alerts(decisions, START, at(end))
    ]


def test_an_alert_is_from_its_beginning_to_its_end() -> None:
    assert alerts(fire(10), resolve(20), fire(30)) == [(10, 20, []), (30, None, [])]


def test_one_that_began_earlier_than_was_told_is_one() -> None:
    assert alerts(fire(10), fire(8, "earlier_evidence"), resolve(20)) == [(8, 20, [])]


def test_one_that_is_told_again_is_one() -> None:
    assert alerts(fire(10), fire(15, "re_alarm"), resolve(20)) == [(10, 20, [])]


def test_what_it_became_is_kept_in_order() -> None:
    found = alerts(fire(10), revise(15, Severity.MAJOR), revise(20, Severity.CRITICAL), resolve(30))
    assert found == [(10, 30, [(15, "major"), (20, "critical")])]


def test_what_lies_after_the_end_has_not_happened_and_what_lies_at_it_has() -> None:
    assert alerts(fire(100), end=100) == [(100, None, [])]
    assert alerts(fire(101), end=100) == []
    assert alerts(fire(10), revise(100, Severity.MAJOR), resolve(100)) == [(10, 100, [(100, "major")])]
    assert alerts(fire(10), revise(101, Severity.MAJOR), resolve(101)) == [(10, None, [])]


def test_what_nobody_began_is_neither_worse_nor_over() -> None:
    assert alerts(revise(5, Severity.MAJOR), resolve(10)) == []


@pytest.mark.parametrize(
    ("detail", "probability"),
    [({"probability": 0.93}, 0.93), ({"probability": "high"}, None), ({}, None), (None, None)],
)
def test_the_probability_is_that_of_the_detail(detail: dict[str, Any] | None, probability: float | None) -> None:
    [seen] = _alerts([fire(1, detail=detail)], START, at(10))
    assert seen.probability == probability


def unlike(steps: list[tuple[float, str]], **expected: Any) -> list[str]:
    seen = Seen("r", "source:a", timedelta(0), "minor", "s")
    seen.becomes = [(timedelta(seconds=second), severity) for second, severity in steps]
    return list(_unlike(AlertText.model_validate({"rule": "r", "source": "a", "start": "0s", **expected}), seen))


def test_what_it_became_is_compared_where_a_severity_is_expected() -> None:
    steps = [{"at": "5s", "severity": "major"}]
    assert unlike([(5, "major")]) == []
    assert unlike([(5, "major")], severity="minor") == ["r at a became major at 5s, expected nothing else"]
    assert unlike([(5, "major")], becomes=[]) == ["r at a became major at 5s, expected nothing else"]
    assert unlike([(5, "major")], becomes=steps) == []
    assert unlike([(5, "major")], becomes=steps, severity="minor") == []
    assert unlike([(6, "major")], becomes=steps) == ["r at a became major at 6s, expected major at 5s"]
    assert unlike([], severity="minor") == []


def test_the_probability_is_compared_to_within_half_a_hundredth() -> None:
    seen = Seen("r", "source:a", timedelta(0), "minor", "s", probability=0.93)
    for wanted, differs in ((0.926, False), (0.934, False), (0.924, True), (0.936, True)):
        expected = AlertText.model_validate({"rule": "r", "source": "a", "start": "0s", "probability": wanted})
        told = [f"r at a has a probability of 0.930, expected {wanted:g}"] if differs else []
        assert list(_unlike(expected, seen)) == told
