"""What is gathered of one foreign message: observations, and faults with their counts. A bad value spoils no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.config.settings import Accept
from hub.errors import Refused
from hub.model.observation import Observation
from hub.model.times import rfc3339
from ingest.mqtt import values
from ingest.mqtt.decoded import ONLINE_METRIC, Announced, Cause, Decoded, Fault
from ingest.mqtt.mapping.names import metric_name
from ingest.mqtt.message import Message
from ingest.mqtt.values import Stamp, short

MAX_ROWS = 10_000
"""Values taken of one message."""
POSITION = "position"


class Tray:
    """Of one message. ``add`` and its like never raise for what is in a payload; ``decoded`` is what came of it."""

    def __init__(self, message: Message, accept: Accept) -> None:
        self.received_at = message.received_at
        self._retained = message.retained
        self._accept = accept
        self._observations: list[Observation] = []
        self._faults: dict[tuple[str, str], Fault] = {}
        self._announced: list[Announced] = []
        self._taken: dict[tuple[str, str, datetime, str], str] = {}
        self._spread_us = 0
        self.skipped = 0

    def stamp(self, own: datetime | None, key: str = "", content: object = None, index: int = 0) -> Stamp | None:
        """When sample number ``index`` was taken. None: it is old news of which nobody knows how old.

        A retained message is what was said some day before this worker subscribed. Without a time of its own it would
        become a measurement of now with every start.
        """
        if own is not None:
            return values.dated(own, key, content, self.received_at, self._accept)
        if self._retained:
            return None
        if key:
            return Stamp(self.received_at, key, key)
        self._spread_us = max(self._spread_us, index)
        return Stamp(self.received_at + timedelta(microseconds=index))

    def add(self, device: str, name: str, found: Any, stamp: Stamp | None, unit: str = "") -> None:
        """One value, called ``name`` by who sent it."""
        if stamp is None or found is None:
            self.skipped += 1
            return
        try:
            metric = metric_name(name)
            number, text = values.value(metric, found)
            has_unit = number is not None and not isinstance(found, bool)
            self._take(device, metric, name, stamp, number, text, unit if has_unit else "")
        except Refused as error:
            self.fault(error, device)

    def add_position(self, device: str, latitude: Any, longitude: Any, altitude: Any, stamp: Stamp | None) -> None:
        """Degrees of WGS 84, metres above the ellipsoid or None."""
        if stamp is None:
            self.skipped += 1
            return
        try:
            place = _place(latitude, longitude, altitude)
            text = f"{place['lat']},{place['lon']}"
            self._take(device, POSITION, POSITION, stamp, None, text, "", place)
        except Refused as error:
            self.fault(error, device)

    def online(self, device: str, is_online: bool) -> None:
        """What a status says is of now: the intake knows what to do with a retained one."""
        at = self.received_at
        self._observations.append(Observation(device, ONLINE_METRIC, at, at, 1.0 if is_online else 0.0))

    def said(self, observation: Observation) -> None:
        """One that is whole already."""
        self._observations.append(observation)

    def announce(self, announced: Announced) -> None:
        self._announced.append(announced)

    def fault(self, error: Refused, device: str = "", count: int = 1) -> None:
        known = self._faults.get((error.cause, device))
        if known is not None:
            known.count += count
        elif count:
            self._faults[error.cause, device] = Fault(Cause(error.cause), error.detail, count, device)

    def decoded(self) -> Decoded:
        """What came of it; a message with nothing in it was left out, so that each is counted as something."""
        said_nothing = not (self._observations or self._faults or self._announced or self.skipped)
        faults: Sequence[Fault] = tuple(self._faults.values())
        skipped = 1 if said_nothing else self.skipped
        return Decoded(self._observations, faults, tuple(self._announced), skipped, self._spread_us)

    def _take(
        self,
        device: str,
        metric: str,
        name: str,
        stamp: Stamp,
        number: float | None,
        text: str | None,
        unit: str,
        attrs: Mapping[str, Any] | None = None,
    ) -> None:
        """Raises Refused."""
        if len(self._observations) >= MAX_ROWS:
            raise Refused(Cause.TOO_LARGE, f"more than {MAX_ROWS} values in one message")
        identity = (device, metric, stamp.ts, stamp.key)
        other = self._taken.get(identity)
        if other is not None and other != name:
            raise Refused(Cause.BAD_METRIC, f"{short(other)} and {short(name)} would both be called {metric}")
        if other is not None:
            raise Refused(Cause.DUPLICATE_KEY, f"{metric} twice at {rfc3339(stamp.ts)}: one would be lost")
        self._taken[identity] = name
        whole = {**(attrs or {}), **(stamp.attrs or {})} or None
        self._observations.append(
            Observation(
                device, metric, stamp.ts, self.received_at, number, text, whole, stamp.key, stamp.arrival_key, unit,
                stamp.quality,
            )
        )


def _place(latitude: Any, longitude: Any, altitude: Any) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, told, most in (("lat", latitude, 90.0), ("lon", longitude, 180.0), ("alt", altitude, 1e6)):
        if told is None and name == "alt":
            continue
        number, _ = values.value(name, values.number_in(told) if isinstance(told, str) else told)
        if number is None or isinstance(told, bool) or abs(number) > most:
            raise Refused(Cause.BAD_VALUE, f"{name} is a number from -{most:g} to {most:g}, not {short(told)}")
        found[name] = round(number, 7)
    return found
