"""The truth: what happens in the simulated city, and when. One cycle of 120 s, repeated from an epoch for ever.

Pure and deterministic: the painter draws it, the devices report it, and tests hold the hub against it.

| seconds | what happens | where |
| --- | --- | --- |
| 1–26 | people about a burning bin; smoke 3–34 (sensor above 0.3) | yard, its smoke sensor |
| 6–46 | cars, people on the crossing | street |
| 12–24 | people walking | river |
| 20–29 | the wash of a boat, up to 3 m, at another gauge than the flood's | |
| 24, 84 | one air sensor sends something that is no message | |
| 31–49 | the lens is covered; somebody walks by unseen | river |
| 30–38, 46–54 | people at the gate; a car drives in | gate |
| 40–74 | the water rises to 2.7 m and falls | river's sensor |
| 58–66 | dusk; night until 112 | everywhere |
| 70–80 | a door opens in the dark, somebody is there 68–82 | gate |
| 72–103 | cars with headlights, one person on foot | street |
| 84–98 | a sensor loses its power (last will), every other cycle | |
| 88–101 | a manhole cover is tilted | |
| 94–116 | bad air | |
| 112–120 | dawn | everywhere |
| 40–130 of 240 | a radio gateway is down (last will); the devices behind it are silent until 118 | |
| 30–210 of 240 | one smoke sensor says nothing | |
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from dataclasses import dataclass

from ingest.simulate.city import Device, Role
from ingest.simulate.stage import VIEWS, Box, box_around

CYCLE_S = 120.0
REPORT_S = 10.0
"""A device reports this often while nothing happens, and every ``LIVELY_S`` while its value changes by the script."""
LIVELY_S = 1.0

TYPES = ("smoke", "water", "door", "manhole", "air", "gateway")

Curve = tuple[tuple[float, float], ...]

# --- what the cameras see --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a car on its way: (second, x, z) in metres; it is there from the first to the last second."""

    kind: str
    look: int
    way: tuple[tuple[float, float, float], ...]

    def at(self, t: float) -> tuple[float, float] | None:
        """(x, z), or None when it is not on the stage."""
        if not self.way[0][0] <= t <= self.way[-1][0]:
            return None
        index = min(bisect_right([point[0] for point in self.way], t), len(self.way) - 1)
        (t0, x0, z0), (t1, x1, z1) = self.way[index - 1], self.way[index]
        part = (t - t0) / (t1 - t0)
        return x0 + (x1 - x0) * part, z0 + (z1 - z0) * part

    def heading(self, t: float) -> float:
        """The angle of its way in radians: 0 is away from the camera, a quarter turn is to the right."""
        index = max(1, min(bisect_right([point[0] for point in self.way], t), len(self.way) - 1))
        (_, x0, z0), (_, x1, z1) = self.way[index - 1], self.way[index]
        return math.atan2(x1 - x0, z1 - z0)

    def walked(self, t: float) -> float:
        """Metres since the first point: the phase of the legs and of the wheels."""
        total = 0.0
        for (t0, x0, z0), (t1, x1, z1) in zip(self.way, self.way[1:], strict=False):
            if t <= t0:
                break
            total += math.hypot(x1 - x0, z1 - z0) * min(1.0, (t - t0) / (t1 - t0))
        return total


ACTORS: dict[str, tuple[Actor, ...]] = {
    "yard": (
        Actor("person", 0, ((1.0, -7.5, 11.5), (9.0, 2.2, 10.4), (13.0, 1.7, 10.2), (21.0, -7.8, 9.2))),
        Actor("person", 1, ((5.0, 8.5, 9.0), (11.0, 4.4, 10.0), (16.0, 3.9, 9.8), (26.0, 8.8, 8.4))),
    ),
    "street": (
        Actor("car", 0, ((6.0, -1.8, 70.0), (13.0, -1.8, 2.0))),
        Actor("car", 1, ((15.0, 2.2, 2.0), (22.0, 2.2, 70.0))),
        Actor("person", 2, ((20.0, -8.5, 11.2), (34.0, 9.5, 11.6))),
        Actor("person", 3, ((23.0, 9.5, 12.9), (36.0, -8.0, 12.4))),
        Actor("car", 2, ((39.0, -1.8, 70.0), (46.0, -1.8, 2.0))),
        Actor("car", 3, ((72.0, -1.8, 74.0), (80.0, -1.8, 2.0))),
        Actor("person", 4, ((84.0, -6.9, 24.0), (95.0, -6.2, 9.0))),
        Actor("car", 1, ((96.0, 2.2, 2.0), (103.0, 2.2, 66.0))),
    ),
    "gate": (
        Actor("person", 5, ((30.0, 1.0, 17.5), (38.0, 0.2, 6.0))),
        Actor("car", 4, ((46.0, -1.2, 4.5), (54.0, -0.6, 26.0))),
        Actor("person", 6, ((68.0, -6.5, 9.5), (71.5, 3.4, 11.2), (78.0, 3.6, 11.4), (82.0, -2.0, 6.5))),
    ),
    "river": (
        Actor("person", 7, ((12.0, -1.6, 30.0), (22.0, -0.4, 5.5))),
        Actor("person", 8, ((14.0, -2.4, 6.0), (24.0, -3.0, 24.0))),
        Actor("person", 3, ((36.0, -4.6, 9.0), (46.0, -3.6, 23.0))),  # walks by while the lens is covered
        Actor("person", 2, ((92.0, -1.8, 24.0), (104.0, -0.6, 6.0))),
    ),
}

COVERED: dict[str, tuple[float, float]] = {"river": (31.0, 49.0)}
"""From–to: something dark lies over the lens. The cover comes and goes within ``COVER_S``."""
COVER_S = 0.6

_SMOKE: Curve = ((2.0, 0.02), (5.0, 0.62), (8.0, 0.78), (28.0, 0.7), (36.0, 0.12), (42.0, 0.02))
_NIGHT: Curve = ((58.0, 0.0), (66.0, 1.0), (112.0, 1.0), (120.0, 0.0))


def phase(elapsed_s: float) -> float:
    """The second of the cycle."""
    return elapsed_s % CYCLE_S


def night(elapsed_s: float) -> float:
    """0 by day, 1 at night."""
    return _curve(_NIGHT, phase(elapsed_s))


def smoke_seen(scene: str, elapsed_s: float) -> float:
    """How thick the smoke is before the camera, 0 to 1."""
    return max(0.0, _curve(_SMOKE, phase(elapsed_s)) - 0.02) if scene == "yard" else 0.0


def door_open(elapsed_s: float) -> bool:
    """Whether the door beside the gate stands open."""
    return _OPEN[0] <= phase(elapsed_s) < _OPEN[1]


def covered(scene: str, elapsed_s: float) -> float:
    """How far the lens is covered: 0 free, 1 all."""
    start, end = COVERED.get(scene, (0.0, 0.0))
    t = phase(elapsed_s)
    return max(0.0, min(1.0, (t - start) / COVER_S, (end - t) / COVER_S))


def actors(scene: str, elapsed_s: float) -> list[Actor]:
    """Who is on the stage, the farthest first."""
    t = phase(elapsed_s)
    there = [(spot, actor) for actor in ACTORS[scene] if (spot := actor.at(t)) is not None]
    return [actor for _, actor in sorted(there, key=lambda pair: -pair[0][1])]


def boxes(scene: str, elapsed_s: float) -> list[Box]:
    """Where people and cars are in the frame; nothing is seen through a covered lens."""
    if covered(scene, elapsed_s) >= 1.0:
        return []
    t = phase(elapsed_s)
    found = []
    for actor in actors(scene, t):
        spot = actor.at(t)
        if spot is not None:
            box = box_around(VIEWS[scene], actor.kind, _hull(actor.kind, *spot, actor.heading(t)))
            found += [box] if box else []
    return found


def moving(scene: str, elapsed_s: float) -> bool:
    """Whether anything moves before the camera but the light: people, cars, smoke, a cover."""
    start, end = COVERED.get(scene, (0.0, 0.0))
    t = phase(elapsed_s)
    handled = any(edge <= t <= edge + COVER_S for edge in (start, end - COVER_S)) and end > 0
    return handled or bool(boxes(scene, t)) or smoke_seen(scene, t) > 0


def _hull(kind: str, x: float, z: float, heading: float) -> list[tuple[float, float, float]]:
    """The corners of the space that somebody takes up."""
    half_wide, half_long, height = (0.33, 0.33, 1.75) if kind == "person" else (0.9, 2.25, 1.5)
    sin, cos = math.sin(heading), math.cos(heading)
    corners = [(side * half_wide, end * half_long) for side in (-1, 1) for end in (-1, 1)]
    return [(x + a * cos + b * sin, y, z - a * sin + b * cos) for a, b in corners for y in (0.0, height)]


# --- what the devices report -----------------------------------------------------------------------------------------

_WATER: Curve = ((40.0, 0.0), (52.0, 1.9), (60.0, 1.9), (74.0, 0.0))
_WASH: Curve = ((20.0, 0.0), (22.0, 2.2), (27.0, 2.2), (29.0, 0.0))
_TILT: Curve = ((88.0, 0.0), (90.0, 38.0), (100.0, 37.0), (101.0, 0.0))
_PM25: Curve = ((94.0, 0.0), (98.0, 190.0), (110.0, 210.0), (116.0, 0.0))
_OPEN = (70.0, 80.0)
_SILENT = (30.0, 210.0)
_BEHIND = (40.0, 118.0)
"""The radio is back before the gateway says so: what hangs on it was heard when it is up."""
_CUT = {Role.UNPLUGGED: (84.0, 98.0), Role.GATEWAY: (40.0, 130.0)}
_BROKEN = (24.0, 84.0)
_RISES = {Role.FLOOD: _WATER, Role.WAVES: _WASH}
_TWO_CYCLES_S = 2 * CYCLE_S
_LIVELY = {
    Role.FIRE: (2.0, 42.0),
    Role.FLOOD: (40.0, 75.0),
    Role.OPENED: (87.0, 102.0),
    Role.POLLUTED: (94.0, 117.0),
    Role.BURGLED: (69.0, 81.0),
    Role.WAVES: (19.0, 31.0),
}


def reading(device: Device, elapsed_s: float) -> dict[str, float | bool]:
    """What a device measures: metric → value, with a little noise that is the same at every call."""
    t = phase(elapsed_s)
    chance = random.Random(f"{device.id} {math.floor(elapsed_s * 10)}")
    own = random.Random(device.id)
    daily = math.sin(2 * math.pi * (t / CYCLE_S + own.uniform(-0.05, 0.05)))  # a cycle is a day
    match device.type:
        case "smoke":
            value = _curve(_SMOKE, t) if device.role is Role.FIRE else own.uniform(0.005, 0.03)
            return {"smoke": round(max(0.0, value + chance.gauss(0.0, 0.004)), 3)}
        case "water":
            usual = own.uniform(0.5, 0.95) + 0.04 * daily
            more = _curve(_RISES[device.role], t) if device.role in _RISES else 0.0
            return {"water_level": round(usual + more + chance.gauss(0.0, 0.006), 3)}
        case "door":
            return {"open": device.role is Role.BURGLED and door_open(t)}
        case "manhole":
            value = own.uniform(0.2, 2.0) + (_curve(_TILT, t) if device.role is Role.OPENED else 0.0)
            return {"tilt": round(abs(value + chance.gauss(0.0, 0.15)), 2)}
        case "air":
            bad = _curve(_PM25, t) if device.role is Role.POLLUTED else 0.0
            pm25 = own.uniform(18.0, 38.0) + 6.0 * daily + bad + chance.gauss(0.0, 1.2)
            co2 = own.uniform(420.0, 520.0) + 40.0 * daily + bad * 1.5 + chance.gauss(0.0, 4.0)
            temperature = 21.0 + own.uniform(-1.5, 1.5) + 5.0 * daily + chance.gauss(0.0, 0.1)
            return {"pm25": round(max(1.0, pm25), 1), "co2": round(co2), "temperature": round(temperature, 1)}
        case "gateway":
            return {"load": round(own.uniform(0.1, 0.2) + chance.uniform(0.0, 0.1), 2)}
    raise ValueError(f"no such type of device: {device.type!r}")


def lively(device: Device, elapsed_s: float) -> bool:
    """Whether the script changes this device's value now, so that it reports more often."""
    start, end = _LIVELY.get(device.role, (0.0, 0.0))
    return start <= phase(elapsed_s) < end


def says_nothing(device: Device, elapsed_s: float) -> bool:
    """Whether a device keeps silent without saying goodbye (every other cycle, for longer than half of one)."""
    start, end = {Role.SILENT: _SILENT, Role.BEHIND: _BEHIND}.get(device.role, (0.0, 0.0))
    return start <= elapsed_s % _TWO_CYCLES_S < end


def unplugged(device: Device, elapsed_s: float) -> bool:
    """Whether a device has lost its power: its connection breaks and its last will is heard."""
    start, end = _CUT.get(device.role, (0.0, 0.0))
    return start <= elapsed_s % _TWO_CYCLES_S < end


def mangled(device: Device, elapsed_s: float) -> bool:
    """Whether what a device sends in this report interval is no message."""
    return device.role is Role.BROKEN and any(t <= phase(elapsed_s) < t + REPORT_S for t in _BROKEN)


def _curve(curve: Curve, t: float) -> float:
    """Linear between the points, level before the first and after the last."""
    index = bisect_right([point[0] for point in curve], t)
    if index == 0:
        return curve[0][1]
    if index == len(curve):
        return curve[-1][1]
    (t0, v0), (t1, v1) = curve[index - 1], curve[index]
    return v0 + (v1 - v0) * (t - t0) / (t1 - t0)
