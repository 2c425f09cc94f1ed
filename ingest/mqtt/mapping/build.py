"""``mappings`` of the configuration to a router, or to everything that is wrong with them, each at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.config import Config
from hub.config.mappings import given
from hub.document import nearest
from hub.errors import ConfigError, Problem
from ingest.mqtt.mapping import document, frigate, homeassistant, patterns, senml, sparkplug, zigbee2mqtt
from ingest.mqtt.mapping.codec import Send, Surroundings
from ingest.mqtt.mapping.desk import Desk, Made
from ingest.mqtt.mapping.patterns import Pattern
from ingest.mqtt.mapping.router import Route, Router

_OF_JSON = frozenset({"device", "each", "time", "id", "values", "named", "everything"})
_MAKERS: Mapping[str, tuple[Callable[[Desk], Made], frozenset[str], frozenset[str]]] = {
    # codec: its maker, the keys that it needs, the keys that it may have besides
    "gridhub": (document.make_own, frozenset({"topic"}), frozenset({"device"})),
    "json": (document.make_json, frozenset({"topic"}), _OF_JSON),
    "text": (document.make_text, frozenset({"topic", "values"}), frozenset({"device"})),
    "senml+json": (senml.make, frozenset({"topic"}), frozenset({"device"})),
    "senml+cbor": (senml.make, frozenset({"topic"}), frozenset({"device"})),
    "sparkplug": (sparkplug.make, frozenset(), frozenset({"prefix", "device", "node"})),
    "zigbee2mqtt": (zigbee2mqtt.make, frozenset(), frozenset({"prefix", "device"})),
    "homeassistant": (homeassistant.make, frozenset({"topics"}), frozenset({"prefix", "device"})),
    "frigate": (frigate.make, frozenset(), frozenset({"prefix", "device", "cameras"})),
}


def build(config: Config, send: Send, owns: Callable[[str], bool]) -> Router:
    """``send`` publishes what a dialect has to ask for. Raises ConfigError with every problem."""
    routes, problems = _compile(config, Surroundings(config.accept, send, owns))
    if problems:
        raise ConfigError(problems)
    return Router(routes)


def check(config: Config) -> list[Problem]:
    """Everything that is wrong with the mappings."""
    return _compile(config, Surroundings(config.accept, lambda _topic, _payload: None, lambda _device: False))[1]


def _compile(config: Config, surroundings: Surroundings) -> tuple[list[Route], list[Problem]]:
    routes: list[Route] = []
    problems: list[Problem] = []
    taken: list[tuple[int, str]] = []
    for index, settings in enumerate(config.mappings):
        desk = Desk(config, index, surroundings)
        make, needed, allowed = _MAKERS[settings.codec]
        _check_keys(desk, needed, allowed)
        made = None if desk.problems else make(desk)
        if made is not None and not desk.problems:
            codec, found = made
            _check_overlap(desk, found, taken)
            name = f"mappings[{index}] ({settings.codec})"
            routes.append(Route(name, found, codec, reads_nothing=settings.codec == "homeassistant"))
            taken += [(index, pattern.filter) for pattern in found]
        problems += desk.problems
    return routes, problems


def _check_keys(desk: Desk, needed: frozenset[str], allowed: frozenset[str]) -> None:
    codec, told = desk.settings.codec, given(desk.settings)
    known = sorted(needed | allowed)
    for key in sorted(told.keys() - needed - allowed):
        desk.wrong((key,), f"does not belong to codec {codec}{nearest(key, known)} (it has {', '.join(known)})")
    for key in sorted(key for key in needed if not told.get(key)):
        desk.wrong((), f"{key!r} is missing: codec {codec} needs it")


def _check_overlap(desk: Desk, found: tuple[Pattern, ...], taken: list[tuple[int, str]]) -> None:
    """A topic has one reader, and the broker is to deliver it once."""
    key = "topic" if desk.settings.topic is not None else "topics" if desk.settings.topics else "prefix"
    for mine in (pattern.filter for pattern in found):
        for other, theirs in taken:
            if patterns.covers(theirs, mine):
                desk.wrong((key,), f"{mine!r} is never reached: mappings[{other}] takes all of {theirs!r} before it")
            elif patterns.overlap(mine, theirs) and not patterns.covers(mine, theirs):
                words = f"{mine!r} and {theirs!r} of mappings[{other}] both take some topics, which would come twice"
                desk.wrong((key,), words)
