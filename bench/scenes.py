"""Scenes with a known truth, composed from real footage and encoded as cameras encode.

A *place* is what one camera sees in a loop: stretches of real footage in which something moves, and between them frozen
frames with fresh sensor noise. A frozen stretch fades from the last frame of the footage before it to the first of the
footage after it: no cut but the one where a busy loop begins again. When a thing is in view was read off the clips
frame by frame: from the first frame that shows some of the thing itself (not its shadow) to the last.

The onsets are spread evenly over the group of pictures, and no loop is tuned to what either side finds easy.
Files are kept in ``bench/results/scenes`` under a name that holds the hash of their recipe.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
CLIPS = ROOT.parent / "shared" / "clips"
SCENES = ROOT / "bench" / "results" / "scenes"
GOP_S = 2
SUB = (640, 360)
_VERSION = 1  # of the recipe that the code below is

Picture = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds of a clip that are shown from ``at`` on in the loop; ``in_view``: [begin, end] in the clip's time."""

    at: float
    clip: str
    begin: float
    end: float
    in_view: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Place:
    length_s: float
    stretches: tuple[Stretch, ...]

    def events(self) -> list[tuple[float, float]]:
        """When something is in view, in seconds of the loop."""
        return [
            (each.at + begin - each.begin, each.at + end - each.begin)
            for each in self.stretches
            for begin, end in each.in_view
        ]


_CARS, _PEOPLE = "car-detection.mp4", "one-by-one-person-detection.mp4"
_BOTTLES, _ROAD = "bottle-detection.mp4", "traffic-camera.mp4"
_CAR_1, _CARS_2, _CAR_3 = (4.40, 8.72), (14.40, 19.04), (25.20, 27.78)


def _first_car(onset: float) -> Stretch:
    return Stretch(onset - 0.4, _CARS, 4.0, 9.2, (_CAR_1,))


def _last_car(onset: float) -> Stretch:
    return Stretch(onset - 0.5, _CARS, 24.7, 28.6, (_CAR_3,))


def _all_cars(onset: float) -> Stretch:
    return Stretch(onset - 0.4, _CARS, 4.0, 28.6, (_CAR_1, _CARS_2, _CAR_3))


def _hand_takes(onset: float) -> Stretch:
    return Stretch(onset - 0.4, _BOTTLES, 5.4, 7.8, ((5.80, 7.14),))


def _hand_gives(onset: float) -> Stretch:
    return Stretch(onset - 0.53, _BOTTLES, 10.7, 14.1, ((11.23, 13.55),))


def _woman(onset: float) -> Stretch:
    return Stretch(onset - 0.5, _PEOPLE, 5.5, 21.3, ((6.0, 20.0),))


def _man(onset: float) -> Stretch:
    return Stretch(onset - 0.5, _PEOPLE, 74.0, 88.5, ((74.5, 87.1),))


SCENE_PLACES: dict[str, dict[str, Place]] = {
    # 5 % of the time something: a gate that two cars pass, and a table from which a hand takes a bottle, and puts it
    # back: events of 1.3 to 4.3 s.
    "quiet": {
        "gate": Place(140, (_first_car(38.4), _last_car(95.4))),
        "table": Place(152, (_hand_takes(20.2), _hand_gives(58.7), _hand_takes(97.2), _hand_gives(133.7))),
    },
    # 30 %: people who come to a table, stand and go, and the gate with all its cars.
    "street": {
        "hall": Place(90, (_woman(9.3), _man(54.8))),
        "gate": Place(80, (_all_cars(10.1), _all_cars(50.6))),
    },
    "busy": {"road": Place(22, (Stretch(0, _ROAD, 0.0, 22.0, ((0.0, 22.0),)),))},
}


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int
    fps: int
    kbps: int
    """At constant bit rate."""
    sub_kbps: int


SIZES = {"1080p15": Size(1920, 1080, 15, 4000, 512), "720p25": Size(1280, 720, 25, 3000, 512)}


@dataclass(frozen=True, slots=True)
class Encoding:
    """``crf``: constant quality; 0 is constant bit rate. ``noise``: of the sensor, σ in levels of 8 bit."""

    crf: int
    noise: float


ENCODINGS = {"cq": Encoding(28, 1.0), "cbr": Encoding(0, 4.0)}


@dataclass(frozen=True, slots=True)
class Scene:
    """An encoded loop: the files of the main and of the sub-stream, and the truth."""

    main: Path
    sub: Path
    length_s: float
    fps: int
    events: tuple[tuple[float, float], ...]


def scene(kind: str, place: str, encoding: str, size: str) -> Scene:
    """As it was made before, or made now; that takes about a minute."""
    the_place, the_encoding, the_size = SCENE_PLACES[kind][place], ENCODINGS[encoding], SIZES[size]
    recipe = [_VERSION, GOP_S, asdict(the_place), asdict(the_encoding), asdict(the_size)]
    key = hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:10]
    stem = f"{kind}-{place}-{encoding}-{size}-{key}"
    main, sub = SCENES / f"{stem}.h264", SCENES / f"{stem}-sub.h264"
    if not all(path.with_suffix(".json").exists() for path in (main, sub)):
        _make(the_place, the_encoding, the_size, main, sub)
    return Scene(main, sub, the_place.length_s, the_size.fps, tuple(the_place.events()))


def _make(place: Place, encoding: Encoding, size: Size, main: Path, sub: Path) -> None:
    SCENES.mkdir(parents=True, exist_ok=True)
    total = round(place.length_s * size.fps)
    noise = _Noise(encoding.noise, size)
    whole = _Encoder(main, size.width, size.height, size.fps, encoding, size.kbps)
    small = _Encoder(sub, *SUB, size.fps, encoding, size.sub_kbps)
    for done, picture in enumerate(_pictures(place, size)):
        noisy = noise.on(picture)
        whole.add(noisy)
        small.add(_scaled(noisy, *SUB))
        if done % (5 * size.fps) == 0:
            print(f"\r{main.name}: {done * 100 // total} %", end="", file=sys.stderr, flush=True)
    print(f"\r{main.name}: made ", file=sys.stderr)
    for encoder in (whole, small):
        encoder.finish(size.fps, place.length_s, place.events())


def _pictures(place: Place, size: Size) -> Iterator[Picture]:
    """Every picture of the loop, as I420 without noise."""
    footage = [_footage(each, size) for each in place.stretches]
    firsts, lasts = [pictures[0] for pictures in footage], [pictures[-1] for pictures in footage]
    starts = [round(each.at * size.fps) for each in place.stretches]
    ends = [start + len(pictures) for start, pictures in zip(starts, footage, strict=True)]
    for index in range(round(place.length_s * size.fps)):
        for start, pictures in zip(starts, footage, strict=True):
            if start <= index < start + len(pictures):
                yield pictures[index - start]
                break
        else:
            after = sum(start <= index for start in starts)
            # The stretch before and the one after, round the loop.
            began = ends[after - 1] - (0 if after else place.length_s * size.fps)
            until = starts[after % len(starts)] + (0 if after < len(starts) else place.length_s * size.fps)
            share = (index - began) / (until - began)
            before, then = lasts[after - 1], firsts[after % len(starts)]
            yield cast(Picture, cv2.addWeighted(before, 1 - share, then, share, 0))


def _footage(stretch: Stretch, size: Size) -> list[Picture]:
    """At the rate of the camera, each time the frame of the clip that was there then; nothing is interpolated."""
    shown: list[Picture] = []
    count = round((stretch.end - stretch.begin) * size.fps)
    with av.open(str(CLIPS / stretch.clip)) as container:
        stream = container.streams.video[0]
        zero = float((stream.start_time or 0) * (stream.time_base or 0))
        last: Picture | None = None
        for frame in container.decode(stream):
            time_s = float(frame.time or 0) - zero
            while last is not None and len(shown) < count and stretch.begin + len(shown) / size.fps < time_s - 1e-3:
                shown.append(last)
            if len(shown) == count:
                break
            if time_s >= stretch.begin - 0.2:
                last = _scaled(cast(Picture, frame.to_ndarray(format="yuv420p")), size.width, size.height)
        while len(shown) < count and last is not None:
            shown.append(last)
    return shown


def _scaled(picture: Picture, width: int, height: int) -> Picture:
    """An I420 picture in another size."""
    old_height, old_width = picture.shape[0] * 2 // 3, picture.shape[1]
    if (old_width, old_height) == (width, height):
        return picture
    how = cv2.INTER_AREA if width < old_width else cv2.INTER_CUBIC
    luma, chroma = picture[:old_height], picture[old_height:].reshape(2, old_height // 2, old_width // 2)
    parts = [cv2.resize(luma, (width, height), interpolation=how).ravel()]
    parts += [cv2.resize(each, (width // 2, height // 2), interpolation=how).ravel() for each in chroma]
    return cast(Picture, np.concatenate(parts).reshape(height * 3 // 2, width))


class _Noise:
    """Fresh in every picture: a random cut out of a large field; half as strong in the colours."""

    def __init__(self, sigma: float, size: Size) -> None:
        self._random = np.random.default_rng(1)
        self._shape = (size.height * 3 // 2, size.width)
        rows, columns = self._shape
        self._field = np.rint(self._random.normal(0, sigma, (2 * rows, 2 * columns))).astype(np.int16)
        self._colour = np.rint(self._random.normal(0, sigma / 2, (2 * rows, 2 * columns))).astype(np.int16)
        self._luma_rows = size.height

    def on(self, picture: Picture) -> Picture:
        rows, columns = self._shape
        y, x = self._random.integers(0, rows), self._random.integers(0, columns)
        noisy: Picture = np.empty_like(picture)
        split = self._luma_rows
        for field, part in ((self._field, slice(0, split)), (self._colour, slice(split, rows))):
            height = part.stop - part.start
            noisy[part] = cv2.add(picture[part], field[y : y + height, x : x + columns], dtype=cv2.CV_8U)
        return noisy


class _Encoder:
    """H.264 as a camera's: no B-frames, no look-ahead, one slice, a keyframe every ``GOP_S``, each with parameters."""

    def __init__(self, path: Path, width: int, height: int, fps: int, encoding: Encoding, kbps: int) -> None:
        self._path = path
        self._file = path.open("wb")
        self._index: list[tuple[int, int, bool]] = []
        self._size = (width, height)
        parameters = f"keyint={GOP_S * fps}:min-keyint={GOP_S * fps}:scenecut=0:repeat-headers=1:sliced-threads=0"
        if not encoding.crf:
            parameters += f":nal-hrd=cbr:bitrate={kbps}:vbv-maxrate={kbps}:vbv-bufsize={kbps}"
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.framerate, context.time_base = Fraction(fps), Fraction(1, fps)
        context.thread_count = 1
        context.options = {"preset": "superfast", "tune": "zerolatency", "x264-params": parameters}
        if encoding.crf:
            context.options |= {"crf": str(encoding.crf)}
        else:
            context.bit_rate = kbps * 1000
        self._context = context
        self._count = 0

    def add(self, picture: Picture) -> None:
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts = self._count
        self._count += 1
        self._write(self._context.encode(frame))

    def finish(self, fps: int, length_s: float, events: list[tuple[float, float]]) -> None:
        self._write(self._context.encode(None))
        self._file.close()
        about = {"fps": fps, "size": self._size, "length_s": length_s, "events": events, "frames": self._index}
        self._path.with_suffix(".json").write_text(json.dumps(about))

    def _write(self, packets: list[Any]) -> None:
        for packet in packets:
            self._index.append((self._file.tell(), packet.size, bool(packet.is_keyframe)))
            self._file.write(bytes(packet))


def main() -> None:
    """``python -m bench.scenes [PART…]``: makes every scene whose name contains one of the parts."""
    parser = argparse.ArgumentParser(prog="python -m bench.scenes", description="Makes the scenes ahead of a run.")
    parser.add_argument("part", nargs="*", help="such as quiet-gate-cq-1080p15")
    parts = parser.parse_args().part
    for kind, places in SCENE_PLACES.items():
        for place in places:
            for size in SIZES:
                for encoding in ENCODINGS:
                    if not parts or any(part in f"{kind}-{place}-{encoding}-{size}" for part in parts):
                        print(scene(kind, place, encoding, size).main)


if __name__ == "__main__":
    main()
