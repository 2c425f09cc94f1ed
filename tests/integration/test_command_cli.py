"""``gridhub device command``: told on the command line, on a real store and a real broker."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hub import cli
from hub.store import commands
from tests.fix_commands import Control
from tests.fix_mqtt import City


@pytest.fixture
def config(mqtt_city: City, control: Control) -> Path:
    return mqtt_city.write_config(control.store.conninfo)


def tell(config: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["device", "command", *arguments, "-c", str(config)])
    return int(ended.value.code or 0)


def test_a_command_is_given_and_its_number_is_said(
    config: Path, control: Control, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell(config, "siren-1", "sound", "seconds=7", "--yes") == 0
    [command] = commands.open_commands(control.store)
    assert capsys.readouterr().out == f"{command.id}  siren-1 sound  accepted\n"
    assert (command.params, command.by.partition(":")[0]) == ({"seconds": 7}, "cli")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["siren-1", "sound", "seconds=0", "--yes"], 1, "seconds must be at least 1"),
        (["siren-1", "sound", "seconds=five", "--yes"], 1, "seconds must be a whole number"),
        (["siren-1", "sound", "seconds", "--yes"], 1, "'seconds' is not key=value"),
        (["siren-1", "sound"], 1, "must be confirmed: say --yes"),
        (["siren-1", "dance"], 1, "it takes sound, silence"),
        (["siren-9", "sound"], 1, "no source 'siren-9'"),
        (["siren-1", "silence", "--timeout", "2h"], 2, "must be from 1s to 1h"),
        (["siren-1", "silence", "--timeout", "soon"], 2, "is not a duration"),
    ],
)
def test_what_is_wrong_is_said(
    config: Path, control: Control, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, words: str
) -> None:
    assert tell(config, *arguments) == status
    assert words in capsys.readouterr().err
    assert commands.open_commands(control.store) == []


@pytest.mark.parametrize(("ok", "status", "end"), [(True, 0, "ok"), (False, 1, "failed")])
def test_it_waits_for_the_answer(
    config: Path, control: Control, capsys: pytest.CaptureFixture[str], ok: bool, status: int, end: str
) -> None:
    siren = control.siren()
    control.commander()
    control.connected()
    answering = threading.Thread(target=lambda: siren.answer(siren.hear()["id"], ok=ok, detail="here"))
    answering.start()
    assert tell(config, "siren-1", "silence", "--wait") == status
    answering.join()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("  accepted")
    assert lines[-1].endswith(f"  {end}  here")
