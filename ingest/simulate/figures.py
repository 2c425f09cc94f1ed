"""People and cars, drawn from a few joints and corners in space into the picture of a camera."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from ingest.simulate.stage import HEIGHT, WIDTH, View
from ingest.simulate.texture import Colour, Image, vector

_SHIFT = 4
_SUN_SLOPE = (0.85, 0.42)  # where the shadow of a metre of height falls: to the right and away
_SKIN: Colour = (128, 158, 208)
_STRIDE_M = 0.72

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where somebody is, where they go (0 is away from the camera, in radians), and how far they have come."""

    x: float
    z: float
    heading: float
    travelled_m: float = 0.0

    def local(self, ahead: float, aside: float, up: float) -> Point:
        """A point of a body, from its own directions to those of the scene."""
        sin, cos = math.sin(self.heading), math.cos(self.heading)
        return self.x + ahead * sin + aside * cos, up, self.z + ahead * cos - aside * sin


@dataclass(frozen=True, slots=True)
class Look:
    """What a person wears."""

    top: Colour
    trousers: Colour
    hair: Colour
    bag: Colour | None = None


LOOKS = (
    Look((150, 84, 48), (62, 56, 52), (28, 28, 32)),
    Look((60, 60, 168), (98, 84, 70), (34, 30, 30), bag=(52, 78, 96)),
    Look((196, 198, 196), (86, 62, 44), (30, 30, 34), bag=(40, 40, 46)),
    Look((76, 148, 206), (54, 50, 48), (40, 44, 60)),
    Look((60, 62, 66), (48, 48, 52), (24, 24, 26)),
    Look((72, 128, 66), (60, 58, 60), (30, 30, 34)),
    Look((44, 42, 40), (40, 38, 38), (22, 22, 24), bag=(30, 34, 40)),
    Look((80, 70, 200), (40, 40, 42), (26, 28, 34)),
    Look((206, 178, 72), (70, 66, 62), (32, 32, 40)),
)
PAINTS: tuple[Colour, ...] = ((206, 204, 200), (52, 44, 150), (150, 108, 60), (96, 98, 100), (38, 36, 36))


@dataclass(frozen=True, slots=True)
class _Limb:
    start: Point
    end: Point
    thick: tuple[float, float]
    colour: Colour


def draw_person(picture: Image, view: View, look: Look, pose: Pose, light: Colour) -> None:
    """A walking person. ``light`` multiplies the colours: what the place gets of sun or lamps (BGR)."""
    limbs = _limbs(look, pose)
    for limb in sorted(limbs, key=lambda one: -(view.project(*one.start)[2] + view.project(*one.end)[2])):
        _capsule(picture, view, limb, light)
    _disc(picture, view, pose.local(0.03, 0, 1.6), 0.105, 0.13, _lit(_SKIN, light))
    turned_away = max(0.0, math.cos(pose.heading))
    hair = pose.local(-0.035, 0, 1.655 - 0.025 * turned_away)
    _disc(picture, view, hair, 0.115, 0.095 + 0.03 * turned_away, _lit(look.hair, light))


def person_shadow(mask: Image, view: View, pose: Pose) -> None:
    """The shadow of the sun on the ground, as white on ``mask``."""
    for limb in _limbs(LOOKS[0], pose):
        flat = _Limb(_fallen(limb.start), _fallen(limb.end), limb.thick, (255, 255, 255))
        _capsule(mask, view, flat, (1.0, 1.0, 1.0), shaded=False)
    _disc(mask, view, _fallen((pose.x, 1.62, pose.z)), 0.13, 0.06, (255, 255, 255))


def _limbs(look: Look, pose: Pose) -> list[_Limb]:
    phase = 2 * math.pi * pose.travelled_m / (2 * _STRIDE_M)
    bounce = 0.02 * abs(math.cos(phase))
    at = pose.local
    limbs = [
        _Limb(at(0, -0.1, 0.95 + bounce), at(0, -0.14, 1.36 + bounce), (0.11, 0.105), look.top),
        _Limb(at(0, 0.1, 0.95 + bounce), at(0, 0.14, 1.36 + bounce), (0.11, 0.105), look.top),
        _Limb(at(0, 0, 0.95 + bounce), at(0.01, 0, 1.4 + bounce), (0.13, 0.12), look.top),
        _Limb(at(0.02, 0, 1.42 + bounce), at(0.02, 0, 1.56 + bounce), (0.05, 0.05), _SKIN),
    ]
    for side in (-1, 1):
        turn = phase + (0 if side > 0 else math.pi)
        swing, lift = math.sin(turn), max(0.0, math.cos(turn))
        hip, knee = at(0, 0.09 * side, 0.9 + bounce), at(0.2 * swing + 0.06 * lift, 0.09 * side, 0.49 + 0.05 * lift)
        ankle = at(0.33 * swing - 0.1 * lift, 0.09 * side, 0.07 + 0.11 * lift)
        toe = at(0.33 * swing - 0.1 * lift + 0.17, 0.1 * side, 0.04 + 0.09 * lift)
        shoulder, elbow = at(0, 0.2 * side, 1.4 + bounce), at(-0.15 * swing, 0.25 * side, 1.12 + bounce)
        hand = at(-0.24 * swing + 0.1, 0.24 * side, 0.9 + bounce + 0.05 * abs(swing))
        limbs += [
            _Limb(hip, knee, (0.095, 0.07), look.trousers),
            _Limb(knee, ankle, (0.07, 0.05), look.trousers),
            _Limb(ankle, toe, (0.05, 0.04), (40, 38, 38)),
            _Limb(shoulder, elbow, (0.062, 0.05), look.top),
            _Limb(elbow, hand, (0.048, 0.036), look.top),
            _Limb(hand, hand, (0.04, 0.04), _SKIN),
        ]
    if look.bag is not None:
        limbs.append(_Limb(at(-0.17, 0, 1.08 + bounce), at(-0.17, 0, 1.3 + bounce), (0.14, 0.12), look.bag))
    return limbs


def _capsule(picture: Image, view: View, limb: _Limb, light: Colour, *, shaded: bool = True) -> None:
    """A limb: round at both ends, a little lighter on the side of the sun."""
    ends = [view.project(*limb.start), view.project(*limb.end)]
    radii = [max(0.7, thick * view.focal / end[2]) for thick, end in zip(limb.thick, ends, strict=True)]
    passes = [(0.0, 1.0, 0.78), (-0.22, 0.66, 1.02)] if shaded else [(0.0, 1.0, 1.0)]
    for shift, size, tone in passes:
        circle = []
        for (column, row, _), radius in zip(ends, radii, strict=True):
            circle.append(_UNIT * radius * size + vector([column + shift * radius, row + shift * 0.4 * radius]))
        hull = cv2.convexHull(np.concatenate(circle))
        colour = _lit(limb.colour, light, tone)
        cv2.fillConvexPoly(picture, np.asarray(np.round(hull * 2**_SHIFT), np.int32), colour, cv2.LINE_AA, _SHIFT)


_UNIT = vector([(math.cos(2 * math.pi * k / 14), math.sin(2 * math.pi * k / 14)) for k in range(14)])


def _disc(picture: Image, view: View, centre: Point, wide: float, high: float, colour: Colour) -> None:
    column, row, depth = view.project(*centre)
    scale = view.focal / depth * 2**_SHIFT
    middle = round(column * 2**_SHIFT), round(row * 2**_SHIFT)
    axes = max(8, round(wide * scale)), max(8, round(high * scale))
    cv2.ellipse(picture, middle, axes, 0, 0, 360, colour, -1, cv2.LINE_AA, _SHIFT)


def _fallen(point: Point) -> Point:
    x, y, z = point
    return x + y * _SUN_SLOPE[0], 0.01, z + y * _SUN_SLOPE[1]


# --- cars ------------------------------------------------------------------------------------------------------------

_PROFILE = (
    (-2.2, 0.28),
    (-2.22, 0.82),
    (-1.6, 0.97),
    (-0.95, 1.42),
    (0.4, 1.45),
    (1.15, 0.98),
    (2.05, 0.8),
    (2.22, 0.6),
    (2.2, 0.28),
)
"""Side view of a saloon from rear to front: (metres ahead, metres up)."""
_GLASS_EDGES = {2, 4}  # the rear window and the windscreen lie between these points of the profile and the next
_SIDE_WINDOWS = (
    ((-1.45, 0.99), (-0.9, 1.36), (-0.3, 1.38), (-0.3, 0.99)),
    ((-0.2, 0.99), (-0.2, 1.38), (0.36, 1.39), (0.98, 0.99)),
)
_GLASS: Colour = (72, 62, 54)
_UNLIT: Colour = (1.0, 1.0, 1.0)
_Corner = Callable[[float, float, float], Point]


def draw_car(picture: Image, view: View, paint: Colour, pose: Pose, light: Colour, dark: float) -> None:
    """A saloon; ``dark`` from 0 to 1 switches its lights on."""

    def corner(ahead: float, side: float, up: float) -> Point:
        return pose.local(ahead, side * (0.9 - max(0.0, up - 0.95) * 0.42), up)

    for index, ((f0, u0), (f1, u1)) in enumerate(pairwise(_PROFILE)):
        upward = max(0.0, (f1 - f0) / math.hypot(f1 - f0, u1 - u0))
        colour = _lit(_GLASS, _UNLIT, 1.25) if index in _GLASS_EDGES else _lit(paint, _UNLIT, 0.72 + 0.4 * upward)
        strip = [corner(f0, -1, u0), corner(f0, 1, u0), corner(f1, 1, u1), corner(f1, -1, u1)]
        _face(picture, view, strip, _lit(colour, light))
    for side in (-1, 1):
        _panel(picture, view, corner, side, _PROFILE, _lit(paint, light, 0.86 if side > 0 else 0.7))
        for window in _SIDE_WINDOWS:
            _panel(picture, view, corner, side * 1.003, window, _lit(_GLASS, light))
        _wheels(picture, view, corner, side, pose.travelled_m, light)
    lamps = light if dark < 0.3 else (1.0 + dark,) * 3
    for left in (-0.92, 0.62):
        _plate(picture, view, corner, 2.22, (left, 0.62, 0.3, 0.14), _lit((226, 230, 230), lamps))
        _plate(picture, view, corner, -2.225, (left, 0.68, 0.3, 0.16), _lit((40, 40, 190), lamps))
    _plate(picture, view, corner, 2.225, (-0.26, 0.42, 0.52, 0.12), _lit((170, 90, 30), light))
    _plate(picture, view, corner, -2.225, (-0.26, 0.5, 0.52, 0.13), _lit((170, 90, 30), light))


def _panel(
    picture: Image, view: View, corner: _Corner, side: float, outline: Sequence[tuple[float, float]], colour: Colour
) -> None:
    """A flat part of a car's side: points ahead and up."""
    points = [corner(ahead, side, up) for ahead, up in outline]
    _face(picture, view, points if side < 0 else points[::-1], colour)


def _plate(
    picture: Image, view: View, corner: _Corner, ahead: float, box: tuple[float, float, float, float], colour: Colour
) -> None:
    """A flat part of a car's front or rear: from (side, up), so wide and so high."""
    side, up, wide, high = box
    points = [(side, up), (side + wide, up), (side + wide, up + high), (side, up + high)]
    corners = [corner(ahead, s, u) for s, u in points]
    _face(picture, view, corners if ahead < 0 else corners[::-1], colour)


def _wheels(picture: Image, view: View, corner: _Corner, side: int, driven_m: float, light: Colour) -> None:
    for axle in (-1.36, 1.38):
        for radius, colour in ((0.34, (30, 30, 30)), (0.2, (150, 152, 152))):
            turns = [-2 * math.pi * k / 16 for k in range(16)]
            rim = [(axle + radius * math.cos(turn), 0.33 + radius * math.sin(turn)) for turn in turns]
            _panel(picture, view, corner, side * 1.01, rim, _lit(colour, light))
        for turn in (0.0, math.pi / 2):
            angle = driven_m / 0.34 + turn
            sin, cos = math.sin(angle), math.cos(angle)
            ends = ((-0.17, -0.025), (-0.17, 0.025), (0.17, 0.025), (0.17, -0.025))
            spoke = [(axle + along * cos + across * sin, 0.33 - along * sin + across * cos) for along, across in ends]
            _panel(picture, view, corner, side * 1.012, spoke, _lit((90, 92, 92), light))


def headlights(view: View, pose: Pose) -> list[tuple[float, float, float, bool]]:
    """The lamps of a car that are seen: (column, row, radius of their glare, whether white)."""
    towards = math.cos(pose.heading) < 0
    found = []
    for side in (-0.7, 0.7):
        column, row, depth = view.project(*pose.local(2.2 if towards else -2.2, side, 0.7))
        found.append((column, row, view.focal / depth * (0.22 if towards else 0.12), towards))
    return found


def car_shadow(mask: Image, view: View, pose: Pose, *, sun: bool) -> None:
    """The ground under a car, and its shadow where the sun shines, as white on ``mask``."""
    base = [pose.local(ahead, side, 0.02) for ahead, side in ((-2.2, -0.95), (-2.2, 0.95), (2.2, 0.95), (2.2, -0.95))]
    roof = [_fallen((x, 1.1, z)) for x, _, z in base] if sun else []
    hull = cv2.convexHull(vector([view.project(*point)[:2] for point in base + roof]))
    cv2.fillConvexPoly(mask, np.asarray(np.round(hull * 2**_SHIFT), np.int32), (255, 255, 255), cv2.LINE_AA, _SHIFT)


def _face(picture: Image, view: View, points: Sequence[Point], colour: Colour) -> None:
    """A flat face, drawn where its front is seen."""
    if _seen(view, points):
        pixels = vector([view.project(*point)[:2] for point in points])
        cv2.fillPoly(picture, [np.asarray(np.round(pixels * 2**_SHIFT), np.int32)], colour, cv2.LINE_AA, _SHIFT)


def _seen(view: View, points: Sequence[Point]) -> bool:
    pixels = [view.project(*point)[:2] for point in points]
    following = [*pixels[1:], pixels[0]]
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(pixels, following, strict=True)) < 0


def window_around(points: Sequence[tuple[float, float]], margin: int = 12) -> tuple[slice, slice] | None:
    """The part of the frame around some pixels; None where there is none."""
    columns, rows = [point[0] for point in points], [point[1] for point in points]
    left, right = max(0, int(min(columns)) - margin), min(WIDTH, int(max(columns)) + margin)
    top, bottom = max(0, int(min(rows)) - margin), min(HEIGHT, int(max(rows)) + margin)
    return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None


def _lit(colour: Colour, light: Sequence[float], tone: float = 1.0) -> Colour:
    blue, green, red = (min(255.0, part * share * tone) for part, share in zip(colour, light, strict=True))
    return blue, green, red

