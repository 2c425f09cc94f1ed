"""The commands about people and the store, against a real PostgreSQL; and what is said to wrong usage."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from hub import cli
from hub.model.area import Area
from hub.store import Store, areas, audit, people


class Command:
    """``gridhub`` with the configuration of a test."""

    def __init__(self, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._config = config
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str, typed: str = "") -> tuple[int, str]:
        """The exit status, and all that was printed."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            cli.main([*arguments, "-c", str(self._config)])
        said = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out + said.err


@pytest.fixture
def gridhub(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    grid = {"type": "Feature", "properties": {"path": "qth", "name": "Q", "kind": "grid"}, "geometry": None}
    (tmp_path / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [grid]}))
    config = tmp_path / "hub.yaml"
    config.write_text(f"areas: areas.geojson\nstore: {{url: {json.dumps(store.conninfo)}}}\n")
    monkeypatch.setattr("hub.log.setup", lambda *_: None)
    return Command(config, monkeypatch, capsys)


def test_the_last_administrator_cannot_be_shut_out(gridhub: Command, store: Store) -> None:
    assert gridhub("user", "add", "wang", "--role", "administrator", typed="a long password\n")[0] == 0
    assert gridhub("user", "add", "li", typed="a long password\n")[0] == 0
    status, said = gridhub("user", "disable", "wang")
    assert (status, "wang is the last administrator" in said) == (1, True)
    assert gridhub("user", "disable", "li")[0] == 0
    assert [(person.name, person.disabled) for person in people.list_people(store)] == [("li", True), ("wang", False)]


def test_whoever_was_shut_out_can_be_let_in_again(gridhub: Command, store: Store) -> None:
    gridhub("user", "add", "wang", "--role", "administrator", typed="a long password\n")
    gridhub("user", "add", "li", typed="a long password\n")
    gridhub("user", "disable", "li")
    assert "still disabled" in gridhub("user", "password", "li", typed="another password\n")[1]
    assert gridhub("user", "enable", "li")[0] == 0
    assert not any(person.disabled for person in people.list_people(store))


def test_a_password_is_to_be_changed_unless_it_is_kept_and_the_log_knows_who_gave_it(
    gridhub: Command, store: Store
) -> None:
    given = []
    for line in ("add li", "password li --keep", "password li", "add wall --keep"):
        status, said = gridhub("user", *line.split(), typed="a long password\n")
        assert (status, "to be changed at the next signing in" in said) == (0, "--keep" not in line)
        given.append(people.get(store, line.split()[1]).person.password_given)
    assert given == [True, False, True, False]
    gridhub("user", "grant", "li", "--role", "administrator")
    entries = [each.entry for each in audit.list_entries(store, audit.Wanted(subject="people/li"), 10)]
    assert all(entry.actor.startswith("cli:") for entry in entries)
    assert [(entry.action, entry.detail.get("to_be_changed")) for entry in entries] == [
        ("change_person", None), ("set_password", True), ("set_password", False), ("add_person", True),
    ]  # fmt: skip


def test_a_role_in_an_area_that_is_written_wrong_is_refused_with_the_one_that_was_meant(
    gridhub: Command, store: Store
) -> None:
    with store.transaction() as tx:
        areas.put(tx, [Area("qth", "Qingtaihe", "city")])
    gridhub("user", "add", "li", typed="a long password\n")
    status, said = gridhub("user", "grant", "li", "--role", "reviewer", "--area", "qht")
    assert (status, said.strip()) == (1, "gridhub: there is no area 'qht'; did you mean 'qth'?")


@pytest.mark.parametrize(
    ("arguments", "typed", "expected"),
    [
        (("user", "disable", "nobody"), "", "there is no user 'nobody'"),
        (("user", "password", "nobody"), "a long password\n", "there is no user 'nobody'"),
        (("user", "add", "wang"), "short\n", "a password has 10 to 256 characters"),
        (("user", "add", "wang", "--area", "no/where"), "a long password\n", "there is no area 'no/where'"),
    ],
)
def test_what_cannot_be_done_is_said(gridhub: Command, arguments: tuple[str, ...], typed: str, expected: str) -> None:
    status, said = gridhub(*arguments, typed=typed)
    assert (status, expected in said) == (1, True), said


def test_a_type_that_nobody_knows_is_a_warning(gridhub: Command, tmp_path: Path) -> None:
    with (tmp_path / "hub.yaml").open("a") as file:
        file.write("devices: [{id: s-1, area: qth, type: smokee}, {id: s-2, area: qth, type: smoke}]\n")
    code, said = gridhub("check")
    assert code == 0
    assert said.count("warning") == 1
    assert "devices[0].type: there is no type 'smokee'" in said
    assert "did you mean 'smoke'?" in said


def test_an_unknown_command_is_answered_with_all_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["fly"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    known = ("demo", "up", "check", "db", "user", "camera", "device", "rules", "status")
    assert all(f"'{name}'" in said for name in known)
