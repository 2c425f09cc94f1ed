"""Series that have to be known together: whoever shares a name, by however many steps, and nobody else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rules.units import Units

SLOTS = 12


def units(*joined: tuple[int, str]) -> Units:
    found = Units()
    found.grow(SLOTS)
    for slot, names in joined:
        found.join(slot, names.split())
    return found


def together(found: Units, *slots: int) -> list[int]:
    chosen = np.zeros(len(found.of), np.bool_)
    chosen[list(slots)] = True
    members: list[int] = found.together(chosen).tolist()
    return members


def test_who_was_never_joined_stands_alone() -> None:
    found = units((1, "a"))
    assert found.with_(0) == [0]
    assert together(found, 0, 5) == [0, 5]
    assert together(found) == []


def test_who_shares_a_name_belongs_together() -> None:
    found = units((1, "a"), (4, "b"), (7, "a"))
    assert sorted(found.with_(1)) == sorted(found.with_(7)) == [1, 7]
    assert found.with_(4) == [4]
    assert together(found, 7, 0) == [0, 1, 7]


def test_who_has_the_names_of_two_joins_them_for_good() -> None:
    found = units((1, "a"), (2, "a"), (3, "b"), (4, "a b"), (5, "b"), (6, "a"), (4, "c"), (7, "c"))
    assert sorted(found.with_(3)) == [1, 2, 3, 4, 5, 6, 7]
    assert together(found, 5) == [1, 2, 3, 4, 5, 6, 7]


def test_room_for_more_parts_nobody() -> None:
    found = units((1, "a"), (2, "a"))
    found.grow(SLOTS + 3)
    assert len(found.of) == SLOTS + 3
    found.grow(5)
    assert len(found.of) == SLOTS + 3
    assert sorted(found.with_(2)) == [1, 2]
    assert found.with_(SLOTS + 1) == [SLOTS + 1]


@given(st.lists(st.tuples(st.integers(0, SLOTS - 1), st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3))))
def test_units_are_those_of_whoever_goes_from_name_to_name(asked: list[tuple[int, list[str]]]) -> None:
    found, groups = Units(), [{slot} for slot in range(SLOTS)]
    found.grow(SLOTS)
    named: dict[str, int] = {}
    for slot, names in asked:
        found.join(slot, names)
        for name in names:
            other = named.setdefault(name, slot)
            one, two = groups[slot], groups[other]
            if one is not two:
                one |= two
                for each in two:
                    groups[each] = one
    for slot in range(SLOTS):
        assert sorted(found.with_(slot)) == sorted(groups[slot])
        assert together(found, slot) == sorted(groups[slot])
