"""The example rules over the script of the invented city: what happens there is told and ends, and nothing else is."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.model.alert import Fire, Resolve
from hub.model.observation import Stored
from ingest.simulate import city, script
from rules import language
from rules.evaluator import Evaluator, Registry

EPOCH = datetime(2026, 3, 1, 20, tzinfo=UTC)
FOLDER = Path(__file__).parents[2] / "examples" / "rules"
EXAMPLES = sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(".test.yaml"))
SILENT_AFTER_S = 60
LAST_S = 3 * script.CYCLE_S
Story = dict[str, list[tuple[str, float, float | None]]]


def observations() -> list[Stored]:
    """What devices and cameras say, in the order in which the hub hears it, 30 ms later."""
    devices = map(device_words, [*city.devices(), city.gateway()])
    said = heapq.merge(*devices, *map(camera_words, city.cameras()), key=lambda word: word.ts)
    return list(said)


def word(source: str, area: str, kind: str, metric: str, second: float, value: float) -> Stored:
    ts = EPOCH + timedelta(seconds=second)
    return Stored(source, area, kind, metric, ts, ts + timedelta(milliseconds=30), value, None, None)


def device_words(device: city.Device) -> Iterator[Stored]:
    """What it reports, and what the hub says of it: silent a minute after its last word, or with its last will."""
    turn = sum(device.id.encode()) % script.REPORT_S
    heard_at, is_silent = 0, False
    for second in range(int(LAST_S)):
        is_cut = script.unplugged(device, second)
        is_due = second % script.REPORT_S == turn or script.lively(device, second)
        if is_due and not (is_cut or script.says_nothing(device, second)):
            heard_at = second
            for metric, value in script.reading(device, second).items():
                yield word(device.id, device.area, device.type, metric, second, float(value))
        if is_silent is not (is_cut or second - heard_at >= SILENT_AFTER_S):
            is_silent = not is_silent
            yield word(device.id, device.area, device.type, "device.silent", second, float(is_silent))


def camera_words(camera: city.Camera) -> Iterator[Stored]:
    moved_at: float | None = None
    for second in range(int(LAST_S)):
        if second % 30 == 0:
            yield word(camera.id, camera.area, "camera", "camera.health", second, 1.0)
        if second % script.CYCLE_S in {bound + 5 for bound in script.COVERED.get(camera.scene, ())}:
            is_covered = script.covered(camera.scene, second - 5 + script.COVER_S) > 0
            yield word(camera.id, camera.area, "camera", "tamper.covered", second, float(is_covered))
        if script.moving(camera.scene, second):
            moved_at = second
            yield word(camera.id, camera.area, "camera", "motion", second, 0.02)
        elif moved_at is not None and second - moved_at >= 3:
            moved_at = None
            yield word(camera.id, camera.area, "camera", "motion", second, 0.0)


@pytest.fixture(scope="module")
def story() -> Story:
    """rule → (fingerprint, start, end) in seconds of the script, in order."""
    evaluator = Evaluator(language.load_all(EXAMPLES), Registry())
    found: Story = {}
    for item in observations():
        for decision in (*evaluator.advance(item.received_at), *evaluator.feed([item])):
            own = found.setdefault(decision.rule, [])
            if isinstance(decision, Fire):
                own.append((decision.fingerprint, (decision.started_at - EPOCH).total_seconds(), None))
            elif isinstance(decision, Resolve):
                index = next(i for i, alert in enumerate(own) if alert[0] == decision.fingerprint and alert[2] is None)
                own[index] = (*own[index][:2], (decision.resolved_at - EPOCH).total_seconds())
    assert not evaluator.faults
    return found


def place(role: city.Role) -> city.Device:
    return next(device for device in city.devices() if device.role is role)


def test_the_fire_is_told_within_thirty_seconds_and_ends(story: Story) -> None:
    first, *others = story["smoke-and-movement"]
    assert first[0] == f"area:{place(city.Role.FIRE).area}"
    assert 10 < first[1] < 30
    assert first[2] is not None
    assert first[1] < first[2] < 90
    assert len(others) == 2


@pytest.mark.parametrize(
    ("rule", "role", "earliest", "latest"),
    [
        ("smoke", city.Role.FIRE, 2, 6),
        ("manhole-open", city.Role.OPENED, 90, 96),
        ("air-quality", city.Role.POLLUTED, 98, 110),
            ],
)
def test_what_happens_to_a_device_is_told_of_this_device_alone(
    story: Story, rule: str, role: city.Role, earliest: float, latest: float
) -> None:
    assert {fingerprint for fingerprint, _, _ in story[rule]} == {f"source:{place(role).id}"}
    _, start, end = story[rule][0]
    assert earliest < start < latest
    assert end is not None


def test_the_flood_is_told_and_the_wash_of_a_boat_that_is_none(story: Story) -> None:
    wash, flood, *others = story["water-level"]
    assert wash[0] == f"source:{place(city.Role.WAVES).id}"
    assert flood[0] == f"source:{place(city.Role.FLOOD).id}"
    assert 25 < wash[1] < 28
    assert 45 < flood[1] < 60
    assert {alert[0] for alert in others} == {wash[0], flood[0]}


def test_what_is_silent_or_lost_its_power_is_told(story: Story) -> None:
    behind = {f"source:{device.id}" for device in city.devices() if device.role is city.Role.BEHIND}
    others = (city.gateway(), place(city.Role.SILENT), place(city.Role.UNPLUGGED))
    gateway, silent, lost = (f"source:{device.id}" for device in others)
    began = {fingerprint: start for fingerprint, start, _ in reversed(story["device-silent"])}
    assert began.keys() == {*behind, gateway, silent, lost}
    assert began[gateway] == 40
    assert all(90 < began[fingerprint] <= 100 for fingerprint in behind)
    assert 80 < began[silent] < 96
    assert 80 < began[lost] < 96
    ended = [end for fingerprint, start, end in story["device-silent"] if fingerprint in behind and start < 120]
    assert all(end is not None and end < 130 for end in ended), "before the gateway is up, so that none is shown"


def test_the_opened_door_is_told_where_somebody_moves(story: Story) -> None:
    assert {fingerprint for fingerprint, _, _ in story["door-at-night"]} == {f"area:{place(city.Role.BURGLED).area}"}
    _, start, end = story["door-at-night"][0]
    assert 70 <= start < 72
    assert end is not None
    assert 80 <= end < 84


def test_the_covered_lens_is_told_of_that_camera_alone_and_ends(story: Story) -> None:
    [river] = [camera for camera in city.cameras() if camera.scene == "river"]
    assert [fingerprint for fingerprint, _, _ in story["camera-covered"]] == [f"source:{river.id}"] * 3
    _, start, end = story["camera-covered"][0]
    assert (start, end) == (36, 54)


def test_nothing_else_is_told(story: Story) -> None:
    """Three times each, but for what happens every other cycle, and for all that hangs on the gateway. It is 04:00 in
    China: a door is opened after hours."""
    assert {rule: len(alerts) for rule, alerts in story.items()} == {
        "air-quality": 3, "camera-covered": 3, "device-silent": 34, "door-at-night": 3, "flooded-and-used": 3,
        "intrusion-after-hours": 3, "manhole-open": 3, "smoke": 3, "smoke-and-movement": 3, "water-level": 6,
    }  # fmt: skip
