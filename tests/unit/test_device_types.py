"""Types of devices and patterns of ids in ``hub.yaml``: what is taken, and what is refused with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hub.config import load, units
from hub.config.check import check
from hub.config.device_types import BUILT_IN, RegisterSettings, with_built_in
from hub.config.settings import Config
from hub.errors import ConfigError
from hub.model.pattern import Pattern

AREAS = """{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"path": "city", "name": "City", "kind": "city"}, "geometry": null},
 {"type": "Feature", "properties": {"path": "city/g017", "name": "Grid", "kind": "grid"}, "geometry": null}]}"""


def config(folder: Path, text: str) -> Config:
    (folder / "areas.geojson").write_text(AREAS)
    (folder / "hub.yaml").write_text(f"areas: areas.geojson\n{text}")
    return load(folder / "hub.yaml")


def mistakes(folder: Path, text: str) -> list[str]:
    try:
        _, problems = check(config(folder, text))
    except ConfigError as error:
        problems = list(error.problems)
    return [f"{problem.line} {problem.key}: {problem.message}" for problem in problems]


def test_a_type_is_read_and_what_it_leaves_out_of_a_built_in_one_stays(tmp_path: Path) -> None:
    types = config(tmp_path, "types: {smoke: {period: 10s}, gas: {metrics: {gas: {unit: '%'}}}}").device_types
    assert types["smoke"].period == timedelta(seconds=10)
    assert types["smoke"].metrics == BUILT_IN["smoke"].metrics
    assert types["gas"].metrics["gas"].unit == "%"
    assert types["water"] == BUILT_IN["water"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_unit_that_is_built_in_is_one_of_ucum(name: str) -> None:
    for metric in with_built_in({})[name].metrics.values():
        assert not metric.unit or units.why_not(metric.unit) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("types: {smoke: {perod: 10s}}", "2 types.smoke.perod: is not a known key; did you mean 'period'?"),
        ("types:\n  a:\n    metrics: {t: {mim: 3}}", "4 types.a.metrics.t.mim: is not a known key; did you mean"),
        ("types: {a: {metrics: {t: {unit: °C}}}}", "2 types.a.metrics.t.unit: '°C' is not a unit of UCUM; did"),
        ("types: {a: {metrics: {t: {min: 3, max: 3}}}}", "2 types.a.metrics.t: min 3 is not below max 3"),
        ("types: {A: {}}", "2 types.A: 'A' must be a lower-case word (a to z, digits, _, -); did you mean 'a'?"),
        ("register: [{match: 'a-{b', type: x, area: city}]", "2 register[0].match: 'a-{b': a part is written {name}"),
        ("register: [{match: 'a-*', type: x, area: 'city/{g}'}]", "2 register[0].area: 'city/{g}' names {g}"),
        ("register: [{match: a, type: x, area: city/g18}]", "2 register[0].area: 'city/g18' is not in areas.geojson"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_was_meant(tmp_path: Path, text: str, said: str) -> None:
    [found] = mistakes(tmp_path, text)
    assert found.startswith(said)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("smoke-*", "smoke-1", {}),
        ("smoke-*", "xsmoke-1", None),
        ("a.b", "axb", None),
        ("water-{grid}-*", "water-g017-3", {"grid": "g017"}),
        ("plant/{area}/{device}/up", "plant/east/d-1/up", {"area": "east", "device": "d-1"}),
        ("plant/{area}/up", "plant/a/b/up", None),
    ],
)
def test_a_pattern_matches_as_a_whole_and_names_its_parts(
    pattern: str, text: str, found: dict[str, str] | None
) -> None:
    assert Pattern(pattern).match(text) == found


@pytest.mark.parametrize("pattern", ["{a}-{a}", "{A}", "{a", "*" * 9])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"twice|part|more than"):
        Pattern(pattern)


def test_a_device_that_comes_unasked_belongs_where_its_id_and_topic_say() -> None:
    rule = RegisterSettings(match="{kind}-*", topic="plant/{grid}/*", type="water", area="city/{grid}/{kind}")
    assert rule.area_of("pump-1", "plant/g017/pump-1") == "city/g017/pump"
    assert rule.area_of("pump-1", "elsewhere/g017") is None
    assert rule.area_of("pump", "plant/g017/pump") is None
