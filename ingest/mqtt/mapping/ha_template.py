"""The templates of Home Assistant that are only a path: ``{{ value_json.a['b'][0] | float }}``.

A template comes from a device and is a program in a language (Jinja) that can be made to run for ever or to fill the
memory, sandboxed or not. So those that look something up are read here, and the others are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Extract = Callable[[str, Any], Any]
"""(the payload as text, the payload as JSON or ``MISSING``) → what the template looks up, or ``MISSING``."""


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()
_WHOLE = re.compile(
    r"""\{\{-?\s* \(?\s* (?P<root>value_json|value)
        (?P<path>(?:\.[A-Za-z_]\w*|\[\s*(?:'[^'{}]*'|"[^"{}]*"|\d{1,6})\s*\])*) \s*\)?
        (?P<filters>(?:\s*\|\s*[a-z_]+(?:\(\s*[^(){}|]*\))?)*) \s*-?\}\}""",
    re.VERBOSE | re.ASCII,
)
_STEP = re.compile(r"""\.([A-Za-z_]\w*)|\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]""", re.ASCII)
_FILTER = re.compile(r"\|\s*([a-z_]+)(?:\(\s*([^()]*)\))?", re.ASCII)
_HARMLESS = frozenset({"float", "int", "round", "is_defined", "default", "string", "bool"})
"""Filters of which nothing is left to do: numbers are read anyway, and what is missing is left out."""
_MAX_CHARACTERS = 300


def parse(template: str) -> Extract:
    """Raises ValueError for a template that is more than a path."""
    found = _WHOLE.fullmatch(template.strip()) if len(template) <= _MAX_CHARACTERS else None
    if found is None or (found["root"] == "value" and found["path"]):
        raise ValueError("is more than a path, as in {{ value_json.temperature }}")
    for name, argument in _FILTER.findall(found["filters"]):
        if name not in _HARMLESS and name not in _WORDS:
            raise ValueError(f"has the filter {name}, which is not known here")
        if name == "round" and argument.strip() not in {"", *"0123456789"}:
            raise ValueError("has a round with more than a number of digits")
    steps = [int(index) if index else name or one or two for name, one, two, index in _STEP.findall(found["path"])]
    words = [_WORDS[name] for name, _ in _FILTER.findall(found["filters"]) if name in _WORDS]

    def extract(text: str, document: Any) -> Any:
        value = text if found["root"] == "value" else _walk(document, steps)
        for change in words:
            value = change(value) if isinstance(value, str) else value
        return value

    return extract


def plain(text: str, _document: Any) -> Any:
    """Where no template is given: the payload as it is."""
    return text


_WORDS: dict[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper, "trim": str.strip}


def _walk(document: Any, steps: list[str | int]) -> Any:
    for step in steps:
        in_object = isinstance(step, str) and isinstance(document, dict) and step in document
        in_array = isinstance(step, int) and isinstance(document, list) and step < len(document)
        if not (in_object or in_array):
            return MISSING
        document = document[step]
    return document
