"""Named queries. Each file of this folder holds statements, each headed by ``-- name: the_name``.

The texts are part of the program, never of its input, which is why they may be typed as literal strings (psycopg takes
nothing else without a cast, so that no value can be pasted into a statement).
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def _load() -> dict[str, LiteralString]:
    queries: dict[str, LiteralString] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".sql"):
            continue
        _, *parts = _NAME.split(file.read_text(encoding="utf-8"))
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            if name in queries:
                raise ValueError(f"{file.name}: the query {name} exists already")
            queries[name] = cast(LiteralString, text.strip())
    return queries


sql = _load()
