"""Alerts of rules that have too many at once, over HTTP: seen, and confirmed with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from hub.store import Store, rule_states
from hub.store.rule_states import Hold
from tests.fix_api import GRID, OTHER_GRID, T0, Api, Stream, problem


def held(store: Store, area: str | None, *, is_new: bool = True) -> None:
    hold = Hold("smoke", T0, 2, 5, 3, 0, area)
    with store.transaction() as tx:
        for write in rule_states.put_hold(tx, hold, is_new=is_new, actor="rules", now=T0):
            write()


def names(answer: Any) -> list[str]:
    return [item["rule"] for item in answer.json()["items"]]


def test_an_operator_sees_what_is_held_and_has_it_told(api: Api) -> None:
    held(api.store, GRID)
    otto = api.client("otto")
    [item] = otto.get("/rules/held").json()["items"]
    assert (item["rule"], item["most"], item["active"], item["held"]) == ("smoke", 2, 5, 3)
    with_reason = otto.post("/rules/smoke/release", json={"note": "a real fire"})
    assert with_reason.status_code == 200
    assert (with_reason.json()["confirmed_by"], with_reason.json()["reason"]) == ("otto", "a real fire")
    assert problem(otto.post("/rules/smoke/release", json={"note": "again"})) == (409, "already_confirmed")
    assert problem(otto.post("/rules/quiet/release", json={"note": "none"})) == (409, "not_held")
    assert problem(otto.post("/rules/smoke/release", json={"note": ""})) == (422, "invalid")


def test_a_viewer_sees_and_may_not(api: Api) -> None:
    held(api.store, GRID)
    assert names(api.client("vera").get("/rules/held")) == ["smoke"]
    assert problem(api.client("vera").post("/rules/smoke/release", json={"note": "x"})) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("area", "seen", "code"),
    [(GRID, ["smoke"], None), (OTHER_GRID, [], 403), ("qth", ["smoke"], 403), (None, ["smoke"], 403)],
)
def test_whoever_sees_a_part_tells_what_lies_in_it_alone(
    api: Api, area: str | None, seen: list[str], code: int | None
) -> None:
    held(api.store, area)
    local = api.client("local")
    assert names(local.get("/rules/held")) == seen
    answer = local.post("/rules/smoke/release", json={"note": "x"})
    assert (answer.status_code if code is None else problem(answer)[0]) == (code or 200)


def test_whoever_watches_is_told_at_once(api: Api) -> None:
    held(api.store, GRID)
    with Stream(api.client("otto")) as stream:
        api.client("otto").post("/rules/smoke/release", json={"note": "a real fire"})
        # That it was held may be told to whoever came just before.
        event = stream.until(lambda event: event.kind == "rule" and event.data["change"] != "held")
        assert (event.data["change"], event.data["actor"], event.data["rule"]) == ("confirmed", "otto", "smoke")
