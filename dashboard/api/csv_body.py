"""A list in CSV, as a request holds it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request

from dashboard.api.problems import ProblemError

MAX_LINES = 20_000
"""Each is answered, so that a megabyte of line breaks would be many of mistakes."""


CSV: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
"""For the description of a route: its body."""
DryRun = Annotated[bool, Query(description="say what would be done, and do nothing")]
Partial = Annotated[bool, Query(description="import what is right even where something is wrong")]


async def csv_of(request: Request) -> bytes:
    """Raises ProblemError 415 for what is no CSV, and 413 for more than ``MAX_LINES``."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "text/csv":
        raise ProblemError(415, "not_csv", "the body must be text/csv")
    data = await request.body()
    if data.count(b"\n") + data.count(b"\r") > 2 * MAX_LINES or len(data.splitlines()) > MAX_LINES:
        raise ProblemError(413, "too_large", f"a list has at most {MAX_LINES} lines: bring it in parts")
    return data
