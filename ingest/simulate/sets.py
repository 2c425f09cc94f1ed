"""The four stage sets: what is built where in each scene. Lengths in metres; see ``ingest.simulate.stage``."""

from __future__ import annotations

import random
from functools import cache
from itertools import pairwise

import cv2
import numpy as np

from ingest.simulate.backdrop import Backdrop, Lamp, skies
from ingest.simulate.stage import VIEWS
from ingest.simulate.texture import Colour, Front, Image, Plan, plain

ASPHALT: Colour = (88, 86, 84)
PAVING: Colour = (150, 156, 160)
KERB: Colour = (178, 182, 184)
GRASS: Colour = (58, 112, 92)
WHITE: Colour = (222, 224, 224)
BRICK: Colour = (86, 102, 158)

BIN_AT = (3.1, 11.6)
"""Where the bin stands that burns in the yard: (x, z)."""

DOOR = (3.5, 4.4, 13.15, 2.1)
"""The door beside the gate: from x to x, at z, so high."""


@cache
def backdrop(scene: str) -> tuple[Backdrop, Image, Image]:
    """A scene's set, and its picture by day and at night."""
    build = {"yard": _yard, "street": _street, "gate": _gate, "river": _river}[scene]
    stage = Backdrop(VIEWS[scene], seed=len(scene) * 97)
    build(stage)
    day, night = stage.finish(*skies(VIEWS[scene], seed=len(scene) * 31))
    return stage, day, night


# --- the yard of a housing estate ------------------------------------------------------------------------------------


def _yard(stage: Backdrop) -> None:
    stage.house(-34, 46, 2, 58, 17, Front((182, 190, 196), 5, balconies=True, lit=0.3), (0.75, 0.2))
    stage.house(8, 52, 46, 64, 20, Front((160, 178, 196), 6, lit=0.3), (0.7, 0.25))
    stage.ground(_yard_plan, PAVING)
    stage.house(-6.5, 24.5, 19, 36, 15, Front((168, 186, 204), 7, balconies=True, lit=0.4), (0.82, 0.3))
    stage.house(-24, 6, -9.4, 23, 12, Front(BRICK, 8, brick=True, lit=0.45), (0.3, 0.85))
    _door(stage, 4.0, 24.4)
    stage.tree(11.2, 21.5, 6.5, 3)
    stage.tree(-8.0, 22.8, 5.2, 4, green=(60, 112, 70))
    stage.lamp(8.6, 17.0, 5.2, -1.3, power=34)
    stage.lamp(-8.4, 14.0, 4.6, 1.1, power=26)
    _fence(stage, [(13.5, 24.0), (9.6, 12.4), (8.9, 7.0)])
    for x, z, colour in ((BIN_AT[0], BIN_AT[1], (84, 122, 58)), (4.2, 11.9, (138, 98, 60)), (5.3, 12.2, (84, 122, 58))):
        _bin(stage, x, z, colour)
    stage.tree(-8.6, 9.0, 5.4, 9, spread=0.28)


def _yard_plan(plan: Plan) -> None:
    slabs = random.Random(4)
    for column in range(-10, 14):
        for row in range(5, 26):
            if slabs.random() < 0.5:
                tone = slabs.uniform(0.93, 1.06)
                plan.strip(column, row, column + 1, row + 1, (PAVING[0] * tone, PAVING[1] * tone, PAVING[2] * tone), 4)
    for column in range(-10, 15):
        plan.line(column, 3, column, 26, (118, 124, 128), 0.025)
    for row in range(3, 26):
        plan.line(-10, row, 14, row, (118, 124, 128), 0.025)
    plan.area([(-9.4, 3), (-8.2, 3), (-8.0, 24), (-9.4, 24)], GRASS, 16)
    plan.area([(9.8, 12), (14, 24.4), (40, 24.4), (40, 3), (9.1, 3)], GRASS, 16)
    plan.area([(-6.5, 22.6), (2.4, 22.6), (2.4, 24.5), (-6.5, 24.5)], GRASS, 16)
    plan.area([(5.6, 22.6), (19, 22.6), (19, 24.5), (5.6, 24.5)], GRASS, 16)
    plan.strip(-60, 36.5, 60, 44, ASPHALT)
    for x in (-8.1, 2.5, 5.5):
        plan.line(x, 22.6, x, 24.5, KERB, 0.12)
    plan.spot(-2.6, 9.2, 0.42, (96, 98, 100))
    plan.spot(-2.6, 9.2, 0.36, (78, 80, 82))
    for x, z, size in ((0.6, 13.5, 0.7), (-4.4, 11.2, 1.1), (5.8, 8.6, 0.5), (3.2, 11.4, 0.9)):
        stain = [(x - size, z - 0.3), (x + size, z - 0.2), (x + size * 0.7, z + 0.4), (x - size, z + 0.3)]
        plan.shade(stain, 0.25, 0.16)
    plan.shade([(-9.4, 6), (-6.1, 7.5), (-6.1, 23.5), (-6.5, 24.5), (-9.4, 24.5)], 0.12, 0.72)
    plan.shade([(-7.9, 8.4), (-4.8, 9.6), (-4.4, 10.9), (-6.3, 11.3), (-8.2, 10.0)], 0.3, 0.55)
    plan.shade([(10.9, 21.2), (14.2, 22.6), (13.6, 24.2), (11.0, 23.6)], 0.35, 0.5)
    plan.shade([(8.55, 17), (8.65, 17), (12.2, 19.4), (12.1, 19.5)], 0.05, 0.6)
    for x, z in (BIN_AT, (4.2, 11.9), (5.3, 12.2)):
        plan.shade([(x - 0.35, z - 0.3), (x + 0.4, z - 0.3), (x + 1.25, z + 0.45), (x + 0.6, z + 0.7)], 0.08, 0.65)


def _door(stage: Backdrop, x: float, z: float) -> None:
    stage.wall((x - 0.9, z), (x + 0.9, z), 2.3, plain(60, 50, (70, 74, 82), 2), 0.5)
    stage.wall((x - 0.7, z - 0.02), (x - 0.05, z - 0.02), 2.1, plain(60, 30, (62, 78, 120), 3), 0.7)
    stage.wall((x + 0.05, z - 0.02), (x + 0.7, z - 0.02), 2.1, plain(60, 30, (62, 78, 120), 4), 0.7)
    stage.lamps.append(Lamp(x, 2.55, z - 0.5, power=4.0))


def _bin(stage: Backdrop, x: float, z: float, colour: Colour) -> None:
    side = plain(80, 50, colour, 21, 3, 6)
    dark = plain(80, 50, (colour[0] * 0.8, colour[1] * 0.8, colour[2] * 0.8), 22, 3, 6)
    stage.wall((x - 0.33, z - 0.35), (x + 0.33, z - 0.35), 1.02, side, 0.75)
    if x < 0:
        stage.wall((x + 0.33, z - 0.35), (x + 0.33, z + 0.35), 1.02, dark, 0.4)
    else:
        stage.wall((x - 0.33, z + 0.35), (x - 0.33, z - 0.35), 1.02, dark, 0.4)
    back, lip = (1.12, z + 0.38), (1.02, z - 0.42)
    lid = [(x - 0.37, *back), (x + 0.37, *back), (x + 0.37, *lip), (x - 0.37, *lip)]
    stage.surface(plain(30, 40, (colour[0] * 1.15, colour[1] * 1.15, colour[2] * 1.15), 23), lid, (0, 1, 0), 0.95)
    for wheel in (-0.25, 0.25):
        stage.ball((x + wheel, 0.08, z - 0.36), 0.08, (40, 40, 40), 0.4)


def _fence(stage: Backdrop, posts: list[tuple[float, float]]) -> None:
    height, colour = 1.5, (122.0, 142.0, 112.0)
    for (x0, z0), (x1, z1) in pairwise(posts):
        count = 26
        for index in range(count):
            part = index / count
            x, z = x0 + (x1 - x0) * part, z0 + (z1 - z0) * part
            stage.rod((x, 0, z), (x, height, z), 0.018, colour, 0.7)
        for level in (0.15, height - 0.1):
            stage.rod((x0, level, z0), (x1, level, z1), 0.022, colour, 0.8)


# --- a crossing in a street ------------------------------------------------------------------------------------------

_SHOPS = (
    ("兴华超市", (60, 70, 190)),
    ("面馆", (40, 110, 210)),
    ("大药房", (96, 150, 40)),
    ("五金", (170, 110, 50)),
    ("理发", (150, 60, 140)),
    ("水果", (50, 150, 60)),
)


def _street(stage: Backdrop) -> None:
    for number, (x0, x1, z) in enumerate(((-40, -13.5, 130), (11.5, 44, 124), (-13, 11, 190))):
        stage.house(x0, z, x1, z + 14, 24 + 4 * number, Front((176, 182, 190), 30 + number, lit=0.35), (0.6, 0.4))
    stage.ground(_street_plan, PAVING)
    rows = ((88, 118, 19), (58, 86, 15), (34, 56, 18), (9, 32, 14.5))
    colours: tuple[Colour, ...] = ((160, 182, 200), (176, 170, 160), BRICK, (186, 198, 206))
    for number, (z0, z1, height) in enumerate(rows):
        style = Front(colours[number], 40 + number, shops=_SHOPS[number:] + _SHOPS[:number], brick=number == 2, lit=0.4)
        stage.house(12.6, z0, 30, z1, height + 2, style, (0.35, 0.32))
        style = Front(colours[-1 - number], 50 + number, shops=_SHOPS[::-1], balconies=number % 2 == 0, lit=0.4)
        stage.house(-32, z0 + 3, -12.4, z1 + 3, height, style, (0.4, 0.92))
        for z in range(round(z1), round(z0), -11):
            if z > 15:
                stage.tree(10.2, z, 5.6, z, spread=0.26)
                stage.tree(-9.9, z + 3, 5.2, z + 1, green=(56, 116, 84), spread=0.26)
        for z in range(round(z1) - 4, round(z0), -24):
            stage.lamp(-7.6, z, 7.5, 2.2, power=110)
            stage.lamp(8.0, z - 9, 7.5, -2.2, power=110) if z > 24 else None
    stage.lamp(8.3, 14.6, 7.2, -2.4, power=110)
    _signal(stage, -7.3, 14.6)


def _street_plan(plan: Plan) -> None:
    plan.strip(-6.6, 3, 7.2, 220, ASPHALT, 8)
    for x in (-6.7, 7.3):
        plan.line(x, 3, x, 220, KERB, 0.22)
    for x in (-7.6, 8.2):
        for z in range(3, 60):
            plan.line(x, z, x + (2.2 if x > 0 else -2.2), z, (128, 134, 138), 0.02)
    for x in (-4.3, 5.0):
        for z in range(16, 210, 6):
            plan.strip(x - 0.07, z, x + 0.07, z + 3, WHITE, 8)
    for x in (0.22, 0.48):
        plan.strip(x - 0.06, 15.2, x + 0.06, 220, (92, 190, 226), 8)
        plan.strip(x - 0.06, 3, x + 0.06, 9.2, (92, 190, 226), 8)
    for index in range(15):
        x = -6.2 + index * 0.92
        plan.strip(x, 10.2, x + 0.48, 13.9, WHITE, 9)
    plan.strip(-6.4, 14.6, 0.2, 14.95, WHITE, 9)
    plan.strip(0.6, 9.2, 7.0, 9.5, WHITE, 9)
    plan.spot(3.4, 17.2, 0.38, (70, 70, 70))
    plan.spot(-2.6, 8.6, 0.38, (66, 66, 66))
    for x in (-3.2, -1.0, 1.6, 3.4):
        plan.shade([(x, 3), (x + 0.5, 3), (x + 0.5, 220), (x, 220)], 0.2, 0.10)
    plan.shade([(40, 3), (7.9, 3), (7.4, 32), (8.0, 33), (6.9, 56), (8.2, 58), (6.8, 220), (40, 220)], 0.15, 0.72)
    for z in (18, 29, 41, 52, 64):
        plan.shade([(-9.9, z), (-6.9, z + 0.7), (-6.2, z + 1.9), (-8.6, z + 2.2), (-10.4, z + 1.4)], 0.3, 0.5)


def _signal(stage: Backdrop, x: float, z: float) -> None:
    stage.rod((x, 0, z), (x, 3.6, z), 0.07, (120, 122, 122), 0.7)
    housing = [(x - 0.17, 3.9, z - 0.1), (x + 0.17, 3.9, z - 0.1), (x + 0.17, 2.95, z - 0.1), (x - 0.17, 2.95, z - 0.1)]
    stage.surface(plain(60, 20, (46, 48, 48), 6), housing, (0.0, 0.0, -1.0), 0.6)
    for level in (3.65, 3.4):
        stage.ball((x, level, z - 0.15), 0.1, (60, 60, 66), 1.0)
    stage.ball((x, 3.15, z - 0.15), 0.1, (130, 220, 90), 1.0, glow=(150, 255, 110))


# --- the gate of an estate -------------------------------------------------------------------------------------------


def _gate(stage: Backdrop) -> None:
    stage.house(-30, 44, 0, 56, 16, Front((178, 190, 200), 61, balconies=True), (0.8, 0.3))
    stage.house(7, 38, 40, 52, 18, Front((164, 184, 204), 62), (0.75, 0.3))
    stage.ground(_gate_plan, PAVING)
    for x, z, seed in ((-7.5, 25, 1), (-12.5, 23, 2), (5.8, 27, 3), (10.5, 24, 4)):
        stage.tree(x, z, 6.2, seed)
    stage.lamp(2.9, 22.0, 5.0, -1.0, power=30)
    wall = plain(60, 400, (166, 178, 186), 63, 4, 8)
    wall[44:] = plain(16, 400, (96, 100, 108), 64, 5, 6)
    wall[:5] = plain(5, 400, (120, 124, 128), 65, 3, 3)
    stage.wall((-26, 16.6), (-4.3, 16.2), 2.5, wall, 0.7)
    stage.wall((2.9, 16.0), (3.4, 16.0), 2.5, wall[:, :40], 0.7)
    stage.house(3.4, 13.2, 7.8, 16.6, 3.1, Front((176, 196, 208), 66, storey=3.0, bay=2.6, lit=1.0), (0.75, 0.4))
    stage.wall((7.8, 15.6), (24, 15.2), 2.5, wall, 0.7)
    stage.wall((DOOR[0], DOOR[2]), (DOOR[1], DOOR[2]), DOOR[3], plain(60, 30, (84, 96, 120), 67), 0.6)
    for x in (-4.3, 2.7):
        pillar = plain(120, 30, (120, 136, 168), 68, 5, 8)
        pillar[:8] = 190
        stage.wall((x - 0.35, 15.9), (x + 0.35, 15.9), 3.1, pillar, 0.75)
    for level in (4.1, 4.9):
        stage.rod((-4.3, level, 16.0), (2.7, level, 16.0), 0.06, (110, 112, 112))
    for x in (-4.3, 2.7):
        stage.rod((x, 3.0, 16.0), (x, 4.9, 16.0), 0.07, (110, 112, 112))
    board = plain(90, 460, (56, 48, 168), 69, 3, 4)
    cv2.putText(board, "文昌小区  北门", (52, 66), (228, 234, 238), cv2.FontFace("uni"), 56, 700)
    face = [(-3.4, 5.0, 15.85), (1.8, 5.0, 15.85), (1.8, 4.0, 15.85), (-3.4, 4.0, 15.85)]
    stage.surface(board, face, (0.0, 0.0, -1.0), 0.85, glow=(board * 0.35).astype(np.uint8))
    for index in range(7):
        part = index / 7
        colour: Colour = (60, 60, 190) if index % 2 else (226, 228, 228)
        stage.rod((2.3, 1.0 + part * 4.2, 14.6), (2.3, 1.0 + (part + 1 / 7) * 4.2, 14.6), 0.05, colour)
    stage.wall((2.1, 14.5), (2.6, 14.5), 1.1, plain(40, 20, (60, 150, 220), 70), 0.8)
    stage.lamp(-5.4, 14.4, 4.8, 1.2, power=34)
    stage.lamps.append(Lamp(5.6, 2.75, 12.6, (0.85, 0.95, 1.0), 5.0))


def _gate_plan(plan: Plan) -> None:
    plan.strip(-4.1, 3, 2.5, 60, ASPHALT, 8)
    for x in (-4.2, 2.6):
        plan.line(x, 3, x, 60, KERB, 0.18)
    for z in range(4, 30):
        plan.line(-14, z, -4.3, z, (126, 132, 136), 0.02)
        plan.line(2.8, z, 14, z, (126, 132, 136), 0.02)
    for x in range(-14, 15):
        if not -5 < x < 3:
            plan.line(x, 3, x, 16, (126, 132, 136), 0.02)
    plan.strip(-3.9, 12.2, 2.3, 12.5, WHITE, 9)
    for index in range(8):
        tone: Colour = (60, 170, 210) if index % 2 else (52, 54, 56)
        plan.strip(-3.9 + index * 0.78, 14.0, -3.9 + (index + 1) * 0.78, 14.4, tone, 6)
    plan.strip(-30, 16.6, -4.3, 40, GRASS, 16)
    plan.strip(3.4, 16.6, 30, 40, GRASS, 16)
    plan.shade([(-26, 16.6), (-4.3, 16.2), (-2.6, 17.6), (-26, 18.2)], 0.08, 0.65)
    plan.shade([(7.8, 13.2), (9.8, 14.6), (9.8, 18), (7.8, 18)], 0.08, 0.65)
    plan.shade([(-1.8, 3), (-1.3, 3), (-1.3, 40), (-1.8, 40)], 0.2, 0.1)
    plan.shade([(0.2, 3), (0.7, 3), (0.7, 40), (0.2, 40)], 0.2, 0.1)


# --- the embankment of the river -------------------------------------------------------------------------------------


def _river(stage: Backdrop) -> None:
    for number in range(9):
        x = -60 + number * 27
        style = Front((168, 176, 184), 80 + number, lit=0.45)
        stage.house(x, 150 + number % 3 * 12, x + 17, 180, 18 + (number * 7) % 17, style, (0.7, 0.4))
    stage.ground(_river_plan, PAVING)
    _bridge(stage)
    stage.house(-40, 20, -12.5, 60, 12, Front((160, 178, 196), 91, lit=0.4), (0.4, 0.85))
    for z in range(74, 8, -9):
        stage.tree(-8.6 - (z % 3) * 0.5, z, 6.0, z, green=(60, 122, 88), spread=0.3)
        if z % 2 == 0:
            stage.lamp(1.15, z - 3, 4.6, -0.9, power=32)
    for z in range(80, 5, -2):
        stage.rod((1.7, 0, z), (1.7, 1.1, z), 0.06, (190, 194, 196), 0.8)
    for level in (0.45, 0.8, 1.1):
        stage.rod((1.7, level, 90), (1.7, level, 5), 0.035, (196, 200, 202), 0.85)
    for z in (30, 17):
        bench = plain(20, 60, (70, 100, 140), 92)
        seat = [(-5.4, 0.45, z + 1.6), (-4.9, 0.45, z + 1.6), (-4.9, 0.45, z), (-5.4, 0.45, z)]
        stage.surface(bench, seat, (0, 1, 0), 0.8)
        for end in (z + 0.1, z + 1.5):
            stage.rod((-4.95, 0, end), (-4.95, 0.42, end), 0.04, (70, 72, 74))


def _river_plan(plan: Plan) -> None:
    plan.strip(-60, 3, -6.6, 120, GRASS, 16)
    plan.strip(-6.6, 3, 1.9, 120, (142, 158, 176), 6)
    for z in range(3, 70):
        plan.line(-6.6, z, 1.9, z, (120, 134, 150), 0.03)
    for x in (-6.6, -3.1, -0.6):
        plan.line(x, 3, x, 120, (172, 178, 182), 0.12)
    plan.strip(1.9, 3, 2.5, 120, (166, 168, 168), 6)
    plan.strip(2.5, 3, 200, 112, (134, 116, 84), 4)
    plan.strip(-200, 112, 200, 120, (104, 128, 122), 12)
    ripple = random.Random(8)
    for _ in range(900):
        x, z = ripple.uniform(2.6, 90), 3 + 107 * ripple.random() ** 1.6
        tone = ripple.uniform(0.86, 1.22)
        plan.line(x, z, x + ripple.uniform(0.4, 2.2), z, (134 * tone, 116 * tone, 84 * tone), 0.05 + z * 0.0016)
    for z in range(11, 76, 9):
        x = -8.6 - (z % 3) * 0.5
        plan.shade([(x, z - 0.5), (x + 4.6, z + 0.9), (x + 4.4, z + 2.6), (x + 1.2, z + 2.4)], 0.35, 0.5)


def _bridge(stage: Backdrop) -> None:
    """The railway bridge: piers, a girder and its truss."""
    for x in range(4, 80, 15):
        stage.wall((x, 84), (x + 1.8, 84), 5.2, plain(60, 20, (150, 154, 156), 93), 0.7)
    stage.rod((-6, 5.4, 84), (90, 5.4, 84), 0.4, (104, 98, 88), 0.6)
    stage.rod((-6, 9.2, 84), (90, 9.2, 84), 0.18, (104, 98, 88), 0.7)
    for x in range(-6, 90, 4):
        stage.rod((x, 5.4, 84), (x + 2, 9.2, 84), 0.12, (104, 98, 88), 0.65)
        stage.rod((x + 2, 9.2, 84), (x + 4, 5.4, 84), 0.12, (104, 98, 88), 0.65)
