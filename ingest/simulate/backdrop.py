"""What stands still in a scene: ground, houses, trees, lamps and the sky, by day and at night.

A backdrop is painted once at twice the size of a frame. Every surface leaves its colour, whether the sun reaches it,
and where in space it is; from these the day and the night, lit by the lamps, are computed for each pixel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from ingest.simulate.stage import HEIGHT, WIDTH, View
from ingest.simulate.texture import Colour, Front, Image, Layer, Plan, front, noise, vector

_OVER = 2
_SHIFT = 4
_SUN = vector([0.62, 0.68, 0.72])  # BGR: what the sun adds where it shines
_SKYLIGHT = vector([0.47, 0.43, 0.40])
_MOONLIGHT = vector([0.105, 0.08, 0.065])
_BLACK: Colour = (0.0, 0.0, 0.0)
_BANDS = (3.0, 8.0, 11.0, 16.0, 24.0, 38.0, 70.0, 220.0)

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light at night; ``power`` is what a white surface a metre away gets."""

    x: float
    y: float
    z: float
    colour: Colour = (0.55, 0.8, 1.0)
    power: float = 22.0


class Backdrop:
    """The still picture of a scene. Paint from far to near, then ``finish``."""

    def __init__(self, view: View, seed: int) -> None:
        self.view, self.seed = view, seed
        self.lamps: list[Lamp] = []
        size = HEIGHT * _OVER, WIDTH * _OVER
        self._albedo = np.zeros((*size, 3), np.uint8)
        self._sun = np.full(size, 255, np.uint8)
        self._glow = np.zeros((*size, 3), np.uint8)
        self._sky = np.full(size, 255, np.uint8)
        self._place = np.zeros((*size, 3), np.float32)
        self._normal = np.zeros((*size, 3), np.float32)
        self._normal[..., 1] = 1.0

    # --- surfaces ----------------------------------------------------------------------------------------------------

    def at(self, point: Point) -> tuple[float, float]:
        """A point in the large picture."""
        column, row, _ = self.view.project(*point)
        return column * _OVER, row * _OVER

    def ground(self, draw: Callable[[Plan], None], colour: Colour) -> None:
        """The ground, in bands that are finer the nearer they are."""
        for number, (near, far) in reversed(list(enumerate(pairwise(_BANDS)))):
            reach = far * 0.8 + 6
            per_m = min(150.0, self.view.focal * _OVER / near * (0.7 if near < 16 else 0.45))
            plan = Plan(-reach, near, reach, far, per_m, colour, self.seed + number * 50)
            draw(plan)
            corners = [(-reach, 0.0, far), (reach, 0.0, far), (reach, 0.0, near), (-reach, 0.0, near)]
            self.surface(plan.colour, corners, (0.0, 1.0, 0.0), sun=plan.sun)

    def surface(
        self,
        texture: Image,
        corners: Sequence[Point],
        normal: Point,
        sun: Image | float = 1.0,
        glow: Image | None = None,
    ) -> None:
        """Hang a texture into space; ``corners`` are those of its top left, top right, bottom right, bottom left."""
        rows, columns = texture.shape[:2]
        target = vector([self.at(corner) for corner in corners])
        source = vector([(0, 0), (columns, 0), (columns, rows), (0, rows)])
        matrix = cv2.getPerspectiveTransform(source, target)
        window = _window_of(target)
        if window is None:
            return
        left, top, right, bottom = window
        matrix = np.asarray([[1, 0, -left], [0, 1, -top], [0, 0, 1]], np.float64) @ matrix
        size = right - left, bottom - top
        mask = np.zeros((size[1], size[0]), np.uint8)
        shifted = np.round((target - vector([left, top])) * 2**_SHIFT).astype(np.int32)
        cv2.fillConvexPoly(mask, shifted, 255, cv2.LINE_AA, _SHIFT)
        picture = cv2.warpPerspective(texture, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        into = slice(top, bottom), slice(left, right)
        self._blend(self._albedo, into, picture, mask)
        if isinstance(sun, float):
            self._blend(self._sun, into, np.full(mask.shape, round(255 * sun), np.uint8), mask)
        else:
            shade = cv2.warpPerspective(sun, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            self._blend(self._sun, into, shade, mask)
        shining = np.zeros_like(picture)
        if glow is not None:
            shining = cv2.warpPerspective(glow, matrix, size, flags=cv2.INTER_LINEAR)
        self._blend(self._glow, into, shining, mask)
        self._put(into, mask, self._positions(matrix, (columns, rows), corners, size), normal)

    def house(
        self, x0: float, z0: float, x1: float, z1: float, height: float, style: Front, sun: tuple[float, float]
    ) -> None:
        """A house on a rectangle; ``sun`` is how much of it its front and its visible side get."""
        detail = float(np.clip(self.view.focal * _OVER / max(z0, 6.0) * 0.9, 14, 90))
        side = x1 if x1 < 0 else x0
        picture, glow = front(style, z1 - z0, height, detail)
        near_left = side < 0
        ends = (z0, z1) if near_left else (z1, z0)
        corners = [(side, height, ends[0]), (side, height, ends[1]), (side, 0.0, ends[1]), (side, 0.0, ends[0])]
        if side != 0:
            self.surface(picture, corners, (1.0 if near_left else -1.0, 0.0, 0.0), sun[1], glow)
        picture, glow = front(style, x1 - x0, height, detail)
        corners = [(x0, height, z0), (x1, height, z0), (x1, 0.0, z0), (x0, 0.0, z0)]
        self.surface(picture, corners, (0.0, 0.0, -1.0), sun[0], glow)

    def wall(
        self, start: tuple[float, float], end: tuple[float, float], height: float, texture: Image, sun: float
    ) -> None:
        """An upright surface between two points of the ground, seen left to right."""
        (x0, z0), (x1, z1) = start, end
        length = math.hypot(x1 - x0, z1 - z0)
        normal = ((z1 - z0) / length, 0.0, -(x1 - x0) / length)
        self.surface(texture, [(x0, height, z0), (x1, height, z1), (x1, 0.0, z1), (x0, 0.0, z0)], normal, sun)

    # --- things ------------------------------------------------------------------------------------------------------

    def rod(self, start: Point, end: Point, radius_m: float, colour: Colour, sun: float = 0.6) -> None:
        """A pole, a rail, a branch."""
        ends = vector([self.at(start), self.at(end)])
        away = ends[1] - ends[0]
        across = vector([-away[1], away[0]]) / max(1e-6, float(np.hypot(*away)))
        half = [max(0.6, radius_m * self.view.focal * _OVER / self.view.project(*point)[2]) for point in (start, end)]
        sides = [ends[end] + across * half[end] * side for end, side in ((0, 1), (1, 1), (1, -1), (0, -1))]
        points = np.asarray(np.round(vector(sides) * 2**_SHIFT), np.int32)
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, (start[2] + end[2]) / 2)
        self._stroke(
            lambda image, value: cv2.fillConvexPoly(image, points, value, cv2.LINE_AA, _SHIFT), colour, sun, middle
        )

    def ball(
        self, centre: Point, radius_m: float, colour: Colour, sun: float = 0.6, flat: float = 1.0, glow: Colour = _BLACK
    ) -> None:
        depth = self.view.project(*centre)[2]
        radius = radius_m * self.view.focal * _OVER / depth
        column, row = self.at(centre)
        middle = round(column * 2**_SHIFT), round(row * 2**_SHIFT)
        axes = round(radius * 2**_SHIFT), round(radius * flat * 2**_SHIFT)

        def draw(image: Image, value: Sequence[float] | float) -> object:
            return cv2.ellipse(image, middle, axes, 0, 0, 360, value, -1, cv2.LINE_AA, _SHIFT)

        self._stroke(draw, colour, sun, centre, glow)

    def tree(
        self, x: float, z: float, height: float, seed: int, green: Colour = (52, 104, 78), spread: float = 0.32
    ) -> None:
        """A broad-leaved tree: a trunk, some branches and a crown of a few hundred tufts, lighter towards the sun."""
        random = np.random.default_rng(seed)
        trunk = height * 0.42
        self.rod((x, 0, z), (x + 0.1, trunk, z), height * 0.02, (52, 62, 74), 0.45)
        for _ in range(5):
            away = random.uniform(-1, 1, 2) * height * spread * 0.7
            tip = x + away[0], trunk + height * 0.25, z + away[1]
            self.rod((x, trunk * 0.85, z), tip, height * 0.008, (50, 60, 70), 0.4)
        tufts = []
        for _ in range(260):
            offset = random.standard_normal(3)
            offset /= max(1e-6, float(np.linalg.norm(offset))) / random.uniform(0.3, 1.0) ** 0.5
            lobes = 1 + 0.22 * math.sin(3 * math.atan2(offset[1], offset[0]) + seed)
            tufts.append(offset * (height * spread * lobes, height * 0.3 * lobes, height * spread))
        for offset in sorted(tufts, key=lambda one: -float(one[2] + 0.4 * one[1])):
            upper, left = offset[1] / (height * 0.3), -offset[0] / (height * spread)
            lit = float(np.clip(0.45 + 0.5 * upper + 0.35 * left, 0.05, 1.0))
            tone = random.uniform(0.8, 1.2)
            colour = (green[0] * tone, green[1] * tone * random.uniform(0.92, 1.1), green[2] * tone)
            spot = (x + offset[0], height * 0.66 + offset[1], z + offset[2] * 0.5)
            self.ball(spot, height * random.uniform(0.025, 0.06), colour, lit, flat=random.uniform(0.6, 0.95))

    def lamp(self, x: float, z: float, height: float, arm: float, power: float = 30.0) -> None:
        """A street lamp with an arm to one side."""
        self.rod((x, 0, z), (x, height, z), 0.06, (112, 116, 118), 0.7)
        self.rod((x, height, z), (x + arm, height + 0.25, z), 0.04, (112, 116, 118), 0.7)
        self.rod((x + arm * 0.72, height + 0.2, z), (x + arm * 1.1, height + 0.22, z), 0.09, (168, 172, 172), 0.9)
        self.lamps.append(Lamp(x + arm, height + 0.1, z, power=power))

    # --- light -------------------------------------------------------------------------------------------------------

    def finish(self, day_sky: Image, night_sky: Image) -> tuple[Image, Image]:
        """The picture by day and at night."""
        albedo, glow = _small(self._albedo), _small(self._glow)
        sun, alpha = _small(self._sun)[..., None] / 255, _small(self._sky)[..., None] / 255
        place, normal = self._place[::_OVER, ::_OVER], self._normal[::_OVER, ::_OVER]
        haze = np.clip((place[..., 2:] - 20) / 260, 0, 0.4)
        day = albedo * (_SKYLIGHT + _SUN * sun) * (1 - haze) + vector([222, 214, 204]) * haze
        night = albedo * (self.light(place, normal) + _MOONLIGHT) + glow * 0.85
        day, night = (picture * (1 - alpha) + sky * alpha for picture, sky in ((day, day_sky), (night, night_sky)))
        return _eight_bits(day), self._halos(_eight_bits(night))

    def light(self, place: Layer, normal: Layer) -> Layer:
        """What the lamps add at points of space with a normal: Lambert's cosine over the square of the distance."""
        total = np.zeros((*place.shape[:-1], 3), np.float32)
        for lamp in self.lamps:
            way = vector([lamp.x, lamp.y, lamp.z]) - place
            square = np.maximum((way * way).sum(-1), 0.25)
            cosine = np.maximum((way * normal).sum(-1), 0) / np.sqrt(square)
            total += (lamp.power * (0.12 + 0.88 * cosine) / square)[..., None] * vector(lamp.colour)
        brightest = total.max(-1, keepdims=True)
        return vector(total / (1 + brightest * 0.75))  # a camera compresses what is bright, and keeps its colour

    def _halos(self, picture: Image) -> Image:
        shine = np.zeros_like(picture, np.float32)
        for lamp in self.lamps:
            column, row, depth = self.view.project(lamp.x, lamp.y, lamp.z)
            strong = min(1.0, lamp.power / 30)
            for size, strength in ((0.14, 2.5), (0.5, 0.4 * strong), (1.8, 0.14 * strong)):
                radius = max(1.0, size * self.view.focal / depth)
                add_glow(shine, column, row, radius, [255 * strength * part for part in lamp.colour])
        dark = 1 - picture.astype(np.float32) / 255
        return np.clip(255 * (1 - dark * np.exp(-shine / 255)), 0, 255).astype(np.uint8)

    # --- bookkeeping -------------------------------------------------------------------------------------------------

    def _stroke(
        self,
        draw: Callable[[Image, Sequence[float] | float], object],
        colour: Colour,
        sun: float,
        place: Point,
        glow: Colour = _BLACK,
    ) -> None:
        draw(self._albedo, colour)
        draw(self._sun, 255 * sun)
        draw(self._glow, glow)
        draw(self._sky, 0)
        draw(self._place, place)
        draw(self._normal, (0.0, 0.5, -0.8))

    @staticmethod
    def _blend(layer: Image, into: tuple[slice, slice], picture: Image, mask: Image) -> None:
        alpha = mask.astype(np.float32) / 255
        alpha = alpha[..., None] if layer.ndim == 3 else alpha
        layer[into] = (layer[into] * (1 - alpha) + picture * alpha).astype(np.uint8)

    def _put(self, into: tuple[slice, slice], mask: Image, places: Layer, normal: Point) -> None:
        inside = mask > 127
        self._place[into][inside] = places[inside]
        self._normal[into][inside] = normal
        self._sky[into] = np.minimum(self._sky[into], 255 - mask)

    @staticmethod
    def _positions(matrix: Layer, of: tuple[int, int], corners: Sequence[Point], size: tuple[int, int]) -> Layer:
        """Where in space each pixel of a surface is."""
        columns, rows = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
        inverse = np.linalg.inv(matrix).astype(np.float32)
        x = inverse[0, 0] * columns + inverse[0, 1] * rows + inverse[0, 2]
        y = inverse[1, 0] * columns + inverse[1, 1] * rows + inverse[1, 2]
        w = inverse[2, 0] * columns + inverse[2, 1] * rows + inverse[2, 2]
        w = np.where(np.abs(w) < 1e-9, 1e-9, w)
        across, down = np.clip(x / w / of[0], 0, 1)[..., None], np.clip(y / w / of[1], 0, 1)[..., None]
        origin, right, low = (vector(corners[index]) for index in (0, 1, 3))
        return vector(origin + across * (right - origin) + down * (low - origin))


def add_glow(
    layer: Layer, column: float, row: float, radius: float, colour: Sequence[float], *, flat: float = 1.0
) -> None:
    """Add a soft shine: a Gaussian of that radius, ``flat`` times as high as it is wide."""
    wide, high = round(radius * 3) + 1, round(radius * flat * 3) + 1
    left, right = max(0, round(column) - wide), min(layer.shape[1], round(column) + wide)
    top, bottom = max(0, round(row) - high), min(layer.shape[0], round(row) + high)
    if left >= right or top >= bottom:
        return
    x = np.exp(-(((np.arange(left, right) - column) / radius) ** 2), dtype=np.float32)
    y = np.exp(-(((np.arange(top, bottom) - row) / (radius * flat)) ** 2), dtype=np.float32)
    layer[top:bottom, left:right] += (y[:, None] * x[None, :])[..., None] * vector(colour)


def skies(view: View, seed: int, hills: Sequence[float] = (34, 20)) -> tuple[Image, Image]:
    """The sky by day and at night, with the hills behind the town; ``hills`` are their heights in rows."""
    horizon = round(view.horizon())
    rows = np.clip(np.arange(HEIGHT, dtype=np.float32) / max(horizon, 1), 0, 1)[:, None, None]
    clouds = np.clip(noise(HEIGHT, WIDTH, seed, coarse=3, octaves=5) + 0.15, 0, 1)[..., None] * (1 - rows * 0.6)
    day = vector([214, 178, 142]) * (1 - rows) + vector([232, 222, 208]) * rows
    day = day * (1 - clouds * 0.75) + vector([244, 242, 240]) * clouds * 0.75
    night = vector([34, 24, 18]) * (1 - rows) + vector([52, 48, 56]) * rows
    night = night + clouds * 8
    for number, height in enumerate(hills):
        ridge = horizon - height * (0.55 + 0.5 * noise(2, WIDTH, seed + number, coarse=3, octaves=4)[0])
        below = (np.arange(HEIGHT)[:, None] >= ridge[None, :])[..., None]
        day = np.where(below, vector([176, 164, 142]) * (1 - 0.16 * number), day)
        night = np.where(below, vector([30, 24, 22]) * (1 - 0.2 * number), night)
    return np.clip(day, 0, 255).astype(np.uint8), np.clip(night, 0, 255).astype(np.uint8)


def _window_of(points: Layer) -> tuple[int, int, int, int] | None:
    left, top = np.floor(points.min(0)).astype(int)
    right, bottom = np.ceil(points.max(0)).astype(int) + 1
    left, right = max(0, left), min(WIDTH * _OVER, right)
    top, bottom = max(0, top), min(HEIGHT * _OVER, bottom)
    return (int(left), int(top), int(right), int(bottom)) if left < right and top < bottom else None


def _small(layer: Image) -> Layer:
    return vector(cv2.resize(layer, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))


def _eight_bits(picture: Layer) -> Image:
    return np.clip(picture, 0, 255).astype(np.uint8)
