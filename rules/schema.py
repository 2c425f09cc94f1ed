"""JSON Schemas of rule files and of their tests, made of the models that read them. Pure.

Editors complete and check with them: ``# yaml-language-server: $schema=rules.schema.json`` in the first line of a file.
They know less than ``gridhub rules check``: what two keys mean together is beyond them.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from rules import words
from rules.trial import FileText

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DURATION = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+$"
_ANY_SCRIPT = r"^[^\s/]+$"
"""Of patterns that name classes of letters, which not every validator knows."""

_LEFT_OUT = frozenset({"title", "default", "description", "gt", "ge", "lt", "le"})
"""The last four are bounds of durations, for which JSON Schema has no word."""

_WORDS = {
    # rules
    "rules": "Rules; in a file of tests the rule files it is about, beside it",
    "name": "What it is called everywhere: lower-case letters, digits, - and _",
    "severity": "How bad it is: critical, major, minor or warning",
    "summary": "One line for the operator, with fields such as {smoke.value:.2f}, {area.name}, {source.name}",
    "when": "One condition, or several under all, any, …",
    "by": "area: all sources of a grid together. source: each for itself",
    "areas": "Only here: paths in which * is one part and ** any number. In a file of tests: its areas",
    "keep_firing_for": "The alert stays on for so long after the condition has ended",
    "procedure": "What to do; shown with the alert",
    "during": "When the rule looks: hours, days, workdays or holidays",
    "params": "Numbers and durations by name, which conditions use as $name",
    "overrides": "Other parameters, another severity, or none of it, for some areas",
    "latch": "The alert waits for a person after its condition has ended",
    "re_alarm": "Told again after so long, while it is on and nobody has acted",
    "max_sources": "More alerts than this at once are held until a person confirms",
    "inhibits": "While this rule is on, alerts of these rules are muted in its area and below",
    # conditions
    "all": "Holds while each of these holds",
    "any": "Holds while at least one of these holds",
    "not": "Holds while this does not; beside something else under all",
    "at_least": "Holds while so many of several conditions hold",
    "of": "The conditions that are counted",
    "sequence": "Each begins after the one before it, all within 'in'",
    "weigh": "Holds while the evidence makes the event likely enough",
    "prior": "How likely the event is before anything is seen",
    "evidence": "Conditions with their likelihood ratios",
    "ratio": "How many times likelier it is to hold where the event is than where it is not",
    "ratio_absent": "The same for its not holding; 1 says nothing",
    "metric": "What is measured, as in smoke, water_level, zone.gate",
    "as": "What summaries call this condition",
    "types": "Only sources of these types",
    "where": "Only observations for which this is true: CEL over value, text, attrs, source, type, area, metric",
    "above": "Begins above this value",
    "below": "Begins below this value",
    "clear_below": "Ends below this value only",
    "clear_above": "Ends above this value only",
    "for": "Only when it has lasted so long",
    "within": "Also when it held within the last so long",
    "count": "At least so many observations (within 'in'), or conditions",
    "in": "The time within which",
    "absent_for": "Nothing was said for so long, or for so many periods of the source",
    "take": "What is made of the values of a window",
    "over": "How long the window is",
    "every": "How often a value is made, or comes",
    "across": "One window over all sources of the group",
    "sources": "At least so many sources at once; in a file of tests: its sources",
    "from": "Whose sources: those of the neighbours, the parent, or an ancestor of a kind",
    "kind": "Of an area: city, district, street, community, grid",
    "hours": "From one time of day to another, over midnight too: 22:00-06:00",
    "days": "Days and ranges of days: sat, mon-fri",
    "calendar": "A country whose holidays count: CN",
    "only": "workdays or holidays of the calendar",
    "zone": "Of the hours and days: Asia/Shanghai",
    "off": "Not here at all",
    "after": "From so long after its beginning on",
    "critical": "From when on it is critical: {after: 5m}, {above: 0.8}",
    "major": "From when on it is major",
    "minor": "From when on it is minor",
    "warning": "From when on it is a warning",
    # tests
    "tests": "Stories, each with the alerts it should raise",
    "start": "When the story begins; of an alert: how long after that it began",
    "end": "How long after the start it ended; left out: it is still on",
    "path": "Of an area",
    "geometry": "GeoJSON, WGS 84",
    "id": "Of a source",
    "area": "The path of an area",
    "source": "The id of a source",
    "type": "Of a source, as in smoke, camera",
    "config": "What the source's settings say",
    "series": "Values at even times",
    "timeline": "Single observations",
    "values": "1 0.4x5 1+2x5 _ _x5, as promtool has it: 0.4x5 is 0.4 and five more, _ is silence",
    "at": "How long after the start",
    "value": "A number",
    "text": "Words",
    "attrs": "What goes with the observation",
    "late": "How much later the hub hears of it",
    "until": "How long after the start the story ends",
    "disorder": "Told again in other orders, late by up to this, in part twice",
    "expect": "All alerts there should be",
    "rule": "The name of a rule",
    "becomes": "The severities it had later, and from when on",
    "probability": "Of the event, to within 0.005",
}


class _Generator(GenerateJsonSchema):
    def timedelta_schema(self, schema: Any) -> JsonSchemaValue:  # noqa: ARG002  the library's signature
        return {"type": "string", "pattern": _DURATION}


def of_rules() -> dict[str, Any]:
    """The schema of a rule file."""
    return _schema(words.FileText, "Rules of gridhub")


def of_tests() -> dict[str, Any]:
    """The schema of a file of tests."""
    return _schema(FileText, "Tests of rules of gridhub")


def _schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    found = _tidy(model.model_json_schema(schema_generator=_Generator))
    return {"$schema": _DIALECT, "title": title, **found}


def _tidy(node: Any) -> Any:
    """Without the names of our classes and without null, which no key may have; with words for people."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if key not in _LEFT_OUT}
    choices = [item for item in kept.get("anyOf", ()) if item != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        kept |= choices[0]
    elif choices:
        kept["anyOf"] = choices
    if "\\p{" in str(kept.get("pattern", "")):
        kept["pattern"] = _ANY_SCRIPT
    if "properties" in kept:
        properties = {key: _tidy(value) for key, value in kept.pop("properties").items()}
        for key, value in properties.items():
            if key in _WORDS:
                value["description"] = _WORDS[key]
        kept["properties"] = properties
    if "$defs" in kept:
        kept["$defs"] = {key: _tidy(value) for key, value in kept.pop("$defs").items()}
    return {key: value if key in {"properties", "$defs"} else _tidy(value) for key, value in kept.items()}
