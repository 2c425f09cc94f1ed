"""Values that are not plausible: marked with a flag, kept, and counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.config.device_types import MetricSettings, TypeSettings
from hub.model.observation import Observation
from hub.model.quality import Quality
from ingest.mqtt.checks import Checks

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
GAUGE = TypeSettings.model_validate(
    {"metrics": {"level": {"unit": "m", "min": 0, "max": 10, "max_rate": 0.5, "frozen_after": "1h"}}}
)


class Gauge:
    def __init__(self) -> None:
        self.checks = Checks()
        self.checks.know({"g": GAUGE})

    def say(self, value: float, seconds: float, *, unit: str = "", metric: str = "level") -> Observation:
        at = T0 + timedelta(seconds=seconds)
        [found] = self.checks.check([Observation("g", metric, at, at, value, unit=unit)])
        assert (found.value, found.ts) == (value, at), "the value itself is kept as it is"
        return found

    def flags(self, value: float, seconds: float, **more: str) -> Quality:
        return self.say(value, seconds, **more).quality

    def counted(self) -> dict[str, int]:
        findings = self.checks.findings("g")
        assert findings is not None
        return findings.flags


@pytest.mark.parametrize(("value", "flags"), [(0, 0), (10, 0), (-0.001, 1), (10.001, 1)])
def test_a_value_outside_of_its_range_is_marked(value: float, flags: int) -> None:
    gauge = Gauge()
    assert gauge.flags(value, 0) == flags
    assert gauge.counted() == ({"out_of_range": 1} if flags else {})


def test_a_change_that_is_too_fast_is_marked_once_and_a_slow_one_is_not() -> None:
    gauge = Gauge()
    values = [(1, 0), (1.4, 1), (5, 2), (5.1, 3), (9, 103)]
    assert [gauge.flags(value, at) for value, at in values] == [0, 0, Quality.JUMPING, 0, 0]


def test_two_values_within_a_second_count_as_a_second_apart() -> None:
    gauge = Gauge()
    assert [gauge.flags(1, 0), gauge.flags(1.4, 0.01), gauge.flags(2, 0.02)] == [0, 0, Quality.JUMPING]


def test_what_is_out_of_range_is_no_measure_for_the_next_value() -> None:
    gauge = Gauge()
    assert [gauge.flags(1, 0), gauge.flags(99, 1), gauge.flags(1.2, 2)] == [0, Quality.OUT_OF_RANGE, 0]


def test_the_same_value_for_too_long_is_frozen_until_it_changes() -> None:
    gauge = Gauge()
    found = [gauge.flags(1, at) for at in (0, 1800, 3600, 3601, 7200)]
    assert found == [0, 0, 0, Quality.FROZEN, Quality.FROZEN]
    assert [gauge.flags(1.1, 7300), gauge.flags(1.1, 7400)] == [0, 0]


def test_that_a_value_is_frozen_is_still_known_after_a_restart() -> None:
    gauge = Gauge()
    gauge.flags(1, 0)
    again = Gauge()
    again.checks = Checks()
    again.checks.know({"g": GAUGE}, {"g": gauge.checks.held("g")})
    assert again.flags(1, 3601) == Quality.FROZEN


def test_what_comes_late_or_twice_is_held_against_the_range_only() -> None:
    gauge = Gauge()
    assert [gauge.flags(1, 100), gauge.flags(9, 99), gauge.flags(9, 100), gauge.flags(99, 50)] == [0, 0, 0, 1]
    assert gauge.flags(1.1, 101) == 0


def test_a_value_in_another_unit_is_not_held_against_bounds_in_this_one() -> None:
    gauge = Gauge()
    assert gauge.flags(500, 0, unit="cm") == 0
    assert gauge.flags(500, 1, unit="m") == Quality.OUT_OF_RANGE


def test_the_first_value_of_a_series_brings_the_unit_of_its_type() -> None:
    gauge = Gauge()
    assert [gauge.say(1, 0).unit, gauge.say(1, 1).unit, gauge.say(1, 2, metric="other").unit] == ["m", "", ""]


def test_unknown_devices_and_metrics_and_words_are_left_alone() -> None:
    gauge = Gauge()
    said = [
        Observation("g", "other", T0, T0, 1e9),
        Observation("nobody", "level", T0, T0, 1e9),
        Observation("g", "level", T0, T0, None, "voll"),
    ]
    assert [item.quality for item in gauge.checks.check(said)] == [0, 0, 0]


def test_a_mark_that_is_there_already_stays_and_is_counted() -> None:
    gauge = Gauge()
    misdated = Observation("g", "level", T0, T0, 5.0, quality=Quality.MISDATED)
    assert gauge.checks.check([misdated]) == [misdated]
    assert gauge.counted() == {"misdated": 1}
    assert gauge.flags(1, 1) == 0, "it is no measure for the next value"


def test_each_value_of_a_message_gets_its_own_mark() -> None:
    gauge = Gauge()
    said = [Observation("g", "level", T0 + timedelta(seconds=n), T0, value) for n, value in enumerate((1, 99, 1.1))]
    assert [item.quality for item in gauge.checks.check(said)] == [0, Quality.OUT_OF_RANGE, 0]


def test_the_battery_is_known_with_and_without_bounds() -> None:
    for kind in (GAUGE, TypeSettings(metrics={"battery": MetricSettings(unit="%")})):
        checks = Checks()
        checks.know({"g": kind})
        checks.check([Observation("g", "battery", T0, T0, 17.0)])
        findings = checks.findings("g")
        assert findings is not None
        assert findings.battery == 17.0


def test_a_device_of_another_type_begins_afresh_and_one_of_the_same_does_not() -> None:
    gauge = Gauge()
    gauge.flags(1, 0)
    gauge.checks.know({"g": GAUGE})
    assert gauge.flags(9, 1) == Quality.JUMPING
    gauge.checks.know({"g": TypeSettings()})
    assert gauge.flags(99, 2) == 0
