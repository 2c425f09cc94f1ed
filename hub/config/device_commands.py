"""Which commands the devices of a type take: their parameters with bounds, and how they are said to foreign devices.

    types:
      siren:
        commands:
          sound: {params: {seconds: {type: integer, min: 1, max: 600}}, confirm: true}
      zigbee-siren:
        commands:
          sound:
            params: {seconds: {type: integer, min: 1, max: 600, default: 30}}
            topic: zigbee2mqtt/{name}/set
            payload: {warning: {mode: emergency, duration: "{seconds}"}}
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from hub.config.values import Duration, Settings
from hub.errors import Refused
from hub.model.times import format_duration

MAX_TEXT = 256
MAX_TIMEOUT = timedelta(hours=1)
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_KNOWN_PLACES = frozenset({"device", "name", "command"})


def in_bounds(timeout: timedelta) -> timedelta:
    """``timeout`` itself. Raises ValueError."""
    if not timedelta(seconds=1) <= timeout <= MAX_TIMEOUT:
        raise ValueError(f"must be from 1s to {format_duration(MAX_TIMEOUT)}")
    return timeout


Timeout = Annotated[Duration, AfterValidator(in_bounds)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""The name of a command or a parameter."""


class ParamSettings(Settings):
    """One parameter of a command. Without ``default`` it must be given."""

    type: Literal["integer", "number", "boolean", "text"]
    min: float | None = None
    max: float | None = None
    choices: tuple[str, ...] = ()
    """Of a text: one of these."""
    default: bool | int | float | str | None = None

    @field_validator("min", "max")
    @classmethod
    def _bounds_a_number(cls, bound: float | None, info: ValidationInfo) -> float | None:
        kind, low = info.data.get("type"), info.data.get("min")
        if bound is not None and kind in {"boolean", "text"}:
            raise ValueError(f"a {kind} has no {info.field_name}")
        if bound is not None and low is not None and info.field_name == "max" and low > bound:
            raise ValueError(f"{bound:g} is below min {low:g}")
        return bound

    @field_validator("choices")
    @classmethod
    def _of_a_text(cls, choices: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if choices and info.data.get("type", "text") != "text":
            raise ValueError("only a text has choices")
        return choices

    @field_validator("default")
    @classmethod
    def _is_allowed(cls, default: bool | int | float | str | None, info: ValidationInfo) -> object:
        if default is not None and {"type", "min", "max", "choices"} <= info.data.keys():
            cls.model_construct(**info.data).check(default)
        return default

    def check(self, value: object) -> bool | int | float | str:
        """``value`` itself. Raises ValueError: what is wrong, in words for a person."""
        match self.type:
            case "boolean":
                if not isinstance(value, bool):
                    raise ValueError("must be true or false")  # noqa: TRY004  one error for every wrong value
                return value
            case "text":
                return self._check_text(value)
            case "integer":
                if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
                    raise ValueError("must be a whole number")
                number: int | float = value
            case "number":
                if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
                    raise ValueError("must be a number")
                number = value
        if self.min is not None and number < self.min:
            raise ValueError(f"must be at least {self.min:g}")
        if self.max is not None and number > self.max:
            raise ValueError(f"must be at most {self.max:g}")
        return number

    def _check_text(self, value: object) -> str:
        if not isinstance(value, str) or len(value) > MAX_TEXT or not value.isprintable():
            raise ValueError(f"must be text of at most {MAX_TEXT} characters, in one line")
        if self.choices and value not in self.choices:
            raise ValueError(f"must be one of {', '.join(self.choices)}")
        return value


class CommandSettings(Settings):
    """A command of a device type.

    Without ``topic`` the device speaks the hub's own contract and answers. With ``topic`` it is a foreign one:
    ``topic`` and ``payload`` may hold ``{device}`` (its id), ``{name}`` (its name), ``{command}`` (the number of this
    command) and ``{param}``. A text that is nothing but ``{param}`` becomes the value itself, a number or true.
    """

    params: dict[Word, ParamSettings] = Field(default={}, max_length=32)
    confirm: bool = False
    """Whoever gives it must say twice that he means it."""
    timeout: Timeout = timedelta(seconds=30)
    """For sending and answering together, where the request names none."""
    topic: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    payload: Any = None
    """Text is sent as it is, anything else as JSON. Left out: the parameters as a JSON object."""
    repeat: bool | None = None
    """Whether it may be sent again where it is not known if it arrived. Left out: only under the hub's own contract,
    whose devices know by the command's id what they have done already."""

    @model_validator(mode="after")
    def _places_are_known(self) -> CommandSettings:
        if self.topic is None and self.payload is not None:
            raise ValueError("a payload needs the topic that it is published to")
        known = _KNOWN_PLACES | self.params.keys()
        if taken := _KNOWN_PLACES & self.params.keys():
            raise ValueError(f"a parameter cannot be called {min(taken)!r}")
        for place in _places([self.topic, self.payload]):
            if place not in known:
                raise ValueError(f"{{{place}}} is neither a parameter nor device, name or command")
        if self.topic is not None and set(self.topic) & {"+", "#", "\0"}:
            raise ValueError("a topic to publish to has no wildcard")
        if self.repeat is not None and self.topic is None:
            raise ValueError("repeat is for foreign topics: under the hub's own contract commands carry an id")
        return self

    @property
    def answers(self) -> bool:
        """Whether the device says what came of it."""
        return self.topic is None

    @property
    def repeats(self) -> bool:
        return self.topic is None or bool(self.repeat)

    def check(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters with their defaults. Raises Refused (``bad_param``)."""
        if unknown := sorted(given.keys() - self.params.keys()):
            words = f"it has {', '.join(self.params)}" if self.params else "it has none"
            raise Refused("bad_param", f"there is no parameter {unknown[0][:60]!r}: {words}")
        checked = {}
        for name, param in self.params.items():
            value = given.get(name, param.default)
            if value is None:
                raise Refused("bad_param", f"{name} is missing")
            try:
                checked[name] = param.check(value)
            except ValueError as error:
                raise Refused("bad_param", f"{name} {error}") from error
        return checked

    def foreign(self, values: Mapping[str, Any]) -> tuple[str, str]:
        """Topic and payload; ``values`` are the parameters with device, name and command. Raises Refused."""
        topic = _text(_filled(self.topic, values))
        if set(topic) & {"+", "#", "\0"} or len(topic.encode()) > 65_535:
            raise Refused("bad_topic", f"{topic[:100]!r} is not a topic to publish to: rename the device")
        payload = self.payload
        if payload is None:
            payload = {name: values[name] for name in self.params}
        found = _filled(payload, values)
        return topic, _text(found) if isinstance(payload, str) else json.dumps(found, ensure_ascii=False)


def _no_booleans(found: object) -> object:
    if isinstance(found, dict) and any(isinstance(key, bool) for key in found):
        raise ValueError('in YAML on, off, yes and no are not words: write "on" in quotes')
    return found


Commands = Annotated[dict[Word, CommandSettings], BeforeValidator(_no_booleans), Field(max_length=50)]


def read(param: ParamSettings, text: str) -> object:
    """A value as it is written on the command line; what it cannot be is left as text, for ``check`` to refuse."""
    if param.type == "text":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _places(template: Any) -> list[str]:
    match template:
        case str():
            return _PLACE.findall(template)
        case dict():
            return [place for item in template.items() for place in _places(list(item))]
        case list():
            return [place for item in template for place in _places(item)]
    return []


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    match template:
        case str():
            whole = _PLACE.fullmatch(template)
            if whole:
                return values[whole[1]]
            return _PLACE.sub(lambda found: _text(values[found[1]]), template)
        case dict():
            return {_text(_filled(key, values)): _filled(value, values) for key, value in template.items()}
        case list():
            return [_filled(item, values) for item in template]
    return template


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _built_in() -> dict[str, dict[str, CommandSettings]]:
    seconds = ParamSettings(type="integer", min=1, max=600, default=30)
    text = ParamSettings(type="text")
    return {
        "siren": {"sound": CommandSettings(params={"seconds": seconds}, confirm=True), "silence": CommandSettings()},
        "barrier": {"open": CommandSettings(), "close": CommandSettings(confirm=True)},
        "sign": {"show": CommandSettings(params={"text": text}), "clear": CommandSettings()},
    }


BUILT_IN: Mapping[str, Mapping[str, CommandSettings]] = _built_in()
"""What the types of the hub itself take. A siren that howls and a barrier that comes down are confirmed."""
