"""What the devices of a type can be told: bounds of parameters, and how it is said to foreign devices."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from hub.config.device_commands import BUILT_IN, CommandSettings, ParamSettings, read
from hub.config.device_types import TypeSettings
from hub.errors import Refused

SOUND = CommandSettings.model_validate(
    {
        "params": {
            "seconds": {"type": "integer", "min": 1, "max": 600},
            "volume": {"type": "number", "min": 0, "max": 1, "default": 0.5},
            "tone": {"type": "text", "choices": ["low", "high"], "default": "high"},
            "lamp": {"type": "boolean", "default": False},
        }
    }
)


def test_what_is_left_out_has_its_default() -> None:
    assert SOUND.check({"seconds": 5}) == {"seconds": 5, "volume": 0.5, "tone": "high", "lamp": False}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "seconds is missing"),
        ({"seconds": 0}, "seconds must be at least 1"),
        ({"seconds": 601}, "seconds must be at most 600"),
        ({"seconds": 5.0}, "seconds must be a whole number"),
        ({"seconds": True}, "seconds must be a whole number"),
        ({"seconds": "5"}, "seconds must be a whole number"),
        ({"seconds": 10**30}, "seconds must be a whole number"),
        ({"seconds": 5, "volume": float("nan")}, "volume must be a number"),
        ({"seconds": 5, "volume": float("inf")}, "volume must be a number"),
        ({"seconds": 5, "volume": True}, "volume must be a number"),
        ({"seconds": 5, "tone": "middle"}, "tone must be one of low, high"),
        ({"seconds": 5, "tone": 1}, "tone must be text"),
        ({"seconds": 5, "lamp": 1}, "lamp must be true or false"),
        ({"seconds": 5, "colour": "red"}, "there is no parameter 'colour': it has seconds, volume, tone, lamp"),
    ],
)
def test_what_is_out_of_bounds_is_refused_by_name(given: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused) as refused:
        SOUND.check(given)
    assert refused.value.cause == "bad_param"
    assert words in refused.value.detail


@pytest.mark.parametrize("text", ["x" * 257, "a\nb", "a\0b", "\x1b[2J"])
def test_a_text_is_one_line_that_can_be_shown(text: str) -> None:
    with pytest.raises(ValueError, match="in one line"):
        ParamSettings(type="text").check(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"params": {"x": {"type": "integer", "min": 2, "max": 1}}},
        {"params": {"x": {"type": "text", "min": 2}}},
        {"params": {"x": {"type": "number", "choices": ["a"]}}},
        {"params": {"x": {"type": "integer", "max": 1, "default": 2}}},
        {"params": {"x": {"type": "colour"}}},
        {"params": {"X": {"type": "text"}}},
        {"params": {"device": {"type": "text"}}, "topic": "a/{device}"},
        {"topic": "zigbee2mqtt/{nmae}/set"},
        {"topic": "zigbee2mqtt/{name}/set", "payload": {"a": ["{seconds}"]}},
        {"topic": "zigbee2mqtt/+/set"},
        {"topic": "zigbee2mqtt/#"},
        {"payload": "ON"},
        {"repeat": True},
        {"timeout": "0s"},
        {"timeout": "2h"},
        {"tiemout": "20s"},
    ],
)
def test_a_command_that_cannot_work_is_refused_in_the_configuration(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CommandSettings.model_validate(wrong)


def test_a_command_called_on_is_told_how_to_be_written() -> None:
    with pytest.raises(ValidationError, match="in quotes"):
        TypeSettings.model_validate({"commands": {True: {"topic": "a"}}})


def foreign(payload: Any, topic: str = "zigbee2mqtt/{name}/set") -> tuple[str, str]:
    command = CommandSettings.model_validate(
        {"topic": topic, "payload": payload, "params": {"seconds": {"type": "integer"}, "tone": {"type": "text"}}}
    )
    values = {"seconds": 5, "tone": 'a"b', "device": "siren-1", "name": "Hall siren", "command": "0123456789abcdef"}
    return command.foreign(values)


def test_a_parameter_keeps_its_type_in_a_foreign_payload() -> None:
    warning = {"mode": "emergency", "duration": "{seconds}"}
    topic, said = foreign({"warning": warning, "note": "{tone} for {seconds} s", "{device}": 1})
    assert topic == "zigbee2mqtt/Hall siren/set"
    assert json.loads(said) == {
        "warning": {"mode": "emergency", "duration": 5}, "note": 'a"b for 5 s', "siren-1": 1,
    }  # fmt: skip


def test_a_text_is_sent_as_it_is() -> None:
    assert foreign("ON", "cmnd/{device}/POWER") == ("cmnd/siren-1/POWER", "ON")
    assert foreign("{seconds}")[1] == "5"


def test_without_a_payload_the_parameters_are_sent() -> None:
    assert json.loads(foreign(None)[1]) == {"seconds": 5, "tone": 'a"b'}


@pytest.mark.parametrize("name", ["a/+/b", "#", "a\0b"])
def test_a_name_cannot_make_a_topic_of_many(name: str) -> None:
    command = CommandSettings(topic="zigbee2mqtt/{name}/set")
    with pytest.raises(Refused, match="bad_topic"):
        command.foreign({"device": "siren-1", "name": name, "command": "0"})


def test_foreign_commands_are_neither_answered_nor_repeated_unless_it_is_said() -> None:
    found = [CommandSettings(), CommandSettings(topic="a"), CommandSettings(topic="a", repeat=True)]
    assert [(item.answers, item.repeats) for item in found] == [(True, True), (False, False), (False, True)]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "5", 5), ("number", "0.5", 0.5), ("boolean", "true", True), ("text", "5", "5"),
        ("integer", "five", "five"),
    ],
)
def test_a_value_of_the_command_line_has_the_type_of_its_parameter(kind: Any, text: str, value: object) -> None:
    found = read(ParamSettings(type=kind), text)
    assert found == value
    assert type(found) is type(value)


def test_a_siren_a_barrier_and_a_sign_need_no_configuration() -> None:
    assert BUILT_IN["siren"]["sound"].check({}) == {"seconds": 30}
    assert BUILT_IN["barrier"]["close"].confirm
    assert BUILT_IN["sign"]["show"].check({"text": "道路封闭"}) == {"text": "道路封闭"}
