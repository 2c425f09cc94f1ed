"""What the invented shift of the demo says of the alerts of the water gauges."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.model.alert import Alert, AlertState, Severity
from ingest.simulate import city, shift
from ingest.simulate.city import Role

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROLES = {device.id: device.role for device in city.devices()}


def alert_of(role: Role, state: AlertState, *, age_s: float = 30.0, rule: str = "water-level") -> Alert:
    source = next(device for device in city.devices() if device.role is role)
    began = NOW - timedelta(seconds=age_s)
    return Alert(
        7, rule, f"source:{source.id}", Severity.MAJOR, state, source.area, (source.id,), "water", began, began
    )


@pytest.mark.parametrize("state", [AlertState.FIRING, AlertState.RESOLVED])
def test_a_flood_is_acknowledged_be_it_over_or_not(state: AlertState) -> None:
    assert shift.judged(alert_of(Role.FLOOD, state), ROLES, NOW) == shift.FLOOD


def test_the_wash_of_a_boat_is_cleared_when_it_is_over() -> None:
    assert shift.judged(alert_of(Role.WAVES, AlertState.RESOLVED), ROLES, NOW) == shift.WASH
    assert shift.judged(alert_of(Role.WAVES, AlertState.FIRING), ROLES, NOW) is None


def test_nobody_is_quicker_than_five_seconds() -> None:
    assert shift.judged(alert_of(Role.FLOOD, AlertState.FIRING, age_s=4.9), ROLES, NOW) is None


def test_what_another_rule_says_what_others_say_and_what_is_acknowledged_is_left_alone() -> None:
    assert shift.judged(alert_of(Role.FLOOD, AlertState.FIRING, rule="flooded-and-used"), ROLES, NOW) is None
    assert shift.judged(alert_of(Role.UNPLUGGED, AlertState.RESOLVED), ROLES, NOW) is None
    acknowledged = replace(alert_of(Role.FLOOD, AlertState.ACKNOWLEDGED), acked_at=NOW)
    assert shift.judged(acknowledged, ROLES, NOW) is None
