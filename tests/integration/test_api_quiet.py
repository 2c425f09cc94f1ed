"""Silences and groups of alerts over HTTP: who may, within which area, and what is said of wrong ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hub.cases import quiet
from hub.clock import SystemClock
from hub.config.topology import SignSettings, ThingSettings
from hub.model.alert import Severity
from hub.model.source import Health, SourceState
from hub.model.topology import ThingKind
from hub.store import health, journal, mutes
from tests.fix_api import GRID, OTHER_GRID, Api, Stream, fire, problem

SMOKE = [{"field": "rule", "value": "smoke"}]


def within(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def silence(client: httpx.Client, **changed: Any) -> dict[str, Any]:
    body = {"matchers": SMOKE, "reason": "welding", "ends_at": within(hours=1), **changed}
    answer = client.post("/silences", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"/api/v1/silences/{found['id']}"
    return found


def look(api: Api) -> None:
    """As the keeper does every second."""
    quiet.Watch(SystemClock()).look(api.store)


def test_a_silence_is_made_listed_and_ended(api: Api) -> None:
    client, alert = api.client("otto"), fire(api.store)
    made = silence(client, matchers=[{"field": "rule", "how": "glob", "value": "sm*"}])
    assert (made["owner"], made["state"], made["area"], made["muted"]) == ("otto", "active", None, 0)
    assert made["matchers"] == [{"field": "rule", "how": "glob", "value": "sm*"}]
    look(api)
    assert client.get(f"/alerts/{alert.id}").json()["suppressed_by"] == f"silence:{made['id']}"
    [listed] = client.get("/silences").json()["items"]
    assert (listed["id"], listed["muted"]) == (made["id"], 1)
    ended = client.delete(f"/silences/{made['id']}")
    assert (ended.status_code, ended.json()["state"], ended.json()["ended_by"]) == (200, "over", "otto")
    look(api)
    assert client.get(f"/alerts/{alert.id}").json()["suppressed_by"] is None
    assert problem(client.delete(f"/silences/{made['id']}")) == (409, "not_open")
    assert problem(client.delete("/silences/4711")) == (404, "not_found")
    entries = journal.of_subject(api.store, "silence", str(made["id"]))
    assert [(entry.change, entry.actor) for entry in entries] == [("created", "otto"), ("ended", "otto")]


def test_one_that_is_to_begin_is_pending_and_can_be_called_off(api: Api) -> None:
    client = api.client("otto")
    made = silence(client, begins_at=within(hours=2), ends_at=within(hours=3))
    assert made["state"] == "pending"
    states = {state: len(client.get("/silences", params={"state": state}).json()["items"])
              for state in ("pending", "active", "over")}  # fmt: skip
    assert states == {"pending": 1, "active": 0, "over": 0}
    assert client.delete(f"/silences/{made['id']}").status_code == 200


def test_silences_are_paged_the_one_that_ends_last_first(api: Api) -> None:
    client = api.client("otto")
    made = [silence(client, ends_at=within(hours=hours))["id"] for hours in (1, 3, 2)]
    first = client.get("/silences", params={"limit": 2}).json()
    second = client.get("/silences", params={"limit": 2, "cursor": first["next"]}).json()
    assert [item["id"] for item in first["items"] + second["items"]] == [made[1], made[2], made[0]]
    assert second["next"] is None
    assert problem(client.get("/silences", params={"cursor": "x"})) == (422, "invalid")


@pytest.mark.parametrize(
    ("changed", "key", "words"),
    [
        ({"matchers": []}, "matchers", "at least 1"),
        ({"matchers": SMOKE * 17}, "matchers", "at most 16"),
        ({"matchers": [{"field": "rul", "value": "x"}]}, "matchers[0].field", "rule"),
        ({"matchers": [{"field": "severity", "value": "majr"}]}, "matchers[0]", "did you mean 'major'"),
        ({"matchers": [{"field": "rule", "how": "regex", "value": "(x"}]}, "matchers[0]", "unclosed group"),
        ({"matchers": [{"field": "rule", "how": "regex", "value": "(.{0,99}){0,99}"}]}, "matchers[0]", "repeats"),
        ({"matchers": [{"field": "rule", "value": "x" * 201}]}, "matchers[0]", "1 to 200"),
        ({"reason": ""}, "reason", "at least 1"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at", "30 days"),
        ({"ends_at": within(days=31)}, "ends_at", "30 days"),
        ({"begins_at": within(days=400), "ends_at": within(days=401)}, "begins_at", "366 days"),
        ({"area": "qth/nowhere"}, "area", "there is no area"),
        ({"owner": "vera"}, "owner", "not permitted"),
    ],
)
def test_what_is_wrong_with_a_silence_is_named(api: Api, changed: dict[str, Any], key: str, words: str) -> None:
    body = {"matchers": SMOKE, "reason": "welding", "ends_at": within(hours=1), **changed}
    answer = api.client("otto").post("/silences", json=body)
    assert problem(answer) == (422, "invalid")
    [item] = answer.json()["errors"]
    assert item["key"] == key
    assert words in item["message"]


def test_who_sees_a_part_of_the_city_mutes_only_that_part(api: Api) -> None:
    local, otto = api.client("local"), api.client("otto")
    shown, muted = fire(api.store, OTHER_GRID), fire(api.store)
    made = silence(local)
    assert made["area"] == "qth/taoshan"
    look(api)
    found = [otto.get(f"/alerts/{alert.id}").json()["suppressed_by"] for alert in (shown, muted)]
    assert found == [None, f"silence:{made['id']}"]
    body = {"matchers": SMOKE, "reason": "x", "ends_at": within(hours=1), "area": OTHER_GRID}
    assert problem(local.post("/silences", json=body)) == (422, "invalid")


def test_a_silence_that_mutes_beyond_ones_area_is_seen_and_not_ended(api: Api) -> None:
    local, otto = api.client("local"), api.client("otto")
    everywhere = silence(otto)["id"]
    elsewhere = silence(otto, area=OTHER_GRID)["id"]
    inside = silence(otto, area=GRID)["id"]
    assert {item["id"] for item in local.get("/silences").json()["items"]} == {everywhere, inside}
    assert problem(local.delete(f"/silences/{everywhere}")) == (403, "outside_your_area")
    assert problem(local.delete(f"/silences/{elsewhere}")) == (404, "not_found")
    assert local.delete(f"/silences/{inside}").status_code == 200


def test_the_stream_tells_of_silences(api: Api) -> None:
    client = api.client("otto")
    with Stream(client) as stream:
        made = silence(client)
        event = stream.until(lambda event: event.kind == "silence")
        assert (event.data["change"], event.data["silence"]["id"]) == ("created", made["id"])


def test_alerts_are_grouped_with_exact_counts_within_the_area_of_a_person(api: Api) -> None:
    for number in range(3):
        fire(api.store, GRID, f"a{number}", Severity.MINOR)
    fire(api.store, OTHER_GRID, "b", Severity.CRITICAL)
    found = api.client("vera").get("/alert-groups").json()
    assert (found["alerts"], found["muted"]) == (4, 0)
    assert [(each["area"], each["area_name"], each["severity"], each["alerts"]) for each in found["groups"]] == [
        (OTHER_GRID, "Grid 2", "critical", 1), (GRID, "Grid 1", "minor", 3),
    ]  # fmt: skip
    [one] = api.client("vera").get("/alert-groups", params={"room": 1}).json()["groups"]
    assert (one["area"], one["severity"], one["severities"], one["areas"]) == (
        "qth", "critical", {"critical": 1, "minor": 3}, 2,
    )  # fmt: skip
    local = api.client("local").get("/alert-groups").json()
    assert (local["alerts"], [each["area"] for each in local["groups"]]) == (3, [GRID])


def test_the_members_of_a_group_are_found_and_what_is_down_is_named_with_why(api: Api) -> None:
    sign = SignSettings(source="cam-2")
    switch = ThingSettings(name="sw-3", kind=ThingKind.SWITCH, down=(sign,), sources=("smoke-1",))
    now = datetime.now(UTC)
    with api.store.transaction() as tx:
        mutes.put_topology(tx, [switch])
    health.report(api.store, [Health("cam-2", SourceState.UNREACHABLE, "", now, now)], "video-0")
    muted, client = fire(api.store, GRID), api.client("vera")
    found = client.get("/alert-groups").json()
    assert found["down"] == [{"name": "sw-3", "why": "cam-2 is unreachable"}]
    [group] = found["groups"]
    assert (group["cause"], group["alerts"]) == ("topology:sw-3", 1)
    asked = {"stage": "suppressed", "cause": group["cause"], "rule": group["rule"], "area": group["area"]}
    assert [alert["id"] for alert in client.get("/alerts", params=asked).json()["items"]] == [muted.id]
    for other in ({"cause": "topology:sw-4"}, {"rule": "quiet"}):
        assert client.get("/alerts", params={**asked, **other}).json()["items"] == []


def test_of_what_is_down_somebody_of_one_area_is_told_what_their_area_hangs_on(api: Api) -> None:
    def down(name: str, source: str = "cam-2", **more: Any) -> ThingSettings:
        return ThingSettings(name=name, kind=ThingKind.SWITCH, down=(SignSettings(source=source),), **more)

    now = datetime.now(UTC)
    with api.store.transaction() as tx:
        mutes.put_topology(tx, [
            down("by-source", sources=("smoke-1",)),
            down("by-some-source", sources=("smoke-*",)),
            down("by-area", areas=("qth/taoshan",)),
            down("by-what-is-above", areas=("qth",)),
            down("root"),
            ThingSettings(name="leaf", kind=ThingKind.SWITCH, depends_on=("root",), sources=("cam-1",)),
            down("elsewhere", areas=("qth/xinxing",)),
            down("of-nothing"),
            down("of-another", sources=("smoke-2", "cam-2*")),
        ])  # fmt: skip
    health.report(api.store, [Health("cam-2", SourceState.UNREACHABLE, "", now, now)], "video-0")

    def names(person: str, **asked: str) -> set[str]:
        return {each["name"] for each in api.client(person).get("/alert-groups", params=asked).json()["down"]}

    ours = {"by-source", "by-some-source", "by-area", "by-what-is-above", "root"}
    assert names("local") == ours
    assert names("vera") == ours | {"elsewhere", "of-nothing", "of-another"}
    assert names("vera", area="qth/xinxing") == {"by-some-source", "by-what-is-above", "elsewhere", "of-another"}


def storm(api: Api, count: int) -> None:
    """So many alerts of three rules in both grids, half of them muted by a switch."""
    with api.store.transaction() as tx:
        tx.execute(
            b"insert into alert (rule, fingerprint, severity, state, stage, area, sources, summary, started_at,"
            b" detected_at, suppressed_by)"
            b" select 'r' || n %% 3, 'f' || n, 'minor', 'firing', case when n %% 2 = 0 then 'suppressed' else"
            b" 'unacknowledged' end, case when n %% 5 = 0 then %(one)s else %(other)s end, '{}', 's', now(), now(),"
            b" case when n %% 2 = 0 then 'topology:sw-3' end from generate_series(1, %(count)s) n",
            {"one": GRID, "other": OTHER_GRID, "count": count},
        )
        tx.execute(b"analyze alert")


@pytest.mark.parametrize("count", [10_000, 100_000])
def test_a_storm_of_alerts_is_a_few_groups_with_exact_counts(api: Api, count: int) -> None:
    storm(api, count)
    found = api.client("vera").get("/alert-groups").json()
    assert (found["alerts"], found["muted"]) == (count, count // 2)
    assert len(found["groups"]) == 12
    assert sum(each["alerts"] for each in found["groups"]) == count
