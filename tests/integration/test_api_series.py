"""``GET /series``: points as they came, and buckets, as JSON and as Arrow."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow
import pytest

from dashboard.api import series as series_api
from hub.clock import SystemClock
from hub.model.observation import Observation
from hub.model.quality import BAD, Quality
from hub.model.source import SourceKind
from hub.model.times import rfc3339
from hub.store.batches import BatchWriter
from hub.store.rollup import Rollup
from tests.fix_api import T0, Api, problem

HOUR = {"source": "smoke-1", "metric": "smoke", "from": "2026-03-01T12:00:00Z", "to": "2026-03-01T13:00:00Z"}
MINUTE = {**HOUR, "to": "2026-03-01T12:01:00Z"}
ARROW = "application/vnd.apache.arrow.stream"


def observe(
    api: Api, *points: tuple[float, float | str], metric: str = "smoke", quality: int = 0, unit: str = ""
) -> None:
    """(second, value or text) of smoke-1."""
    rows = [
        Observation(
            "smoke-1", metric, T0 + timedelta(seconds=second), T0, unit=unit, quality=Quality(quality),
            value=None if isinstance(said, str) else said, text=said if isinstance(said, str) else None,
        )
        for second, said in points
    ]  # fmt: skip
    BatchWriter(api.store, "mqtt-0", SourceKind.DEVICE).append(rows)


def read(api: Api, **params: Any) -> dict[str, Any]:
    answer = api.client("vera").get("/series", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def at(second: float) -> str:
    return (T0 + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_points_are_told_as_they_came_with_their_unit_and_their_quality(api: Api) -> None:
    observe(api, (0, 0.1), (62, 0.4), (3600, 0.5), unit="Cel")
    observe(api, (61, 99.0), quality=Quality.OUT_OF_RANGE | Quality.JUMPING)
    found = read(api, **HOUR)
    assert found == {
        "source": "smoke-1", "metric": "smoke", "unit": "Cel", "tz": None, "step_s": None, "level": "raw",
        "from": at(0), "to": at(3600), "columns": ["ts", "value", "text", "quality"], "next": None,
        "points": [[at(0), 0.1, None, 0], [at(61), 99.0, None, 5], [at(62), 0.4, None, 0]],
    }  # fmt: skip


def test_words_and_positions_are_points_too(api: Api) -> None:
    observe(api, (0, "open"), (1, 0.0), metric="state")
    points = read(api, **{**HOUR, "metric": "state"})["points"]
    assert points == [[at(0), None, "open", 0], [at(1), 0.0, None, 0]]


def test_what_was_never_said_is_an_empty_series(api: Api) -> None:
    found = read(api, **{**HOUR, "metric": "nothing"})
    assert (found["points"], found["unit"], found["level"]) == ([], "", "raw")
    assert read(api, **{**MINUTE, "metric": "nothing"}, step="10s", fill="previous")["points"][0][4] == 0


@pytest.mark.parametrize("step", [{}, {"step": "10s"}])
def test_what_a_source_never_said_that_says_other_things_is_not_found(api: Api, step: dict[str, str]) -> None:
    observe(api, (0, 1), metric="device.online")
    assert read(api, **HOUR, **step)["points"] == [], "it is new: it is there, and has reported nothing yet"
    observe(api, (0, 0.1))
    answer = api.client("vera").get("/series", params={**HOUR, **step, "metric": "smok"})
    assert problem(answer) == (404, "no_such_series")
    assert "has never said 'smok'; did you mean 'smoke'? (it has said: device.online, smoke)" in answer.text


def test_more_points_than_fit_are_gone_on_with(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_api, "MAX_POINTS", 3)
    observe(api, *((second, float(second)) for second in range(7)))
    at_once = T0 + timedelta(seconds=2)
    again = [Observation("smoke-1", "smoke", at_once, T0, 2.5, key=key) for key in ("a", "b")]
    BatchWriter(api.store, "mqtt-0", SourceKind.DEVICE).append(again)
    seen, start = [], HOUR["from"]
    while start:
        found = read(api, **{**HOUR, "from": start})
        seen += [value for _, value, _, _ in found["points"]]
        start = found["next"]
    assert seen == [0.0, 1.0, 2.0, 2.5, 2.5, 3.0, 4.0, 5.0, 6.0], "points of one instant stay together"


def test_buckets_hold_what_is_good_and_count_what_is_not(api: Api) -> None:
    observe(api, (0, 1.0), (4, 2.0), (9.999, 6.0), (10, 7.0), (55, "a word"))
    observe(api, (5, -40.0), (25, 1000.0), quality=Quality.OUT_OF_RANGE)
    observe(api, (26, 8.0), quality=Quality.JUMPING)
    found = read(api, **MINUTE, step="10s")
    assert (found["step_s"], found["level"]) == (10.0, "raw")
    assert found["columns"] == ["ts", "mean", "min", "max", "count", "last", "bad"]
    assert found["points"][:3] == [
        [at(0), 3.0, 1.0, 6.0, 3, 6.0, 1], [at(10), 7.0, 7.0, 7.0, 1, 7.0, 0], [at(20), 8.0, 8.0, 8.0, 1, 8.0, 1],
    ]  # fmt: skip


LEVELS = [
    ("1m", None, "minute"), ("5m", None, "minute"), ("90m", None, "minute"), ("1h", None, "hour"), ("6h", None, "hour"),
    ("1d", None, "day"), ("7d", None, "day"), ("1d", "Asia/Shanghai", "hour"), ("1d", "Asia/Kolkata", "minute"),
    ("1d", "Europe/Berlin", "hour"), ("6h", "Europe/Berlin", "hour"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "tz", "level"), LEVELS)
def test_a_level_answers_what_the_raw_points_come_to(api: Api, step: str, tz: str | None, level: str) -> None:
    """Over the night in which the clocks of Berlin go forward, with more than one kind of rows."""
    first, last = datetime(2026, 3, 27, 5, 30, tzinfo=UTC), datetime(2026, 4, 1, 7, tzinfo=UTC)
    chance = random.Random(step)
    said = {first + timedelta(seconds=chance.randrange(6 * 86_400)): round(chance.gauss(20, 5), 2) for _ in range(400)}
    rows = [
        Observation("smoke-1", "smoke", ts, ts, value, quality=Quality(chance.choice([0, 0, 0, 1, 4, 8])))
        for ts, value in said.items()
    ]
    writer = BatchWriter(api.store, "mqtt-0", SourceKind.DEVICE)
    writer.append(rows[:300])
    Rollup(api.store, SystemClock()).catch_up()
    writer.append(rows[300:])
    Rollup(api.store, SystemClock()).catch_up()
    params = {**HOUR, "from": first.isoformat(), "to": last.isoformat(), "step": step} | ({"tz": tz} if tz else {})
    found = read(api, **params)
    assert found["level"] == level
    assert found["points"] == expected_of(rows, datetime.fromisoformat(found["from"]), found, tz)


def expected_of(rows: list[Observation], first: datetime, found: dict[str, Any], tz: str | None) -> list[list[Any]]:
    """By way of the clock on the wall, one row after the other."""
    zone, step, last = ZoneInfo(tz or "UTC"), timedelta(seconds=found["step_s"]), datetime.fromisoformat(found["to"])
    buckets: dict[datetime, list[Observation]] = {}
    for row in sorted(rows, key=lambda row: row.ts):
        local = row.ts.astimezone(zone)
        midnight = datetime.combine(local.date(), time(), zone)
        if step % timedelta(days=1):
            since = row.ts - (midnight.astimezone(UTC) if tz else first)
            begin = (midnight.astimezone(UTC) if tz else first) + since // step * step
        else:
            begin = midnight - timedelta(days=(local.date() - date(2000, 1, 3)).days % step.days)
        if first <= row.ts < last:
            buckets.setdefault(begin.astimezone(UTC), []).append(row)
    points = []
    for begin, inside in sorted(buckets.items()):
        good = [row.value for row in inside if not row.quality & BAD and row.value is not None]
        mean = pytest.approx(sum(good) / len(good), rel=1e-12) if good else None
        bounds = [min(good), max(good)] if good else [None, None]
        last_value = good[-1] if good else None
        points.append([rfc3339(begin), mean, *bounds, len(good), last_value, len(inside) - len(good)])
    return points


def test_the_previous_value_is_found_before_the_first_day(api: Api) -> None:
    observe(api, (-86_400 * 40, 7.0), (0, 4.0))
    Rollup(api.store, SystemClock()).catch_up()
    found = read(api, **{**HOUR, "from": "2026-02-27T12:00:00Z"}, step="1d", fill="previous")
    assert [mean for _, mean, *_ in found["points"]] == [7.0, 7.0, 4.0]
    assert found["level"] == "day"


def test_buckets_are_whole_whatever_is_asked_for(api: Api) -> None:
    observe(api, (0, 1.0), (9, 3.0), (19, 5.0))
    found = read(api, **{**MINUTE, "from": "2026-03-01T12:00:05Z", "to": "2026-03-01T12:00:11Z"}, step="10s")
    assert (found["from"], found["to"]) == (at(0), at(20))
    assert [(ts, mean) for ts, mean, *_ in found["points"]] == [(at(0), 2.0), (at(10), 5.0)]


FILLS = [
    ("none", [1.0, 4.0]),
    ("null", [1.0, None, None, 4.0, None, None]),
    ("previous", [1.0, 1.0, 1.0, 4.0, 4.0, 4.0]),
    ("linear", [1.0, 2.0, 3.0, 4.0, None, None]),
]


@pytest.mark.parametrize(("fill", "expected"), FILLS)
def test_gaps_are_filled_as_asked(api: Api, fill: str, expected: list[float | None]) -> None:
    observe(api, (0, 1.0), (31, 4.0))
    found = read(api, **MINUTE, step="10s", fill=fill)
    assert [mean for _, mean, *_ in found["points"]] == expected
    assert sum(count for *_, count, _, _ in found["points"]) == 2


def test_the_previous_value_is_found_before_the_first_bucket(api: Api) -> None:
    observe(api, (-86_400 * 3, 7.0), (31, 4.0))
    observe(api, (-60, 1000.0), quality=Quality.OUT_OF_RANGE)
    found = read(api, **MINUTE, step="10s", fill="previous")
    assert [mean for _, mean, *_ in found["points"]] == [7.0, 7.0, 7.0, 4.0, 4.0, 4.0]


@pytest.mark.parametrize(("days", "step_s", "level"), [(1, 10.0, "raw"), (40, 60.0, "minute"), (100, 3600.0, "hour")])
def test_a_step_is_chosen_that_makes_no_more_points_than_wanted_of_what_is_still_kept(
    api: Api, days: int, step_s: float, level: str
) -> None:
    first = (datetime.now(UTC) - timedelta(days=days)).replace(second=0, microsecond=0)
    minute = {**HOUR, "from": rfc3339(first), "to": rfc3339(first + timedelta(minutes=1))}
    found = read(api, **minute, step="auto", max_points=7)
    assert (found["step_s"], found["level"]) == (step_s, level)


@pytest.mark.parametrize("params", [{}, {"step": "10s", "fill": "null"}])
def test_arrow_holds_the_same_as_json(api: Api, params: dict[str, Any]) -> None:
    observe(api, (0, 1.0), (0.5, 2.0), (31, 4.0), (32, "a word"), unit="Cel")
    wanted = read(api, **MINUTE, **params)
    answer = api.client("vera").get("/series", params={**MINUTE, **params}, headers={"Accept": ARROW})
    assert (answer.status_code, answer.headers["content-type"], answer.headers["vary"]) == (200, ARROW, "Accept")
    table = pyarrow.ipc.open_stream(answer.content).read_all()
    assert table.column_names == wanted["columns"]
    rows = [list(row.values()) for row in table.to_pylist()]
    assert [[row[0].strftime("%Y-%m-%dT%H:%M:%S.%fZ"), *row[1:]] for row in rows] == wanted["points"]
    said = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert (said["unit"], said["from"], said["level"]) == ("Cel", wanted["from"], "raw")


@pytest.mark.parametrize(
    ("accept", "is_arrow"),
    [
        (f"{ARROW}, */*", True), (f"{ARROW};q=0", False), ("*/*", False), (f"application/json, {ARROW};q=0.5", False),
        (f"{ARROW};q=x", False),
    ],
)  # fmt: skip
def test_arrow_is_for_who_asks_for_it(api: Api, accept: str, is_arrow: bool) -> None:
    answer = api.client("vera").get("/series", params=MINUTE, headers={"Accept": accept})
    assert (answer.headers["content-type"] == ARROW) is is_arrow


WRONG = [
    ({"tz": "Mars/Olympus"}, "tz"), ({"tz": "../etc/passwd"}, "tz"), ({"tz": "Asia"}, "tz"), ({"tz": "\0"}, "tz"),
    ({"step": "0s"}, "step"), ({"step": "1us"}, "step"), ({"step": "1ms"}, "step"), ({"step": "soon"}, "step"),
    ({"step": "9" * 30 + "w"}, "step"), ({"step": "7h", "tz": "Asia/Shanghai"}, "step"), ({"fill": "null"}, "fill"),
    ({"step": "1s", "fill": "guess"}, "fill"), ({"step": "auto", "max_points": "1"}, "max_points"),
    ({"step": "auto", "max_points": "10001"}, "max_points"), ({"to": HOUR["from"]}, "to"), ({"metric": "\0"}, "metric"),
    ({"from": "0001-01-01T00:00:00Z", "to": "0001-01-02T00:00:00Z", "step": "1d", "tz": "America/New_York"}, "step"),
    ({"from": "9999-12-31T00:00:00Z", "to": "9999-12-31T23:00:00Z", "step": "1d"}, "step"),
]  # fmt: skip


@pytest.mark.parametrize(("params", "named"), WRONG)
def test_a_wrong_parameter_is_named(api: Api, params: dict[str, str], named: str) -> None:
    answer = api.client("vera").get("/series", params={**HOUR, **params})
    assert problem(answer) == (422, "invalid"), answer.text
    assert [item["key"] for item in answer.json()["errors"]] == [named]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"tz": "Asia/Shangai"}, "'Asia/Shangai' is not a time zone, as Asia/Shanghai is one; did you mean"),
        ({"tz": "Etc/GMT 8"}, "a plus sign is written %2B in a URL"),
        ({"tz": "x" * 500}, f"tz: '{'x' * 60}' is not"),
        ({"from": "2026-03-01T12:00:00 08:00"}, "'2026-03-01T12:00:00 08:00' is not an RFC 3339 time; a plus sign is"),
        ({"from": "2026-03-01T12:00:00"}, "2026-03-01T12:00:00 has no time zone: add Z or an offset"),
    ],
)
def test_a_wrong_time_is_told_with_what_was_given(api: Api, params: dict[str, str], words: str) -> None:
    answer = api.client("vera").get("/series", params={**HOUR, **params})
    assert problem(answer) == (422, "invalid")
    assert words in answer.json()["detail"]


def test_the_first_and_the_last_second_that_can_be_written_are_no_mistake_of_ours(api: Api) -> None:
    for first in (datetime.min, datetime(9999, 12, 31, 23, 59, 58)):  # noqa: DTZ001, DTZ901  UTC is written below
        second = f"{first:%Y-%m-%dT%H:%M:}".rjust(17, "0")
        params = {**HOUR, "from": f"{second}{first:%S}Z", "to": f"{second}59Z"}
        assert read(api, **params)["points"] == []
