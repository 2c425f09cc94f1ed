"""Commands from the request to the device's answer, on real brokers and a real store."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.store import Store, commands
from hub.store.commands import Wish
from ingest.base import Shard, shard_of
from tests.fix_commands import Control, add
from tests.fix_mqtt import REPOSITORY, City, wait_for
from tests.fix_proxy import StoreProxy

SHORT = timedelta(seconds=2)


def test_a_siren_is_told_answers_and_every_step_is_in_the_log(control: Control) -> None:
    siren = control.siren()
    control.commander()
    control.connected()
    command = control.sound()
    assert command.state == "accepted"
    said = siren.hear()
    assert (said["id"], said["name"], said["params"]) == (command.id, "sound", {"seconds": 5})
    assert datetime.fromisoformat(said["expires"]) == command.expires_at
    assert "again" not in said
    control.wait_state(command, "delivered")
    siren.answer(command.id, detail="howling")
    done = control.wait_state(command, "ok")
    assert done.reason == "howling"
    assert control.log(command) == [
        ("accepted", "otto"), ("sent", "mqtt-0"), ("delivered", "mqtt-0"), ("ok", "siren-1"),
    ]  # fmt: skip


def test_a_device_may_refuse(control: Control) -> None:
    siren = control.siren()
    control.commander()
    command = control.sound()
    siren.answer(siren.hear()["id"], ok=False, detail="no\x00 power")
    assert control.wait_state(command, "failed").reason == "no  power"


def test_a_device_that_does_not_answer_is_waited_for_until_the_time_is_over_and_no_longer(control: Control) -> None:
    siren = control.siren()
    control.commander()
    command = control.sound(timeout=SHORT)
    siren.hear()
    over = control.wait_state(command, "timed_out")
    assert over.reason == "the device did not answer in time"
    siren.answer(command.id)
    late = wait_for(lambda: commands.get(control.store, command.id).late, "the late answer is noted")
    assert late == "ok"
    assert commands.get(control.store, command.id).state == "timed_out"
    assert control.log(command)[-2:] == [("timed_out", "mqtt-0"), ("answered_late", "siren-1")]


def test_a_command_waits_for_its_broker_until_its_time_is_over(control: Control) -> None:
    control.broker.stop()
    control.commander()
    command = control.sound(timeout=SHORT)
    over = control.wait_state(command, "unsent")
    assert "it could not be sent in time: the broker at" in over.reason
    assert "cannot be reached" in over.reason
    later = control.sound(timeout=timedelta(seconds=60))
    control.broker.start()
    siren = control.siren()
    said = siren.hear()
    assert said["id"] == later.id, "what is over is never sent"
    siren.answer(later.id)
    control.wait_state(later, "ok")
    assert siren.heard.empty()


def test_what_does_not_belong_to_a_command_does_not_count(
    control: Control, caplog: pytest.LogCaptureFixture
) -> None:
    add(control.store, "siren-2")
    siren, other = control.siren(), control.siren("siren-2")
    control.commander()
    command = control.sound()
    siren.hear()
    control.wait_state(command, "delivered")
    garbage: list[str | bytes] = [
        b"\xff", "", "[]", "null", "7", '{"id": 7, "ok": true}', '{"id": "x", "ok": true}', "{" * 4000, "[" * 4000,
        json.dumps({"id": command.id}), json.dumps({"id": command.id, "ok": "yes"}),
        json.dumps({"id": command.id, "ok": True, "detail": 7}), json.dumps({"id": command.id, "ok": True, "x": 1}),
        json.dumps({"id": command.id, "ok": True, "detail": "x" * 5000}),
    ]  # fmt: skip
    for payload in garbage:
        siren.say(payload)
    other.answer(command.id)                       # not its command
    siren.answer("0" * 16)                         # nobody's
    siren.say(json.dumps({"id": command.id, "ok": True}), "no$id")
    wait_for(lambda: control.answered("garbage") == len(garbage) + 1, "the garbage is counted")
    assert control.answered("ignored") == 2
    assert set(control.alive) == {"siren-1", "siren-2"}, "who answers is alive, whatever it answers to"
    assert [message for message in caplog.messages if "cannot be read" in message] == [
        "an answer of siren-1 cannot be read: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
    ], "once a minute"
    assert commands.get(control.store, command.id).state == "delivered"
    siren.answer(command.id, ok=False)
    control.wait_state(command, "failed")
    siren.answer(command.id, ok=True)
    wait_for(lambda: control.answered("ignored") == 3, "the second answer is passed over")
    assert commands.get(control.store, command.id).state == "failed"


def test_an_answer_that_a_device_left_at_the_broker_is_old_news(control: Control) -> None:
    command = control.sound()
    siren = control.siren()
    siren.say(json.dumps({"id": command.id, "ok": True}), retain=True)
    control.commander()
    assert siren.hear()["id"] == command.id
    wait_for(lambda: control.answered("retained") == 1, "the retained answer is seen")
    assert control.wait_state(command, "delivered")


def test_a_foreign_device_is_spoken_to_in_its_own_way_and_is_done_when_its_broker_has_it(control: Control) -> None:
    add(control.store, "z-1", "zigbee", name="hall/siren")
    siren = control.siren("z-1", "zigbee2mqtt/hall/siren/set")
    control.commander()
    command = control.sound("z-1")
    assert siren.hear() == {"warning": {"duration": 5}}
    assert control.wait_state(command, "delivered").over


def test_a_worker_takes_its_own_devices_only(control: Control) -> None:
    other = next(f"siren-{n}" for n in range(2, 100) if shard_of(f"siren-{n}", 2) != shard_of("siren-1", 2))
    add(control.store, other)
    control.commander(Shard(shard_of("siren-1", 2), 2))
    mine, theirs = control.siren(), control.siren(other)
    left, done = control.sound(other), control.sound()
    mine.answer(mine.hear()["id"])
    control.wait_state(done, "ok")
    assert commands.get(control.store, left.id).state == "accepted"
    control.commander(Shard(shard_of(other, 2), 2))
    theirs.answer(theirs.hear()["id"])
    control.wait_state(left, "ok")
    assert mine.heard.empty()


def test_commands_are_sent_in_the_order_in_which_they_were_given(control: Control) -> None:
    add(control.store, "barrier-1", "barrier")
    asked = [control.ask(Wish("barrier-1", ("open", "close")[n % 2], confirmed=True)).id for n in range(8)]
    barrier = control.siren("barrier-1")
    control.commander()
    assert [barrier.hear()["id"] for _ in asked] == asked


def test_while_the_store_is_away_an_answer_waits_and_counts_when_it_came_in_time(
    control: Control, proxy: StoreProxy
) -> None:
    siren = control.siren()
    with Store.open(proxy.conninfo, "commander", timeout_s=0.5) as through:
        control.commander(store=through)
        command = control.sound(timeout=timedelta(seconds=3))
        siren.hear()
        control.wait_state(command, "delivered")
        proxy.cut()
        siren.answer(command.id)
        wait_for(lambda: datetime.now(UTC) > command.expires_at, "its time is over")
        assert commands.get(control.store, command.id).state == "delivered"
        proxy.mend()
        done = control.wait_state(command, "ok")
        assert done.ended_at is not None
        assert done.ended_at < command.expires_at
        control.close()


def test_what_was_accepted_while_the_worker_cannot_reach_the_store_is_sent_when_it_can(
    control: Control, proxy: StoreProxy
) -> None:
    siren = control.siren()
    with Store.open(proxy.conninfo, "commander", timeout_s=0.5) as through:
        control.commander(store=through)
        control.connected()
        proxy.cut()
        command = control.sound()
        over = control.sound(timeout=timedelta(seconds=1))
        wait_for(lambda: datetime.now(UTC) > over.expires_at, "its time is over")
        proxy.mend()
        siren.answer(siren.hear()["id"])
        control.wait_state(command, "ok")
        control.wait_state(over, "unsent")
        assert siren.heard.empty(), "nothing is sent after its time"
        control.close()


@pytest.mark.parametrize(
    ("point", "heard"),
    [("command_claimed", ["again"]), ("command_published", ["first", "again"])],
)
def test_a_worker_killed_while_it_sends_sends_again_and_says_so(
    mqtt_city: City, control: Control, point: str, heard: list[str]
) -> None:
    siren = control.siren()
    command = control.sound(timeout=timedelta(seconds=60))
    config = mqtt_city.write_config(control.store.conninfo)
    with dying(config, point):
        pass
    mqtt_city.start_worker(config)
    said = [siren.hear() for _ in heard]
    assert [message["id"] for message in said] == [command.id] * len(heard)
    assert ["again" if message.get("again") else "first" for message in said] == heard
    siren.answer(command.id)
    done = control.wait_state(command, "ok")
    assert done.attempts == 2
    assert [change for change, _ in control.log(command)][:3] == ["accepted", "sent", "sent"]


def test_a_foreign_command_is_not_sent_twice_when_the_worker_was_killed(mqtt_city: City, control: Control) -> None:
    add(control.store, "z-1", "zigbee")
    siren = control.siren("z-1", "zigbee2mqtt/z-1/set")
    command = control.sound("z-1", timeout=timedelta(seconds=6))
    config = mqtt_city.write_config(control.store.conninfo)
    with dying(config, "command_published"):
        pass
    assert siren.hear() == {"warning": {"duration": 5}}
    mqtt_city.start_worker(config)
    over = control.wait_state(command, "timed_out")
    assert over.reason == "the broker did not acknowledge it in time; it may have arrived all the same"
    assert siren.heard.empty()


def test_a_worker_killed_before_it_acknowledged_an_answer_counts_it_once(mqtt_city: City, control: Control) -> None:
    siren = control.siren()
    command = control.sound(timeout=timedelta(seconds=60))
    config = mqtt_city.write_config(control.store.conninfo)
    with dying(config, "answer_recorded"):
        siren.answer(siren.hear()["id"])
    assert commands.get(control.store, command.id).state == "ok"
    mqtt_city.start_worker(config)
    wait_for(
        lambda: mqtt_city.counted("gridhub_command_answers_total", outcome="ignored") == 1, "the answer comes again"
    )
    assert [change for change, _ in control.log(command)].count("ok") == 1


@contextmanager
def dying(config: Path, point: str) -> Iterator[None]:
    """A worker that dies at a point; it is dead at the end of the block."""
    argv = [sys.executable, "-m", "ingest.mqtt", "-c", str(config)]
    worker = subprocess.Popen(argv, cwd=REPOSITORY, env={**os.environ, "GRIDHUB_CRASH_AT": point})
    try:
        yield
        assert worker.wait(30) == -signal.SIGKILL
    finally:
        worker.kill()
        worker.wait(5)
