"""What is sent to make much of little, or to be read for ever: each is answered, soon and with few words."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest

from dashboard.api.csv_body import MAX_LINES
from tests.fix_api import GRID, Api, problem

CPU_S = 2.0
"""Of this process, client and server together, for all that stands below."""
JSON = "application/json"
_RULE = "name: r, severity: major, summary: s"


def bodies() -> Iterator[tuple[str, bytes]]:
    yield "lists in lists", b"[" * 100_000
    yield "objects in objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "lists in a value", b'{"username":"a","password":' + b"[" * 5000 + b"]" * 5000 + b"}"
    yield "no number", b'{"username":NaN,"password":1e400,"code":-Infinity}'
    yield "digits", b'{"username":' + b"9" * 10_000 + b"}"
    yield "digits behind the point", b'{"username":0.' + b"9" * 10_000 + b"}"
    yield "half of a pair", b'{"username":"\\ud800","password":"\\udfff"}'
    yield "NUL", b'{"username":"a\\u0000","password":"b"}'
    yield "compressed", gzip.compress(b'{"username":"anna","password":"b"}')
    yield "one key many times", b"{" + b",".join([b'"username":"a"'] * 1000) + b"}"


def test_nothing_that_stands_in_a_body_is_a_mistake_of_the_hub(api: Api) -> None:
    anyone, anna = api.anonymous(), api.client("anna")
    began_s = time.process_time()
    for name, content in bodies():
        for client, method, path in (
            (anyone, "POST", "/session"), (anyone, "POST", "/session/passkey"), (anna, "POST", "/cameras"),
            (anna, "POST", "/silences"), (anna, "POST", "/people"), (anna, "PUT", "/walls/a"),
            (anna, "POST", "/rules/check"), (anna, "PATCH", "/devices/smoke-1"),
        ):  # fmt: skip
            for more in ({}, {"Content-Encoding": "gzip"}, {"Content-Encoding": "br, deflate"}):
                answer = client.request(method, path, content=content, headers={"Content-Type": JSON, **more})
                assert 400 <= answer.status_code < 500, (name, path, answer.text[:200])
    assert time.process_time() - began_s < CPU_S


def test_who_has_not_signed_in_sends_little(api: Api) -> None:
    long = json.dumps({"username": "anna", "password": "x" * 20_000}).encode()
    for path in ("/session", "/session/passkey", "/session/passkey/options"):
        answer = api.anonymous().post(path, content=long, headers={"Content-Type": JSON})
        assert answer.status_code in {409, 413}, path
        if path != "/session/passkey/options":
            assert problem(answer) == (413, "too_large")


def test_not_every_mistake_of_a_great_many_is_told(api: Api) -> None:
    keys = b"{" + b",".join(b'"k%d":1' % number for number in range(20_000)) + b"}"
    answer = api.client("anna").post("/people", content=keys, headers={"Content-Type": JSON})
    assert problem(answer) == (422, "invalid")
    assert "20002 mistakes in all" in answer.json()["detail"]
    assert len(answer.content) < 20_000


@pytest.mark.parametrize("path", ["/cameras/import", "/devices/import"])
def test_a_list_of_nothing_but_lines_is_not_answered_line_by_line(api: Api, path: str) -> None:
    client, headers = api.client("anna"), {"Content-Type": "text/csv"}
    head = b"id,url,area" if "cameras" in path else b"id,type,area"
    for line in (b"a,b,c\n", b"a,b,c\r", b"\n"):
        answer = client.post(path, content=head + b"\n" + line * (MAX_LINES + 1), headers=headers)
        assert problem(answer) == (413, "too_large"), line
    began_s = time.process_time()
    for name, content in (
        ("a long cell", head + b"\n" + b"x" * 1_000_000), ("columns", head + b"," * 1_000_000),
        ("values", head + b"\n" + b"," * 1_000_000), ("quotes", head + b"\n" + b'"' * 1_000_000),
        ("NUL", head + b"\na\0b,c,d"), ("half of a pair", head + b"\n\xed\xa0\x80,b,c"),
    ):  # fmt: skip
        answer = client.post(path, content=content, headers=headers)
        assert answer.status_code == 200, (name, answer.text[:200])
        assert (answer.json()["added"], len(answer.content) < 3000) == (0, True), name
    assert time.process_time() - began_s < CPU_S


def rules() -> Iterator[tuple[str, str]]:
    letters = "abcdefghij"
    doubled = "".join(f"{one}: &{one} [{','.join([f'*{other}'] * 9)}]\n" for other, one in pairwise(letters))
    yield "a billion laughs", f"a: &a [{','.join('x' * 9)}]\n{doubled}"
    yield "itself", "rules: &a [*a]"
    yield "a merge", f"x: &x {{a: 1}}\nrules: [{{<<: [{','.join(['*x'] * 20_000)}]}}]"
    yield "lists in lists", "rules: " + "[" * 900 + "]" * 900
    yield "a program", "rules: !!python/object/apply:os.system ['true']"
    above = "rules: [{" + _RULE + ", when: {metric: smoke, above: %s}}]"
    yield "digits", above % ("9" * 100_000)
    yield "base sixty", above % ("1:" * 100_000 + "1")
    yield "base sixty, and a point", above % ("1:" * 100_000 + "1.5")
    yield "beyond all numbers", above % "1e400"
    yield "infinity", above % ".inf"
    for part in (["**"], ["**", "*"], ["*", "**", "**"]):
        areas = "/".join([*(part * 600), "zz"])
        yield f"areas {part}", f"rules: [{{{_RULE}, areas: ['{areas}'], when: {{metric: smoke, above: 1}}}}]"
    yield "brackets", f"rules: [{{{_RULE}, when: {{metric: smoke, above: 1, where: '{'(' * 5000}'}}}}]"
    yield "places", f"rules: [{{name: r, severity: major, summary: '{'{smoke.value' * 20_000}', when: {{}}}}]"
    yield "conditions", f"rules: [{{{_RULE}, when: {'{any: [' * 90}{{metric: smoke, above: 1}}{']}' * 90}}}]"


def test_a_file_of_rules_that_blows_itself_up_is_told_where(api: Api) -> None:
    ines = api.client("ines")
    began_s = time.process_time()
    for name, text in rules():
        answer = ines.post("/rules/check", json={"text": text})
        assert answer.status_code == 200, (name, answer.text[:200])
        assert answer.json()["problems"], name
    assert time.process_time() - began_s < CPU_S


def test_no_place_in_a_picture_and_no_pattern_takes_for_ever(api: Api) -> None:
    anna = api.client("anna")
    camera = {"id": "c", "url": "rtsp://127.0.0.1/1", "area": GRID}

    def ask(path: str, content: str) -> httpx.Response:
        return anna.post(path, content=content, headers={"Content-Type": JSON})

    began_s = time.process_time()
    for points in (json.dumps([[0.5, 0.5]] * 60_000), "[[1e400, 0], [0, 1], [NaN, 1]]", "[" + "[0.1]," * 9999 + "[]]"):
        zones = f'[{{"name": "a", "polygon": {points}}}]'
        answer = ask("/cameras", f'{json.dumps(camera)[:-1]}, "zones": {zones}}}')
        assert problem(answer) == (422, "invalid")
        assert len(answer.content) < 30_000
    for how, value in (("glob", "*" + "a*" * 90), ("glob", "*" * 190), ("regex", "(a+)+$")):
        matcher = {"field": "source", "how": how, "value": value}
        span = {"from": "2026-03-01T00:00:00Z", "to": "2099-03-01T00:00:00Z"}
        silence = {"area": GRID, "reason": "x", "matchers": [matcher], **span}
        assert ask("/silences", json.dumps(silence)).status_code < 500
    assert time.process_time() - began_s < CPU_S
