"""Devices that are brought in a list, by the interface."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from hub.store import sources
from tests.fix_api import GRID, OTHER_GRID, Api, ids, problem

LIST = f"""\
id,area,type,name,period
new-1,{GRID},smoke,Kitchen,1m
new-2,{GRID},door,,
smoke-1,{GRID},smoke,Smoke 1,
"""


def send(client: httpx.Client, text: str | bytes, **params: Any) -> httpx.Response:
    return client.post("/devices/import", content=text, headers={"Content-Type": "text/csv"}, params=params)


def test_a_list_is_read_first_then_added_and_can_be_sent_again(api: Api) -> None:
    client = api.client("ines")
    looked = send(client, LIST, dry_run=True).json()
    assert (looked["done"], looked["added"], looked["unchanged"], looked["wrong"]) == (False, 2, 1, 0)
    outcomes = [(line["line"], line["id"], line["outcome"]) for line in looked["lines"]]
    assert outcomes == [(2, "new-1", "added"), (3, "new-2", "added"), (4, "smoke-1", "unchanged")]
    assert "new-1" not in ids(api, "/devices")
    assert send(client, LIST).json()["done"] is True
    kept = sources.get(api.store, "new-1")
    assert (kept.type, kept.name, kept.config, kept.approved) == ("smoke", "Kitchen", {"period": "1m"}, True)
    again = send(client, LIST).json()
    assert (again["added"], again["unchanged"]) == (0, 3)


def test_one_wrong_line_stops_the_list_unless_what_is_right_is_asked_for(api: Api) -> None:
    text = LIST + f"new 3,{GRID},smoke,,\nnew-4,qth/nowhere,smoke,,\nnew-5,{GRID},Smoke!,,soon\nnew-1,{GRID},smoke,,\n"
    client = api.client("ines")
    refused = send(client, text).json()
    assert (refused["done"], refused["wrong"]) == (False, 4)
    assert "new-2" not in ids(api, "/devices")
    wrong = {line["line"]: [one["key"] for one in line["problems"]] for line in refused["lines"] if line["problems"]}
    assert wrong == {5: ["id"], 6: ["area"], 7: ["type", "period"], 8: ["id"]}
    done = send(client, text, partial=True).json()
    assert (done["done"], done["added"], done["wrong"]) == (True, 2, 4)
    assert {"new-1", "new-2"} <= set(ids(api, "/devices"))


def test_a_stranger_to_an_area_neither_adds_there_nor_learns_what_stands_there(api: Api) -> None:
    text = f"id,area,type\nnew-1,{OTHER_GRID},smoke\nsmoke-2,{GRID},smoke\n"
    answer = send(api.client("local"), text).json()
    [there, taken] = [line["problems"][0]["message"] for line in answer["lines"]]
    assert there.startswith(f"there is no area '{OTHER_GRID}'")
    assert taken == "'smoke-2' is taken"


@pytest.mark.parametrize("name", ["vera", "otto"])
def test_only_an_integrator_brings_a_list(api: Api, name: str) -> None:
    assert problem(send(api.client(name), LIST)) == (403, "not_allowed")


def test_what_is_no_list_is_refused(api: Api) -> None:
    client = api.client("ines")
    assert problem(client.post("/devices/import", json={})) == (415, "not_csv")
    assert problem(send(client, b"x" * 1_100_000)) == (413, "too_large")
    assert send(client, b"id;area;type\n").json()["wrong"] == 1
