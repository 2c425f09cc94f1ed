"""Lists of cameras in CSV files."""

from __future__ import annotations

import pytest

from ingest.video import roster

AREAS = {"city/g001", "city/g002"}
HEAD = "id,url,area,name,username,password,substream_url,record\n"


def read(text: str | bytes, known: frozenset[str] = frozenset()) -> roster.Roster:
    data = text.encode() if isinstance(text, str) else text
    return roster.read(data, "list.csv", AREAS, known)


def problems(text: str | bytes) -> list[str]:
    found = read(text)
    assert found.problems
    return [str(problem) for problem in found.problems]


def test_a_camera_is_read_with_its_credentials_apart() -> None:
    (camera,) = read(HEAD + "gate,rtsp://10.0.0.5/live,city/g001,北门,op,geheim-wort,,event\n").new
    assert (camera.id, camera.area, camera.name, camera.origin) == ("gate", "city/g001", "北门", "api")
    assert camera.config["url"] == "rtsp://10.0.0.5/live"
    assert camera.config["record"]["mode"] == "event"
    assert camera.secret == {"username": "op", "password": "geheim-wort"}
    assert "geheim" not in repr(camera)


def test_credentials_in_the_address_are_taken_out_of_it() -> None:
    (camera,) = read("id,url,area\ngate,rtsp://op:p%40ss-w@10.0.0.5/live,city/g001\n").new
    assert camera.config["url"] == "rtsp://10.0.0.5/live"
    assert camera.secret == {"username": "op", "password": "p@ss-w"}


def test_columns_may_be_left_out_and_stand_in_any_order() -> None:
    (camera,) = read("\ufeffarea, id ,url\ncity/g002,gate,rtsps://10.0.0.5/live\n\n").new
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


def test_a_camera_that_is_there_already_is_a_mistake() -> None:
    found = read("id,url,area\ngate,rtsp://10.0.0.5/a,city/g001\n", frozenset({"gate"}))
    assert "already" in str(found.problems[0])
    assert found.new == []


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
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(text: bytes, word: str) -> None:
    assert word in " ".join(problems(text))
