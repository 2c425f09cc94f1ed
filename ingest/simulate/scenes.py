"""Renders one cycle of each scene to a file that a simulated camera serves.

    python -m ingest.simulate.scenes --out DIR

H.264 as cameras send it: 960 × 540, 10 frames a second, a keyframe a second, no B-frames. A file whose name holds the
hash of the script and of the painting code is there for good and is not rendered again.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import av

from hub.errors import StartError
from ingest.simulate import script
from ingest.simulate.stage import HEIGHT, WIDTH

FPS = 10
_SOURCES = ("backdrop.py", "figures.py", "painter.py", "scenes.py", "script.py", "sets.py", "stage.py", "texture.py")
OPTIONS = {
    "preset": "veryfast",
    "x264-params": "subme=0:me=dia:ref=1:trellis=0",  # a third of the time for a tenth more bytes
    "crf": "26",
    "bf": "0",
    "sc_threshold": "0",
    "threads": "1",
    "forced-idr": "1",
}
"""Of the encoder."""
_PROCESSES = 2
_OURS = re.compile(rf"({'|'.join(script.ACTORS)})-[0-9a-f]{{12}}(\.mp4|\.\d+\.part)")


@cache
def version() -> str:
    """A hash over everything that a scene is made from."""
    digest = hashlib.sha256(repr((FPS, sorted(OPTIONS.items()))).encode())
    for name in _SOURCES:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()[:12]


def scene_file(directory: Path, scene: str) -> Path:
    return directory / f"{scene}-{version()}.mp4"


def render(scene: str, path: Path, seconds: float = script.CYCLE_S) -> Iterator[int]:
    """Paint and encode a scene; yields the number of each finished frame. The file appears when it is complete."""
    from ingest.simulate.painter import Painter  # here, because the camera server only asks this file for names

    painter = Painter(scene)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    with av.open(str(unfinished), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options=OPTIONS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = FPS
        for number in range(round(seconds * FPS)):
            frame = av.VideoFrame.from_ndarray(painter.frame(number / FPS), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
            yield number
        container.mux(stream.encode(None))
    unfinished.replace(path)


def render_all(directory: Path, scenes: Iterable[str] = tuple(script.ACTORS)) -> None:
    """Render the scenes that are missing, two at a time; other versions are removed. Progress goes to standard error.

    Raises StartError where a scene could not be painted.
    """
    directory.mkdir(parents=True, exist_ok=True)
    wanted = {scene_file(directory, scene): scene for scene in scenes}
    for file in directory.iterdir():
        if _OURS.fullmatch(file.name) and file not in wanted:
            file.unlink()
    missing = [(scene, path) for path, scene in wanted.items() if not path.exists()]
    if not missing:
        return
    # Spawned, not forked: a fork of a process that has threads may hang.
    context = multiprocessing.get_context("spawn")
    done = context.Value("i", 0)
    shares = [missing[start::_PROCESSES] for start in range(_PROCESSES) if missing[start::_PROCESSES]]
    processes = [context.Process(target=_render_share, args=(share, done), daemon=True) for share in shares]
    for process in processes:
        process.start()
    try:
        _follow(processes, done, len(missing) * round(script.CYCLE_S * FPS))
    finally:
        for process in processes:
            process.kill()
            process.join()
    if any(process.exitcode for process in processes):
        raise StartError("the simulated scenes could not be painted; see above")


def _render_share(share: list[tuple[str, Path]], done: Synchronized[int]) -> None:
    parent = multiprocessing.parent_process()
    for scene, path in share:
        for _ in render(scene, path):
            if parent is not None and not parent.is_alive():
                return  # nobody waits for this any more
            with done.get_lock():
                done.value += 1


def _follow(processes: list[SpawnProcess], done: Synchronized[int], total: int) -> None:
    """Wait for the processes; say how far they are, on a terminal every second, in a log every ten."""
    every_s, end = (1.0, "\r") if sys.stderr.isatty() else (10.0, "\n")
    while any(process.is_alive() for process in processes):
        next(process for process in processes if process.is_alive() or process is processes[-1]).join(every_s)
        share = 100 * done.value // total
        sys.stderr.write(f"正在绘制模拟画面 / painting the simulated scenes: {share} %{end}")
        sys.stderr.flush()
    sys.stderr.write("\n" if end == "\r" else "")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.simulate.scenes", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder for the files")
    arguments = parser.parse_args()
    start = time.monotonic()
    render_all(arguments.out)
    sys.stderr.write(f"{time.monotonic() - start:.1f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
