"""The published JSON Schemas are those of the models, say something of each key, and take what the models take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from rules import schema

FOLDER = Path(__file__).parents[2] / "examples" / "rules"
FILES = sorted(FOLDER.glob("*.yaml"))


def validator(path: Path) -> Draft202012Validator:
    found = schema.of_tests() if path.name.endswith(".test.yaml") else schema.of_rules()
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


@pytest.mark.parametrize(
    ("name", "found"), [("rules.schema.json", schema.of_rules()), ("tests.schema.json", schema.of_tests())]
)
def test_the_published_schema_is_that_of_the_models(name: str, found: dict[str, Any]) -> None:
    published = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    more = " --tests" if name.startswith("tests") else ""
    assert published == found, f"gridhub rules schema{more} > examples/rules/{name}"


@pytest.mark.parametrize("found", [schema.of_rules(), schema.of_tests()])
def test_each_key_is_described(found: dict[str, Any]) -> None:
    keys = dict(properties(found))
    assert len(keys) > 15
    assert [key for key, value in keys.items() if not value.get("description")] == []


def properties(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield from node.get("properties", {}).items()
        for value in node.values():
            yield from properties(value)
    elif isinstance(node, list):
        for value in node:
            yield from properties(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_examples_fit_their_schema_and_name_it_for_editors(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [error.message for error in validator(path).iter_errors(yaml.safe_load(text))] == []
    name = "tests" if path.name.endswith(".test.yaml") else "rules"
    assert text.startswith(f"# yaml-language-server: $schema={name}.schema.json\n")


@pytest.mark.parametrize(
    "text",
    [
        "{rules: [{name: a, severity: major, summary: s, when: {metric: a, abov: 1}}]}",
        "{rules: [{name: a, severity: mayor, summary: s, when: {metric: a, above: 1}}]}",
        "{rules: [{name: a, severity: major, summary: s, when: {metric: a, above: 1, for: 10}}]}",
        "{rules: [{name: a, severity: major, when: {metric: a, above: 1}}]}",
        "{rules: []}",
    ],
)
def test_an_editor_sees_a_mistake(text: str) -> None:
    assert list(validator(Path("a.yaml")).iter_errors(yaml.safe_load(text)))


def test_names_in_any_script_are_metrics() -> None:
    text = "{rules: [{name: a, severity: major, summary: s, when: {metric: zone.禁区, above: 1, for: 1m30s}}]}"
    assert not list(validator(Path("a.yaml")).iter_errors(yaml.safe_load(text)))
