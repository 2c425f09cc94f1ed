"""One frame of a scene: the set, who is on it, smoke, the hand over the lens, the caption and the sensor's noise."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np

from ingest.simulate import script
from ingest.simulate.backdrop import add_glow
from ingest.simulate.figures import (
    LOOKS,
    PAINTS,
    Pose,
    car_shadow,
    draw_car,
    draw_person,
    headlights,
    person_shadow,
    window_around,
)
from ingest.simulate.script import Actor
from ingest.simulate.sets import BIN_AT, DOOR, backdrop
from ingest.simulate.stage import HEIGHT, VIEWS, WIDTH
from ingest.simulate.texture import Colour, Image, Layer, noise, vector

_DAYLIGHT = vector([1.06, 1.08, 1.09])
_MOONLIGHT = vector([0.15, 0.12, 0.10])
_NOISE_FIELDS = 11
_PUFFS_PER_S = 7.0
_PUFF_LIFE_S = 5.0
_COVER: Colour = (9, 10, 12)
_TITLES = {"yard": "桃山一区 东院", "street": "兴华路口", "gate": "文昌小区 北门", "river": "青台河 河堤"}


class Painter:
    """Paints the frames of one scene, in any order."""

    def __init__(self, scene: str) -> None:
        self.scene, self.view = scene, VIEWS[scene]
        self._set, self._day, self._night = backdrop(scene)
        grain = np.random.default_rng(17)
        fields = [grain.standard_normal((HEIGHT, WIDTH), dtype=np.float32) for _ in range(_NOISE_FIELDS)]
        self._noise = [[np.round(field * sigma).astype(np.int16) for field in fields] for sigma in (1.1, 2.0)]
        """By day and at night."""
        self._puff = _puff_shapes()

    def frame(self, t: float) -> Image:
        """The frame at a second of the script, as I420 (height × 3/2, width)."""
        covered = script.covered(self.scene, t)
        night = script.night(t)
        if covered >= 1.0:
            picture = np.full((HEIGHT, WIDTH, 3), _COVER, np.uint8)
        else:
            picture = self._lit_set(night)
            if self.scene == "gate" and script.door_open(t):
                self._open_door(picture)
            self._people_and_cars(picture, t, night)
            self._smoke(picture, t, night)
            if covered > 0:
                _cover(picture, covered)
        self._caption(picture, t)
        planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)
        number = round(t * 10)
        grain = self._noise[night > 0.5][number * 7 % _NOISE_FIELDS]
        planes[:HEIGHT] = cv2.add(planes[:HEIGHT], grain, dtype=cv2.CV_8U)
        return planes

    def _lit_set(self, night: float) -> Image:
        if night in (0.0, 1.0):
            return (self._night if night else self._day).copy()
        return cv2.addWeighted(self._night, night, self._day, 1 - night, 0)

    def _open_door(self, picture: Image) -> None:
        """A lit doorway, and its door turned aside."""
        x0, x1, z, top = DOOR
        for corners, colour in (
            (((x0, 0), (x1, 0), (x1, top), (x0, top)), (112, 176, 214)),
            (((x0, 0), (x0 + 0.22, 0), (x0 + 0.22, top), (x0, top)), (52, 58, 72)),
        ):
            points = vector([self.view.project(x, y, z)[:2] for x, y in corners])
            cv2.fillPoly(picture, [np.asarray(np.round(points * 16), np.int32)], colour, cv2.LINE_AA, 4)

    # --- people and cars ---------------------------------------------------------------------------------------------

    def _people_and_cars(self, picture: Image, t: float, night: float) -> None:
        second = script.phase(t)
        there = [(actor, pose) for actor in script.actors(self.scene, t) if (pose := _pose(actor, second))]
        for actor, pose in there:
            self._shadow(picture, actor, pose, night)
        cars = [pose for actor, pose in there if actor.kind == "car"] if night > 0.3 else []
        for pose in cars:
            self._beam(picture, pose, night)
        for actor, pose in there:
            light = self._light_at(pose.x, pose.z, night)
            if actor.kind == "person":
                draw_person(picture, self.view, LOOKS[actor.look], pose, light)
            else:
                draw_car(picture, self.view, PAINTS[actor.look], pose, light, night)
        for pose in cars:
            self._glare(picture, pose, night)

    def _light_at(self, x: float, z: float, night: float) -> Colour:
        lamps = self._set.light(vector([[x, 1.0, z]]), vector([[0.0, 0.7, -0.7]]))[0]
        blue, green, red = _DAYLIGHT * (1 - night) + (lamps + _MOONLIGHT) * night
        return float(blue), float(green), float(red)

    def _shadow(self, picture: Image, actor: Actor, pose: Pose, night: float) -> None:
        reach = 1.0 if actor.kind == "person" else 3.2
        around = [(x, z) for x in (-reach, reach + 1.7) for z in (-reach, reach + 1)]
        window = window_around([self.view.project(pose.x + x, 0, pose.z + z)[:2] for x, z in around])
        if window is None:
            return
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        if actor.kind == "car":
            car_shadow(mask, self.view, pose, sun=night < 0.5)
        elif night < 0.5:
            person_shadow(mask, self.view, pose)
        else:
            column, row, depth = self.view.project(pose.x, 0, pose.z)
            axes = round(0.35 * self.view.focal / depth), round(0.12 * self.view.focal / depth)
            cv2.ellipse(mask, (round(column), round(row)), axes, 0, 0, 360, 160, -1)
        soft = cv2.GaussianBlur(mask[window], (0, 0), 1.6).astype(np.float32)[..., None] / 255
        picture[window] = (picture[window] * (1 - soft * 0.55)).astype(np.uint8)

    def _beam(self, picture: Image, pose: Pose, night: float) -> None:
        """The light of a car's headlights on the road."""
        shine: Layer = np.zeros((HEIGHT // 2, WIDTH // 2, 1), np.float32)
        for metres, wide, strength in ((4.5, 1.2, 0.9), (7.5, 1.9, 0.6), (12.0, 2.8, 0.35)):
            spot = pose.local(metres, 0, 0)
            if spot[2] < 6.0:
                continue  # under the camera or behind it: out of the picture
            column, row, depth = self.view.project(*spot)
            size, flat = self.view.focal / depth / 2, min(0.45, 1.8 * self.view.height_m / depth)
            add_glow(shine, column / 2, row / 2, max(1.0, wide * size), [strength], flat=flat)
        window = _where(shine[..., 0] > 0.01, 2)
        if window is not None:
            light = np.minimum(cv2.resize(shine, (WIDTH, HEIGHT))[window], 1.2)[..., None] * night
            brighter = picture[window] * (1 + light * vector([1.6, 1.9, 2.0])) + light * 16
            picture[window] = np.clip(brighter, 0, 255).astype(np.uint8)

    def _glare(self, picture: Image, pose: Pose, night: float) -> None:
        lamps = headlights(self.view, pose)
        reach = max(9.0, max(radius for _, _, radius, _ in lamps) * 12)
        window = window_around([(column, row) for column, row, _, _ in lamps], round(reach))
        if window is None:
            return
        shine: Layer = np.zeros((*picture[window].shape[:2], 3), np.float32)
        for column, row, radius, white in lamps:
            spot = column - window[1].start, row - window[0].start
            colour = (235, 245, 255) if white else (30, 30, 220)
            add_glow(shine, *spot, max(1.5, radius), [part * 1.6 * night for part in colour])
            add_glow(shine, *spot, max(3.0, radius * 4), [part * 0.28 * night for part in colour])
        picture[window] = np.clip(picture[window] + shine, 0, 255).astype(np.uint8)

    # --- smoke, cover, caption ---------------------------------------------------------------------------------------

    def _smoke(self, picture: Image, t: float, night: float) -> None:
        """Puffs that rise from the bin, drift, grow and thin out. Each lives for a few seconds."""
        if script.smoke_seen(self.scene, t) <= 0 and script.smoke_seen(self.scene, t - _PUFF_LIFE_S) <= 0:
            return
        thick: Layer = np.zeros((HEIGHT // 2, WIDTH // 2), np.float32)
        newest = math.floor(t * _PUFFS_PER_S)
        for number in range(newest - round(_PUFF_LIFE_S * _PUFFS_PER_S), newest + 1):
            born = number / _PUFFS_PER_S
            amount, age = script.smoke_seen(self.scene, born), (t - born) / _PUFF_LIFE_S
            if amount <= 0 or not 0 <= age < 1:
                continue
            chance = random.Random(number)
            x = BIN_AT[0] + chance.uniform(-0.15, 0.15) - 1.9 * age**1.3 + chance.uniform(-0.4, 0.4) * age
            y = 1.05 + 3.6 * age**0.8
            column, row, depth = self.view.project(x, y, BIN_AT[1])
            radius = (0.32 + 1.25 * age) * self.view.focal / depth / 2
            strength = amount * min(1.0, age * 8) * (1 - age) ** 0.9 * chance.uniform(1.2, 1.9)
            _add_puff(thick, self._puff[number % len(self._puff)], column / 2, row / 2, radius, strength)
        alpha = cv2.resize(1 - np.exp(-thick), (WIDTH, HEIGHT))
        window = _where(alpha > 0.01)
        if window is None:
            return
        share = alpha[window][..., None] * 0.95
        light = vector([150, 148, 146]) * (1 - night) + vector([40, 48, 56]) * night
        grey = light * (1 - 0.55 * share)  # where it is thick it is dark
        picture[window] = (picture[window] * (1 - share) + grey * share).astype(np.uint8)

    def _caption(self, picture: Image, t: float) -> None:
        """What cameras write into their picture. The time is that of the script: a real date would be a lie."""
        second = script.phase(t)
        clock = f"SIM {int(second) // 60:02}:{second % 60:04.1f}"
        for text, column, row in ((_TITLES[self.scene], 24, 40), (clock, WIDTH - 196, HEIGHT - 22)):
            for colour, weight in (((16, 16, 16), 900), ((244, 244, 244), 500)):
                shift = 1 if colour[0] < 100 else 0
                cv2.putText(picture, text, (column + shift, row + shift), colour, cv2.FontFace("uni"), 24, weight)


def _pose(actor: Actor, second: float) -> Pose | None:
    spot = actor.at(second)
    return spot and Pose(*spot, actor.heading(second), actor.walked(second))


def _where(mask: Image, scale: int = 1) -> tuple[slice, slice] | None:
    """The smallest part of the frame that holds everything of a mask, which is ``scale`` times smaller."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return slice(rows[0] * scale, (rows[-1] + 1) * scale), slice(columns[0] * scale, (columns[-1] + 1) * scale)


def _puff_shapes() -> list[Layer]:
    """Ragged soft discs."""
    grid = np.linspace(-1, 1, 96, dtype=np.float32)
    distance = np.hypot(grid[None, :], grid[:, None])
    return [
        np.clip(np.exp(-((distance * 1.9) ** 2)) * (0.75 + 0.6 * noise(96, 96, seed, coarse=4)) - 0.03, 0, 1)
        for seed in range(5)
    ]


def _add_puff(layer: Layer, shape: Layer, column: float, row: float, radius: float, strength: float) -> None:
    size = max(3, round(radius * 2))
    left, top = round(column - size / 2), round(row - size / 2)
    x0, x1, y0, y1 = max(0, left), min(layer.shape[1], left + size), max(0, top), min(layer.shape[0], top + size)
    if x0 < x1 and y0 < y1:
        scaled = cv2.resize(shape, (size, size))
        layer[y0:y1, x0:x1] += scaled[y0 - top : y1 - top, x0 - left : x1 - left] * strength


def _cover(picture: Image, part: float) -> None:
    """Something dark slides over the lens from the right; too near to be sharp."""
    edge = np.clip((np.arange(WIDTH, dtype=np.float32) - WIDTH * (1.25 - 1.5 * part)) / 150, 0, 1)
    slant = np.linspace(-0.1, 0.12, HEIGHT, dtype=np.float32)[:, None] * (edge > 0)
    share = np.clip(edge + slant, 0, 1)[..., None]
    picture[:] = (picture * (1 - share) + vector(_COVER) * share).astype(np.uint8)
