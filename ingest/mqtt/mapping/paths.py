"""JSONPath (RFC 9535) into payloads. A path that names one place, as nearly all do, is walked without the library."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jsonpath

from hub.errors import Refused
from ingest.mqtt.decoded import Cause

Finder = Callable[[Any], list[Any]]
_STEP = re.compile(
    r"""\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)
        | \['(?P<quoted>[^'"\\]*)'\]
        | \[(?P<index>0|[1-9][0-9]{0,8})\]""",
    re.VERBOSE,
)
_ENVIRONMENT = jsonpath.JSONPathEnvironment(strict=True)


def compile_path(path: str) -> Finder:
    """All that ``path`` finds in a document, in its order. The function raises Refused; this raises ValueError."""
    try:
        query = _ENVIRONMENT.compile(path)
    except jsonpath.JSONPathError as error:
        hint = "" if path.startswith("$") else "; it begins with $, as in $.temperature"
        raise ValueError(f"{path!r} is not a JSONPath (RFC 9535): {error.args[0]}{hint}") from error
    steps = _steps(path)
    if steps is not None:
        return lambda document: _walk(document, steps)

    def find(document: Any) -> list[Any]:
        if isinstance(document, str):
            return []  # the library would read it as JSON
        try:
            return query.findall(document)
        except (jsonpath.JSONPathError, RecursionError) as error:
            raise Refused(Cause.WRONG_SHAPE, f"{path} cannot be followed in it") from error

    return find


def _steps(path: str) -> tuple[str | int, ...] | None:
    """None for a path that is more than names and numbers."""
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            return None
        steps.append(int(found["index"]) if found["index"] else found["name"] or found["quoted"])
        position = found.end()
    return tuple(steps)


def _walk(document: Any, steps: tuple[str | int, ...]) -> list[Any]:
    for step in steps:
        if isinstance(step, str):
            if not isinstance(document, dict) or step not in document:
                return []
        elif not isinstance(document, list) or step >= len(document):
            return []
        document = document[step]
    return [document]
