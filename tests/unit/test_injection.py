"""What a hostile name would do in a spreadsheet, a log or a header: nothing."""

from __future__ import annotations

import csv
import io
import logging

import pytest

from hub import log
from ingest.video.inquiry import as_csv
from ingest.video.profiles import Device, Profile

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\0=1", "\ufeff=1", "\u00a0=1", "\v=1", "=+-@=1",
    "＝1", "＋1", "－1", "＠SUM(A1)", "\u3000＝1", "=cmd|'/c calc'!A0", '=HYPERLINK("http://x")',
]  # fmt: skip


@pytest.mark.parametrize("hostile", FORMULAS)
def test_no_cell_of_a_list_of_found_cameras_is_a_formula(hostile: str) -> None:
    profile = Profile("1", "main", f"{hostile}rtsp://10.0.0.5/x", "H264", 1920, 1080, 25.0)
    text = as_csv([Device("10.0.0.5", 80, hostile, "", (profile,), None)], "city/g1")
    [_, cells] = list(csv.reader(io.StringIO(text)))
    for cell in cells:
        assert not cell.strip("\0\ufeff \t\r\n\v\u00a0\u3000").startswith(tuple("=+-@＝＋－＠")), cell
        assert cell == "" or cell[0].isalnum(), cell


FORGED = "2026-11-23T00:00:00.000Z ERROR x: forged"
LINES = [f"a{end}{FORGED}" for end in ("\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029")]


@pytest.mark.parametrize("hostile", [*LINES, "a\x1b[2K\x1b[1A", "a\x9b2K", "a\u202egro"])
def test_no_name_begins_a_line_of_the_log_or_moves_the_cursor(
    hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log.setup("test", logging.WARNING)
    logging.getLogger("hub.x").warning("the camera %s is away", hostile)
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1, said
    assert said.removesuffix("\n").isprintable()
    assert "the camera a\\" in said


def _fail() -> None:
    raise ValueError(f"x\n{FORGED}")


def test_what_an_error_quotes_looks_like_no_record(capsys: pytest.CaptureFixture[str]) -> None:
    log.setup("test", logging.WARNING)
    try:
        _fail()
    except ValueError:
        logging.getLogger("hub.x").exception("it failed")
    first, *rest = capsys.readouterr().err.splitlines()
    assert first.endswith("ERROR test hub.x: it failed")
    assert rest
    assert all(line.startswith("    ") for line in rest)


def test_a_secret_with_a_line_break_in_it_is_taken_out_before_it_is_escaped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.setup("test", logging.WARNING)
    log.redact_value("canary\nsecret")
    logging.getLogger("hub.x").warning("it was %s", "canary\nsecret")
    assert capsys.readouterr().err.endswith("it was ***\n")
