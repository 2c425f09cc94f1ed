"""A hub that cannot start says why in one clear sentence, starts nothing and leaves nothing behind."""

from __future__ import annotations

import socket
from pathlib import Path

import psutil
import pytest

from hub.app import datadir
from hub.errors import StartError
from tests.fix_hub import Hub, run_gridhub


def children_of(folder: Path) -> list[psutil.Process]:
    """Every process on this machine that names the folder."""
    return [process for process in psutil.process_iter() if _mentions(process, str(folder))]


def _mentions(process: psutil.Process, text: str) -> bool:
    try:
        return any(text in word for word in process.cmdline())
    except psutil.Error:
        return False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("camras: []\n", "hub.yaml:5:1: camras: is not a known key; did you mean 'cameras'?"),
        ("cameras: 7\n", "hub.yaml:5:1: cameras: must be a list"),
        ("devices: [{id: a, area: qth/x, type: smoke}]\n", "hub.yaml:5:19: devices[0].area: 'qth/x' is not in"),
        (
            "devices:\n  - {id: a, area: qth, type: smoke}\n  - {id: a, area: qth, type: door}\n",
            "hub.yaml:7:6: devices[1].id: 'a' is already an id in line 6",
        ),
    ],
)
@pytest.mark.parametrize("command", ["check", "up"])
def test_a_wrong_configuration_is_named_and_nothing_starts(hub: Hub, command: str, text: str, expected: str) -> None:
    hub.write(text)
    done = run_gridhub(command, "-c", str(hub.config))
    assert done.returncode == 2
    assert expected in done.stderr
    assert not (hub.folder / "var").exists()
    assert children_of(hub.folder) == []


@pytest.mark.parametrize("command", ["check", "up"])
def test_a_rule_that_can_never_fire_is_named_and_nothing_starts(hub: Hub, command: str) -> None:
    never = """\
rules:
  - name: never
    severity: major
    summary: "never"
    by: area
    when:
      all:
        - {as: hot, metric: temperature, above: 50}
        - {as: cold, metric: temperature, below: 10}
"""
    hub.write(rules=never)
    done = run_gridhub(command, "-c", str(hub.config))
    assert done.returncode == 2
    assert "rules.yaml:" in done.stderr
    assert "never" in done.stderr
    assert not (hub.folder / "var").exists()


def test_a_port_in_use_is_one_sentence(hub: Hub) -> None:
    hub.write()
    with socket.socket() as other:
        other.bind(("127.0.0.1", hub.port))
        other.listen()
        done = run_gridhub("up", "-c", str(hub.config))
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{hub.port}: address already in use" in done.stderr
    assert "Traceback" not in done.stderr
    assert children_of(hub.folder) == []


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("format", "7\n", "has format '7', and this gridhub knows '1'"),
        ("postgres/data/PG_VERSION", "12\n", "was made by PostgreSQL 12, and this gridhub brings 18"),
    ],
)
def test_a_data_directory_of_another_version_is_one_sentence(hub: Hub, file: str, content: str, expected: str) -> None:
    hub.write()
    target = hub.folder / "var" / file
    target.parent.mkdir(parents=True)
    target.write_text(content)
    done = run_gridhub("up", "-c", str(hub.config))
    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert target.read_text() == content
    assert children_of(hub.folder) == []


def test_a_data_directory_that_cannot_be_written_is_one_sentence(hub: Hub) -> None:
    hub.write()
    (hub.folder / "var").write_text("a file, where a folder should be")
    done = run_gridhub("up", "-c", str(hub.config))
    assert done.returncode == 1
    assert "the data directory" in done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datadir, "MIN_FREE_BYTES", 2**62)
    with pytest.raises(StartError, match=r"the disk of .* is full: \d+ MiB are free"), datadir.DataDir(tmp_path):
        pass


def test_a_second_hub_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with (
        datadir.DataDir(tmp_path / "var"),
        pytest.raises(StartError, match="another gridhub is running"),
        datadir.DataDir(tmp_path / "var"),
    ):
        pass


def test_a_database_that_is_not_there_is_one_sentence(hub: Hub) -> None:
    hub.write("store: {url: 'postgresql://hub:s3cret-word@127.0.0.1:1/hub'}\n")
    done = run_gridhub("up", "-c", str(hub.config))
    assert done.returncode == 1
    assert "the database at store.url cannot be used" in done.stderr
    assert "s3cret-word" not in done.stderr
    assert "Traceback" not in done.stderr
