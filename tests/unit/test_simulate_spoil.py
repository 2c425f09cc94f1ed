"""Spoiling a simulated camera by hand."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from hub.errors import StartError
from ingest.simulate.faults import FPS, write_clip
from ingest.simulate.installation import install
from ingest.simulate.rtsp import Loop
from ingest.simulate.spoil import Kind, Spoiled, spoil, spoiled_file
from ingest.simulate.spoiler import Spoiler, spoils


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    install(tmp_path, "127.0.0.1:8000", 18554, cameras=2, devices=0)
    return tmp_path


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    opened = Loop(write_clip(tmp_path / "clip.mp4"))
    yield opened
    opened.close()


def test_a_camera_is_spoiled_and_put_in_order_while_it_is_served(installation: Path) -> None:
    spoiled = Spoiled(spoiled_file(installation))
    assert spoiled.kind("cam-0001") is None
    spoil(installation, "cam-0001", Kind.COVERED)
    spoil(installation, "cam-0002", Kind.FROZEN)
    assert (spoiled.kind("cam-0001"), spoiled.kind("cam-0002")) == (Kind.COVERED, Kind.FROZEN)
    spoil(installation, "cam-0001", None)
    assert (spoiled.kind("cam-0001"), spoiled.kind("cam-0002")) == (None, Kind.FROZEN)
    spoiled_file(installation).unlink()
    assert spoiled.kind("cam-0002") is None


@pytest.mark.parametrize("text", ["no json", '{"cam-0001": "burnt"}', "[]"])
def test_what_is_not_understood_changes_nothing_and_is_logged(
    installation: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    spoil(installation, "cam-0001", Kind.COVERED)
    spoiled = Spoiled(spoiled_file(installation))
    assert spoiled.kind("cam-0001") is Kind.COVERED
    spoiled_file(installation).write_text(text + " ")
    with caplog.at_level(logging.WARNING):
        assert spoiled.kind("cam-0001") is Kind.COVERED
        assert spoiled.kind("cam-0001") is Kind.COVERED
    assert len(caplog.records) == 1


def test_there_must_be_such_a_camera(installation: Path, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="cam-0009"):
        spoil(installation, "cam-0009", Kind.COVERED)
    with pytest.raises(StartError, match="no simulated city"):
        spoil(tmp_path / "elsewhere", "cam-0001", Kind.COVERED)


def test_the_command(installation: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "ingest.simulate.spoil", "--data", str(installation), *arguments]
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)

    assert run("cam-0001", "moved").returncode == 0
    assert json.loads(spoiled_file(installation).read_text()) == {"cam-0001": "moved"}
    assert run("cam-0001", "clear").returncode == 0
    assert json.loads(spoiled_file(installation).read_text()) == {}
    unknown = run("cam-0009", "moved")
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (1, 1)
    assert run("cam-0001", "burnt").returncode == 2


def pictures(loop: Loop, kind: Kind, first: int, count: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """The brightness of what a viewer sees."""
    spoiler = Spoiler(loop, kind)
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = loop.extradata
    found = []
    for number in range(first, first + count):
        nalus = spoiler.nalus(number)
        coded = b"".join(len(nalu).to_bytes(4, "big") + nalu for nalu in nalus)
        found += [frame.to_ndarray(format="gray").astype(np.uint8) for frame in decoder.decode(av.Packet(coded))]
    return found


@pytest.mark.parametrize("kind", [kind for kind in Kind if spoils(kind)])
def test_a_spoiled_loop_has_a_picture_for_each_frame_and_the_parameters_of_the_loop(loop: Loop, kind: Kind) -> None:
    assert len(pictures(loop, kind, 0, 2 * FPS)) >= 2 * FPS - 1


def test_each_kind_shows_what_it_says(loop: Loop) -> None:
    [free] = pictures(loop, Kind.FROZEN, 0, 1)[:1]
    covered, blurred, turned, white = (
        pictures(loop, kind, 0, 1)[0] for kind in (Kind.COVERED, Kind.DEFOCUSED, Kind.MOVED, Kind.WASHED_OUT)
    )
    middle = slice(40, 140)
    assert covered[middle].mean() < 40
    assert white[middle].mean() > 220
    steps = [np.abs(np.diff(picture[middle].astype(int), axis=1)).max() for picture in (free, blurred)]
    assert steps[1] < steps[0] / 2
    bright = [np.flatnonzero((picture[middle] > 180).any(axis=0)) for picture in (free, turned)]
    assert bright[1].min() - bright[0].min() > 60
    frozen = pictures(loop, Kind.FROZEN, 0, FPS)
    assert np.abs(frozen[-1].astype(int) - frozen[0].astype(int)).mean() < 1.0


def test_the_clock_of_a_camera_does_not_show_in_its_picture() -> None:
    assert not spoils(Kind.CLOCK)
    assert [kind.clock_ahead_s > 0 for kind in Kind] == [kind is Kind.CLOCK for kind in Kind]
