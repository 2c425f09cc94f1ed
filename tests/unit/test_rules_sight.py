"""Who was blind, and since when that counts."""

from __future__ import annotations

import json

from hub.model.source import Health, SourceState
from rules.sight import Sight
from rules.window import FOREVER, SECOND, Span, instant
from tests.unit.rules_timeline import at

KEPT = 16


def blind(second: float, state: SourceState = SourceState.STALLED) -> dict[str, Health]:
    return {"cam-1": Health("cam-1", state, "a reason", at(second))}


def us(second: float) -> int:
    return instant(at(second))


def test_who_is_not_spoken_of_sees() -> None:
    assert Sight().blind("cam-1") == ()


def test_a_source_is_blind_since_it_stopped_watching() -> None:
    sight = Sight()
    assert sight.look(blind(10), us(5)) == {"cam-1"}
    assert list(sight.blind("cam-1")) == [Span(us(10), FOREVER)]


def test_what_was_settled_is_not_taken_back() -> None:
    sight = Sight()
    sight.look(blind(10), us(20))
    assert list(sight.blind("cam-1")) == [Span(us(20), FOREVER)]


def test_a_source_that_watches_is_not_blind() -> None:
    sight = Sight()
    assert sight.look(blind(10, SourceState.WATCHING), us(5)) == set()
    assert sight.blind("cam-1") == ()


def test_who_is_still_blind_has_not_changed() -> None:
    sight = Sight()
    sight.look(blind(10), us(5))
    assert sight.look(blind(10), us(30)) == set()
    assert list(sight.blind("cam-1")) == [Span(us(10), FOREVER)]


def test_a_source_sees_again_from_what_is_settled_on() -> None:
    sight = Sight()
    sight.look(blind(10), us(5))
    assert sight.look({}, us(30)) == {"cam-1"}
    assert list(sight.blind("cam-1")) == [Span(us(10), us(30))]
    assert sight.look({}, us(40)) == set()


def test_a_blindness_that_is_over_before_it_counts_is_of_no_length_to_speak_of() -> None:
    sight = Sight()
    sight.look(blind(10), us(5))
    sight.look({}, us(7))
    assert list(sight.blind("cam-1")) == [Span(us(10), us(10) + 1)]


def test_a_source_that_is_blind_again_was_twice() -> None:
    sight = Sight()
    sight.look(blind(10), us(5))
    sight.look({}, us(30))
    assert sight.look(blind(50), us(40)) == {"cam-1"}
    assert list(sight.blind("cam-1")) == [Span(us(10), us(30)), Span(us(50), FOREVER)]


def test_of_many_times_the_oldest_are_forgotten() -> None:
    sight = Sight()
    for number in range(KEPT + 4):
        sight.look(blind(10 * number), us(10 * number))
        sight.look({}, us(10 * number + 5))
    found = list(sight.blind("cam-1"))
    assert len(found) == KEPT
    assert found[0].start == us(40)
    assert all(span.end - span.start == 5 * SECOND for span in found)


def test_what_is_known_outlives_a_restart() -> None:
    sight = Sight()
    sight.look(blind(10), us(5))
    again = Sight(json.loads(json.dumps(sight.state())))
    assert list(again.blind("cam-1")) == [Span(us(10), FOREVER)]
    assert again.look({}, us(30)) == {"cam-1"}
