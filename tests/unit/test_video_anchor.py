"""When a picture was taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.video.anchor import Anchor

START = datetime(2026, 5, 1, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_the_spacing_of_the_camera_is_kept_when_arrivals_jitter() -> None:
    anchor = Anchor()
    anchor.place(100.0, at(0))
    assert anchor.place(100.1, at(0.4)) == at(0.1)
    assert anchor.place(100.2, at(0.41)) == at(0.2)


def test_nothing_is_dated_after_its_arrival() -> None:
    anchor = Anchor()
    anchor.place(5.0, at(0))
    assert anchor.place(5.5, at(0.1)) == at(0.1), "the first one was late: this one shows it"
    assert anchor.place(5.6, at(0.3)) == at(0.2)


def test_a_leap_of_the_camera_s_time_does_not_leave_the_present() -> None:
    anchor = Anchor()
    anchor.place(10.0, at(0))
    assert anchor.place(3610.0, at(0.1)) == at(0.1)
    assert anchor.place(-1e9, at(0.2)) == at(0.2)
    assert anchor.place(-1e9 + 0.1, at(0.35)) == at(0.3)


def test_a_camera_whose_clock_is_slow_is_followed() -> None:
    anchor = Anchor(drift_s=2.0)
    for second in range(1000):
        estimate = anchor.place(second * 0.99, at(second))
        assert timedelta(0) <= at(second) - estimate <= timedelta(seconds=2)


def test_a_picture_from_before_the_present_is_dated_back() -> None:
    anchor = Anchor()
    anchor.place(8.0, at(0))
    assert anchor.at(6.5, at(0)) == at(-1.5)
    assert anchor.at(9.5, at(0.1)) == at(0.1)


@given(st.lists(st.tuples(st.floats(-1e10, 1e10), st.floats(0, 5)), min_size=1, max_size=50))
def test_whatever_a_camera_says_its_pictures_are_of_the_last_two_seconds(
    packets: list[tuple[float, float]],
) -> None:
    anchor = Anchor(drift_s=2.0)
    now = START
    for pts_s, step_s in packets:
        now += timedelta(seconds=step_s)
        assert timedelta(0) <= now - anchor.place(pts_s, now) <= timedelta(seconds=2)
