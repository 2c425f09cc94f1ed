"""What an analyser is: it is given pictures of one camera, each with its two times, and says what it sees.

Analysers stand in a row (``row.py``) and see each picture one after the other. The first ones write into the picture
what the later ones build upon: ``motion`` by the motion analyser, ``tracks`` by the tracker. An analyser outlasts the
connections of its camera: it must bear pictures that are any time apart, of another size, or earlier than the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.model.observation import Observation
from ingest.video.decode import Luma, Picture

WIDTH = 320
"""The width in pixels of the small grey picture."""

Box = tuple[float, float, float, float]
"""x, y, width, height as fractions of the picture."""


@dataclass(frozen=True, slots=True)
class Motion:
    """What moves in one picture."""

    score: float
    """The fraction of the picture that moves, 0..1."""
    boxes: tuple[Box, ...] = ()
    """The largest first."""
    in_new_light: bool = False
    """The light changed everywhere a moment ago: what seems to move may be nothing else."""
    where: Luma | None = field(default=None, compare=False, repr=False)
    """Not 0 where it moves, of the size of ``Frame.luma``; None where nothing does."""


@dataclass(frozen=True, slots=True)
class Track:
    """One thing, followed from picture to picture. ``id`` is unique for the camera while its worker runs.

    ``label`` is the detector's class, or ``"moving"`` for what only moves. ``score``: 0..1.
    """

    id: int
    label: str
    score: float
    box: Box
    before: tuple[Box, ...] = ()
    """Where it was in the pictures before it was known to be a thing, the oldest first."""


@dataclass(slots=True)
class Frame:
    """One picture on its way through the analysers."""

    picture: Picture
    """The whole picture and ``ts``, its event time."""
    received_at: datetime
    """When the hub had it: the time of ingest."""
    luma: Luma
    """Brightness, ``WIDTH`` wide."""
    motion: Motion | None = None
    """What moves; None while the place is not known yet, or where motion is not analysed."""
    tracks: tuple[Track, ...] = ()
    eventful: bool = False
    """Set by an analyser that sees something worth recording in ``event`` mode."""
    fading: bool = False
    """Set where the picture does not show what moved a moment ago: the next ones tell whether that is over."""
    doubtful: bool = False
    """Built upon a damaged picture: what moves is seen in it, but not whether the camera still looks where it did."""

    @property
    def ts(self) -> datetime:
        return self.picture.ts

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of ``luma``."""
        return self.luma.shape[0], self.luma.shape[1]


class Analyser(Protocol):
    @property
    def wants_more(self) -> bool:
        """Whether it needs the pictures that follow, all of them: keyframes alone would not do."""

    def see(self, frame: Frame) -> Sequence[Observation]:
        """One picture. What it says is dated with ``frame.ts``. Never raises for what is in a picture."""
