"""People and cars, drawn from a few joints and corners in space into the picture of a camera."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from ingest.simulate.stage import HEIGHT, WIDTH, View
from ingest.simulate.texture import Colour, Image

_SHIFT = 4
_SUN_SLOPE = (0.85, 0.42)  # where the shadow of a metre of height falls: to the right and away
_SKIN: Colour = (128, 158, 208)
_STRIDE_M = 0.72

Point = tuple[float, float, float]


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


def draw_person(picture: Image, view: View, look: Look, x: float, z: float, heading: float, walked_m: float, light: Colour) -> None:
    """A walking person at (x, z). ``light`` multiplies the colours: what the place gets of sun or lamps (BGR)."""
    limbs = _limbs(look, x, z, heading, walked_m)
    for limb in sorted(limbs, key=lambda one: -(view.project(*one.start)[2] + view.project(*one.end)[2])):
        _capsule(picture, view, limb, light)
    head = x + 0.03 * math.sin(heading), 1.6, z + 0.03 * math.cos(heading)
    _disc(picture, view, (head[0], head[1], head[2]), 0.105, 0.13, _lit(_SKIN, light))
    facing = -math.cos(heading)  # 1 towards the camera
    back = head[0] - 0.035 * math.sin(heading), 1.655 - 0.025 * max(0.0, -facing), head[2] - 0.035 * math.cos(heading)
    _disc(picture, view, back, 0.115, 0.095 + 0.03 * max(0.0, -facing), _lit(look.hair, light))


def person_shadow(mask: Image, view: View, x: float, z: float, heading: float, walked_m: float) -> None:
    """The shadow of the sun on the ground, as white on ``mask``."""
    for limb in _limbs(LOOKS[0], x, z, heading, walked_m):
        flat = _Limb(_fallen(limb.start), _fallen(limb.end), limb.thick, (255, 255, 255))
        _capsule(mask, view, flat, (1.0, 1.0, 1.0), shaded=False)
    _disc(mask, view, _fallen((x, 1.62, z)), 0.13, 0.06, (255, 255, 255))


def _limbs(look: Look, x: float, z: float, heading: float, walked_m: float) -> list[_Limb]:
    ahead, aside = (math.sin(heading), math.cos(heading)), (math.cos(heading), -math.sin(heading))
    phase = 2 * math.pi * walked_m / (2 * _STRIDE_M)
    bounce = 0.02 * abs(math.cos(phase))

    def joint(forward: float, sideways: float, up: float) -> Point:
        return x + ahead[0] * forward + aside[0] * sideways, up, z + ahead[1] * forward + aside[1] * sideways

    limbs = []
    for side in (-1, 1):
        swing = math.sin(phase + (0 if side > 0 else math.pi))
        lift = max(0.0, math.cos(phase + (0 if side > 0 else math.pi)))
        hip, knee = joint(0, 0.09 * side, 0.9 + bounce), joint(0.2 * swing + 0.06 * lift, 0.09 * side, 0.49 + 0.05 * lift)
        ankle = joint(0.33 * swing - 0.1 * lift, 0.09 * side, 0.07 + 0.11 * lift)
        toe = joint(0.33 * swing - 0.1 * lift + 0.17, 0.1 * side, 0.04 + 0.09 * lift)
        limbs += [
            _Limb(hip, knee, (0.095, 0.07), look.trousers),
            _Limb(knee, ankle, (0.07, 0.05), look.trousers),
            _Limb(ankle, toe, (0.05, 0.04), (40, 38, 38)),
        ]
        shoulder = joint(0, 0.2 * side, 1.4 + bounce)
        elbow = joint(-0.15 * swing, 0.25 * side, 1.12 + bounce)
        hand = joint(-0.24 * swing + 0.1, 0.24 * side, 0.9 + bounce + 0.05 * abs(swing))
        limbs += [
            _Limb(shoulder, elbow, (0.062, 0.05), look.top),
            _Limb(elbow, hand, (0.048, 0.036), look.top),
            _Limb(hand, hand, (0.04, 0.04), _SKIN),
        ]
    limbs += [
        _Limb(joint(0, -0.1, 0.95 + bounce), joint(0, -0.14, 1.36 + bounce), (0.11, 0.105), look.top),
        _Limb(joint(0, 0.1, 0.95 + bounce), joint(0, 0.14, 1.36 + bounce), (0.11, 0.105), look.top),
        _Limb(joint(0, 0, 0.95 + bounce), joint(0.01, 0, 1.4 + bounce), (0.13, 0.12), look.top),
        _Limb(joint(0.02, 0, 1.42 + bounce), joint(0.02, 0, 1.56 + bounce), (0.05, 0.05), _SKIN),
    ]
    if look.bag is not None:
        limbs.append(_Limb(joint(-0.17, 0, 1.08 + bounce), joint(-0.17, 0, 1.3 + bounce), (0.14, 0.12), look.bag))
    return limbs


def _capsule(picture: Image, view: View, limb: _Limb, light: Colour, *, shaded: bool = True) -> None:
    """A limb: round at both ends, a little lighter on the side of the sun."""
    ends = [view.project(*limb.start), view.project(*limb.end)]
    radii = [max(0.7, thick * view.focal / end[2]) for thick, end in zip(limb.thick, ends, strict=True)]
    passes = [(0.0, 1.0, 0.78), (-0.22, 0.66, 1.02)] if shaded else [(0.0, 1.0, 1.0)]
    for shift, size, tone in passes:
        circle = []
        for (column, row, _), radius in zip(ends, radii, strict=True):
            circle.append(_UNIT * radius * size + np.float32([column + shift * radius, row + shift * 0.4 * radius]))
        hull = cv2.convexHull(np.concatenate(circle))
        colour = _lit(limb.colour, light, tone)
        cv2.fillConvexPoly(picture, np.round(hull * 2**_SHIFT).astype(np.int32), colour, cv2.LINE_AA, _SHIFT)


_UNIT = np.float32([(math.cos(2 * math.pi * k / 14), math.sin(2 * math.pi * k / 14)) for k in range(14)])


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
_SIDE_WINDOWS = (((-1.45, 0.99), (-0.9, 1.36), (-0.3, 1.38), (-0.3, 0.99)), ((-0.2, 0.99), (-0.2, 1.38), (0.36, 1.39), (0.98, 0.99)))
_GLASS: Colour = (72, 62, 54)


def draw_car(
    picture: Image, view: View, paint: Colour, x: float, z: float, heading: float, driven_m: float, light: Colour, dark: float
) -> None:
    """A car at (x, z); ``dark`` from 0 to 1 switches its lights on."""
    ahead, aside = (math.sin(heading), math.cos(heading)), (math.cos(heading), -math.sin(heading))

    def corner(forward: float, side: float, up: float) -> Point:
        half = 0.9 - max(0.0, up - 0.95) * 0.42
        return x + ahead[0] * forward + aside[0] * side * half, up, z + ahead[1] * forward + aside[1] * side * half

    faces: list[tuple[list[Point], Colour]] = []
    for index, ((f0, u0), (f1, u1)) in enumerate(pairwise(_PROFILE)):
        upward = (f1 - f0) / math.hypot(f1 - f0, u1 - u0)
        tone = 0.72 + 0.4 * max(0.0, upward)
        colour = _lit(_GLASS, (1.0, 1.0, 1.0), 1.25) if index in _GLASS_EDGES else _lit(paint, (1.0, 1.0, 1.0), tone)
        faces.append(([corner(f0, -1, u0), corner(f0, 1, u0), corner(f1, 1, u1), corner(f1, -1, u1)], colour))
    for side in (1, -1):
        outline = [corner(f, side, u) for f, u in _PROFILE]
        faces.append((outline if side > 0 else outline[::-1], _lit(paint, (1.0, 1.0, 1.0), 0.86 if side > 0 else 0.7)))
    for points, colour in faces:
        _face(picture, view, points, _lit(colour, light))
    for side in (-1, 1):
        _side_details(picture, view, corner, side, driven_m, light)
    _lights(picture, view, corner, light, dark)


def _side_details(
    picture: Image, view: View, corner: object, side: int, driven_m: float, light: Colour
) -> None:
    assert callable(corner)
    for window in _SIDE_WINDOWS:
        points = [corner(f, side * 1.003, u) for f, u in window]
        _face(picture, view, points if side > 0 else points[::-1], _lit(_GLASS, light))
    for axle in (-1.36, 1.38):
        for radius, colour in ((0.34, (30, 30, 30)), (0.2, (150, 152, 152)), (0.07, (70, 70, 70))):
            rim = [
                corner(axle + radius * math.cos(a), side * 1.01, 0.33 + radius * math.sin(a))
                for a in (2 * math.pi * k / 16 for k in range(16))
            ]
            _face(picture, view, rim[::-1] if side > 0 else rim, _lit(colour, light))
        spoke = driven_m / 0.34
        for turn in (0.0, math.pi / 2):
            a = spoke + turn
            bar = [corner(axle + 0.17 * s * math.cos(a), side * 1.012, 0.33 - 0.17 * s * math.sin(a)) for s in (-1, 1)]
            if _seen(view, [corner(axle - 1, side, 0.3), corner(axle, side, 1.3), corner(axle + 1, side, 0.3)]) == (side > 0):
                points = [np.round(np.float32(view.project(*p)[:2]) * 2**_SHIFT).astype(int) for p in bar]
                cv2.line(picture, points[0], points[1], _lit((90, 92, 92), light), 1, cv2.LINE_AA, _SHIFT)


def _lights(picture: Image, view: View, corner: object, light: Colour, dark: float) -> None:
    assert callable(corner)
    glare = (1.0 + dark,) * 3
    for side in (-0.92, 0.62):
        front = [corner(2.215, side, 0.62), corner(2.215, side + 0.3, 0.62), corner(2.16, side + 0.3, 0.76), corner(2.16, side, 0.76)]
        _face(picture, view, front[::-1], _lit((226, 230, 230), glare if dark > 0.3 else light))
        rear = [corner(-2.225, side, 0.68), corner(-2.225, side + 0.3, 0.68), corner(-2.225, side + 0.3, 0.84), corner(-2.225, side, 0.84)]
        _face(picture, view, rear, _lit((40, 40, 190), glare if dark > 0.3 else light))
    plate = [corner(2.225, -0.26, 0.42), corner(2.225, 0.26, 0.42), corner(2.225, 0.26, 0.54), corner(2.225, -0.26, 0.54)]
    _face(picture, view, plate[::-1], _lit((170, 90, 30), light))
    plate = [corner(-2.225, -0.26, 0.5), corner(-2.225, 0.26, 0.5), corner(-2.225, 0.26, 0.63), corner(-2.225, -0.26, 0.63)]
    _face(picture, view, plate, _lit((170, 90, 30), light))


def headlights(view: View, x: float, z: float, heading: float) -> list[tuple[float, float, float, bool]]:
    """The lamps of a car that are seen: (column, row, radius of their glare, whether white)."""
    ahead, aside = (math.sin(heading), math.cos(heading)), (math.cos(heading), -math.sin(heading))
    towards = ahead[1] < 0
    found = []
    for side in (-0.7, 0.7):
        end = 2.2 if towards else -2.2
        column, row, depth = view.project(x + ahead[0] * end + aside[0] * side, 0.7, z + ahead[1] * end + aside[1] * side)
        found.append((column, row, view.focal / depth * (0.22 if towards else 0.12), towards))
    return found


def car_shadow(mask: Image, view: View, x: float, z: float, heading: float, *, sun: bool) -> None:
    """The ground under a car, and its shadow where the sun shines, as white on ``mask``."""
    ahead, aside = (math.sin(heading), math.cos(heading)), (math.cos(heading), -math.sin(heading))
    base = [
        (x + ahead[0] * f + aside[0] * s, 0.02, z + ahead[1] * f + aside[1] * s)
        for f, s in ((-2.2, -0.95), (-2.2, 0.95), (2.2, 0.95), (2.2, -0.95))
    ]
    roof = [_fallen((px, 1.1, pz)) for px, _, pz in base] if sun else []
    points = np.float32([view.project(*point)[:2] for point in base + roof])
    hull = cv2.convexHull(points)
    cv2.fillConvexPoly(mask, np.round(hull * 2**_SHIFT).astype(np.int32), (255, 255, 255), cv2.LINE_AA, _SHIFT)


def _face(picture: Image, view: View, points: Sequence[Point], colour: Colour) -> None:
    """A flat face, drawn where its front is seen."""
    if _seen(view, points):
        pixels = np.float32([view.project(*point)[:2] for point in points])
        cv2.fillPoly(picture, [np.round(pixels * 2**_SHIFT).astype(np.int32)], colour, cv2.LINE_AA, _SHIFT)


def _seen(view: View, points: Sequence[Point]) -> bool:
    pixels = [view.project(*point)[:2] for point in points]
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(pixels, [*pixels[1:], pixels[0]], strict=True)) < 0


def shadow_window(points: Sequence[tuple[float, float]], margin: int = 12) -> tuple[slice, slice] | None:
    """The part of the frame around some pixels; None where there is none."""
    columns, rows = [point[0] for point in points], [point[1] for point in points]
    left, right = max(0, int(min(columns)) - margin), min(WIDTH, int(max(columns)) + margin)
    top, bottom = max(0, int(min(rows)) - margin), min(HEIGHT, int(max(rows)) + margin)
    return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None


def _lit(colour: Colour, light: Sequence[float], tone: float = 1.0) -> Colour:
    blue, green, red = (min(255.0, part * share * tone) for part, share in zip(colour, light, strict=True))
    return blue, green, red

