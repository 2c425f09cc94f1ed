"""Cameras by the hundred: all of a list or nothing of it, again without harm, and quickly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.config.vault import Vault
from hub.errors import Conflict
from hub.model.allowlist import PRIVATE, AllowList
from hub.model.area import Area
from hub.model.source import Source
from hub.store import Store, areas, sources
from ingest.simulate.faults import FaultServer, faulty_cameras
from ingest.video import importing
from tests.fix_video import bare
from tests.integration.test_secrets import dump
from tests.integration.test_video_commands import gridhub

VAULT = Vault("a key of thirty-two characters or more")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CANARY = "canary-41c-wort"


@pytest.fixture
def city(store: Store) -> Store:
    with store.transaction() as tx:
        areas.put(tx, [Area("city", "City", "city"), Area("city/g1", "Grid", "grid")])
    return store


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as running:
        yield running


@pytest.fixture
def folder(city: Store, tmp_path: Path) -> Path:
    (tmp_path / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    config = {
        "store": {"url": city.conninfo},
        "areas": "areas.geojson",
        "network": {"cameras": ["10.0.0.0/8", "127.0.0.0/8"]},
    }
    (tmp_path / "hub.yaml").write_text(json.dumps(config))
    return tmp_path


def listed(count: int, host: str = "10.0.{}.{}") -> str:
    lines = [
        f"cam-{number},rtsp://op:{CANARY}@{host.format(number // 250, number % 250 + 1)}/live,city/g1"
        for number in range(count)
    ]
    return "\n".join(["id,url,area", *lines, ""])


def planned(store: Store, text: str, *, update: bool = False) -> importing.Plan:
    known = importing.known_to(store, AllowList.of(PRIVATE), VAULT)
    return importing.plan(text.encode(), "list.csv", known, update=update)


def test_a_thousand_cameras_are_imported_in_five_seconds_and_again_in_no_more(city: Store) -> None:
    text = listed(1000)
    for expected in ((1000, 0), (0, 1000)):
        began_s = time.monotonic()
        found = planned(city, text)
        importing.carry_out(city, found, VAULT, NOW)
        assert time.monotonic() - began_s < 5
        assert (len(found.new), len(found.unchanged), found.problems) == (*expected, ())
    assert len(sources.list_sources(city)) == 1000
    [gaps] = city.fetch("select count(*) as n from gap")
    assert gaps["n"] == 1000, "each is blind since it was added"
    assert CANARY not in dump(city)


def test_what_differs_is_a_problem_until_an_update_is_asked_for(city: Store) -> None:
    importing.carry_out(city, planned(city, listed(3)), VAULT, NOW)
    moved = listed(3).replace("10.0.0.2/live", "10.0.0.2/other")
    found = planned(city, moved)
    assert [(problem.line, problem.key) for problem in found.problems] == [(3, "id")]
    assert "differs in url" in found.problems[0].message
    assert [line.outcome for line in found.lines()] == ["unchanged", "wrong", "unchanged"]
    found = planned(city, moved, update=True)
    assert [line.outcome for line in found.lines()] == ["unchanged", "updated", "unchanged"]
    importing.carry_out(city, found, VAULT, NOW)
    assert sources.get(city, "cam-1").config["url"] == "rtsp://10.0.0.2/other"
    assert (VAULT.unseal(sources.get(city, "cam-1")).secret or {})["password"] == CANARY


def test_an_id_that_somebody_takes_meanwhile_leaves_nothing_half_done(city: Store) -> None:
    found = planned(city, listed(10))
    importing.carry_out(city, planned(city, listed(8).replace("cam-", "x-").replace("x-7", "cam-7")), VAULT, NOW)
    before = {source.id for source in sources.list_sources(city)}
    assert "cam-7" in before
    with pytest.raises(Conflict):
        importing.carry_out(city, found, VAULT, NOW)
    assert {source.id for source in sources.list_sources(city)} == before


def test_a_few_cameras_are_looked_at_at_once_and_those_without_picture_are_problems(city: Store) -> None:
    looking, most, lock = 0, 0, threading.Lock()
    seen: list[str] = []

    def look(source: Source) -> dict[str, str]:
        nonlocal looking, most
        with lock:
            looking += 1
            most = max(most, looking)
        time.sleep(0.01)  # long enough for the others to begin
        with lock:
            looking -= 1
            seen.append(source.id)
        return {"url": "no picture"} if source.id == "cam-5" else {}

    steps: list[int] = []
    found = importing.looked_at(planned(city, listed(20)), "list.csv", look, lambda: steps.append(1))
    assert (len(seen), len(steps), most <= importing.AT_ONCE) == (20, 20, True)
    assert [(problem.line, problem.key, problem.message) for problem in found.problems] == [(7, "url", "no picture")]
    assert len(found.new) == 19


def test_a_dry_run_says_what_would_be_done_and_does_nothing(folder: Path, city: Store) -> None:
    (folder / "list.csv").write_text(listed(3) + "bad id,rtsp://10.0.0.9/,city/g1\n")
    done = gridhub(folder, "import", "list.csv", "--dry-run", "--partial")
    assert done.returncode == 2
    assert "3 cameras imported" in done.stderr
    assert "nothing was done" in done.stderr
    assert sources.list_sources(city) == []


def test_a_part_of_a_list_is_imported_where_that_is_asked_for(folder: Path, city: Store) -> None:
    (folder / "list.csv").write_text(listed(3) + "bad id,rtsp://10.0.0.9/,city/g1\n")
    done = gridhub(folder, "import", "list.csv", "--partial")
    assert done.returncode == 1
    assert "list.csv:5:0: id:" in done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["2", "cam-0", "added"], ["3", "cam-1", "added"], ["4", "cam-2", "added"],
    ]  # fmt: skip
    assert len(sources.list_sources(city)) == 3
    assert CANARY not in done.stdout + done.stderr


def test_one_user_for_all_that_have_none_is_given_apart(folder: Path, city: Store) -> None:
    (folder / "list.csv").write_text("id,url,area\ncam-1,rtsp://10.0.0.1/,city/g1\n")
    done = gridhub(folder, "import", "list.csv", "--username", "op", GRIDHUB_CAMERA_PASSWORD=CANARY)
    assert done.returncode == 0, done.stderr
    assert "holds passwords" not in done.stderr
    assert sources.get(city, "cam-1").secret
    assert CANARY not in dump(city)


def test_a_list_whose_cameras_are_looked_at_first_leaves_out_the_dead_ones(
    folder: Path, city: Store, server: FaultServer
) -> None:
    locked = bare(server.url("locked"))
    (folder / "list.csv").write_text(
        f"id,url,area\ncam-1,{server.url('ok')},city/g1\ncam-2,{locked},city/g1\ncam-3,{server.url('locked')},city/g1\n"
    )
    done = gridhub(folder, "import", "list.csv", "--probe", "--partial")
    assert done.returncode == 1, done.stderr
    assert "list.csv:3:0: url: cannot be had: the camera refuses the user name or password (401)" in done.stderr
    assert [source.id for source in sources.list_sources(city)] == ["cam-1", "cam-3"]


def test_a_substream_is_looked_at_too(folder: Path, city: Store, server: FaultServer) -> None:
    right, wrong = bare(server.url("ok")), bare(server.url("nowhere"))
    (folder / "list.csv").write_text(
        f"id,url,area,substream_url\ncam-1,{right},city/g1,{right}\ncam-2,{right},city/g1,{wrong}\n"
    )
    done = gridhub(folder, "import", "list.csv", "--probe", "--partial")
    assert done.returncode == 1, done.stderr
    assert "list.csv:3:0: substream_url: cannot be had: the camera knows no stream of this path (404)" in done.stderr
    assert [source.id for source in sources.list_sources(city)] == ["cam-1"]
