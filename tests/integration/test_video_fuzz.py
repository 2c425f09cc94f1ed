"""Broken bytes from cameras: bounded here, 10⁵ of each kind with ``python -m tests.fuzz``."""

from __future__ import annotations

import random
import signal
import subprocess

import pytest

from tests import fuzz
from tests.fuzz_bytes import mutate


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_damaged_input_neither_crashes_nor_hangs_what_reads_cameras(kind: str) -> None:
    outcome = fuzz.run(kind, 100_000, seconds=15)
    assert outcome.inputs >= 50
    assert (outcome.crashed, outcome.hung) == ([], [])


def test_the_same_number_is_the_same_damage() -> None:
    good = bytes(range(256))
    assert mutate(good, random.Random("h264 5")) == mutate(good, random.Random("h264 5"))
    assert mutate(good, random.Random("h264 5")) != mutate(good, random.Random("h264 6"))


def test_an_input_that_crashes_the_reader_is_named_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    children = iter([["-c", _CRASHES_AT_TWO], ["-c", _ENDS]])
    real = subprocess.Popen
    monkeypatch.setattr(
        subprocess,
        "Popen",
        lambda command, pass_fds: real([command[0], *next(children), *command[4:]], pass_fds=pass_fds),
    )
    outcome = fuzz.run("h264", 10)
    assert (outcome.crashed, outcome.hung, outcome.inputs) == ([2], [], 10)


_CRASHES_AT_TWO = f"import os, sys; os.write(int(sys.argv[-1]), b'0' * 8); os.kill(os.getpid(), {int(signal.SIGSEGV)})"
_ENDS = "import os, sys; os.write(int(sys.argv[-1]), b'0' * 4 * (int(sys.argv[-2]) - int(sys.argv[-3])))"
