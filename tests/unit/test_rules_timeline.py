"""A backtest as a line over time: every alert in its step, and no more steps than a picture can show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.model.alert import Severity
from rules.backtest import Occurrence
from rules.timeline import MOST_STEPS, timeline

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def alert(**after: float) -> Occurrence:
    return Occurrence("smoke", "f", Severity.MAJOR, "town", (), "", T0 + timedelta(**after))


def test_alerts_are_counted_in_the_step_in_which_they_began() -> None:
    found = timeline([alert(seconds=0), alert(seconds=9.9), alert(seconds=10)], [alert(seconds=25)], T0,
                     T0 + timedelta(seconds=25.5))  # fmt: skip
    assert found == {"step_s": 10.0, "proposed": [2, 1, 0], "now": [0, 0, 1]}


def test_what_began_outside_is_left_out() -> None:
    found = timeline([alert(seconds=-1), alert(seconds=30)], None, T0, T0 + timedelta(seconds=30))
    assert (found["proposed"], found["now"]) == ([0, 0, 0], None)


@pytest.mark.parametrize("span", [{"seconds": 1}, {"hours": 1}, {"days": 1}, {"days": 7}, {"days": 30}, {"days": 92}])
def test_any_time_has_few_steps_that_cover_it(span: dict[str, float]) -> None:
    last = T0 + timedelta(**span)
    found = timeline([], None, T0, last)
    steps = len(found["proposed"])
    assert 1 <= steps <= MOST_STEPS
    assert T0 + steps * timedelta(seconds=found["step_s"]) >= last
