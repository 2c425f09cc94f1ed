"""When the pictures between two keyframes are looked at after all."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.video.decode import Luma
from ingest.video.hindsight import Hindsight

HEIGHT, WIDTH = 180, 320


def place(seed: int = 1, noise: float = 2.0) -> Luma:
    """An even wall with some texture, and fresh noise."""
    rows = np.random.default_rng(0).integers(90, 130, (HEIGHT, WIDTH)).astype(np.float32)
    return np.clip(rows + np.random.default_rng(seed).normal(0, noise, rows.shape), 0, 255).astype(np.uint8)


def with_thing(luma: Luma, size: int = 12) -> Luma:
    luma = luma.copy()
    luma[60 : 60 + size, 100 : 100 + size] = 220
    return luma


def test_something_new_in_a_keyframe_is_worth_looking_back() -> None:
    assert Hindsight().wanted(with_thing(place(2)), place(1))


def test_something_that_is_gone_is_worth_looking_back() -> None:
    assert Hindsight().wanted(place(2), with_thing(place(1)))


@pytest.mark.parametrize("light", [0.6, 1.4])
def test_noise_and_a_change_of_light_are_not(light: float) -> None:
    assert not Hindsight().wanted(place(2, noise=3.0), place(1, noise=3.0))
    assert not Hindsight().wanted(np.clip(place(2) * light, 0, 255).astype(np.uint8), place(1))


def test_another_picture_altogether_is_not() -> None:
    assert not Hindsight().wanted(np.random.default_rng(5).integers(0, 255, (HEIGHT, WIDTH)).astype(np.uint8), place(1))
    assert not Hindsight().wanted(place(2), None)
    assert not Hindsight().wanted(place(2), place(1)[:90])


def test_less_is_looked_into_the_longer_it_was_nothing_and_all_again_once_something_moved() -> None:
    hindsight = Hindsight()

    def looks(count: int) -> int:
        found = 0
        for number in range(count):
            if hindsight.wanted(with_thing(place(number)), place(1)):
                found += 1
                hindsight.told(moving=False)
        return found

    assert looks(200) <= 16
    for number in range(20):
        if hindsight.wanted(with_thing(place(number)), place(1)):
            hindsight.told(moving=True)
    assert hindsight.wanted(with_thing(place(2)), place(1))
    assert hindsight.wanted(with_thing(place(3)), place(1))
