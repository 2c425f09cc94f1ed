"""The documents name every key, its default, every command and every option."""

from __future__ import annotations

import argparse
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from hub import cli
from hub.config.settings import Config

ROOT = Path(__file__).parents[2]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
_GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
GUIDES = "\n".join(path.read_text(encoding="utf-8") for path in _GUIDES)
_ROW = re.compile(r"^\| `(?P<key>[^`]+)` \| (?P<default>.*?) \| .* \|(?P<example>[^|]*)\|$", re.MULTILINE)
ROWS = {found["key"]: (found["default"], found["example"].strip()) for found in _ROW.finditer(CONFIGURATION)}


def models_in(kind: Any) -> Iterator[tuple[type[BaseModel], str]]:
    """The models that a value of ``kind`` is made of, and how the way to one goes on: a list, or names."""
    origin = get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind, ""
    elif origin is Annotated:
        yield from models_in(get_args(kind)[0])
    elif origin in {Union, types.UnionType, tuple}:
        for part in get_args(kind):
            for model, step in models_in(part):
                yield model, "[]" if origin is tuple else step
    elif origin is dict:
        for model, step in models_in(get_args(kind)[1]):
            yield model, f".NAME{step}"


def keys_of(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, tuple[type[BaseModel], str]]]:
    """``cameras[].record.keep``, and where that is: its model, and its name there."""
    for name, field in model.model_fields.items():
        written = field.alias or name
        yield before + written, (model, name)
        for inner, step in models_in(field.annotation):
            yield from keys_of(inner, f"{before}{written}{step}.")


KEYS = dict(keys_of(Config))


def taken(key: str, written: str) -> Any:
    """What the hub makes of what is written at ``key``. Raises ValidationError."""
    model, name = KEYS[key]
    value = yaml.safe_load(written.strip("`"))
    instance = model.model_construct()
    model.__pydantic_validator__.validate_assignment(instance, name, value)
    return getattr(instance, name)


def test_the_walk_finds_keys_at_every_depth() -> None:
    assert {"areas", "store.url", "cameras[].zones[].loiter", "cameras[].analyse.detect.model"} <= KEYS.keys()


def test_every_key_is_in_the_document_and_no_other() -> None:
    assert {key for key in ROWS if not key.startswith("gridhub ")} == KEYS.keys()


@pytest.mark.parametrize("key", KEYS)
def test_the_document_tells_the_default_of(key: str) -> None:
    model, name = KEYS[key]
    told, default = ROWS[key][0], model.model_fields[name].default
    if default is PydanticUndefined:
        assert told == "needed"
    elif default is None:
        assert told == "–"
    else:
        assert taken(key, told) == default


@pytest.mark.parametrize("key", [key for key in KEYS if ROWS.get(key, ("", ""))[1]])
def test_the_example_is_accepted_for(key: str) -> None:
    taken(key, ROWS[key][1])


def test_a_wrong_example_would_be_noticed() -> None:
    with pytest.raises(ValidationError):
        taken("cameras[].record.keep", "7 days")


def commands(parser: argparse.ArgumentParser, path: str = "gridhub") -> Iterator[tuple[str, list[str]]]:
    """Every command that does something, and its options."""
    options: list[str] = []
    is_leaf = True
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            is_leaf = False
            for name, below in action.choices.items():
                yield from commands(below, f"{path} {name}")
        else:
            options += action.option_strings
    if is_leaf:
        yield path, [option for option in options if option not in {"-h", "--help"}]


TREE = dict(commands(cli._parser(["--help"])))


@pytest.mark.parametrize("command", TREE)
def test_the_documents_name_the_command_and_its_options(command: str) -> None:
    assert re.search(re.escape(command) + r"(?![\w-])", GUIDES), command
    row = next(line for line in CONFIGURATION.splitlines() if re.match(rf"\| `.*{command}(?![\w-])", line))
    for option in TREE[command]:
        if option not in {"-c", "--config"}:
            assert f"`{option}" in row, f"{command} {option}"
