"""Summaries: one line for the operator, with a few fields of the alert filled in. Pure.

The syntax is that of ``str.format`` cut down to what cannot fail and cannot reach anything: fields from a fixed list,
and for numbers a short format. A template is checked when its file is loaded, so that no alert is ever held up by its
own text.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hub.document import nearest
from hub.model.observation import Stored

_FIXED = {"area": ("name", "path"), "source": ("id", "name"), "rule": ("name",)}
_OF_CONDITION = ("value", "text", "source", "metric")
RESERVED = tuple(_FIXED)
"""Names that no condition may have."""

_NUMBER_FORMAT = re.compile(r"[+]?,?(\.\d)?[fg%]?")
_NOTHING = "–"


class Facts(NamedTuple):
    """What a summary may speak of. ``conditions`` holds the observation of each condition that held."""

    rule: str
    area_path: str
    area_name: str
    source_id: str
    source_name: str
    conditions: Mapping[str, Stored]


class _Part(NamedTuple):
    literal: str
    root: str
    attribute: str
    number_format: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Made by ``parse``."""

    parts: Sequence[_Part]

    def render(self, facts: Facts) -> str:
        return "".join(part.literal + (_field(part, facts) if part.root else "") for part in self.parts)


def parse(text: str, conditions: Collection[str], by_source: bool) -> Summary:
    """Check a template. ``conditions``: the names of the rule's conditions. Raises ValueError, for a person."""
    known = [f"{name}.{attribute}" for name in conditions for attribute in _OF_CONDITION]
    for root, attributes in _FIXED.items():
        if root != "source" or by_source:
            known += [f"{root}.{attribute}" for attribute in attributes]
    try:
        found = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"is not a template: {error}; write {{{{ and }}}} for braces") from error
    parts = []
    for literal, field, number_format, conversion in found:
        if field is None:
            parts.append(_Part(literal, "", "", ""))
            continue
        if field not in known:
            raise ValueError(f"{{{field}}} is not a field: known are {', '.join(known)}{nearest(field, known)}")
        root, _, attribute = field.partition(".")
        wanted = number_format or ""
        if conversion or (wanted and attribute != "value") or not _NUMBER_FORMAT.fullmatch(wanted):
            raise ValueError(f"{{{field}}} has a format that is not allowed: only values have one, such as .2f or .0%")
        parts.append(_Part(literal, root, attribute, wanted))
    return Summary(tuple(parts))



def _field(part: _Part, facts: Facts) -> str:
    if part.root == "area":
        return facts.area_name if part.attribute == "name" else facts.area_path
    if part.root == "source":
        return facts.source_name if part.attribute == "name" else facts.source_id
    if part.root == "rule":
        return facts.rule
    observation = facts.conditions.get(part.root)
    if observation is None:
        return _NOTHING
    if part.attribute == "value":
        return _NOTHING if observation.value is None else format(observation.value, part.number_format or "g")
    if part.attribute == "text":
        return observation.text or _NOTHING
    return observation.source if part.attribute == "source" else observation.metric
