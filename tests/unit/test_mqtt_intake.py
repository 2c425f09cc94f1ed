"""From a message to what is written of it: of devices that are unknown, not approved, another worker's, or at fault."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import SimulatedClock
from hub.config.settings import Accept
from hub.model.observation import Observation, Refusal
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt import __main__ as program
from ingest.mqtt import quarantine
from ingest.mqtt.intake import Intake
from ingest.mqtt.message import Message
from ingest.mqtt.presence import Presence

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = b'{"values": {"smoke": 0.5}}'


class Devices:
    def __init__(self) -> None:
        self.known = {"smoke-1": True, "smoke-2": True, "new-1": False}

    def approved(self, device: str) -> bool | None:
        return self.known.get(device)


class Desk:
    """An intake and what it counted."""

    def __init__(self, shard: str = "0/1") -> None:
        self.clock = SimulatedClock(T0)
        self.tally = Tally()
        self.presence = Presence()
        self.presence.know(["smoke-1", "smoke-2"], ["smoke-1"], 0.0)
        accept = Accept(past=timedelta(days=30), future=timedelta(minutes=5))
        self.devices = Devices()
        self._intake = Intake(Shard.parse(shard), self.devices, self.presence, accept, self.tally, self.clock)

    def read(
        self, topic: str, payload: bytes = GOOD, *, retained: bool = False, at: datetime | None = None
    ) -> tuple[list[Observation], list[Refusal]]:
        message = Message(topic, payload, at or self.clock.now(), retained=retained)
        observations, refusals = self._intake.read(message)
        return list(observations), list(refusals)

    def say(
        self, device: str, payload: bytes = GOOD, at: datetime | None = None
    ) -> tuple[list[Observation], list[Refusal]]:
        return self.read(f"gridhub/v1/devices/{device}/telemetry", payload, at=at)

    def again(self, refusal: Refusal) -> list[Observation]:
        message = Message(refusal.origin, refusal.payload, refusal.received_at)
        return list(self._intake.read_again(message).observations)

    def states(self) -> list[str]:
        return [str(health.state) for health in self.presence.due(self.clock.now(), self.clock.monotonic())]


@pytest.mark.parametrize(
    ("device", "payload", "cause"),
    [
        ("nobody-1", GOOD, "unknown_device"),
        ("new-1", GOOD, "not_approved"),
        ("smoke-1", b"nonsense", "not_json"),
        ("a b", GOOD, "bad_topic"),
    ],
)
def test_what_is_refused_is_kept_with_its_cause_and_counted(device: str, payload: bytes, cause: str) -> None:
    desk = Desk()
    observations, [refusal] = desk.say(device, payload)
    assert observations == []
    assert (refusal.cause, refusal.payload, refusal.size_bytes) == (cause, payload, len(payload))
    assert (refusal.origin, refusal.received_at) == (f"gridhub/v1/devices/{device}/telemetry", T0)
    assert desk.tally.get("gridhub_mqtt_refused_total", cause=cause) == 1


def test_only_the_head_of_a_large_payload_is_kept() -> None:
    _, [refusal] = Desk().say("smoke-1", b"x" * 2_000_000)
    assert (refusal.cause, refusal.size_bytes, len(refusal.payload)) == ("too_large", 2_000_000, quarantine.HEAD_BYTES)


def test_what_is_right_in_a_message_is_stored_beside_what_is_refused() -> None:
    desk = Desk()
    observations, [refusal] = desk.say("smoke-1", b'[{"values": {"smoke": 1}}, 7, {"values": {"smoke": 2}}, 8, 9]')
    assert [item.value for item in observations] == [1, 2]
    assert refusal.detail.endswith("(and 2 more samples)")
    assert desk.tally.get("gridhub_mqtt_refused_total", cause="wrong_shape") == 3


def test_a_flood_of_nonsense_is_counted_and_its_first_payloads_are_kept_for_each_window() -> None:
    desk = Desk()
    kept = [len(desk.say("nobody-1")[1]) for _ in range(100)]
    assert kept == [1] * 5 + [0] * 95
    assert desk.tally.get("gridhub_mqtt_refused_total", cause="unknown_device") == 100
    assert len(desk.say("nobody-2")[1]) == 1, "another device has its own allowance"
    assert len(desk.say("smoke-1", b"x")[1]) == 1
    desk.clock.advance(quarantine.WINDOW_S)
    assert len(desk.say("nobody-1")[1]) == 1


def test_a_flood_of_invented_ids_is_bounded() -> None:
    desk = Desk()
    kept = sum(len(desk.say(f"invented-{number}")[1]) for number in range(3000))
    assert kept == quarantine.KEPT_IN_ALL
    assert desk.tally.total("gridhub_mqtt_refused_total") == 3000


def test_a_device_belongs_to_one_worker() -> None:
    desks = [Desk("0/2"), Desk("1/2")]
    for device in ("smoke-1", "smoke-2", "nobody-1", "nobody-2", "a b"):
        answers = [desk.say(device) for desk in desks]
        assert sorted(len(observations) + len(refusals) for observations, refusals in answers) == [0, 1], device


def test_a_device_watches_when_something_of_it_is_accepted_and_not_before() -> None:
    desk = Desk()
    desk.say("smoke-1", b"nonsense")
    assert desk.states() == []
    desk.say("smoke-1", b'[7, {"values": {"smoke": 1}}]')
    assert desk.states() == ["watching"]


def test_a_status_is_stored_unless_it_is_retained_and_known() -> None:
    desk = Desk()
    topic = "gridhub/v1/devices/smoke-1/status"
    values = [
        [item.value for item in desk.read(topic, payload, retained=retained)[0]]
        for payload, retained in ((b"offline", True), (b"offline", True), (b"online", False), (b"offline", False))
    ]
    assert values == [[0.0], [], [1.0], [0.0]]
    assert desk.states() == ["offline"]


@pytest.mark.parametrize("text", ["2/2", "a/b", "1", "-1/2"])
def test_a_shard_that_does_not_exist_is_wrong_usage(text: str) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main([f"--shard={text}"])
    assert ended.value.code == 2


def test_a_configuration_that_is_wrong_ends_the_worker_with_status_2(tmp_path: Path) -> None:
    path = tmp_path / "hub.yaml"
    path.write_text("areas: areas.geojson\nbrokr: {}\n")
    done = subprocess.run(
        [sys.executable, "-m", "ingest.mqtt", "-c", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "hub.yaml:2" in done.stderr
    assert "did you mean 'broker'?" in done.stderr


def test_samples_with_neither_time_nor_id_stay_apart_and_in_order_in_messages_that_came_at_once() -> None:
    desk = Desk()
    stored = []
    for number in range(5):
        said = [b'{"values": {"smoke": %d}}' % (10 * number + place) for place in range(4)]
        at = T0 + timedelta(microseconds=2 * number)  # as the wire tells apart what it reads at once
        stored += desk.say("smoke-1", b"[" + b",".join(said[:3]) + b"]", at)[0]
        stored += desk.say("smoke-1", said[3], at + timedelta(microseconds=1))[0]
    assert len({item.ts for item in stored}) == 20
    assert [item.value for item in sorted(stored, key=lambda item: item.ts)] == [
        10 * number + place for number in range(5) for place in range(4)
    ]
    assert stored[-1].ts - T0 < timedelta(milliseconds=1)


def test_a_host_clock_that_goes_back_is_believed_also_after_an_array() -> None:
    desk = Desk()
    desk.say("smoke-1", b'[{"values": {"smoke": 1}}, {"values": {"smoke": 2}}]', T0)
    [[later], _] = desk.say("smoke-1", GOOD, T0 - timedelta(hours=1))
    assert later.ts == T0 - timedelta(hours=1)


def test_retained_telemetry_without_a_time_is_no_measurement_of_now_and_none_is_a_sign_of_life() -> None:
    desk = Desk()
    timeless, dated, both = GOOD, b'{"ts": "2026-03-01T11:59:00Z", "values": {"smoke": 0.25}}', b"[%b, %b, {}]"
    topic = "gridhub/v1/devices/smoke-2/telemetry"
    stored, refused = [], 0
    for payload in (timeless, dated, both % (timeless, dated)):
        observations, refusals = desk.read(topic, payload, retained=True)
        stored += [item.value for item in observations]
        refused += len(refusals)
    assert (stored, refused) == ([0.25, 0.25], 1)
    assert desk.tally.get("gridhub_mqtt_skipped_total") == 2
    assert "watching" not in desk.states()
    desk.read(topic, timeless)
    assert "watching" in desk.states()


def test_arrays_that_came_at_once_of_a_device_that_was_not_approved_stay_apart_when_they_are_read_again() -> None:
    desk = Desk()
    array = b'[{"values": {"smoke": 1}}, {"values": {"smoke": 2}}, {"values": {"smoke": 3}}]'
    refusals = [desk.say("new-1", array, T0 + timedelta(microseconds=number))[1][0] for number in range(3)]
    desk.devices.known["new-1"] = True
    read = [item for refusal in refusals for item in desk.again(refusal)]
    assert len({item.ts for item in read}) == 9
    assert [item.value for item in read] == [item.value for item in sorted(read, key=lambda item: item.ts)]
