"""Which packets are decoded."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.video.gate import Gate, Look, Mode, shortest_of
from ingest.video.nal import Kind
from ingest.video.sizes import Sizes


class Scripted(Sizes):
    """Sizes that tell what the test says."""

    def __init__(self, *, trusted: bool = False, risen: bool = False) -> None:
        super().__init__()
        self.trusted, self.says_risen, self.says_calm = trusted, risen, False
        self.false_rises = self.settled = 0

    def settle(self) -> None:
        super().settle()
        self.settled += 1

    @property
    def risen(self) -> bool:
        return self.says_risen

    @property
    def calm(self) -> bool:
        return self.says_calm

    def false_rise(self) -> None:
        self.false_rises += 1
        self.says_risen = False


def looks(gate: Gate, first_s: float, last_s: float, gop_s: float = 2.0, fps: int = 10) -> list[Look]:
    found = []
    for index in range(round((last_s - first_s) * fps)):
        at_s = first_s + index / fps
        keyframe = round(at_s * fps) % round(gop_s * fps) == 0
        found.append(gate.decide(at_s, Kind.KEY if keyframe else Kind.REFERENCE, 1000))
    return found


def closed_gate(sizes: Sizes | None = None) -> Gate:
    """At 12 s, with a keyframe every 2 s."""
    gate = Gate(0.0, sizes or Scripted())
    looks(gate, 0.0, 12.0)
    assert not gate.is_open
    return gate


def moves(gate: Gate, at_s: float, *, wants_more: bool) -> None:
    gate.saw(at_s, moving=True, certain=True, fading=False, wants_more=wants_more)


def still(gate: Gate, at_s: float, *, wants_more: bool = False) -> None:
    gate.saw(at_s, moving=False, certain=False, fading=False, wants_more=wants_more)


def test_everything_is_decoded_at_first_then_keyframes_alone() -> None:
    gate = Gate(0.0, Scripted())
    assert set(looks(gate, 0.0, 10.0)) == {Look.NEXT}
    quiet = looks(gate, 10.0, 22.0)[20:]
    assert quiet.count(Look.ALONE) == 5
    assert quiet.count(Look.SKIP) == 95
    assert gate.mode is Mode.KEYFRAMES


def test_nothing_is_decoded_before_the_first_keyframe() -> None:
    gate = Gate(0.0, Scripted())
    found = looks(gate, 0.5, 4.0)
    assert set(found[:15]) == {Look.SKIP}
    assert set(found[15:]) == {Look.NEXT}


def test_motion_catches_up_from_the_keyframe_and_then_decodes_everything() -> None:
    gate = closed_gate()
    moves(gate, 12.1, wants_more=True)
    found = looks(gate, 12.2, 13.1)
    assert found[0] is Look.CATCH_UP
    assert set(found[1:]) == {Look.NEXT}


def test_the_gate_stays_open_while_an_analyser_wants_more_and_half_a_second_longer() -> None:
    gate = closed_gate()
    looks(gate, 12.0, 12.1)
    for tenth in range(120, 180):
        still(gate, tenth / 10, wants_more=True)
        kind = Kind.REFERENCE if (tenth + 1) % 20 else Kind.KEY
        assert gate.decide(tenth / 10 + 0.1, kind, 1000) in {Look.NEXT, Look.CATCH_UP}
    found = looks(gate, 18.1, 20.0)
    assert 3 <= found.count(Look.NEXT) <= 5
    assert found[-1] is Look.SKIP


def test_opening_at_a_keyframe_needs_no_catching_up() -> None:
    gate = closed_gate()
    moves(gate, 13.9, wants_more=True)
    assert gate.decide(14.0, Kind.KEY, 1000) is Look.NEXT


def test_what_keeps_moving_and_nobody_needs_more_of_is_looked_at_once_a_keyframe() -> None:
    sizes = Scripted(trusted=True, risen=True)
    gate = closed_gate(Scripted())
    gate._sizes = sizes
    moves(gate, 12.0, wants_more=False)
    found = []
    for second in range(12, 32, 2):
        found += looks(gate, second, second + 2)
        moves(gate, second, wants_more=False)
    assert found.count(Look.ALONE) == 10
    assert found.count(Look.SKIP) == 190


def test_what_keeps_moving_is_decoded_where_keyframes_are_too_far_apart() -> None:
    gate = Gate(0.0, Scripted(trusted=True))
    looks(gate, 0.0, 25.0, gop_s=10.0)
    assert gate.mode is Mode.SIZES
    assert not gate.is_open
    for tenth in range(250, 290):
        moves(gate, tenth / 10, wants_more=False)
        look = gate.decide(tenth / 10 + 0.1, Kind.REFERENCE, 1000)
        assert look in {Look.NEXT, Look.CATCH_UP}


@pytest.mark.parametrize(
    ("gop_s", "shortest", "mode"),
    [
        (2.0, 2.5, Mode.KEYFRAMES),
        (1.0, 2.5, Mode.KEYFRAMES),
        (0.1, 2.5, Mode.KEYFRAMES),
        (2.0, 1.0, Mode.EVERYTHING),
        (2.0, 2.2, Mode.EVERYTHING),
        (4.0, 2.5, Mode.EVERYTHING),
        (10.0, 2.5, Mode.EVERYTHING),
        (10.0, 11.0, Mode.KEYFRAMES),
    ],
)
def test_keyframes_are_enough_only_where_the_shortest_event_contains_one(
    gop_s: float, shortest: float, mode: Mode
) -> None:
    gate = Gate(0.0, Scripted(), shortest_s=shortest)
    found = looks(gate, 0.0, 40.0, gop_s=gop_s)[250:]
    assert gate.mode is mode
    assert (Look.SKIP in found) is (mode is Mode.KEYFRAMES)


def test_a_keyframe_that_stays_away_is_not_waited_for() -> None:
    gate = closed_gate()
    late = [gate.decide(12.0 + tenth / 10, Kind.REFERENCE, 1000) for tenth in range(60)]
    assert late.index(Look.CATCH_UP) <= 12, "2.1 s after the last keyframe at 10.0: an event of 2.5 s might be lost"
    assert gate.mode is Mode.EVERYTHING


def test_where_sizes_are_trusted_a_keyframe_is_looked_at_every_ten_seconds() -> None:
    gate = closed_gate(Scripted(trusted=True))
    found = looks(gate, 12.0, 112.0)
    assert gate.mode is Mode.SIZES
    assert found.count(Look.ALONE) == 10
    assert Look.NEXT not in found


def test_groups_of_ten_seconds_are_left_alone_where_sizes_are_trusted_and_each_keyframe_is_looked_at() -> None:
    gate = Gate(0.0, Scripted(trusted=True))
    looks(gate, 0.0, 20.0, gop_s=10.0)
    found = looks(gate, 20.0, 80.0, gop_s=10.0)
    assert found.count(Look.ALONE) == 6
    assert found.count(Look.SKIP) == 594


def test_groups_too_long_to_catch_up_with_are_decoded_whole_whatever_sizes_tell() -> None:
    gate = Gate(0.0, Scripted(trusted=True))
    looks(gate, 0.0, 61.0, gop_s=30.0)
    assert set(looks(gate, 61.0, 90.0, gop_s=30.0)) == {Look.NEXT}


@pytest.mark.parametrize("trusted", [False, True])
def test_sizes_that_rise_open_the_gate_whether_they_are_trusted_or_not(trusted: bool) -> None:
    sizes = Scripted(trusted=trusted)
    gate = closed_gate(sizes)
    sizes.says_risen = True
    found = looks(gate, 12.5, 13.4)
    assert found[0] is Look.CATCH_UP
    assert set(found[1:]) == {Look.NEXT}


def test_sizes_that_rise_for_nothing_are_believed_for_a_second_and_counted() -> None:
    sizes = Scripted(trusted=True)
    gate = closed_gate(sizes)
    looks(gate, 12.0, 12.5)
    sizes.says_risen = True
    for tenth in range(125, 165):
        gate.decide(tenth / 10, Kind.REFERENCE if tenth % 20 else Kind.KEY, 1000)
        if gate.is_open:
            still(gate, tenth / 10)
    assert not gate.is_open
    assert sizes.false_rises == gate.false_rises == 1


def test_sizes_that_rose_for_what_is_over_begin_anew() -> None:
    sizes = Scripted()
    gate = closed_gate(sizes)
    before = sizes.settled
    moves(gate, 12.0, wants_more=False)
    still(gate, 14.0)
    assert sizes.settled == before + 1
    still(gate, 16.0)
    assert sizes.settled == before + 1


def test_sizes_that_rise_because_something_moves_are_not_counted_as_false() -> None:
    sizes = Scripted(trusted=True)
    gate = closed_gate(sizes)
    sizes.says_risen = True
    looks(gate, 12.5, 13.0)
    moves(gate, 12.9, wants_more=True)
    sizes.says_risen = False
    looks(gate, 13.0, 20.0)
    assert gate.false_rises == 0


def test_a_movement_that_only_an_audit_found_takes_the_trust_away_at_once() -> None:
    sizes = Sizes()
    gate = Gate(0.0, sizes)
    at_s = 0.0

    def go(seconds: float, size: int, *, moving: bool) -> set[Look]:
        nonlocal at_s
        found = set()
        looked = 0
        for _ in range(round(seconds * 10)):
            at_s = round(at_s + 0.1, 1)
            keyframe = round(at_s * 10) % 20 == 0
            look = gate.decide(at_s, Kind.KEY if keyframe else Kind.REFERENCE, size)
            found.add(look)
            if look is not Look.SKIP:
                looked += moving
                gate.saw(at_s, moving=moving, certain=looked > 1, fading=False, wants_more=moving and looked < 5)
        return found

    go(60.0, 500, moving=False)
    for _ in range(4):
        go(3.0, 9000, moving=True)
        go(20.0, 500, moving=False)
    assert (gate.mode.value, gate.audits_failed) == ("sizes", 0)
    go(13.0, 500, moving=True)
    assert (gate.mode.value, gate.audits_failed) == ("keyframes", 1)
    assert gate.reason() == "packet sizes do not tell every movement"


def test_a_stream_of_keyframes_only_is_not_decoded_whole_while_quiet() -> None:
    gate = Gate(0.0, Scripted())
    looks(gate, 0.0, 10.0, gop_s=0.1)
    found = looks(gate, 11.0, 21.0, gop_s=0.1)
    assert 15 <= found.count(Look.ALONE) <= 25
    assert Look.NEXT not in found


def test_who_looks_at_the_picture_gets_every_keyframe_for_a_while() -> None:
    gate = closed_gate(Scripted(trusted=True))
    gate.asked(12.0)
    assert looks(gate, 12.0, 22.0).count(Look.ALONE) == 5
    assert looks(gate, 24.0, 84.0).count(Look.ALONE) <= 11


def test_sizes_that_fall_draw_a_look_at_every_keyframe() -> None:
    sizes = Sizes()
    gate = Gate(0.0, sizes)
    gate.mode = Mode.SIZES
    sizes._fall = 20.0
    gate._listen(30.0)
    assert gate._pause_s(39.0) < 2.0
    assert gate._pause_s(41.0) > 8.0


@pytest.mark.parametrize(("trusted", "calm", "gop_s", "opens"), [
    (True, True, 2.0, False),
    (True, False, 2.0, True),
    (False, True, 2.0, True),
    (True, True, 10.0, True),
])
def test_whether_a_movement_is_over_is_left_to_keyframes_where_sizes_are_calm(
    trusted: bool, calm: bool, gop_s: float, opens: bool
) -> None:
    sizes = Scripted(trusted=trusted)
    sizes.says_calm = calm
    gate = Gate(0.0, sizes)
    looks(gate, 0.0, 2 * gop_s + 11.9, gop_s=gop_s)
    at_s = 2 * gop_s + 11.9
    gate.saw(at_s, moving=False, certain=False, fading=True, wants_more=False)
    found = gate.decide(at_s + 0.05, Kind.REFERENCE, 1000)
    assert (found in {Look.CATCH_UP, Look.NEXT}) is opens


def test_without_analysers_keyframes_are_enough_however_far_apart() -> None:
    gate = Gate(0.0, Scripted(), shortest_s=math.inf, learn_s=0.0)
    found = looks(gate, 0.0, 60.0, gop_s=20.0)
    assert found.count(Look.ALONE) == 3
    assert found.count(Look.SKIP) == 597


def test_a_decoder_that_lost_its_place_begins_at_a_keyframe_again() -> None:
    gate = Gate(0.0, Scripted())
    looks(gate, 0.0, 3.5)
    gate.lost()
    assert gate.decide(3.5, Kind.REFERENCE, 1000) is Look.CATCH_UP


@pytest.mark.parametrize(
    ("sizes", "gop_s", "words"),
    [
        (Scripted(trusted=True), 2.0, "packet sizes told every movement so far"),
        (Scripted(), 2.0, "too few movements were seen to trust packet sizes"),
        (Scripted(), 5.0, "keyframes are too far apart for the shortest event; too few movements"),
        (Scripted(), 30.0, "keyframes are too far apart to decode from the last one"),
    ],
)
def test_the_mode_is_explained_in_words(sizes: Sizes, gop_s: float, words: str) -> None:
    gate = Gate(0.0, sizes)
    assert gate.reason() == "the distance of keyframes is not known yet" or sizes.trusted
    looks(gate, 0.0, 61.0, gop_s=gop_s)
    assert gate.reason().startswith(words)


def test_the_shortest_event_is_read_from_the_settings() -> None:
    assert shortest_of({}) == 2.5
    assert shortest_of({"analyse": {"shortest": "800ms"}}) == pytest.approx(0.8)
    with pytest.raises(ValueError, match="not a duration"):
        shortest_of({"analyse": {"shortest": "soon"}})


@given(
    steps=st.lists(
        st.tuples(
            st.floats(0.01, 3.0),
            st.sampled_from(list(Kind)),
            st.integers(1, 200_000),
            st.sampled_from([None, False, True]),
            st.booleans(),
        ),
        max_size=200,
    ),
    shortest=st.floats(0.1, 12.0),
    origin=st.sampled_from([0.0, 1e6]),
)
def test_a_picture_is_decoded_only_after_all_before_it_back_to_a_keyframe(
    steps: list[tuple[float, Kind, int, bool | None, bool]], shortest: float, origin: float
) -> None:
    """Whatever comes: no gap between a keyframe and what is decoded after it; what analysers want, they get."""
    gate, at_s = Gate(origin, Sizes(), shortest_s=shortest), origin
    seen_keyframe = unbroken = wanted = False
    for step_s, kind, size, moving, wants_more in steps:
        at_s += step_s
        look = gate.decide(at_s, kind, size)
        seen_keyframe |= kind is Kind.KEY
        if look is Look.NEXT:
            assert unbroken or kind is Kind.KEY
        if look is Look.CATCH_UP:
            assert seen_keyframe
            assert kind is not Kind.KEY
        if look is Look.ALONE:
            assert kind is Kind.KEY
        if wanted and seen_keyframe and step_s < 0.49:
            assert look in {Look.NEXT, Look.CATCH_UP}
        assert gate.is_open is (look in {Look.NEXT, Look.CATCH_UP})
        unbroken = look in {Look.NEXT, Look.CATCH_UP}
        wanted = False
        if look is not Look.SKIP:
            gate.saw(at_s, moving=moving, certain=bool(moving), fading=False, wants_more=wants_more)
            wanted = wants_more


@given(origin=st.floats(0.0, 1e7), seed=st.integers(0, 50))
def test_no_decision_depends_on_what_time_it_is(origin: float, seed: int) -> None:
    """The same packets a while later are treated in the same way."""

    def run(began_s: float) -> list[Look]:
        gate = Gate(began_s, Sizes())
        return [
            gate.decide(began_s + number / 8, Kind.KEY if number % 16 == seed % 16 else Kind.REFERENCE, 500 + seed)
            for number in range(400)
        ]

    assert run(math.floor(origin)) == run(0.0)


def test_where_sizes_tell_no_group_is_looked_back_into() -> None:
    gate = closed_gate(Scripted())
    looks(gate, 12.0, 13.0)
    assert (gate.mode, gate.looks_back) == (Mode.KEYFRAMES, True)
    gate._sizes = Scripted(trusted=True)
    looks(gate, 13.1, 14.2)
    assert (gate.mode, gate.looks_back) == (Mode.SIZES, False)
