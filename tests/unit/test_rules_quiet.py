"""Quiet series: what is remembered of them, and which of those of the evaluator can be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import pytest

from hub.model.observation import Stored
from rules.columns import Block, Book
from rules.conditions import Point
from rules.quiet import KEPT, Quiet, Run, fits
from rules.state import Series
from rules.window import FOREVER, SECOND, instant
from tests.unit.rules_timeline import G1, at, said

GAP = SECOND // 2


def series(*words: Stored) -> Series:
    found = Series("smoke-1", "smoke", G1, "smoke", 2 * SECOND)
    for word in words:
        ts, received = instant(word.ts), instant(word.received_at)
        found.add(Point(min(ts, received), ts, word.value, word), received)
    return found


def smoke(second: float, value: float | None = 0.1, **more: Any) -> Stored:
    return said("smoke-1", second, value, **more)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], True),
        ([smoke(1)], True),
        ([smoke(1), smoke(1.5), smoke(2)], True),
        ([smoke(1), smoke(1.4)], False),  # too close to each other
        ([smoke(1), smoke(2), smoke(10), smoke(10.5), smoke(11)], True),
        ([smoke(1), smoke(2), smoke(10), smoke(10.5), smoke(11), smoke(11.5)], False),  # one too many
        ([smoke(1), smoke(1.2), smoke(10)], True),  # what is settled may be as close as it likes
        ([smoke(1, text="x")], False),
        ([smoke(1, attrs={})], False),
        ([smoke(1)._replace(quality=1)], False),
        ([smoke(1, None, text="x")], False),
        ([smoke(1, None)], False),
        ([smoke(5, text="x"), smoke(10)], False),  # the newest that is settled counts
        ([smoke(3, text="x"), smoke(5), smoke(10)], True),
        ([smoke(300, received=1), smoke(300.1, received=2)], True),  # a clock that is ahead
        ([smoke(300, received=1), smoke(299, received=2)], False),  # of such a one, out of order
    ],
)
def test_a_series_fits_where_few_bare_numbers_in_order_are_all_that_counts(words: list[Stored], expected: bool) -> None:
    assert fits(series(*words), GAP) is expected


def test_two_at_one_time_do_not_fit() -> None:
    """Their clocks were ahead, and they arrived at once: what counts is the time of arrival."""
    assert not fits(series(smoke(300, received=1), smoke(301, received=1)), 0)


def test_what_was_taken_from_the_evaluator_is_what_is_remembered() -> None:
    quiet = Quiet()
    quiet.grow(3)
    quiet.hot[1] = True
    quiet.load(1, series(smoke(1, 0.7), smoke(2, 0.1), smoke(5, 0.2), smoke(300, 0.3, received=6)))
    assert not quiet.hot[1]
    newest = (quiet.newest[1], quiet.newest_ts[1], quiet.received[1])
    assert newest == (instant(at(6)), instant(at(300)), instant(at(6)))
    assert quiet.count[1] == 3, "what is settled and not the newest of that is of no use"
    assert quiet.last_value[:, 1].tolist() == [0.3, 0.2, 0.1, 0]
    assert quiet.last_ts[:2, 1].tolist() == [instant(at(300)), instant(at(5))]
    assert quiet.last_received[:2, 1].tolist() == [instant(at(6)), instant(at(5))]
    assert quiet.heard().tolist() == [1]
    quiet.load(1, series(smoke(7, 0.4)))
    assert (quiet.count[1], quiet.last_value[:, 1].tolist()) == (1, [0.4, 0, 0, 0])


def test_of_one_that_is_forgotten_nothing_is_left() -> None:
    quiet = Quiet()
    quiet.grow(2)
    quiet.load(0, series(smoke(1)))
    quiet.load(1, series(smoke(2)))
    quiet.clear(0)
    assert quiet.heard().tolist() == [1]
    lost = (quiet.newest[0], quiet.newest_ts[0], quiet.received[0], quiet.count[0], *quiet.last_ts[:, 0])
    assert set(lost) == {0}
    assert quiet.newest[1] == instant(at(2))


def test_the_evaluator_has_to_look_where_one_that_is_quiet_has_been_silent_for_long() -> None:
    quiet = Quiet()
    quiet.grow(5)
    quiet.silence[:] = [60 * SECOND, FOREVER, 60 * SECOND, 60 * SECOND, 5 * SECOND]
    for slot in (0, 1, 2, 4):
        quiet.load(slot, series(smoke(10, received=12)))
    quiet.hot[2] = True
    assert quiet.due(0).tolist()[:5] == [instant(at(72)), FOREVER, FOREVER, FOREVER, instant(at(17))]
    assert quiet.due(instant(at(30))).tolist()[:5] == [instant(at(90)), FOREVER, FOREVER, FOREVER, instant(at(35))]


def test_room_for_more_changes_nothing_of_what_is_there() -> None:
    quiet = Quiet()
    quiet.grow(1)
    quiet.load(0, series(smoke(1, 0.5)))
    quiet.grow(40)
    assert min(len(quiet.key), len(quiet.hot), quiet.last_value.shape[1]) >= 40
    assert (quiet.newest[0], quiet.last_value[0, 0]) == (instant(at(1)), 0.5)
    assert quiet.heard().tolist() == [0]


def heard(words: Sequence[tuple[int, float, float]]) -> tuple[Block, Run]:
    """(slot, second, value) in the order of arrival."""
    block = Book().block([said("smoke-1", second, value) for _, second, value in words])
    slots = np.array([slot for slot, _, _ in words], np.int64)
    return block, Run.of(block, slots, np.arange(len(words)))


@pytest.mark.parametrize("most", [10, 100_000])
def test_a_run_has_the_words_of_each_series_together_and_in_order(most: int) -> None:
    chance = Random(7)
    words = [(chance.randrange(5) * most, float(number), number / 10) for number in range(200)]
    _, run = heard(words)
    expected = sorted(range(200), key=lambda number: words[number][0])
    assert run.position.tolist() == expected
    assert run.slot.tolist() == [words[number][0] for number in expected]
    assert run.value.tolist() == [words[number][2] for number in expected]
    assert run.first.sum() == 5
    assert all(run.first[place] == (place == 0 or run.slot[place] != run.slot[place - 1]) for place in range(200))


def test_a_run_counts_by_the_time_of_arrival_where_a_clock_is_ahead() -> None:
    block = Book().block([smoke(300, received=1), smoke(2, received=5)])
    run = Run.of(block, np.array([0, 0]), np.array([0, 1]))
    assert run.at.tolist() == [instant(at(1)), instant(at(2))]
    assert run.ts.tolist() == [instant(at(300)), instant(at(2))]


@pytest.mark.parametrize("seed", range(20))
def test_the_newest_words_are_kept_over_any_blocks(seed: int) -> None:
    chance = Random(seed)
    quiet, known, second = Quiet(), {slot: list[tuple[float, float]]() for slot in range(4)}, 0.0
    quiet.grow(4)
    for _ in range(8):
        words = []
        for _ in range(chance.choice([0, 1, 2, 4, 15])):
            second += 1
            words.append((chance.randrange(4), second, chance.random()))
        if chance.random() < 0.3:
            words = [(slot, *word[1:]) for slot, word in zip(range(4), words, strict=False)]
        block, run = heard(words)
        quiet.take(run, block)
        for slot, when, value in words:
            known[slot].insert(0, (when, value))
    for slot, own in known.items():
        assert quiet.count[slot] == len(own)
        kept = own[:KEPT]
        assert quiet.last_value[: len(kept), slot].tolist() == [value for _, value in kept]
        assert quiet.last_ts[: len(kept), slot].tolist() == [instant(at(when)) for when, _ in kept]
        newest = instant(at(kept[0][0])) if kept else 0
        assert (quiet.newest[slot], quiet.newest_ts[slot], quiet.received[slot]) == (newest, newest, newest)


def test_what_is_written_is_read_by_others_at_other_places() -> None:
    quiet, other = Quiet(), Quiet()
    quiet.grow(3)
    other.grow(9)
    quiet.load(0, series(smoke(1, 0.1), smoke(2, 0.2)))
    quiet.load(2, series(smoke(300, 0.3, received=6)))
    state = json.loads(json.dumps(quiet.dump([0, 2])))
    assert state.keys() == {"count", "ts", "received", "value"}, "a checkpoint of today is read tomorrow"
    other.restore(np.array([7, 4]), state)
    for slot, place in ((0, 7), (2, 4)):
        assert (other.newest[place], other.newest_ts[place]) == (quiet.newest[slot], quiet.newest_ts[slot])
        assert (other.received[place], other.count[place]) == (quiet.received[slot], quiet.count[slot])
        assert other.last_value[:, place].tolist() == quiet.last_value[:, slot].tolist()
    assert sorted(other.heard().tolist()) == [4, 7]


@pytest.mark.parametrize("damage", [{"count": "AAAA"}, {"ts": "?"}, {"value": ""}])
def test_what_is_not_as_it_was_written_is_refused(damage: dict[str, str]) -> None:
    quiet = Quiet()
    quiet.grow(1)
    quiet.load(0, series(smoke(1)))
    with pytest.raises((LookupError, TypeError, ValueError)):
        quiet.restore(np.array([0]), quiet.dump([0]) | damage)
    without = {key: value for key, value in quiet.dump([0]).items() if key not in damage}
    with pytest.raises(LookupError):
        quiet.restore(np.array([0]), without)
