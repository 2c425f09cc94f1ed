"""What can be read over HTTP of areas, alerts, incidents, rules and the hub itself: shapes, pages, filters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.cases import acts, intake
from hub.model.alert import AlertChange, Resolve, Severity
from hub.model.source import Health, SourceState
from hub.store import health, processes, rule_states, sources
from hub.tally import Tally
from tests.fix_api import GRID, OTHER_GRID, T0, Api, fire, ids, problem, wait_for


def test_areas_are_listed_page_by_page(api: Api) -> None:
    client = api.client("vera")
    first = client.get("/areas", params={"limit": 3}).json()
    assert [area["path"] for area in first["items"]] == ["qth", "qth/taoshan", GRID]
    assert first["items"][1] == {"path": "qth/taoshan", "parent": "qth", "name": "桃山区", "kind": "district"}
    second = client.get("/areas", params={"limit": 3, "cursor": first["next"]}).json()
    assert [area["path"] for area in second["items"]] == ["qth/xinxing", OTHER_GRID]
    assert second["next"] is None


def test_one_area_names_its_children(api: Api) -> None:
    client = api.client("vera")
    assert client.get("/areas/qth").json()["children"] == ["qth/taoshan", "qth/xinxing"]
    assert client.get(f"/areas/{GRID.replace('/', '%2F')}").json()["children"] == []


def test_the_areas_are_a_feature_collection(api: Api) -> None:
    answer = api.client("vera").get("/areas.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    features = {feature["properties"]["path"]: feature for feature in answer.json()["features"]}
    assert len(features) == 5
    assert features[GRID]["properties"] == {"path": GRID, "name": "Grid 1", "kind": "grid"}
    assert features[GRID]["geometry"]["type"] == "Polygon"
    assert features["qth"]["geometry"] is None


def test_the_status_of_an_area_counts_open_alerts_and_who_watches(api: Api) -> None:
    fire(api.store, GRID, "a", Severity.MINOR)
    fire(api.store, GRID, "b", Severity.CRITICAL)
    shelved = fire(api.store, OTHER_GRID, "c", Severity.CRITICAL)
    resolved = fire(api.store, OTHER_GRID, "d", Severity.CRITICAL)
    acknowledged = fire(api.store, OTHER_GRID, "e", Severity.WARNING)
    now = acknowledged.detected_at
    acts.act(api.store, acknowledged.id, AlertChange.ACKNOWLEDGED, "otto", now)
    acts.act(api.store, shelved.id, AlertChange.SHELVED, "otto", now, until=now + timedelta(hours=1))
    acts.act(api.store, resolved.id, AlertChange.CLEARED, "otto", now)
    found = api.client("vera").get("/areas/qth/status").json()
    grids = {grid.pop("path"): grid for grid in found.pop("grids")}
    assert found == {
        "path": "qth", "name": "City", "worst": "critical",
        "alerts": {"critical": 1, "major": 0, "minor": 1, "warning": 1}, "unacknowledged": 2,
        "sources": 4, "watching": 1, "watched": 0.25, "cameras": 2, "cameras_watching": 1,
    }  # fmt: skip
    assert grids == {
        GRID: {
            "name": "Grid 1", "worst": "critical", "alerts": 2, "unacknowledged": 2,
            "sources": 2, "watching": 1, "cameras": 1,
        },
        OTHER_GRID: {
            "name": "Grid 2", "worst": "warning", "alerts": 1, "unacknowledged": 0,
            "sources": 2, "watching": 0, "cameras": 1,
        },
    }  # fmt: skip


def test_an_area_without_sources_is_not_watched(api: Api) -> None:
    with api.store.transaction() as tx:
        tx.execute("delete from source")
    found = api.client("vera").get(f"/areas/{GRID}/status").json()
    assert (found["sources"], found["watched"], found["worst"]) == (0, 0.0, None)
    assert [grid["path"] for grid in found["grids"]] == [GRID]


def test_the_status_follows_a_source_that_is_moved_approved_or_removed(api: Api) -> None:
    def counted(path: str) -> tuple[int, int, int]:
        found = api.client("vera").get(f"/areas/{path}/status").json()
        return found["sources"], found["watching"], found["cameras"]

    def follows(here: tuple[int, int, int], there: tuple[int, int, int]) -> None:
        wait_for(lambda: (counted(GRID), counted(OTHER_GRID)) == (here, there), "the board follows", 5)

    health.report(api.store, [Health("smoke-1", SourceState.WATCHING, "", T0, T0)], "mqtt-0")
    assert (counted(GRID), counted(OTHER_GRID)) == ((2, 2, 1), (2, 0, 1))
    smoke = sources.get(api.store, "smoke-1")
    with api.store.transaction() as tx:
        sources.update(tx, replace(smoke, area=OTHER_GRID))
    follows((1, 1, 1), (3, 1, 1))
    with api.store.transaction() as tx:
        sources.update(tx, replace(smoke, approved=False))
    follows((1, 1, 1), (2, 0, 1))
    with api.store.transaction() as tx:
        sources.remove(tx, "cam-1")
    follows((0, 0, 0), (2, 0, 1))


def test_a_board_shows_what_has_just_been_changed(api: Api) -> None:
    client = api.client("ines")
    for number in range(5):
        new = {"id": f"cam-new-{number}", "name": "New", "area": GRID, "url": "rtsp://camera.example/2"}
        before = client.get(f"/areas/{GRID}/status").json()["cameras"]
        assert client.post("/cameras", json=new).status_code == 201
        assert client.get(f"/areas/{GRID}/status").json()["cameras"] == before + 1
        alert = fire(api.store, GRID, f"number {number}")
        found = client.get(f"/areas/{GRID}/status").json()
        assert (found["alerts"]["major"], found["unacknowledged"]) == (number + 1, 1)
        api.client("otto").post(f"/alerts/{alert.id}/ack", json={}).raise_for_status()
        assert client.get(f"/areas/{GRID}/status").json()["unacknowledged"] == 0


def test_alerts_are_listed_newest_first_and_page_by_page(api: Api) -> None:
    fired = [fire(api.store, GRID, f"number {number}").id for number in range(5)]
    client, seen, cursor = api.client("vera"), [], None
    for _ in range(3):
        params = {"limit": 2} if cursor is None else {"limit": 2, "cursor": cursor}
        page = client.get("/alerts", params=params).json()
        seen += [alert["id"] for alert in page["items"]]
        cursor = page["next"]
    assert seen == fired[::-1]
    assert cursor is None


def test_alerts_are_filtered_by_state_severity_area_and_time(api: Api) -> None:
    first = fire(api.store, GRID, "1", Severity.CRITICAL).id
    second = fire(api.store, OTHER_GRID, "2", Severity.MINOR).id
    third = fire(api.store, GRID, "3", Severity.MINOR).id
    acts.act(api.store, second, AlertChange.ACKNOWLEDGED, "otto", T0)
    with api.store.transaction() as tx:
        intake.carry_out(tx, [Resolve("smoke", "3", T0 + timedelta(minutes=1))], T0)
    assert ids(api, "/alerts", state="firing") == [first]
    assert ids(api, "/alerts", state="open") == [third, second, first], "what nobody has acknowledged stays"
    assert ids(api, "/alerts", stage="returned") == [third]
    assert ids(api, "/alerts", state=["acknowledged", "resolved"]) == [third, second]
    assert ids(api, "/alerts", severity="minor", area="qth/taoshan") == [third]
    later = (T0 + timedelta(minutes=2)).isoformat()
    assert ids(api, "/alerts", **{"from": later}) == [second, first]
    assert ids(api, "/alerts", to=T0.isoformat()) == []


def test_one_alert_comes_with_its_log_and_what_to_do(api: Api) -> None:
    alert = fire(api.store)
    acts.act(api.store, alert.id, AlertChange.COMMENTED, "otto", T0, "looks real")
    found = api.client("vera").get(f"/alerts/{alert.id}").json()
    assert found["area_name"] == "Grid 1"
    assert found["procedure"] == "Look at the cameras, then call 119."
    assert found["evidence"][0]["attrs"] == {"snapshot": "2026-03-01/cam-1/120000-000.jpg"}
    assert [(entry["actor"], entry["change"], entry["note"]) for entry in found["log"]] == [
        ("rules", "fired", "condition_met"), ("otto", "commented", "looks real"),
    ]  # fmt: skip


def test_incidents_are_read_with_their_alerts_and_their_log(api: Api) -> None:
    alert = fire(api.store)
    other = fire(api.store, OTHER_GRID)
    acts.act(api.store, alert.id, AlertChange.CLEARED, "otto", T0 + timedelta(minutes=1), "done")
    client = api.client("vera")
    first = client.get("/incidents", params={"limit": 1}).json()
    second = client.get("/incidents", params={"limit": 1, "cursor": first["next"]}).json()
    assert [first["items"][0]["id"], second["items"][0]["id"]] == [other.incident, alert.incident], "the open one first"
    assert second["next"] is None
    found = client.get(f"/incidents/{alert.incident}").json()
    assert (found["state"], found["area_name"], found["severity"]) == ("closed", "Grid 1", "major")
    assert [member["id"] for member in found["alerts"]] == [alert.id]
    log = client.get(f"/incidents/{alert.incident}/log").json()["items"]
    assert [(entry["actor"], entry["change"], entry["alert"]) for entry in log] == [
        ("rules", "opened", alert.id), ("otto", "closed", alert.id),
    ]  # fmt: skip


def test_rules_are_shown_as_they_are_written(api: Api) -> None:
    fire(api.store)
    smoke, quiet = api.client("vera").get("/rules").json()["items"]
    assert smoke["text"].startswith("name: smoke\nseverity: major\n")
    assert {key: smoke[key] for key in ("name", "severity", "by", "areas", "file", "open")} == {
        "name": "smoke", "severity": "major", "by": "area", "areas": [], "file": "rules/city.yaml", "open": 1,
    }  # fmt: skip
    assert smoke["summary"] == "烟雾 {smoke.value:.2f}，{area.name}"
    assert (quiet["areas"], quiet["procedure"], quiet["open"]) == (["qth/**"], None, 0)


def test_a_rule_file_that_changes_is_read_again_and_one_that_breaks_stays_as_it_was(api: Api) -> None:
    client = api.client("vera")
    file = api.config.path.parent / "rules" / "city.yaml"
    written = file.read_text(encoding="utf-8")
    assert len(client.get("/rules").json()["items"]) == 2
    file.write_text(written.replace("name: quiet", "name: silence"), encoding="utf-8")
    assert client.get("/rules").json()["items"][1]["name"] == "silence"
    file.write_text("rules: [", encoding="utf-8")
    assert client.get("/rules").json()["items"][1]["name"] == "silence"
    file.unlink()
    assert client.get("/rules").json()["items"] == []


def test_rule_files_are_told_as_they_are_written_with_what_is_wrong_in_them(api: Api) -> None:
    client = api.client("vera")
    file = api.config.path.parent / "rules" / "city.yaml"
    [right] = client.get("/rules/files").json()["items"]
    assert (right["file"], right["rules"], right["problems"]) == ("rules/city.yaml", ["smoke", "quiet"], [])
    broken = right["text"].replace("above:", "abvoe:")
    file.write_text(broken, encoding="utf-8")
    [wrong] = client.get("/rules/files").json()["items"]
    assert (wrong["text"], wrong["rules"]) == (broken, ["smoke", "quiet"])
    assert [(each["line"], "above" in each["message"]) for each in wrong["problems"]] == [(5, True)]


def test_how_a_rule_is_follows_what_the_engine_says_of_it(api: Api) -> None:
    for fingerprint, hours in (("new", 23), ("old", 25)):
        fire(api.store, fingerprint=fingerprint)
        with api.store.transaction() as tx:
            began_at = datetime.now(UTC) - timedelta(hours=hours)
            tx.execute(b"update alert set started_at = %s where fingerprint = %s", (began_at, fingerprint))
    client, now, tally = api.client("vera"), datetime.now(UTC), Tally()
    tally.set("gridhub_rules_alerts_held_back", 3, rule="smoke")
    tally.set("gridhub_rules_too_slow", 1, rule="quiet")
    processes.beat(api.store, "rules", 1, "degraded", "", now, now, tally.samples())
    with api.store.transaction() as tx:
        for write in rule_states.put_faults(tx, {"quiet": "took 7 s of CPU time in 10 s"}, "rules", now):
            write()
    smoke, quiet = client.get("/rules").json()["items"]
    assert (smoke["state"], smoke["held_back"], smoke["day"]) == ("held", 3, 1)
    assert (quiet["state"], quiet["held_back"], quiet["day"]) == ("too_slow", 0, 0)
    assert (smoke["fault"], quiet["fault"]) == (None, "took 7 s of CPU time in 10 s")
    processes.beat(api.store, "rules", 1, "down", "stopped", now, now, tally.samples())
    assert {rule["state"] for rule in client.get("/rules").json()["items"]} == {"on"}


def test_the_status_names_every_part(api: Api) -> None:
    found = api.client("vera").get("/status").json()
    assert found["version"] == "0.1.0"
    assert found["now"].endswith("Z")
    parts = {part["name"]: part for part in found["parts"]}
    assert list(parts) == ["store", "broker", "video-0", "mqtt-0", "rules", "dashboard", "keeper"]
    assert parts["rules"]["beat_at"] is not None


NOT_THERE = [
    "/areas/qth/nowhere", "/areas/qth/nowhere/status", "/cameras/nothing", "/devices/nothing", "/devices/cam-1",
    "/cameras/smoke-1", "/cameras/nothing/snapshot",
    "/cameras/nothing/recordings?from=2026-03-01T12:00:00Z&to=2026-03-01T13:00:00Z",
    "/alerts/4711", "/alerts/4711/snapshot", "/incidents/4711", "/incidents/4711/log",
    "/series?source=nothing&metric=x&from=2026-03-01T12:00:00Z&to=2026-03-01T13:00:00Z", "/nothing", "/cameras/",
]  # fmt: skip


def test_what_does_not_exist_is_not_found(api: Api) -> None:
    client = api.client("otto")
    assert {path: problem(client.get(path)) for path in NOT_THERE} == dict.fromkeys(NOT_THERE, (404, "not_found"))


WRONG = [
    ("/areas?limit=0", "limit"), ("/areas?limit=1001", "limit"), ("/areas?limit=many", "limit"),
    ("/areas?cursor=%00", "cursor"), ("/areas?cursor=" + "x" * 300, "cursor"), ("/areas/UPPER", "path"),
    ("/areas/a%00b", "path"), ("/cameras?area=../x", "area"), ("/cameras?state=happy", "state"),
    ("/cameras/%00", "id"), ("/cameras/-x", "id"), ("/cameras/cam-1/snapshot?width=1", "width"),
    ("/alerts?state=happy", "state"), ("/alerts?severity=bad", "severity"), ("/alerts?cursor=x", "cursor"),
    ("/alerts?cursor=2026-03-01T12:00:00Z~99999999999999999999", "cursor"), ("/alerts?from=yesterday", "from"),
    ("/alerts?from=2026-03-01T12:00:00", "from"), ("/alerts?to=0001-01-01T00:00:00%2B14:00", "to"),
    ("/alerts/0", "id"), ("/alerts/x", "id"), (f"/alerts/{2**70}", "id"), ("/alerts/" + "9" * 5000, "id"),
    ("/incidents?cursor=open~x~1", "cursor"), ("/incidents?cursor=maybe~2026-03-01T12:00:00Z~1", "cursor"),
    ("/cameras/cam-1/recordings?from=2026-03-01T12:00:00Z", "to"),
    ("/cameras/cam-1/recordings?from=2026-03-01T12:00:00Z&to=2026-03-01T11:00:00Z", "to"),
    ("/cameras/cam-1/recordings?from=2026-03-01T12:00:00Z&to=2027-03-01T11:00:00Z", "to"),
    ("/cameras/cam-1/clip?from=2026-03-01T12:00:00Z&to=2026-03-01T13:00:00Z", "to"),
    ("/series?source=smoke-1&metric=smoke&from=2026-03-01T12:00:00Z&to=2026-03-01T12:00:00Z", "to"),
    ("/series?source=smoke-1&metric=%00&from=2026-03-01T12:00:00Z&to=2026-03-01T13:00:00Z", "metric"),
    ("/series?source=smoke-1&metric=x&from=2026-03-01T12:00:00Z&to=2026-03-01T13:00:00Z&step=0s", "step"),
    ("/series?source=smoke-1&metric=x&from=2026-03-01T12:00:00Z&to=2026-03-01T13:00:00Z&step=1ms", "step"),
    ("/series?source=smoke-1&metric=x&from=2026-03-01T12:00:00Z&to=2026-03-01T13:00:00Z&step=soon", "step"),
    ("/series?source=smoke-1&metric=x&from=2026-03-01T12:00:00Z&to=2026-03-01T13:00:00Z&step=" + "9" * 30 + "w",
     "step"),
    ("/stream?observations=../x", "observations"),
]  # fmt: skip


def test_a_wrong_parameter_is_named(api: Api) -> None:
    client, named = api.client("otto"), []
    for path, _ in WRONG:
        answer = client.get(path)
        assert problem(answer) == (422, "invalid"), path
        named.append((path, answer.json()["errors"][0]["key"].split("[")[0]))
    assert named == WRONG
