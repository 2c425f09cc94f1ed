"""The script promises what the demo shows; these are its promises."""

from __future__ import annotations

import pytest

from ingest.simulate import city, script
from ingest.simulate.city import Device, Role
from ingest.simulate.script import CYCLE_S

TENTHS = range(round(CYCLE_S * 10))


def device(role: Role) -> Device:
    return next(device for device in city.devices() if device.role is role)


def seconds(of: list[bool]) -> float:
    return sum(of) / 10


def test_people_and_smoke_are_in_one_grid_within_eight_seconds_and_long_enough_for_the_fused_rule() -> None:
    smoke = [float(script.reading(device(Role.FIRE), tenth / 10)["smoke"]) for tenth in TENTHS]
    above = [value > 0.3 for value in smoke]
    assert above.index(True) < 80
    assert seconds(above) >= 15
    first = above.index(True)
    assert all(above[first : first + round(seconds(above) * 10) - 5]), "the smoke stays above while it is there"
    assert any(script.boxes("yard", tenth / 10) for tenth in range(80))
    assert seconds([bool(script.boxes("yard", tenth / 10)) for tenth in range(300)]) > 15


def test_the_smoke_is_gone_and_the_yard_is_quiet_for_the_rest_of_the_cycle() -> None:
    for tenth in range(450, len(TENTHS)):
        assert float(script.reading(device(Role.FIRE), tenth / 10)["smoke"]) < 0.2
        assert not script.moving("yard", tenth / 10)


def test_an_operator_sees_something_begin_at_least_every_thirty_seconds() -> None:
    def state(t: float) -> tuple[bool, ...]:
        return (
            float(script.reading(device(Role.FIRE), t)["smoke"]) > 0.3,
            float(script.reading(device(Role.FLOOD), t)["water_level"]) > 2.0,
            bool(script.reading(device(Role.BURGLED), t)["open"]),
            float(script.reading(device(Role.OPENED), t)["tilt"]) > 20,
            float(script.reading(device(Role.POLLUTED), t)["pm25"]) > 150,
            script.covered("river", t) > 0.5,
        )

    begins = [
        second
        for second in range(round(CYCLE_S))
        if any(now and not before for now, before in zip(state(second), state(second - 1), strict=True))
    ]
    gaps = [later - earlier for earlier, later in zip(begins, [*begins[1:], begins[0] + CYCLE_S], strict=True)]
    assert max(gaps) <= 30
    assert len(begins) <= 8, "this would be a storm"


@pytest.mark.parametrize("scene", script.ACTORS)
def test_every_camera_has_quiet_stretches_and_busy_ones(scene: str) -> None:
    moving = seconds([script.moving(scene, tenth / 10) for tenth in TENTHS])
    assert 15 < moving < 80


def test_boxes_stay_inside_the_frame_and_people_are_large_enough_to_be_found() -> None:
    largest = 0.0
    for scene in script.ACTORS:
        for tenth in TENTHS:
            for box in script.boxes(scene, tenth / 10):
                assert 0 <= box.x < box.x + box.width <= 1 + 1e-9
                assert 0 <= box.y < box.y + box.height <= 1 + 1e-9
                largest = max(largest, box.width * box.height) if box.label == "person" else largest
    assert largest > 0.015


def test_nothing_is_seen_through_a_covered_lens() -> None:
    start, end = script.COVERED["river"]
    assert script.covered("river", (start + end) / 2) == 1.0
    assert script.boxes("river", (start + end) / 2) == []
    assert script.covered("yard", (start + end) / 2) == 0.0


def test_each_cycle_is_like_the_first() -> None:
    for t in (4.0, 20.0, 72.0, 95.0):
        for scene in script.ACTORS:
            assert script.boxes(scene, t) == script.boxes(scene, t + 3 * CYCLE_S)
        assert script.lively(device(Role.FLOOD), t) == script.lively(device(Role.FLOOD), t + CYCLE_S)


def test_the_silent_device_is_silent_for_longer_than_two_minutes_and_comes_back() -> None:
    silent = device(Role.SILENT)
    quiet = [t for t in range(480) if script.says_nothing(silent, t)]
    assert quiet == [*range(30, 210), *range(270, 450)]


def test_what_hangs_on_the_gateway_is_silent_for_longer_than_a_minute_and_heard_before_the_gateway_is_up() -> None:
    behind = device(Role.BEHIND)
    down = [t for t in range(240) if script.unplugged(city.gateway(), t)]
    silent = [t for t in range(240) if script.says_nothing(behind, t)]
    assert (down[0], down[-1]) == (40, 129)
    assert (silent[0], silent[-1]) == (40, 117)
    assert silent[-1] - silent[0] > 60 + script.REPORT_S, "the hub calls nobody silent sooner"
    assert down[-1] - silent[-1] > script.REPORT_S, "each of them is heard before the gateway is"
    assert not script.says_nothing(city.gateway(), 50)


def test_the_wash_of_a_boat_is_higher_than_the_flood_and_over_much_sooner() -> None:
    levels = {
        role: [float(script.reading(device(role), tenth / 10)["water_level"]) for tenth in TENTHS]
        for role in (Role.FLOOD, Role.WAVES)
    }
    above = {role: seconds([level > 1.8 for level in own]) for role, own in levels.items()}
    assert max(levels[Role.WAVES]) > 2.9 > 2.6 > max(levels[Role.FLOOD])
    assert 6 < above[Role.WAVES] < 9
    assert above[Role.FLOOD] > 15


def test_the_door_opens_at_night_while_somebody_is_there() -> None:
    burgled = device(Role.BURGLED)
    opened = [tenth / 10 for tenth in TENTHS if script.reading(burgled, tenth / 10)["open"]]
    assert opened
    assert all(script.night(t) == 1.0 and script.boxes("gate", t) for t in opened)
    other = next(d for d in city.devices() if d.type == "door" and d.role is Role.ORDINARY)
    assert not any(script.reading(other, t)["open"] for t in opened)


def test_ordinary_devices_stay_far_from_every_threshold() -> None:
    limits = {"smoke": 0.1, "water_level": 1.2, "tilt": 6.0, "pm25": 75.0, "co2": 700.0, "temperature": 40.0}
    for one in city.devices(120):
        if one.role in (Role.ORDINARY, Role.BEHIND, Role.SILENT, Role.BROKEN, Role.UNPLUGGED):
            for t in range(0, 120, 7):
                for metric, value in script.reading(one, t).items():
                    assert metric == "open" or 0 <= value < limits[metric]


def test_a_device_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="telepathy"):
        script.reading(Device("x-1", "telepathy", "qth"), 0.0)
