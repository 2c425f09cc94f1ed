"""A loop whose picture is spoiled on its way out: decoded, changed as by a hand at the camera, and coded again.

This costs some 6 % of a core for each viewer of a spoiled camera, and nothing for all others. What the camera writes
into its picture stays readable, as it does when a real lens is covered; in a frozen picture it stands still too.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import av
import cv2
import numpy as np
from av.video.frame import PictureType

from ingest.simulate.rtsp import Loop
from ingest.simulate.scenes import OPTIONS
from ingest.simulate.spoil import Kind

Planes = np.ndarray[Any, np.dtype[np.uint8]]

_CAPTIONS = ((0.02, 0.1, 0.02, 0.34), (0.9, 1.0, 0.78, 1.0))
"""Top, bottom, left and right of what ``painter`` writes into the picture, as fractions."""
_AT_ONCE = "rc-lookahead=0:sync-lookahead=0:mbtree=0"  # and nothing that would change the parameter sets
_NOISE_FIELDS = 7
_START_CODE = b"\x00\x00\x01"


def spoils(kind: Kind) -> bool:
    """Whether it shows in the picture."""
    return kind is not Kind.CLOCK


class Spoiler:
    """Of one viewer. Frames must be asked for in order, from a keyframe on."""

    def __init__(self, loop: Loop, kind: Kind) -> None:
        self.kind = kind
        self._loop = loop
        self._first: Planes | None = None
        self._fed: int | None = None
        grain = np.random.default_rng(3).standard_normal((_NOISE_FIELDS, loop.height, loop.width), dtype=np.float32)
        self._noise = np.round(grain).astype(np.int16)
        self._turn = 0
        self._decoder = av.CodecContext.create("h264", "r")
        self._decoder.extradata = loop.extradata
        self._encoder = av.CodecContext.create("libx264", "w")
        self._encoder.width, self._encoder.height, self._encoder.pix_fmt = loop.width, loop.height, "yuv420p"
        self._encoder.framerate = Fraction(loop.fps).limit_denominator(1000)
        self._encoder.time_base = 1 / self._encoder.framerate
        self._encoder.gop_size = 1_000_000  # keyframes come where the loop has them
        self._encoder.options = {**OPTIONS, "x264-params": f"{OPTIONS['x264-params']}:{_AT_ONCE}"}

    def nalus(self, number: int) -> list[bytes]:
        """Frame ``number`` of the loop as NAL units (H.264, Annex B without the start codes)."""
        if self._fed != number:
            self._feed(number)  # the first, or the viewer was taken to a later keyframe
        # x264 gives a picture out when it has seen the time of the next one. This could be switched off, but then
        # its parameter sets would not be those of the loop any more, and a recording has one set for all its pictures.
        return self._feed(number + 1)

    def _feed(self, number: int) -> list[bytes]:
        found: list[bytes] = []
        for frame in self._decoder.decode(av.Packet(self._loop.read(number))):
            planes = cast(Planes, frame.to_ndarray(format="yuv420p"))
            spoiled = av.VideoFrame.from_ndarray(self._spoil(planes), format="yuv420p")
            spoiled.pts, spoiled.time_base = number, self._encoder.time_base
            if self._loop.is_keyframe(number):
                spoiled.pict_type = PictureType.I
            for packet in self._encoder.encode(spoiled):
                found += _split(bytes(packet))
        self._fed = number
        return found

    def _spoil(self, planes: Planes) -> Planes:
        """``planes``: I420, (height × 3/2, width)."""
        if self.kind is Kind.FROZEN:
            if self._first is None:
                self._first = planes
            return self._first
        height, width = self._loop.height, self._loop.width
        luma, chroma = planes[:height], planes[height:].reshape(2, height // 2, width // 2)
        if self.kind is Kind.COVERED:
            new_luma, new_chroma = np.full_like(luma, 24), np.full_like(chroma, 126)
        elif self.kind is Kind.DEFOCUSED:
            new_luma, new_chroma = _blurred(luma), chroma
        elif self.kind is Kind.MOVED:
            new_luma, new_chroma = _turned(luma), np.stack([_turned(plane) for plane in chroma])
        else:
            new_luma = np.minimum(cv2.convertScaleAbs(luma, alpha=1.5, beta=190), 235)
            new_chroma = np.full_like(chroma, 128)
        self._turn += 1
        noisy = cast(Planes, cv2.add(new_luma, self._noise[self._turn % _NOISE_FIELDS], dtype=cv2.CV_8U))
        for top, bottom, left, right in _CAPTIONS:
            part = slice(int(top * height), int(bottom * height)), slice(int(left * width), int(right * width))
            noisy[part] = luma[part]
        return np.concatenate([noisy, new_chroma.reshape(-1, width)])


def _blurred(plane: Planes) -> Planes:
    height, width = plane.shape
    small = cv2.GaussianBlur(cv2.resize(plane, (width // 8, height // 8), interpolation=cv2.INTER_AREA), (0, 0), 1.0)
    return cast(Planes, cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))


def _turned(plane: Planes) -> Planes:
    """By a third of the picture; what comes into view is the mirror image of what was there."""
    shift = np.array([[1, 0, plane.shape[1] * 0.33], [0, 1, plane.shape[0] * 0.06]], np.float32)
    return cast(Planes, cv2.warpAffine(plane, shift, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT))


def _split(coded: bytes) -> list[bytes]:
    return [nalu.rstrip(b"\x00") for nalu in coded.split(_START_CODE) if nalu.strip(b"\x00")]
