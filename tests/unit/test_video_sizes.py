"""What the sizes of packets are taken to tell of motion."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from ingest.video.nal import Kind
from ingest.video.sizes import Sizes

FPS = 15
Draw = Callable[[random.Random, bool], int]


def constant_quality(rng: random.Random, moving: bool) -> int:
    return round(rng.lognormvariate(9.0, 0.6) if moving else rng.lognormvariate(6.0, 0.25))


def constant_rate(rng: random.Random, moving: bool) -> int:
    return round(rng.lognormvariate(10.0, 0.4))


class Seen:
    """A camera of which every picture is looked at, five times a second, by an analysis that makes no mistake."""

    def __init__(self, draw: Draw = constant_quality, seed: int = 1) -> None:
        self.sizes = Sizes()
        self.draw = draw
        self.rng = random.Random(seed)
        self.at_s = 0.0
        self.rose_at_s: list[float] = []

    def go(self, seconds: float, *, moving: bool = False, seen: bool | None = None, bigger: float = 1.0) -> None:
        """``seen``: what the analysis says, where it is something else than ``moving``."""
        says = moving if seen is None else seen
        looks = 0
        for number in range(round(seconds * FPS)):
            self.at_s += 1 / FPS
            self.sizes.take(self.at_s, Kind.REFERENCE, round(bigger * self.draw(self.rng, moving)))
            if self.sizes.risen:
                self.rose_at_s.append(self.at_s)
            if number % 3 == 0:
                looks += 1
                self.sizes.look(self.at_s, moving=says, certain=says and looks > 1)

    def episodes(self, count: int) -> None:
        for _ in range(count):
            self.go(3.0, moving=True)
            self.go(20.0)


def test_sizes_are_trusted_after_they_told_three_movements_clearly() -> None:
    seen = Seen()
    seen.go(40.0)
    said = [seen.sizes.trusted]  # nothing has moved yet
    for _ in range(3):
        seen.episodes(1)
        said.append(seen.sizes.trusted)
    assert said == [False, False, False, True]
    assert seen.sizes.recall == 1.0


def test_movements_that_are_told_but_barely_need_more_of_them() -> None:
    seen = Seen(lambda rng, moving: round(rng.lognormvariate(6.75 if moving else 6.0, 0.25)))
    seen.go(120.0)
    seen.episodes(5)
    assert seen.sizes.recall == 1.0
    assert min(seen.sizes.episodes) < 2 * seen.sizes.threshold, "the test is about weak ones"
    assert not seen.sizes.trusted
    seen.episodes(6)
    assert seen.sizes.trusted


def test_a_camera_of_constant_rate_is_never_trusted() -> None:
    seen = Seen(constant_rate)
    seen.go(60.0)
    seen.episodes(12)
    assert not seen.sizes.trusted
    assert seen.sizes.recall is not None
    assert seen.sizes.recall < 0.5


def test_one_movement_that_sizes_did_not_tell_ends_the_trust_and_is_counted() -> None:
    seen = Seen()
    seen.go(40.0)
    seen.episodes(4)
    said = [seen.sizes.trusted]
    seen.go(3.0, moving=False, seen=True)  # the analysis sees it, the sizes do not
    said.append(seen.sizes.trusted)
    assert seen.sizes.misses == 1
    seen.go(10.0)
    seen.episodes(19)
    said.append(seen.sizes.trusted)  # a miss is remembered for the next twenty
    seen.episodes(1)
    said.append(seen.sizes.trusted)
    assert said == [True, False, False, True]


def test_sizes_rise_within_half_a_second_and_not_while_nothing_moves() -> None:
    seen = Seen()
    seen.go(40.0)
    seen.episodes(3)
    seen.rose_at_s.clear()
    seen.go(600.0)
    assert seen.rose_at_s == [], "ten quiet minutes"
    began_s = seen.at_s
    seen.go(2.0, moving=True)
    assert seen.rose_at_s[0] - began_s < 0.5


def test_one_large_packet_is_no_movement() -> None:
    seen = Seen()
    seen.go(60.0)
    seen.rose_at_s.clear()
    seen.go(1 / FPS, bigger=100.0)
    seen.go(2.0)
    assert seen.rose_at_s == []


def test_noise_of_the_night_is_learnt_within_a_minute_of_looking() -> None:
    seen = Seen()
    seen.go(60.0)
    seen.go(60.0, bigger=4.0)
    seen.sizes.settle()
    seen.rose_at_s.clear()
    seen.go(120.0, bigger=4.0)
    assert len(seen.rose_at_s) < 0.02 * 120 * FPS


def test_what_moves_before_it_is_seen_is_not_learnt_as_quiet() -> None:
    seen = Seen()
    seen.go(60.0)
    for _ in range(5):
        seen.go(2.0, moving=True, seen=False)  # far away yet
        seen.go(3.0, moving=True)
        seen.go(20.0)
    assert seen.sizes.recall == 1.0
    seen.rose_at_s.clear()
    seen.go(2.0, moving=True)
    assert seen.rose_at_s


def test_quiet_stretches_that_often_look_like_movements_make_sizes_useless() -> None:
    seen = Seen()
    seen.go(40.0)
    for _ in range(8):
        seen.go(6.0, moving=True, seen=False)  # leaves in the wind, which the analysis leaves out
        seen.go(14.0)
    seen.episodes(5)
    assert not seen.sizes.trusted


def test_a_new_connection_keeps_what_was_learnt() -> None:
    seen = Seen()
    seen.go(40.0)
    seen.episodes(3)
    seen.sizes.restart()
    assert seen.sizes.trusted
    assert not seen.sizes.risen


def test_intra_frames_may_also_become_smaller_when_something_moves() -> None:
    sizes, rng, at_s = Sizes(), random.Random(3), 0.0

    def go(seconds: float, mean: float, moving: bool) -> bool:
        nonlocal at_s
        risen = False
        for number in range(round(seconds * FPS)):
            at_s += 1 / FPS
            sizes.take(at_s, Kind.KEY, round(rng.gauss(mean, 300)), intra=True)
            risen |= sizes.risen
            sizes.look(at_s, moving=moving, certain=moving and number > 3)
        return risen

    assert not go(60.0, 100_000, moving=False)
    assert go(3.0, 97_000, moving=True)
    go(10.0, 100_000, moving=False)
    assert go(3.0, 103_000, moving=True)


def test_keyframes_of_a_stream_with_others_say_nothing() -> None:
    seen = Seen()
    for _ in range(150):
        seen.go(0.4)
        seen.sizes.take(seen.at_s, Kind.KEY, 100_000)
    for _ in range(20):
        seen.sizes.take(seen.at_s, Kind.KEY, 10_000_000)
    assert not seen.sizes.risen


def test_only_what_lies_three_seconds_from_any_movement_is_learnt_as_quiet() -> None:
    seen = Seen()
    seen.go(60.0)
    learnt = seen.sizes._quiet[Kind.REFERENCE]._learnt
    seen.go(10.0, moving=True)
    assert seen.sizes._quiet[Kind.REFERENCE]._learnt == learnt
    seen.go(10.0)
    assert seen.sizes._quiet[Kind.REFERENCE]._learnt == pytest.approx(learnt + 4 * FPS, abs=FPS), "all but 3 s twice"


def test_a_rise_between_two_looks_that_showed_nothing_does_not_make_sizes_deaf() -> None:
    seen = Seen()
    seen.go(60.0)
    for number in range(400):  # a look every four seconds; something passes between each two
        seen.at_s += 1 / FPS
        seen.sizes.take(seen.at_s, Kind.REFERENCE, seen.draw(seen.rng, number % 60 in range(20, 35)))
        if number % 60 == 0:
            seen.sizes.look(seen.at_s, moving=False, certain=False)
    assert seen.sizes.threshold <= 13.0


@pytest.mark.parametrize(("seen_later", "deaf"), [(True, False), (False, True)])
def test_a_rise_is_false_only_if_nothing_is_seen_to_move_soon_after(seen_later: bool, deaf: bool) -> None:
    seen = Seen()
    seen.go(40.0)
    for _ in range(6):
        seen.go(1.0, moving=True, seen=False)
        seen.sizes.false_rise()
        seen.go(1.0)
        seen.go(2.0, moving=seen_later)
        seen.go(8.0)
    assert (seen.sizes.threshold > 20.0) is deaf


def test_pictures_that_nothing_builds_upon_are_compared_with_their_like() -> None:
    sizes, rng, at_s, rises = Sizes(), random.Random(5), 0.0, 0
    for number in range(90 * FPS):  # every third is a P-picture, ten times as large as the B-pictures between
        at_s += 1 / FPS
        large = number % 3 == 0
        draw = round(rng.lognormvariate(8.3 if large else 6.0, 0.25))
        sizes.take(at_s, Kind.REFERENCE if large else Kind.DISPOSABLE, draw)
        rises += sizes.risen
        sizes.look(at_s, moving=False, certain=False)
    assert rises == 0
    for _ in range(6):  # the B-pictures alone grow, to the size of a P-picture
        at_s += 1 / FPS
        sizes.take(at_s, Kind.DISPOSABLE, round(rng.lognormvariate(8.3, 0.25)))
    assert sizes.risen
