"""Observations in columns: what goes in comes out again, whichever of them are chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.model.observation import Stored
from rules.columns import Block, Book, Extra, Key
from rules.window import instant
from tests.unit.rules_timeline import G1, PLACES, at, said

KEY = Key("smoke-1", G1, "smoke", "smoke")
PLAIN = said("smoke-1", 1.25, 0.5, received=3)
RICH = said("smoke-2", 2, 0.25, text="x", attrs={"a": [1]})._replace(quality=3)
WORDS = said("cam-1", 3, None, text="self-test")
MARKED = said("smoke-1", 4, 0.75)._replace(quality=1)
ALL = [PLAIN, RICH, WORDS, MARKED]


@st.composite
def observations(draw: st.DrawFn) -> list[Stored]:
    found = []
    for source, second, value, words, attrs, quality in draw(
        st.lists(
            st.tuples(
                st.sampled_from(sorted(PLACES)),
                st.integers(0, 10**9).map(lambda number: number / 1000),
                st.none() | st.floats(allow_nan=False),
                st.none() | st.text(max_size=3),
                st.none() | st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
                st.sampled_from([0, 0, 1, 4]),
            ),
            max_size=12,
        )
    ):
        item = said(source, second, value, received=second + 0.5, text=words, attrs=attrs)
        found.append(item._replace(quality=quality))
    return found


def bare(block: Block) -> Block:
    """Without the observations themselves, as one that is read from a file."""
    return replace(block, items=None)


def test_a_key_keeps_its_number() -> None:
    book = Book()
    other = KEY._replace(area="elsewhere")
    assert [book.number(key) for key in (KEY, other, KEY, KEY._replace(metric="heat"), other)] == [0, 1, 0, 2, 1]
    assert book.keys == [KEY, other, KEY._replace(metric="heat")]


def test_a_block_has_the_numbers_in_columns_and_the_rest_beside() -> None:
    book = Book()
    book.number(KEY)
    block = book.block(ALL)
    assert block.series.tolist() == [0, 1, 2, 0]
    assert [book.keys[number].source for number in (1, 2)] == ["smoke-2", "cam-1"]
    assert book.keys[2] == Key("cam-1", G1, "cam", "motion")
    assert block.ts.tolist() == [instant(item.ts) for item in ALL]
    assert block.received.tolist() == [instant(item.received_at) for item in ALL]
    assert np.array_equal(block.value, [0.5, 0.25, np.nan, 0.75], equal_nan=True)
    assert block.extras == {1: Extra("x", {"a": [1]}, 3), 2: Extra("self-test", is_number=False), 3: Extra(quality=1)}
    assert len(block) == len(ALL)
    assert len(book.block([])) == 0


@given(observations(), st.data())
def test_what_went_in_comes_out_of_any_choice(items: list[Stored], data: st.DataObject) -> None:
    block = Book().block(items)
    numbers = st.integers(0, max(0, len(items) - 1))
    chosen: Any = data.draw(st.lists(numbers, max_size=len(items), unique=True)) if items else []
    wanted = [items[position] for position in chosen]
    assert block.stored(chosen) == bare(block).stored(chosen) == wanted
    for each in (block, bare(block)):
        assert each.ordered(np.array(chosen, np.int64)).stored(range(len(chosen))) == wanted
        flags = np.isin(np.arange(len(items)), chosen)
        in_order = [item for position, item in enumerate(items) if position in chosen]
        assert each.select(flags).stored(range(len(in_order))) == in_order
        assert each.select(slice(1, 3)).stored(range(len(items[1:3]))) == items[1:3]


def test_a_number_beside_which_nothing_stands_comes_out_as_it_was() -> None:
    [found] = bare(Book().block([PLAIN])).stored([0])
    assert (found.value, found.text, found.attrs, found.quality, found.ts) == (0.5, None, None, 0, at(1.25))
    assert type(found.value) is float


def test_observations_that_are_at_hand_are_not_made_again() -> None:
    block = Book().block(ALL)
    assert all(found is item for found, item in zip(block.stored(range(len(ALL))), ALL, strict=True))
    turned = block.ordered(np.array([3, 1]))
    assert [found is item for found, item in zip(turned.stored([0, 1]), [MARKED, RICH], strict=True)] == [True, True]


def test_an_empty_block_has_columns_like_any_other() -> None:
    empty, block = Book().block([]), Book().block(ALL)
    for name in ("series", "ts", "received", "value"):
        assert getattr(empty, name).dtype == getattr(block, name).dtype
    assert empty.stored([]) == []
    assert empty.select(slice(0, 5)).stored([]) == []
