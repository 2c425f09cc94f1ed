"""Patterns of ids and topics: ``*`` is anything, ``{name}`` is a part without a slash that can be used elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PART = re.compile(r"\*|\{([a-z][a-z0-9_]*)\}")
_MAX_PARTS = 8
"""Stars and parts in one pattern: more, and a text that nearly matches would take long to refuse."""


class Pattern:
    """``water-{grid}-*`` matches ``water-g017-3``, with ``grid`` as ``g017``. Raises ValueError for what is none."""

    def __init__(self, text: str) -> None:
        names = [name for name in _PART.findall(text) if name]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"{text!r} names {{{min(twice)}}} twice")
        if len(_PART.findall(text)) > _MAX_PARTS:
            raise ValueError(f"{text!r} has more than {_MAX_PARTS} stars and names")
        literals = _PART.sub("", text)
        if "{" in literals or "}" in literals:
            raise ValueError(f"{text!r}: a part is written {{name}}, in lower-case letters, digits and _")
        self._expression = re.compile(_PART.sub(_expression, _escaped(text)), re.DOTALL)

    def match(self, text: str) -> dict[str, str] | None:
        """The named parts of ``text``; None where it does not match as a whole."""
        found = self._expression.fullmatch(text)
        return None if found is None else found.groupdict()


def globbed(pattern: str, text: str) -> bool:
    """Whether ``text`` is ``pattern``, in which ``*`` is anything. In time that grows with the text alone: the pattern
    may come from anybody."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def places(template: str) -> list[str]:
    """The names in braces."""
    return [name for name in _PART.findall(template) if name]


def fill(template: str, values: Mapping[str, str]) -> str:
    """``template`` with the named parts in their places."""
    return _PART.sub(lambda found: values[found[1]] if found[1] else found[0], template)


def _escaped(text: str) -> str:
    """Everything that stands for itself, so that no character of a pattern is one of a regular expression."""
    kept = _PART.split(text)  # literal, name or None, literal, …
    found = _PART.finditer(text)
    return "".join(re.escape(part) if index % 2 == 0 else next(found)[0] for index, part in enumerate(kept))


def _expression(found: re.Match[str]) -> str:
    return f"(?P<{found[1]}>[^/]+?)" if found[1] else ".*"
