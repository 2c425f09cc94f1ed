"""Which role may do what, over which subtrees, and that nobody gives more than they have."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.area import contains
from hub.model.rights import (
    EVERYWHERE,
    RIGHTS,
    Grant,
    Right,
    Role,
    covers,
    holds,
    may_give,
    narrowed,
    outermost,
    reach,
    restricted,
)

AREAS = [EVERYWHERE, *("/".join(parts) for n in (1, 2, 3) for parts in itertools.product("ab", repeat=n)), "ab", "a-b"]
areas = st.sampled_from(AREAS)
grants = st.lists(st.builds(Grant, st.sampled_from(list(Role)), areas), max_size=5)


def test_every_role_sees_and_only_the_administrator_has_everything() -> None:
    assert RIGHTS.keys() == set(Role)
    for role, rights in RIGHTS.items():
        assert {Right.SEE, Right.LIVE} <= rights
        assert (rights == frozenset(Right)) is (role is Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("right", "roles"),
    [
        (Right.RECORDINGS, {Role.OPERATOR, Role.REVIEWER, Role.INTEGRATOR, Role.DISPATCHER}),
        (Right.UNMASKED, {Role.REVIEWER}),
        (Right.ACT, {Role.OPERATOR, Role.DISPATCHER}),
        (Right.DISPATCH, {Role.DISPATCHER}),
        (Right.SOURCES, {Role.INTEGRATOR}),
        (Right.RULES, {Role.INTEGRATOR}),
        (Right.PEOPLE, set()),
        (Right.AUDIT, set()),
        (Right.SYSTEM, set()),
    ],
)
def test_a_right_belongs_to_these_roles(right: Right, roles: set[Role]) -> None:
    assert {role for role, rights in RIGHTS.items() if right in rights} == roles | {Role.ADMINISTRATOR}


def test_a_grant_reaches_its_area_and_what_lies_below() -> None:
    known = reach([Grant(Role.VIEWER, "qth"), Grant(Role.OPERATOR, "qth/taoshan")])
    assert known[Right.SEE] == ("qth",)
    assert known[Right.ACT] == ("qth/taoshan",)
    assert holds(known, Right.ACT, "qth/taoshan/g1")
    assert not holds(known, Right.ACT, "qth")
    assert not holds(known, Right.ACT, "qth/taoshan-2"), "a similar name is another area"
    assert not holds(known, Right.SEE, EVERYWHERE)
    assert not holds(known, Right.PEOPLE, "qth/taoshan")


@given(grants, areas, st.sampled_from(list(Right)))
def test_what_a_reach_says_is_what_the_grants_say_one_by_one(given_: list[Grant], area: str, right: Right) -> None:
    plainly = any(right in RIGHTS[grant.role] and covers(grant.area, area) for grant in given_)
    assert holds(reach(given_), right, area) is plainly


@given(st.lists(areas, max_size=6), areas)
def test_the_outermost_cover_the_same_and_none_lies_within_another(paths: list[str], area: str) -> None:
    found = outermost(paths)
    assert any(covers(path, area) for path in paths) is any(covers(path, area) for path in found)
    assert not any(covers(outer, inner) for outer, inner in itertools.permutations(found, 2))


@given(st.lists(areas, max_size=4), areas, areas)
def test_narrowing_is_the_intersection(paths: list[str], asked: str, area: str) -> None:
    inside = any(covers(path, area) for path in paths) and covers(asked, area)
    assert any(covers(path, area) for path in narrowed(outermost(paths), asked)) is inside


@given(grants, st.frozensets(st.sampled_from(list(Right))), areas, areas, st.sampled_from(list(Right)))
def test_a_restricted_reach_never_holds_more(
    given_: list[Grant], rights: frozenset[Right], area: str, at: str, right: Right
) -> None:
    known = reach(given_)
    cut = restricted(known, rights, area)
    expected = Right.SEE in rights and right in rights and covers(area, at) and holds(known, right, at)
    assert holds(cut, right, at) is expected


@given(grants, st.builds(Grant, st.sampled_from(list(Role)), areas))
def test_nobody_gives_a_right_that_they_do_not_have(given_: list[Grant], other: Grant) -> None:
    known = reach(given_)
    if may_give(known, other):
        assert holds(known, Right.PEOPLE, other.area)
        after = reach([*given_, other])
        assert all(holds(known, right, area) for right in after for area in AREAS if holds(after, right, area))


def test_an_administrator_of_a_district_gives_roles_there_only() -> None:
    known = reach([Grant(Role.ADMINISTRATOR, "qth/taoshan")])
    assert may_give(known, Grant(Role.ADMINISTRATOR, "qth/taoshan/g1"))
    assert not may_give(known, Grant(Role.VIEWER, "qth"))
    assert not may_give(known, Grant(Role.VIEWER))
    assert not contains("qth/taoshan", "qth")
    assert not may_give(reach([Grant(Role.INTEGRATOR)]), Grant(Role.VIEWER, "qth"))


def test_the_documented_table_is_the_one_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    section = text.partition("## Who may do what")[2].partition("\n## ")[0].splitlines()
    head, _, *rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in section if line[:1] == "|"
    ]
    roles = head[1:-1]
    told = {
        (row[0].strip("`"), role): cell == "yes" for row in rows for role, cell in zip(roles, row[1:-1], strict=True)
    }
    assert told == {(right, role): right in RIGHTS[Role(role)] for right in Right for role in roles}
    assert set(roles) == set(Role)
