"""A rule file that is being written, checked against the hub as it is."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model.observation import Observation
from hub.model.source import SourceKind
from hub.store.batches import BatchWriter
from tests.fix_api import GRID, T0, Api, problem

RULE = """\
rules:
  - name: heat
    severity: major
    summary: hot
    by: source
    when: {metric: smoke, above: 0.5}
"""


def check(api: Api, text: str, name: str = "ines", **more: Any) -> dict[str, Any]:
    answer = api.client(name).post("/rules/check", json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_each_rule_would_match_now_is_told(api: Api) -> None:
    found = check(api, RULE)
    assert found["problems"] == []
    [rule] = found["rules"]
    assert (rule["name"], rule["sources"], rule["areas"]) == ("heat", 2, 2)
    assert rule["memory_bytes"] > 0
    [own] = check(api, RULE, "local")["rules"]
    assert (own["sources"], own["areas"]) == (1, 1)


def test_what_is_odd_is_a_warning_and_goes_when_somebody_reports_it(api: Api) -> None:
    text = RULE.replace("metric: smoke", "metric: vibration")
    [odd] = check(api, text)["warnings"]
    assert (odd["line"], odd["key"]) == (6, "rules[0].when.metric")
    assert "nothing is known to report 'vibration'" in odd["message"]
    BatchWriter(api.store, "mqtt-7", SourceKind.DEVICE).append([Observation("smoke-1", "vibration", T0, T0, 1.0)])
    assert check(api, text)["warnings"] == []


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        (("severity: major", "severity: majr"), "rules[0].severity", "did you mean 'major'?"),
        (("by: source", "by: source\n    areas: [qth/taoshn]"), "rules[0].areas[0]", "did you mean 'qth/taoshan'?"),
        (("by: source", "by: source\n    inhibits: [smok]"), "rules[0].inhibits[0]", "did you mean 'smoke'?"),
        (("name: heat", "name: smoke"), "name", "is already the name of a rule: rules/city.yaml"),
        (("rules:", "rules: ["), "", "is not YAML"),
    ],
)
def test_all_that_is_wrong_is_told_with_its_place(api: Api, change: tuple[str, str], key: str, words: str) -> None:
    found = check(api, RULE.replace(*change), file="new.yaml")
    [wrong] = found["problems"]
    assert wrong["key"] == key
    assert words in wrong["message"]
    assert wrong["line"] > 0
    assert found["rules"] == []


def test_rules_of_other_files_count_where_rules_mute_each_other(api: Api) -> None:
    city = api.config.path.parent / "rules" / "city.yaml"
    city.write_text(city.read_text(encoding="utf-8") + "    inhibits: [heat]\n", encoding="utf-8")
    [wrong] = check(api, RULE + "    inhibits: [quiet]\n", file="new.yaml")["problems"]
    assert wrong["message"].endswith("heat mutes quiet mutes heat")
    assert check(api, RULE, file="new.yaml")["problems"] == []


def test_a_file_may_replace_its_own_rules(api: Api) -> None:
    text = RULE.replace("name: heat", "name: smoke").replace("by: source", f"by: source\n    areas: [{GRID}]")
    [rule] = check(api, text, file="rules/city.yaml")["rules"]
    assert (rule["name"], rule["sources"]) == ("smoke", 1)


def test_whoever_only_watches_may_not(api: Api) -> None:
    assert problem(api.client("vera").post("/rules/check", json={"text": RULE})) == (403, "not_allowed")
    assert problem(api.client("ines").post("/rules/check", json={"text": ""})) == (422, "invalid")
