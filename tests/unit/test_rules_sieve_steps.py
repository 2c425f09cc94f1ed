"""What the sieve lets through and when it hands a series over, beside the evaluator alone, step by step."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hub.model.observation import Stored
from rules.language import parse
from rules.window import SECOND
from tests.unit.rules_timeline import REGISTRY, at, rule, said
from tests.unit.test_rules_sieve import Pair

SMOKE = "{metric: smoke, above: 0.3}"
SILENT = "{metric: smoke, absent_for: 1m}"


def pair(*when: str, **keys: str) -> Pair:
    texts = (rule(each, f"r{number}", **{"by": "source", **keys}) for number, each in enumerate(when))
    return Pair(parse("rules:\n" + "".join(texts), "r.yaml"))


def exact(found: Pair) -> list[str]:
    """Whom the evaluator behind the sieve knows."""
    return [series.source for series in found.sieve.exact.heard()]


def test_what_is_quiet_is_kept_from_the_evaluator_and_comes_to_it_as_it_was() -> None:
    found = pair(SMOKE, SILENT)
    for second in range(20):
        found.do("feed", [said("smoke-1", second, 0.1), said("smoke-2", second, 0.2)])
        assert exact(found) == []
    found.do("feed", [said("smoke-1", 20, 0.5)])
    assert exact(found) == ["smoke-1"]
    found.do("feed", [said("smoke-1", 25, 0.1)])
    found.do("advance", at(60))
    found.do("feed", [said("smoke-1", 61, 0.1)])
    found.do("feed", [said("smoke-1", 62, 0.1)])
    assert exact(found) == [], "and goes back"


@pytest.mark.parametrize(
    "word",
    [
        said("smoke-1", 10, 0.1, text="x"),
        said("smoke-1", 10, 0.1, attrs={"a": 1}),
        said("smoke-1", 10, None, text="x"),
        said("smoke-1", 10, math.nan),
        said("smoke-1", 10, -math.inf),
        said("smoke-1", 10, 0.5),
        said("smoke-1", 8, 0.1, received=10),
        said("smoke-1", 8.5, 0.1, received=10),
        said("smoke-1", 9, 0.1, received=10),
        said("smoke-1", 9.3, 0.1, received=10),
    ],
    ids=["text", "attrs", "no-number", "nan", "inf", "high", "late", "disorder", "again", "soon-after"],
)
def test_whatever_is_not_plain_goes_to_the_evaluator(word: Stored) -> None:
    found = pair(SMOKE)
    found.do("feed", [said("smoke-1", second, 0.1) for second in range(10)])
    assert exact(found) == []
    found.do("feed", [word])
    found.do("feed", [said("smoke-1", 11, 0.1)])
    found.do("feed", [said("smoke-1", 11.2, 0.5)])
    found.do("advance", at(20))


def test_what_is_marked_as_doubtful_goes_to_the_evaluator() -> None:
    found = pair(SMOKE)
    word = said("smoke-1", 10, 0.1)
    marked = Stored(
        word.source, word.area, word.type, word.metric, word.ts, word.received_at, word.value, None, None, quality=4
    )
    found.do("feed", [said("smoke-1", 9, 0.1), marked])
    assert exact(found) == ["smoke-1"]


@pytest.mark.parametrize("step", [0.1, 0.3, 0.6, 0.7])
def test_who_speaks_in_quick_succession_is_known_to_the_evaluator_with_every_word(step: float) -> None:
    found = pair(SMOKE)
    for number in range(30):
        found.do("feed", [said("smoke-1", number * step, 0.1)])
    found.do("feed", [said("smoke-1", 30 * step, 0.5)])
    assert bool(exact(found))


def test_a_silence_is_handed_over_in_time_and_counts_from_where_the_hub_was_deaf() -> None:
    found = pair(SILENT)
    found.do("feed", [said("smoke-1", 0, 0.1), said("smoke-2", 1, 0.1)])
    found.do("heard_nothing_until", at(30))
    assert found.sieve.next_timer == at(90)
    found.do("advance", at(89))
    assert exact(found) == []
    found.do("advance", at(92))
    assert len(found.alone.active()) == 2
    found.do("heard_nothing_until", at(10))
    found.do("feed", [said("smoke-1", 100, 0.1)])
    found.do("advance", at(300))


def test_the_next_time_is_the_evaluators_or_that_of_a_silence() -> None:
    found = pair("{metric: smoke, above: 0.3, for: 20s}", SILENT)
    assert found.sieve.next_timer is None
    found.do("feed", [said("smoke-1", 0, 0.1)])
    assert found.sieve.next_timer == at(60)
    found.do("feed", [said("smoke-2", 10, 0.5)])
    assert found.sieve.next_timer == at(32)
    plain = pair(SMOKE)
    plain.do("feed", [said("smoke-1", 0, 0.1)])
    assert plain.sieve.next_timer is None


def test_a_held_clock_hands_no_silence_over() -> None:
    found = pair(SILENT)
    found.do("feed", [said("smoke-1", 0, 0.1)])
    found.do("feed", [said("smoke-2", 100, 0.1)], hold=True)
    assert exact(found) == []
    found.do("feed", [said("smoke-1", 50, 0.1, received=101)], hold=True)
    found.do("advance", at(101))
    found.do("advance", at(200))


@pytest.mark.parametrize("is_known", [True, False])
def test_what_nobody_wants_moves_the_clock_of_no_one(is_known: bool) -> None:
    """A metric at which a rule looks moves the hub's clock, whatever the type of its source; another does not."""
    found = pair("{metric: smoke, types: [smoke], above: 0.3, for: 5s}")
    found.do("feed", [said("smoke-1", 0, 0.5)])
    found.do("feed", [said("cam-1", 20, 0.1, "smoke" if is_known else "heat")])
    assert len(found.alone.active()) == is_known


def test_one_that_is_gone_is_forgotten_and_begins_anew() -> None:
    found = pair(SMOKE, SILENT)
    found.do("feed", [said("smoke-1", 0, 0.1), said("smoke-2", 0, 0.1)])
    left = {name: source for name, source in REGISTRY.sources.items() if name != "smoke-1"}
    found.do("renew", type(REGISTRY)(REGISTRY.areas, left))
    found.do("advance", at(100))
    assert [fire.fingerprint for fire in found.alone.active()] == ["source:smoke-2"]
    found.do("renew", REGISTRY)
    found.do("feed", [said("smoke-1", 110, 0.1)])
    found.do("advance", at(200))
    assert len(found.alone.active()) == 2


@pytest.mark.parametrize("damage", [{"quiet": {"keys": [["a"]]}}, {"ages": 3}, {"over": [[1]]}])
def test_what_is_wrong_with_a_snapshot_is_said(damage: dict[str, Any]) -> None:
    found = pair(SMOKE)
    found.do("feed", [said("smoke-1", 0, 0.1)])
    state = found.sieve.snapshot() | damage
    found.start_again()
    with pytest.raises(ValueError, match=r"^the snapshot is damaged: "):
        pair(SMOKE).sieve.restore(state)


def test_a_long_block_is_given_to_the_evaluator_in_portions() -> None:
    """In one piece the flicker would be known before anything is told; in life its first half was told at once."""
    found = pair(SMOKE, by="area")
    words = [said("smoke-1", second / 2, value) for second, value in ((1, 0.5), (2, 0.1), (3, 0.5), (4, 0.1), (9, 0.1))]
    for word in words:
        found.alone.feed([word])
    decisions = found.sieve.feed(found.sieve.book.block(words), step_us=SECOND // 2)
    other = pair(SMOKE, by="area")
    expected = [decision for word in words for decision in other.alone.feed([word])]
    assert decisions == expected != []


def test_what_is_too_late_for_a_window_of_several_does_not_hang_on_who_else_has_spoken() -> None:
    """The evaluator alone decides when the camera speaks; behind the sieve nobody hears of that."""
    several = "{metric: smoke, take: median, over: 12s, every: 2s, across: true, above: 0.2}"
    found = pair(f"{{all: [{several}, {{metric: motion, above: 0.3}}]}}", by="area")
    found.do("feed", [said("smoke-1", 0, 0.1), said("smoke-2", 0, 0.1)])
    found.do("feed", [said("cam-1", 20, 0.0)])
    assert "cam-1" not in exact(found)
    found.do("feed", [said("smoke-1", 10, 0.1, received=20.5), said("smoke-2", 19, 0.1, received=20.6)])
    assert found.alone.left_out == {"late": 1}
