"""Where the simulated cameras stand and what they see: a pinhole camera over flat ground, in metres.

``x`` runs to the right of the camera, ``z`` away from it, ``y`` up. The camera hangs at (0, height, 0), is turned by
``yaw`` to the right and tilted down by ``pitch``. Used by the script, to say where in the frame somebody is, and by
the painter, to draw them there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

WIDTH, HEIGHT = 960, 540
_NEAR_M = 0.5


@dataclass(frozen=True, slots=True)
class View:
    """A camera. ``focal`` is in pixels of a frame of 960 × 540."""

    height_m: float
    pitch: float
    yaw: float
    focal: float

    def project(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """A point as (column, row, depth) in pixels and metres; what lies behind the camera is drawn to its side."""
        sin_yaw, cos_yaw = math.sin(self.yaw), math.cos(self.yaw)
        sin_pitch, cos_pitch = math.sin(self.pitch), math.cos(self.pitch)
        right, ahead = x * cos_yaw - z * sin_yaw, x * sin_yaw + z * cos_yaw
        down = self.height_m - y
        depth = max(_NEAR_M, ahead * cos_pitch + down * sin_pitch)
        below = down * cos_pitch - ahead * sin_pitch
        return WIDTH / 2 + self.focal * right / depth, HEIGHT / 2 + self.focal * below / depth, depth

    def horizon(self) -> float:
        """The row of the horizon."""
        return HEIGHT / 2 - self.focal * math.tan(self.pitch)


VIEWS = {
    "yard": View(height_m=4.2, pitch=math.radians(14), yaw=math.radians(4), focal=860),
    "street": View(height_m=5.4, pitch=math.radians(14), yaw=math.radians(-12), focal=830),
    "gate": View(height_m=3.8, pitch=math.radians(11.5), yaw=math.radians(-6), focal=860),
    "river": View(height_m=4.6, pitch=math.radians(10.5), yaw=math.radians(9), focal=800),
}


@dataclass(frozen=True, slots=True)
class Box:
    """Where somebody is in the frame: fractions of its width and height."""

    label: str
    x: float
    y: float
    width: float
    height: float


def box_around(view: View, label: str, corners: list[tuple[float, float, float]]) -> Box | None:
    """The box around points, cut at the edges of the frame; None where less than a hundredth of it is seen."""
    points = [view.project(*corner) for corner in corners]
    left, right = (max(0.0, min(WIDTH, edge(p[0] for p in points))) / WIDTH for edge in (min, max))
    top, bottom = (max(0.0, min(HEIGHT, edge(p[1] for p in points))) / HEIGHT for edge in (min, max))
    if right - left < 0.01 or bottom - top < 0.01:
        return None
    return Box(label, left, top, right - left, bottom - top)
