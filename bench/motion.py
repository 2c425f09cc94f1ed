"""Debian's ``motion`` as a peer: one process for all cameras, configured as its documentation recommends.

The values are those of its own ``/etc/motion/motion.conf`` and ``motion_config.html``: size and rate of the stream,
TCP, a capture rate slightly above the camera's, the despeckle filter EedDl, noise tuning, threshold 1500, one frame of
motion makes an event. Everything that would cost it CPU besides detection is off: pictures, movies, text, web. One
value is not the default: ``event_gap`` is 3 s, as long as ours waits, instead of 60, which would melt separate events
into one; it costs nothing.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "motion"

_MAIN = """\
daemon off
setup_mode off
log_file {folder}/motion.log
log_level 5
target_dir {folder}
picture_output off
movie_output off
webcontrol_port 0
stream_port 0
framerate {fps}
despeckle_filter EedDl
threshold 1500
noise_tune on
minimum_motion_frames 1
event_gap 3
text_left
text_right
on_event_start {folder}/note start %$
on_event_end {folder}/note end %$
on_camera_lost {folder}/note lost %$
"""
_CAMERA = """\
camera_id {number}
camera_name {name}
width {width}
height {height}
netcam_url {url}
netcam_params rtsp_transport=tcp,capture_rate={capture_rate}
"""
_NOTE = """\
#!/bin/sh
echo "$(date +%s.%N) $1 $2" >> {folder}/events
"""


@dataclass(frozen=True, slots=True)
class View:
    """One camera as ``motion`` is told of it; ``high_url`` is the stream it would record."""

    name: str
    url: str
    width: int
    height: int
    fps: int
    high_url: str = ""


class Motion:
    """Running from the start to ``stop``."""

    def __init__(self, folder: Path, views: list[View]) -> None:
        folder.mkdir(parents=True)
        self._events = folder / "events"
        self._events.touch()
        note = folder / "note"
        note.write_text(_NOTE.format(folder=folder))
        note.chmod(0o755)
        lines = [_MAIN.format(folder=folder, fps=views[0].fps)]
        for number, view in enumerate(views, start=1):
            text = _CAMERA.format(
                number=number, name=view.name, width=view.width, height=view.height, url=view.url,
                capture_rate=view.fps + 2,
            )  # fmt: skip
            if view.high_url:
                text += f"netcam_high_url {view.high_url}\nnetcam_high_params rtsp_transport=tcp\n"
            path = folder / f"camera-{number}.conf"
            path.write_text(text)
            lines.append(f"camera {path}")
        config = folder / "motion.conf"
        config.write_text("\n".join(lines) + "\n")
        self._stderr = folder / "stderr"
        self._process = subprocess.Popen(
            [PROGRAM, "-n", "-c", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._stderr.open("w"),
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def last_words(self) -> str:
        """The last line on standard error."""
        return (self._stderr.read_text().splitlines() or [""])[-1]

    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def events(self) -> dict[str, list[tuple[float, float]]]:
        """Of each camera, [begin, end] in Unix time; an event that is going on ends in the future."""
        return self.read(self._events.read_text())

    @staticmethod
    def read(notes: str) -> dict[str, list[tuple[float, float]]]:
        found: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for line in notes.splitlines():
            time_s, what, camera = line.split()
            if what == "start":
                found[camera].append((float(time_s), float("inf")))
            elif what == "end" and found[camera]:
                found[camera][-1] = (found[camera][-1][0], float(time_s))
        return dict(found)

    def lost(self) -> int:
        """How often a camera was lost."""
        return sum(" lost " in line for line in self._events.read_text().splitlines())
