"""Flat surfaces to be hung into a scene: noise, house fronts, pieces of ground, skies. Colours are BGR, 0 to 255."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Image = NDArray[Any]
"""Eight bits a value, BGR or one channel. OpenCV's types say no more of an image than that it is an array."""
Layer = NDArray[Any]
"""32-bit floating point values."""
Colour = tuple[float, float, float]
_SHIFT = 4  # fractional bits of the coordinates that are handed to OpenCV
GLASS: Colour = (92, 80, 66)


def vector(values: ArrayLike) -> Layer:
    return np.asarray(values, np.float32)


def noise(height: int, width: int, seed: int, *, coarse: int = 4, octaves: int = 4) -> Layer:
    """Smooth random values around 0, about −1 to 1; ``coarse`` is the number of the largest blobs across."""
    random = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cells = coarse * 2**octave
        grain = random.standard_normal((max(2, cells * height // max(width, 1) + 2), cells + 2)).astype(np.float32)
        total += cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**octave
    return total * 0.6


def plain(height: int, width: int, colour: Colour, seed: int, grain: float = 6.0, stain: float = 6.0) -> Image:
    """A surface of one colour with stains and grain."""
    tile = np.random.default_rng(seed).standard_normal((256, 331), dtype=np.float32)
    rough = np.tile(tile, (-(-height // tile.shape[0]), -(-width // tile.shape[1])))[:height, :width] * grain
    shrink = max(1.0, width / 400, height / 400)  # stains are soft: they need no fine pixels
    blots = noise(max(2, round(height / shrink)), max(2, round(width / shrink)), seed)
    rough += cv2.resize(blots, (width, height)) * stain
    level = cv2.merge([cv2.convertScaleAbs(rough, alpha=1.0, beta=128.0)] * 3)
    tones = np.clip(vector(colour) + np.arange(-128, 128, dtype=np.float32)[:, None], 0, 255)
    return cv2.LUT(level, tones.astype(np.uint8)[:, None, :])


class Plan:
    """A piece of ground seen from above, drawn in metres: x to the right, z upwards."""

    def __init__(self, x0: float, z0: float, x1: float, z1: float, per_m: float, colour: Colour, seed: int) -> None:
        self.x0, self.z1, self.per_m = x0, z1, per_m
        size = max(2, round((z1 - z0) * per_m)), max(2, round((x1 - x0) * per_m))
        self.colour = plain(size[0], size[1], colour, seed, grain=7.0, stain=5.0)
        self.sun = np.full(size, 255, np.uint8)
        self._seed = seed

    def area(self, points: Sequence[tuple[float, float]], colour: Colour, grain: float = 6.0) -> None:
        """Fill a polygon with a rough colour."""
        mask = np.zeros(self.sun.shape, np.uint8)
        cv2.fillPoly(mask, [self._pixels(points)], 255, cv2.LINE_AA, _SHIFT)
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        if not len(rows):
            return
        window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        self._seed += 1
        rows_there, columns_there = mask[window].shape
        rough = plain(rows_there, columns_there, colour, self._seed, grain, grain)
        alpha = mask[window][..., None].astype(np.float32) / 255
        self.colour[window] = (self.colour[window] * (1 - alpha) + rough * alpha).astype(np.uint8)

    def strip(self, x0: float, z0: float, x1: float, z1: float, colour: Colour, grain: float = 6.0) -> None:
        """Fill a rectangle."""
        self.area([(x0, z0), (x1, z0), (x1, z1), (x0, z1)], colour, grain)

    def line(self, x0: float, z0: float, x1: float, z1: float, colour: Colour, width_m: float = 0.03) -> None:
        start, end = self._pixels([(x0, z0), (x1, z1)])
        cv2.line(self.colour, start, end, colour, max(1, round(width_m * self.per_m)), cv2.LINE_AA, _SHIFT)

    def spot(self, x: float, z: float, radius_m: float, colour: Colour) -> None:
        (centre,) = self._pixels([(x, z)])
        cv2.circle(self.colour, centre, round(radius_m * self.per_m * 2**_SHIFT), colour, -1, cv2.LINE_AA, _SHIFT)

    def shade(self, points: Sequence[tuple[float, float]], soft_m: float, depth: float = 1.0) -> None:
        """A shadow: a polygon with soft edges that keeps the sun off."""
        sigma = max(0.6, soft_m * self.per_m)
        edge = round(3 * sigma)
        pixels = self._pixels(points)
        left, top = np.maximum(pixels.min(0) // 2**_SHIFT - edge, 0)
        right, bottom = np.minimum(pixels.max(0) // 2**_SHIFT + edge, self.sun.shape[::-1])
        if left >= right or top >= bottom:
            return
        coarse = max(1, int(sigma / 2))  # a soft edge needs no fine pixels
        mask = np.zeros(((bottom - top) // coarse + 1, (right - left) // coarse + 1), np.float32)
        moved = np.asarray((pixels - np.asarray([left, top]) * 2**_SHIFT) // coarse, np.int32)
        cv2.fillPoly(mask, [moved], depth, cv2.LINE_AA, _SHIFT)
        mask = cv2.GaussianBlur(mask, (0, 0), sigma / coarse)
        shade = cv2.resize((255 * (1 - mask)).astype(np.uint8), (int(right - left), int(bottom - top)))
        window = slice(top, bottom), slice(left, right)
        self.sun[window] = np.minimum(self.sun[window], shade)

    def _pixels(self, points: Sequence[tuple[float, float]]) -> NDArray[np.int32]:
        scaled = [((x - self.x0) * self.per_m, (self.z1 - z) * self.per_m) for x, z in points]
        return np.asarray(np.round(vector(scaled) * 2**_SHIFT), np.int32)


@dataclass(frozen=True, slots=True)
class Front:
    """The style of a house front. Lengths in metres."""

    wall: Colour
    seed: int
    storey: float = 2.9
    bay: float = 3.3
    window: tuple[float, float] = (1.7, 1.5)
    balconies: bool = False
    shops: Sequence[tuple[str, Colour]] = ()
    lit: float = 0.35
    brick: bool = False


def front(style: Front, width_m: float, height_m: float, per_m: float) -> tuple[Image, Image]:
    """A house front and, on black, what of it shines at night."""
    width, height = max(8, round(width_m * per_m)), max(8, round(height_m * per_m))
    image = plain(height, width, style.wall, style.seed, 3.0, 7.0)
    glow = np.zeros_like(image)
    if style.brick:
        _bricks(image, per_m)
    random = np.random.default_rng(style.seed)
    bays, storeys = max(1, int(width_m / style.bay)), max(1, int(height_m / style.storey))
    for storey in range(storeys):
        level = height_m - (storey + 1) * style.storey
        joint = _at(0, level * per_m), _at(width, (level + 0.12) * per_m)
        cv2.rectangle(image, *joint, _scaled(style.wall, 0.86), -1)
        for bay in range(bays):
            left = (width_m - bays * style.bay) / 2 + bay * style.bay
            if storey == 0 and style.shops:
                _shop(image, glow, style.shops[bay % len(style.shops)], (left, level, style.bay, style.storey), per_m)
            else:
                spot = left + (style.bay - style.window[0]) / 2, level + 0.75
                _window(image, glow, style, spot, per_m, random)
    cv2.rectangle(image, (0, 0), _at(width, 0.35 * per_m), _scaled(style.wall, 1.12), -1)
    falling = np.linspace(1.04, 0.9, height, dtype=np.float32)[:, None, None]
    return np.clip(image * falling, 0, 255).astype(np.uint8), glow


def _window(
    image: Image, glow: Image, style: Front, spot: tuple[float, float], per_m: float, random: np.random.Generator
) -> None:
    (left, top), (wide, high) = spot, style.window
    p, q = _at(left * per_m, top * per_m), _at((left + wide) * per_m, (top + high) * per_m)
    edge = max(1, round(0.07 * per_m))
    cv2.rectangle(image, (p[0] - edge, p[1] - edge), (q[0] + edge, q[1] + edge), _scaled(style.wall, 1.18), -1)
    tone = random.uniform(0.55, 1.5)
    rows = max(1, q[1] - p[1])
    shine = np.linspace(1.5, 0.8, rows, dtype=np.float32)[:, None, None] * tone * vector(GLASS)
    image[p[1] : q[1], p[0] : q[0]] = np.clip(shine, 0, 255)[:, : max(0, q[0] - p[0])]
    if random.random() < style.lit:
        warm = random.choice(vector([[96, 170, 235], [120, 195, 240], [190, 215, 225]]))
        glow[p[1] : q[1], p[0] : q[0]] = np.clip(warm * random.uniform(0.5, 1.0), 0, 255)
    if random.random() < 0.45:
        part = random.uniform(0.25, 0.5)
        drape = _scaled((200, 205, 210), random.uniform(0.6, 0.95))
        cv2.rectangle(image, p, (round(p[0] + (q[0] - p[0]) * part), q[1]), drape, -1)
    middle = (p[0] + q[0]) // 2
    for layer, colour in ((image, _scaled(style.wall, 1.2)), (glow, (20.0, 30.0, 40.0))):
        cv2.rectangle(layer, (middle - edge // 2, p[1]), (middle + (edge + 1) // 2, q[1]), colour, -1)
    cv2.rectangle(image, (p[0] - edge, q[1] + edge), (q[0] + edge, q[1] + 2 * edge), _scaled(style.wall, 0.6), -1)
    if style.balconies:
        _balcony(image, p, q, per_m, style)
    elif random.random() < 0.4:
        _air_conditioner(image, (left + wide * 0.55, top + high + 0.25), per_m)


def _balcony(image: Image, p: tuple[int, int], q: tuple[int, int], per_m: float, style: Front) -> None:
    out, low = round(0.4 * per_m), q[1] + round(0.3 * per_m)
    top = q[1] - round(0.55 * per_m)
    cv2.rectangle(image, (p[0] - out, top), (q[0] + out, low), _scaled(style.wall, 0.93), -1)
    for x in range(p[0] - out, q[0] + out, max(2, round(0.16 * per_m))):
        cv2.line(image, (x, top), (x, low), _scaled(style.wall, 0.7), 1, cv2.LINE_AA)
    cv2.rectangle(image, (p[0] - out, top - 1), (q[0] + out, top + round(0.08 * per_m)), _scaled(style.wall, 1.15), -1)
    cv2.rectangle(image, (p[0] - out, low), (q[0] + out, low + round(0.15 * per_m)), _scaled(style.wall, 0.55), -1)


def _air_conditioner(image: Image, spot: tuple[float, float], per_m: float) -> None:
    p, q = _at(spot[0] * per_m, spot[1] * per_m), _at((spot[0] + 0.75) * per_m, (spot[1] + 0.5) * per_m)
    cv2.rectangle(image, (p[0], q[1]), (q[0], q[1] + max(1, round(0.1 * per_m))), (90, 95, 98), -1)
    cv2.rectangle(image, p, q, (205, 208, 208), -1)
    middle = (p[0] + q[0]) // 2, (p[1] + q[1]) // 2
    cv2.circle(image, middle, max(1, round(0.2 * per_m)), (140, 145, 146), -1, cv2.LINE_AA)


def _shop(image: Image, glow: Image, sign: tuple[str, Colour], spot: tuple[float, ...], per_m: float) -> None:
    left, top, wide, high = (value * per_m for value in spot)
    text, colour = sign
    cv2.rectangle(image, _at(left, top), _at(left + wide, top + high), (70, 72, 74), -1)
    inside = _at(left + 0.1 * wide, top + 0.36 * high), _at(left + 0.9 * wide, top + high)
    cv2.rectangle(image, *inside, _scaled(GLASS, 1.2), -1)
    cv2.rectangle(glow, *inside, (150, 190, 215), -1)
    for part in (0.36, 0.64):
        for layer, dark in ((image, 60.0), (glow, 20.0)):
            x, half = left + part * wide, 0.03 * per_m
            cv2.rectangle(layer, _at(x - half, inside[0][1]), _at(x + half, top + high), (dark,) * 3, -1)
    board = _at(left + 0.03 * wide, top + 0.06 * high), _at(left + 0.97 * wide, top + 0.32 * high)
    cv2.rectangle(image, *board, colour, -1)
    cv2.rectangle(glow, *board, _scaled(colour, 0.7), -1)
    size = max(6, round(0.18 * high))
    for layer in (image, glow):
        origin = _at(left + wide / 2 - len(text) * size * 0.52, top + 0.26 * high)
        cv2.putText(layer, text, origin, (245, 245, 245), cv2.FontFace("uni"), size, 700)


def _bricks(image: Image, per_m: float) -> None:
    course, length = max(2, round(0.14 * per_m)), max(4, round(0.5 * per_m))
    for number, row in enumerate(range(0, image.shape[0], course)):
        image[row : row + 1] = (image[row : row + 1] * 0.85).astype(np.uint8)
        start = length // 2 * (number % 2)
        image[row : row + course, start::length] = (image[row : row + course, start::length] * 0.88).astype(np.uint8)


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x), round(y)


def _scaled(colour: Colour, factor: float) -> Colour:
    blue, green, red = (min(255.0, part * factor) for part in colour)
    return blue, green, red
