"""One mapping of the configuration while it is compiled, and what is wrong with it, each thing at its place."""

from __future__ import annotations

from collections.abc import Collection

from hub.config import Config
from hub.config.mappings import MappingSettings
from hub.errors import Problem
from ingest.mqtt import topics
from ingest.mqtt.mapping import instants, patterns, reading
from ingest.mqtt.mapping.codec import Codec, Surroundings
from ingest.mqtt.mapping.instants import Reader
from ingest.mqtt.mapping.names import Template
from ingest.mqtt.mapping.paths import Finder, compile_path
from ingest.mqtt.mapping.patterns import Pattern
from ingest.mqtt.mapping.reading import PlaceReading, Reading, Wrong
from ingest.mqtt.values import METRIC

OWN = f"{topics.OWN}#"
"""Topics of the hub itself, which no mapping may take."""
Made = tuple[Codec, tuple[Pattern, ...]] | None
"""A dialect and the topics that it reads; None where something is wrong."""


class Desk:
    """What cannot be compiled is told in ``problems``, and is None."""

    def __init__(self, config: Config, index: int, surroundings: Surroundings) -> None:
        self.settings: MappingSettings = config.mappings[index]
        self.surroundings = surroundings
        self.problems: list[Problem] = []
        self._config = config
        self._index = index

    def wrong(self, loc: tuple[str | int, ...], message: str) -> None:
        self.problems.append(self._config.problem(("mappings", self._index, *loc), message))

    def pattern(self, text: str, loc: tuple[str | int, ...]) -> Pattern | None:
        try:
            found = Pattern.parse(text)
        except ValueError as error:
            self.wrong(loc, str(error))
            return None
        if patterns.overlap(found.filter, OWN):
            self.wrong(loc, f"{found.filter!r} takes topics of the hub itself ({OWN}): begin it with a plain level")
            return None
        return found

    def topic(self) -> Pattern | None:
        return self.pattern(self.settings.topic or "", ("topic",))

    def template(self, key: str, text: str, names: Collection[str]) -> Template | None:
        try:
            return Template(text, names)
        except ValueError as error:
            self.wrong((key,), str(error))
            return None

    def device(self, pattern: Pattern, more: Collection[str] = (), default: str = "{device}") -> Template | None:
        """Whose a message is: by named levels of its topic, and by ``more`` that the dialect knows."""
        told = self.settings.device
        if told is None and default == "{device}" and "device" not in pattern.names:
            words = "says nowhere whose it is: name a level {device}, or add the key device, as in device: press-{line}"
            self.wrong(("topic",), words)
            return None
        return self.template("device", told or default, {*pattern.names, *more})

    def prefix(self, default: str) -> str:
        """What the topics of a dialect begin with: one or more plain levels."""
        found = self.settings.prefix or default
        if any(mark in found for mark in "+#{}$") or not all(found.split("/")):
            self.wrong(("prefix",), f"{found!r}: plain levels, as in {default}")
        return found

    def patterns(self, *texts: str) -> tuple[Pattern, ...]:
        """Of the topics of a dialect, below its prefix."""
        if self.problems:
            return ()
        found = [self.pattern(text, ("prefix",)) for text in texts]
        return tuple(pattern for pattern in found if pattern is not None)

    def path(self, loc: tuple[str | int, ...], text: str | None) -> Finder | None:
        """None also for no text."""
        try:
            return None if text is None else compile_path(text)
        except ValueError as error:
            self.wrong(loc, str(error))
            return None

    def time(self) -> tuple[Finder, Reader] | None:
        settings = self.settings.time
        if settings is None:
            return None
        find = self.path(("time", "path"), settings.path)
        key = "zone"
        try:
            where = None if settings.zone is None else instants.zone(settings.zone)
            key = "format"
            read = instants.reader(settings.format, where)
        except ValueError as error:
            self.wrong(("time", key), str(error))
            return None
        return None if find is None else (find, read)

    def values(self) -> tuple[list[Reading], list[PlaceReading]]:
        readings: list[Reading] = []
        places: list[PlaceReading] = []
        for metric, settings in (self.settings.values or {}).items():
            loc = ("values", metric)
            if not METRIC.fullmatch(metric):
                self.wrong(loc, f"{metric!r} is not a metric: [a-z][a-z0-9_.]*, at most 63")
            try:
                if settings.lat is None and settings.lon is None:
                    readings.append(reading.reading(metric, settings))
                elif metric == "position":
                    places.append(reading.place(settings))
                else:
                    self.wrong(loc, "lat and lon make the metric called position, and no other")
            except Wrong as error:
                self.wrong((*loc, error.key) if error.key else loc, str(error))
        return readings, places
