"""Mappings of the configuration: what is wrong is told with its line and with what was perhaps meant."""

from __future__ import annotations

import time

import pytest

from hub.errors import ConfigError
from ingest.mqtt.mapping import patterns
from ingest.mqtt.mapping.names import device_id, metric_name
from ingest.mqtt.mapping.patterns import Pattern
from tests.unit.mapping_trial import Trial, config, problems

JSON = "  - {{codec: json, topic: 'a/{{device}}/up', {0}}}\n"


@pytest.mark.parametrize(
    ("mappings", "line", "key", "words"),
    [
        ("  - codec: jsn\n", 3, "mappings[0].codec", "did you mean 'json'?"),
        ("  - codec: json\n    topik: a\n", 4, "mappings[0].topik", "did you mean 'topic'?"),
        ("  - codec: json\n", 3, "mappings[0]", "'topic' is missing"),
        ("  - codec: frigate\n    topics: [a/b]\n", 4, "mappings[0].topics", "does not belong to codec frigate"),
        ("  - codec: json\n    topic: a/{device}\n", 3, "mappings[0]", "needs values, named or everything"),
        (JSON.format("values: {t: temp}"), 3, "mappings[0].values.t.path", "it begins with $, as in $.temperature"),
        (JSON.format("values: {t: '$.a['}"), 3, "mappings[0].values.t.path", "is not a JSONPath"),
        (JSON.format("values: {T: $.t}"), 3, "mappings[0].values.T", "is not a metric"),
        (JSON.format("values: {t: {unit: Cel}}"), 3, "mappings[0].values.t", "none of path, const, lat"),
        (JSON.format("values: {t: {path: $.t, unit: '°C'}}"), 3, "mappings[0].values.t.unit", "did you mean 'Cel'?"),
        (JSON.format("values: {t: {path: $.t, unit: bogus}}"), 3, "mappings[0].values.t.unit", "not a unit of UCUM"),
        (JSON.format("values: {t: {path: $.t, unit: m, to: Cel}}"), 3, "mappings[0].values.t.to", "different things"),
        (JSON.format("values: {t: {path: $.t, to: Cel}}"), 3, "mappings[0].values.t.to", "needs unit"),
        (JSON.format("values: {t: {path: $.t, scale: 0}}"), 3, "mappings[0].values.t.scale", "scale is not 0"),
        (JSON.format("values: {position: {lat: $.a}}"), 3, "mappings[0].values.position.lon", "both lat and lon"),
        (JSON.format("values: {p: {lat: $.a, lon: $.b}}"), 3, "mappings[0].values.p", "the metric called position"),
        (JSON.format("values: {t: $.t}, device: '{devise}'"), 3, "mappings[0].device", "did you mean 'device'?"),
        (JSON.format("values: {t: $.t}, device: '{device'"), 3, "mappings[0].device", "without its other half"),
        (JSON.format("values: {t: $.t}, time: {path: $.t, format: epoch}"), 3, "mappings[0].time.format", "epoch_s"),
        (JSON.format("values: {t: $.t}, time: {path: $.t, format: '%Y'}"), 3, "mappings[0].time.format", "zone: Asia"),
        (JSON.format("values: {t: $.t}, time: {path: $.t, format: '%Q %z'}"), 3, "mappings[0].time.format", "%Q"),
        (JSON.format("values: {t: $.t}, time: {path: $.t, zone: Asia/Shanghi}"), 3, "mappings[0].time.zone",
         "did you mean 'Asia/Shanghai'?"),
        ("  - {codec: json, topic: a/b/up, values: {t: $.t}}\n", 3, "mappings[0].topic", "says nowhere whose it is"),
        ("  - {codec: gridhub, topic: a/#/b}\n", 3, "mappings[0].topic", "# may only be the last level"),
        ("  - {codec: gridhub, topic: 'a/x{device}/b'}\n", 3, "mappings[0].topic", "stand for a whole level"),
        ("  - {codec: gridhub, topic: '{device}/{device}'}\n", 3, "mappings[0].topic", "two levels are called"),
        ("  - {codec: gridhub, topic: 'gridhub/v1/devices/{device}/x'}\n", 3, "mappings[0].topic", "hub itself"),
        ("  - {codec: gridhub, topic: '#', device: x}\n", 3, "mappings[0].topic", "hub itself"),
        ("  - {codec: gridhub, topic: '$share/g/{device}'}\n", 3, "mappings[0].topic", "hub's own affair"),
        ("  - {codec: sparkplug, prefix: 'a/+'}\n", 3, "mappings[0].prefix", "plain levels, as in spBv1.0"),
        ("  - {codec: sparkplug, device: '{edge}'}\n", 3, "mappings[0].device", "needs {device}"),
        ("  - {codec: text, topic: 'a/{device}', values: {a: {}, b: {}}}\n", 3, "mappings[0].values", "is one value"),
        ("  - {codec: text, topic: 'a/{device}', values: {a: {path: $.a}}}\n", 3, "mappings[0].values.a.path",
         "does not go"),
        (JSON.format("values: {on: $.t}"), 3, "mappings[0].values", '"ON" in quotes'),
        (JSON.format("values: {t: {path: $.t, map: {ON: 1}}}"), 3, "mappings[0].values.t.map", '"ON" in quotes'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_what_was_meant(
    mappings: str, line: int, key: str, words: str
) -> None:
    try:
        found = problems(mappings)
    except ConfigError as error:
        found = list(error.problems)
    assert [problem.line for problem in found] == [line], found
    assert words in found[0].message
    assert found[0].key == key


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = problems("  - {codec: sparkplug, prefix: a/+}\n  - {codec: frigate, device: x}\n")
    assert [(problem.line, problem.key) for problem in found] == [
        (3, "mappings[0].prefix"), (4, "mappings[1].device"),
    ]  # fmt: skip


def test_a_topic_has_one_reader_and_comes_once() -> None:
    own = "  - {{codec: gridhub, topic: '{}', device: x}}\n"
    assert Trial.of(own.format("a/b/c") + own.format("a/+/c")).router.subscriptions == ("a/+/c",)
    [never] = problems(own.format("a/+/c") + own.format("a/b/c"))
    assert (never.line, "never reached" in never.message) == (4, True)
    [twice] = problems(own.format("a/+/c") + own.format("a/b/+"))
    assert (twice.line, "come twice" in twice.message) == (4, True)
    assert problems(own.format("a/b") + own.format("a/c")) == []


def test_no_mappings_are_no_trouble() -> None:
    assert config("  []\n").mappings == ()


@pytest.mark.parametrize(
    ("one", "other", "covers", "overlap"),
    [
        ("a/#", "a", True, True), ("a/#", "a/b/c", True, True), ("#", "a", True, True), ("#", "$SYS/a", False, False),
        ("+/a", "$SYS/a", False, False), ("a/+", "a/b", True, True), ("a/+", "a/#", False, True),
        ("a/+/c", "a/b/+", False, True), ("a/b", "a/c", False, False), ("a", "a/b", False, False),
        ("+", "a/b", False, False), ("a/+", "a/+", True, True), ("a/b/#", "a/+/c", False, True),
    ],
)  # fmt: skip
def test_which_filters_take_the_same_topics(one: str, other: str, covers: bool, overlap: bool) -> None:
    assert patterns.covers(one, other) is covers
    assert patterns.overlap(one, other) is overlap
    assert patterns.overlap(other, one) is overlap


@pytest.mark.parametrize(
    ("pattern", "topic", "names"),
    [
        ("plant/{line}/{device}/up", "plant/a/p-7/up", {"line": "a", "device": "p-7"}),
        ("plant/{line}/{device}/up", "plant/a//up", None),
        ("plant/+/{device}", "plant//x", {"device": "x"}),
        ("plant/{device}/#", "plant/x", {"device": "x"}),
        ("plant/{device}/#", "plant/x/y/z", {"device": "x"}),
        ("plant/{device}/#", "plants/x", None),
        ("#", "a/b", {}), ("#", "$SYS/x", None), ("+/x", "$SYS/x", None),
        ("a.c/{device}", "abc/x", None),
        ("a/{device}", "a/x\ny", {"device": "x\ny"}),
    ],
)  # fmt: skip
def test_a_pattern_names_levels(pattern: str, topic: str, names: dict[str, str] | None) -> None:
    assert Pattern.parse(pattern).match(topic) == names


def test_twenty_thousand_topics_are_matched_in_a_second() -> None:
    own = "".join(f"  - {{codec: gridhub, topic: 'plant{n}/{{line}}/{{device}}/up'}}\n" for n in range(100))
    router = Trial.of(own).router
    topics = [f"plant{n % 100}/l/d{n}/up" for n in range(20_000)]
    for _ in range(2):
        began_s = time.process_time()
        assert all(router.route(topic) is not None for topic in topics)
        took_s = time.process_time() - began_s
    assert took_s < 1.0


def test_names_become_ids_that_do_not_fall_together() -> None:
    assert device_id("press-7.a_B") == "press-7.a_B"
    names = ["living room", "living-room", "living/room", "客厅", "卧室", "x" * 200, "x" * 201, "-a", "a", ".."]
    ids = [device_id(name) for name in names]
    assert len(set(ids)) == len(names)
    assert ids[0].startswith("living-room-")
    assert all(0 < len(one) <= 127 for one in ids)


def test_names_become_metrics_that_do_not_fall_together() -> None:
    assert metric_name("Inputs/Temp 1") == "inputs.temp_1"
    assert metric_name("linkQuality") == "linkquality"
    assert metric_name("2nd") == "m_2nd"
    names = ["温度", "湿度", "温度1", "湿度1", "a" * 64, "a" * 65, "temp"]
    assert len({metric_name(name) for name in names}) == len(names)
