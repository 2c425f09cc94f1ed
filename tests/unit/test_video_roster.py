"""Lists of cameras in CSV files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hub.config.vault import Vault
from hub.model.allowlist import PRIVATE, AllowList
from hub.model.source import Source, SourceKind
from ingest.video import roster

AREAS = {"city/g001", "city/g002"}
HEAD = "id,url,area,name,username,password,substream_url,record\n"


VAULT = Vault("a key of thirty-two characters or more")


def read(text: str | bytes, known: Sequence[Source] = ()) -> roster.Roster:
    data = text.encode() if isinstance(text, str) else text
    against = roster.Known(AREAS, AllowList.of(PRIVATE), {source.id: VAULT.seal(source) for source in known}, VAULT)
    return roster.read(data, "list.csv", against)


def only(text: str | bytes) -> Source:
    (entry,) = read(text).new
    return entry.source


def problems(text: str | bytes) -> list[str]:
    found = read(text)
    assert found.problems
    return [str(problem) for problem in found.problems]


def test_a_camera_is_read_with_its_credentials_apart() -> None:
    camera = only(HEAD + "gate,rtsp://10.0.0.5/live,city/g001,北门,op,geheim-wort,,event\n")
    assert (camera.id, camera.area, camera.name, camera.origin) == ("gate", "city/g001", "北门", "api")
    assert camera.config["url"] == "rtsp://10.0.0.5/live"
    assert camera.config["record"]["mode"] == "event"
    assert camera.secret == {"username": "op", "password": "geheim-wort"}
    assert "geheim" not in repr(camera)


def test_credentials_in_the_address_are_taken_out_of_it() -> None:
    camera = only("id,url,area\ngate,rtsp://op:p%40ss-w@10.0.0.5/live,city/g001\n")
    assert camera.config["url"] == "rtsp://10.0.0.5/live"
    assert camera.secret == {"username": "op", "password": "p@ss-w"}


def test_columns_may_be_left_out_and_stand_in_any_order() -> None:
    camera = only("\ufeffarea, id ,url\ncity/g002,gate,rtsps://10.0.0.5/live\n\n")
    assert (camera.id, camera.name, camera.secret) == ("gate", "gate", None)


def test_every_mistake_is_told_with_its_line() -> None:
    text = (
        "id,url,area,record\n"
        "good,rtsp://10.0.0.5/a,city/g001,\n"
        "bad id,rtsp://10.0.0.5/b,city/g001,\n"
        "c3,http://10.0.0.5/c,city/g001,\n"
        "c4,rtsp://10.0.0.5/d,city/g01,\n"
        "good,rtsp://10.0.0.5/e,city/g001,\n"
        "c6,rtsp://10.0.0.5/f,city/g001,sometimes\n"
        "c7,rtsp://10.0.0.5/g\n"
        "c8,,city/g001,\n"
    )
    found = problems(text)
    assert [line.split(":")[1] for line in found] == ["3", "4", "5", "6", "7", "8", "9"]
    assert "did you mean 'city/g001'" in found[2]
    assert "already in line 2" in found[3]
    assert "'continuous', 'event' or 'off'" in found[4]
    assert "2 values for 4 columns" in found[5]
    assert "url: is missing" in found[6]


LISTED = "id,url,area,name,username,password\ngate,rtsp://10.0.0.5/a,city/g001,Gate,op,geheim-wort\n"


def test_what_is_there_just_so_is_passed_over_and_what_differs_is_told_apart() -> None:
    there = only(LISTED)
    assert [entry.line for entry in read(LISTED, [there]).unchanged] == [2]
    for old, new in (("Gate", "Door"), ("geheim-wort", "other-word"), ("10.0.0.5", "10.0.0.6"), ("g001", "g002")):
        found = read(LISTED.replace(old, new), [there])
        assert ([entry.line for entry in found.changed], found.unchanged, found.new) == ([2], [], []), new


def test_an_update_leaves_what_the_list_does_not_name() -> None:
    there = only(LISTED)
    there = replace(there, config={**there.config, "zones": [{"name": "door"}]})
    (changed,) = read("id,url,area,record\ngate,rtsp://10.0.0.5/b,city/g001,event\n", [there]).changed
    assert changed.source.config["zones"] == [{"name": "door"}]
    assert (changed.source.name, changed.source.config["record"]["mode"]) == ("Gate", "event")
    assert changed.source.config["record"]["pre"] == there.config["record"]["pre"]
    assert VAULT.unseal(changed.source).secret == there.secret


def test_a_known_password_does_not_go_to_another_host() -> None:
    (changed,) = read("id,url,area\ngate,rtsp://10.0.0.99/b,city/g001\n", [only(LISTED)]).changed
    assert changed.source.secret is None


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (Source("gate", SourceKind.DEVICE, "city/g001", "smoke", "Gate"), "is a device already"),
        (Source("gate", SourceKind.CAMERA, "city/g001", "camera", "Gate", {"url": "rtsp://a/"}), "configuration"),
        (Source("gate", SourceKind.CAMERA, "elsewhere", "camera", "Gate", origin="api"), "is taken"),
    ],
)
def test_an_id_that_cannot_be_had_is_a_mistake(there: Source, words: str) -> None:
    found = read(LISTED, [there])
    assert words in str(found.problems[0])
    assert (found.new, found.changed) == ([], [])


@pytest.mark.parametrize("url", ["rtsp://127.0.0.1/a", "rtsp://2130706433/a", "rtsp://169.254.169.254/a", "rtsp://8.8.8.8/"])
def test_an_address_where_no_camera_may_be_is_a_mistake(url: str) -> None:
    assert "network.cameras" in problems(f"id,url,area\ngate,{url},city/g001\n")[0]
    assert "network.cameras" in problems(f"id,url,area,substream_url\ng,rtsp://10.0.0.1/,city/g001,{url}\n")[0]


def test_no_message_holds_a_password() -> None:
    found = problems("id,url,area\nx y,http://op:geheim-wort@10.0.0.5/a,city/g001\nz,rtsp://op:geheim-wort@/,city/g9\n")
    assert len(found) >= 2
    assert "geheim" not in " ".join(found)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (b"id,url,area\n\xff\xfe\n", "UTF-8"),
        (b"id,url,aera\n", "did you mean 'area'"),
        (b"id,url,area,id\n", "twice"),
        (b'id,url,area\n"x,y\n', "not CSV"),
        (b"", "missing"),
        (b"id,url,area\ncam-1,rtsp://10.0.0.5/\0,city/g001\n", "NUL"),
        (b"id,url,area," + b",".join(b"column%d" % number for number in range(50_000)), "50003 columns"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(text: bytes, word: str) -> None:
    assert word in " ".join(problems(text))


def test_an_area_with_others_below_it_is_no_place_for_a_new_camera() -> None:
    listed = "id,url,area\ngate,rtsp://10.0.0.5/a,city\n"
    known = roster.Known({"city", "city/g001"}, AllowList.of(PRIVATE), {}, VAULT)
    (problem,) = roster.read(listed.encode(), "list.csv", known).problems
    assert (problem.line, problem.key) == (2, "area")
    assert "'city' is not a grid" in problem.message
    there = replace(only("id,url,area\ngate,rtsp://10.0.0.5/a,city/g001\n"), area="city")
    known = replace(known, sources={"gate": there})
    assert roster.read(listed.encode(), "list.csv", known).problems == [], "one that is there may stay"


def test_all_that_is_wrong_with_a_line_is_told() -> None:
    line = f"bad id,rtsp://8.8.8.8/a,city/g01,{'n' * 201},http://10.0.0.5/b,sometimes"
    found = problems(f"id,url,area,name,substream_url,record\n{line}\n")
    assert {text.split(":")[3].strip() for text in found} == {"id", "url", "area", "name", "substream_url", "record"}


def test_a_list_separated_by_semicolons_is_told_how_to_separate() -> None:
    (found,) = problems("id;url;area\ngate;rtsp://10.0.0.5/a;city/g001\n")
    assert "separate with commas" in found
