"""``gridhub rules check``: what is odd in rules, and what they match in a hub."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta
from pathlib import Path

import pytest

from hub import document
from hub.config.device_types import BUILT_IN, MetricSettings, TypeSettings
from hub.errors import ConfigError
from hub.model.source import Source, SourceKind
from rules import commands, language
from rules.reach import World, notices, reach

TYPES = {
    **BUILT_IN,
    "gas": TypeSettings(period=timedelta(seconds=10), metrics={"ch4": MetricSettings(min=0, max=100)}),
}
SOURCES = (
    Source("smoke-1", SourceKind.DEVICE, "qth/g1", "smoke", "s"),
    Source("smoke-2", SourceKind.DEVICE, "qth/g1", "smoke", "s"),
    Source("smoke-3", SourceKind.DEVICE, "qth/g2", "smoke", "s"),
    Source("gas-1", SourceKind.DEVICE, "qth/g1", "gas", "s"),
    Source("odd-1", SourceKind.DEVICE, "qth/g1", "oddity", "s"),
    Source(
        "cam-1", SourceKind.CAMERA, "qth/g1", "camera", "s",
        {"zones": [{"name": "gate"}], "lines": [{"name": "fence"}], "analyse": {"detect": {"model": "yolox"}}},
    ),
    Source("cam-2", SourceKind.CAMERA, "qth/g2", "camera", "s", {"zones": [], "lines": []}),
)  # fmt: skip
WORLD = World(SOURCES, TYPES)


def file(when: str, more: str = "") -> str:
    return f"rules:\n  - {{name: r, severity: major, summary: s, {more}when: {when}}}\n"


def odd(when: str, world: World = WORLD, more: str = "", years: tuple[int, ...] = ()) -> list[str]:
    text = file(when, more)
    source = document.parse(text, "a.yaml")
    return [f"{found.key}: {found.message}" for found in notices(source, language.parse(text, "a.yaml"), world, years)]


@pytest.mark.parametrize(
    "when",
    [
        "{metric: smoke, above: 0.3}",
        "{metric: smoke, types: [smoke, gas], above: 0.3}",
        "{metric: battery, below: 20}",
        "{metric: device.online, below: 0.5}",
        "{metric: zone.gate, types: [camera], above: 0.1}",
        "{metric: line.fence, below: -0.5}",
        "{metric: count.gate, above: 20}",
        "{metric: object.person, above: 2}",
        "{metric: ch4, above: 25}",
        "{metric: clock.offset, above: 2}",
    ],
)
def test_what_somebody_reports_is_not_odd(when: str) -> None:
    assert odd(when) == []


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("{metric: smok, above: 0.3}", "metric: nothing is known to report 'smok'; did you mean 'smoke'?"),
        ("{metric: tamper.coverd, above: 0.5}", "did you mean 'tamper.covered'?"),
        ("{metric: water_level, types: [smoke], above: 1}", "metric: no source of type smoke reports 'water_level'"),
        ("{metric: smoke, types: [smok], above: 0.3}", "types: there is no type 'smok'"),
        ("{metric: water_level, above: 1}", "metric: no source that this rule looks at reports 'water_level' now"),
        ("{metric: zone.door, above: 0.1}", "no source that this rule looks at reports 'zone.door' now"),
        ("{metric: line.gate, above: 0.1}", "no source that this rule looks at reports 'line.gate' now"),
        ("{metric: smoke, above: 1}", "above: can never hold: smoke is from 0 to 1 by its type"),
        ("{metric: smoke, below: 0}", "below: can never hold"),
        ("{metric: smoke, above: -0.1}", "above: always holds"),
        ("{metric: smoke, below: 1.5}", "below: always holds"),
        ("{metric: motion, above: 1}", "above: can never hold: motion is from 0 to 1"),
        ("{metric: zone.gate, types: [camera], above: 20}", "above: can never hold"),
        ("{all: [{metric: smoke, above: 0.3}, {metric: smok, above: 0.3}]}", "rules[0].when.all[1].metric"),
    ],
)
def test_what_is_odd_is_told_at_its_key_with_what_is_near(when: str, told: str) -> None:
    [found] = odd(when)
    assert told in found


def test_a_type_that_some_source_has_is_not_odd() -> None:
    assert odd("{metric: smoke, types: [oddity], above: 0.3}") == [
        "rules[0].when.metric: no source that this rule looks at reports 'smoke' now"
    ]


def test_what_was_stored_once_is_known() -> None:
    when = "{metric: wobble, above: 3}"
    assert len(odd(when)) == 1
    assert odd(when, World(SOURCES, TYPES, frozenset({("odd-1", "wobble")}))) == []


def test_areas_of_the_rule_are_heeded() -> None:
    assert odd("{metric: ch4, above: 25}", more="areas: [qth/g1], ") == []
    assert len(odd("{metric: ch4, above: 25}", more="areas: [qth/g2], ")) == 1


def test_sources_of_other_areas_and_types_of_the_whole_rule_are_heeded() -> None:
    plain = language.parse(file("{metric: ch4, above: 25}", "areas: [qth/g2], "), "a.yaml")
    beyond = document.parse(file("{metric: ch4, above: 25, from: neighbours}", "areas: [qth/g2], "), "a.yaml")
    assert notices(beyond, plain, WORLD, ()) == []
    typed = document.parse(file("{metric: ch4, above: 25}", "types: [smoke], "), "a.yaml")
    [found] = notices(typed, plain, WORLD, ())
    assert "no source of type smoke reports 'ch4'" in found.message


def test_a_year_that_no_calendar_knows_is_told() -> None:
    plain = language.parse(file("{metric: ch4, above: 25}"), "a.yaml")
    for during in ("{calendar: CN, only: workdays}", "[{days: [sat]}, {calendar: CN, only: holidays}]"):
        source = document.parse(file("{metric: ch4, above: 25}", f"during: {during}, "), "a.yaml")
        [found] = notices(source, plain, WORLD, (2026, 2101))
        assert (found.key, found.message.partition(":")[0]) == (
            "rules[0].during", "the holidays of 2101 of CN are not known",
        )  # fmt: skip
        assert notices(source, plain, WORLD, (2026,)) == []


def test_without_a_hub_only_names_are_checked() -> None:
    assert odd("{metric: water_level, above: 1}", World()) == []
    assert len(odd("{metric: ch4, above: 1}", World())) == 1


def test_a_rule_says_what_it_matches_and_costs() -> None:
    [rule] = language.parse(
        file("{all: [{metric: smoke, types: [smoke], above: 0.3}, {metric: motion, above: 0.1, within: 1m}]}"), "a.yaml"
    )
    found = reach(rule, WORLD)
    assert (found.sources, found.areas, found.pairs, found.memory_bytes) == (5, 2, 5, 5 * 1024)
    [gas] = language.parse(file("{metric: ch4, above: 25}"), "a.yaml")
    assert reach(gas, WORLD).cpu_share == pytest.approx(6 * found.cpu_share / 5)


def command(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    options = parser.parse_args(["rules", "check", *arguments])
    status: int = options.run(options)
    return status


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    features = [
        {"type": "Feature", "geometry": None, "properties": {"path": path, "name": path, "kind": "grid"}}
        for path in ("qth", "qth/g1")
    ]
    (tmp_path / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (tmp_path / "hub.yaml").write_text(
        "areas: areas.geojson\ndevices: [{id: smoke-1, area: qth/g1, type: smoke}]\n"
        "cameras: [{id: cam-1, area: qth/g1, url: 'rtsp://127.0.0.1/x'}]\n"
    )
    return tmp_path


def test_the_command_warns_and_fails_not(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (hub / "a.yaml").write_text(file("{metric: smok, above: 0.3}"))
    assert command(str(hub / "a.yaml")) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith(f"warning: {hub}/a.yaml:2:51: rules[0].when.metric: nothing is known")
    assert told[1] == "nothing is wrong (1 rule, 1 file); 1 warning"


def test_without_a_configuration_own_types_are_named_once_and_not_warned_of(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (hub / "a.yaml").write_text(file("{all: [{metric: wobble, types: [rig], above: 3}, {metric: smoke, above: 0.3}]}"))
    assert command(str(hub / "a.yaml")) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "1 type not built in, and no hub was named (-c hub.yaml) to ask for their metrics: rig"
    assert told[1:] == ["nothing is wrong (1 rule, 1 file)"]
    assert command(str(hub / "a.yaml"), "-c", str(hub / "hub.yaml")) == 0
    assert "there is no type 'rig'" in capsys.readouterr().err


def test_with_a_configuration_it_tells_what_is_matched(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (hub / "a.yaml").write_text(file("{all: [{metric: smoke, above: 0.3}, {metric: motion, above: 0.1}]}"))
    assert command(str(hub / "a.yaml"), "-c", str(hub / "hub.yaml")) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "r: 2 sources in 1 area; at most 2 KiB, under 0.01% of a core"
    assert told[1].startswith("the store was not asked, only the configuration: ")
    assert told[2] == "nothing is wrong (1 rule, 1 file)"


def test_with_a_configuration_an_area_that_is_not_there_is_a_mistake(hub: Path) -> None:
    (hub / "a.yaml").write_text(file("{metric: smoke, above: 0.3}", "areas: [qth/g2], "))
    with pytest.raises(ConfigError, match="did you mean 'qth/g1'"):
        command(str(hub / "a.yaml"), "-c", str(hub / "hub.yaml"))
