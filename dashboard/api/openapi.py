"""The description of the interface (OpenAPI 3.1), from which the console's types are made."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from fastapi import APIRouter, FastAPI, Request

from dashboard.api import problems
from dashboard.api.auth import MaySee

router = APIRouter(include_in_schema=False)


@router.get("/api/openapi.json")
def get_openapi(_: MaySee, request: Request) -> dict[str, Any]:
    return describe(request.app)


def describe(app: FastAPI) -> dict[str, Any]:
    """The document; problem documents under their own media type."""
    known = deepcopy(app.openapi())
    for operations in known["paths"].values():
        for operation in operations.values():
            for status in problems.RESPONSES:
                # The library gives errors the media type of a route's success.
                answer = operation["responses"][str(status)]
                [described] = answer["content"].values()
                answer["content"] = {problems.MEDIA_TYPE: described}
    return known
