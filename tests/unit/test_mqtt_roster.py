"""A list of devices in a CSV file: every mistake with its line, and what can be imported."""

from __future__ import annotations

import pytest

from hub.model.source import Source, SourceKind
from ingest.mqtt import roster

AREAS = ["qth/a/g001", "qth/a/g002"]
KNOWN = {
    "smoke-1": Source("smoke-1", SourceKind.DEVICE, "qth/a/g001", "smoke", "Smoke 1", origin="api"),
    "cam-1": Source("cam-1", SourceKind.CAMERA, "qth/a/g001", "camera", "Camera 1"),
}


def read(text: str | bytes) -> roster.Roster:
    data = text.encode() if isinstance(text, str) else text
    return roster.read(data, "devices.csv", AREAS, KNOWN)


def problems(text: str | bytes) -> list[tuple[int, str]]:
    return [(problem.line, problem.key) for problem in read(text).problems]


def test_devices_are_read_in_any_order_of_columns_with_or_without_a_name() -> None:
    found = read("area,id,type,name\r\nqth/a/g001,water-1,water,水位 1\r\n\r\nqth/a/g002,water-2,water,\r\n")
    assert found.problems == []
    assert [(item.id, item.area, item.type, item.name) for item in found.new] == [
        ("water-1", "qth/a/g001", "water", "水位 1"), ("water-2", "qth/a/g002", "water", "water-2"),
    ]  # fmt: skip
    assert all(item.kind is SourceKind.DEVICE and item.origin == "api" and item.approved for item in found.new)


def test_a_byte_order_mark_is_not_part_of_the_first_column() -> None:
    assert [item.id for item in read(b"\xef\xbb\xbfid,area,type\nd-1,qth/a/g001,door\n").new] == ["d-1"]


def test_a_device_that_is_there_just_so_is_passed_over() -> None:
    found = read("id,area,type,name\nsmoke-1,qth/a/g001,smoke,Smoke 1\n")
    assert (found.new, found.unchanged, found.problems) == ([], 1, [])


def test_a_period_is_read_and_belongs_to_what_a_device_is() -> None:
    found = read("id,area,type,period\nd-1,qth/a/g001,door,300s\nd-2,qth/a/g001,door,\n")
    assert [item.config for item in found.new] == [{"period": "5m"}, {}]
    assert problems("id,area,type,period\nd-1,qth/a/g001,door,often\n") == [(2, "period")]
    assert problems("id,area,type,name,period\nsmoke-1,qth/a/g001,smoke,Smoke 1,5m\n") == [(2, "id")]


def test_every_mistake_is_named_with_its_line() -> None:
    text = (
        "id,area,type,name\n"
        "good-1,qth/a/g001,door,Good\n"
        "-bad,qth/a/g001,door,\n"
        "d-2,qth/a/g01,door,\n"
        "d-3,qth/a/g001,Door,\n"
        "good-1,qth/a/g001,door,\n"
        "smoke-1,qth/a/g002,smoke,Smoke 1\n"
        "cam-1,qth/a/g001,camera,Camera 1\n"
        "d-4,qth/a/g001\n"
        f"d-5,qth/a/g001,door,{'x' * 201}\n"
    )
    assert problems(text) == [
        (3, "id"), (4, "area"), (5, "type"), (6, "id"), (7, "id"), (8, "id"), (9, ""), (10, "name"),
    ]  # fmt: skip
    assert "did you mean 'qth/a/g001'?" in read(text).problems[1].message
    assert [item.id for item in read(text).new] == ["good-1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "id"), (1, "area"), (1, "type")]),
        ("id,type\n", [(1, "area")]),
        ("id,area,type,nmae\n", [(1, "nmae")]),
        ("id,area,type,id\n", [(1, "id")]),
        ('id,area,type\nd-1,"qth/a/g001,door\n', [(2, "")]),
        ("id,area,type\nd-1,qth/a/g001,door\n二,".encode("gb18030"), [(3, "")]),
    ],
)
def test_a_file_that_is_no_list_of_devices_is_refused(text: str | bytes, expected: list[tuple[int, str]]) -> None:
    assert problems(text) == expected
