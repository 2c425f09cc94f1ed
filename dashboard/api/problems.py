"""Errors as RFC 9457 problem documents: the one place where an error of the hub becomes an HTTP status."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from dashboard.api.headers import security_headers
from hub import errors
from hub.config.address import AddressNotAllowed
from hub.config.vault import SecretLost
from hub.document import dotted

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)
MAX_ITEMS = 100
"""Of what is wrong in a body; more are counted."""
_WORDS = {"not_open", "already_acknowledged"}
_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    414: "too_long",
    422: "invalid",
}


class ProblemItem(BaseModel):
    """One thing that is wrong in what was sent. ``file`` and ``line`` are set where the text of a file was sent."""

    file: str
    line: int
    key: str
    message: str


class Problem(BaseModel):
    """RFC 9457. ``code`` is a short fixed word that programs may rely on."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemItem] | None = None


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "what was wrong with the request"},
    "5XX": {"model": Problem, "description": "what is wrong with the hub"},
}


class ProblemError(Exception):
    """Raised by an endpoint to answer with a problem. ``extra`` are members of the document beside the usual ones."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        items: Sequence[ProblemItem] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.items = tuple(items)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        super().__init__(detail)


def invalid(key: str, message: str) -> ProblemError:
    """422: a value that was sent is wrong."""
    item = ProblemItem(file="", line=0, key=key, message=message)
    return ProblemError(422, "invalid", f"{key}: {message}", items=[item])


def respond(problem: ProblemError) -> JSONResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }
    if problem.items:
        body["errors"] = [item.model_dump() for item in problem.items]
    return JSONResponse({**body, **problem.extra}, problem.status, problem.headers, MEDIA_TYPE)


def of_error(error: errors.HubError) -> ProblemError:
    """What an error of the hub means to a client."""
    match error:
        case errors.StoreUnavailable():
            # The driver's words may hold addresses: they are for the log.
            detail = "the store cannot be reached now; try again"
            return ProblemError(503, "store_unavailable", detail, headers={"Retry-After": "2"})
        case errors.NotFound():
            return ProblemError(404, "not_found", str(error))
        case errors.Conflict():
            word = str(error)
            return ProblemError(409, word if word in _WORDS else "conflict", word)
        case errors.ConfigError():
            items = [
                ProblemItem(file=item.file, line=item.line, key=item.key, message=item.message)
                for item in error.problems
            ]
            return ProblemError(422, "invalid", f"{len(items)} problems", items=items)
        case errors.Refused():
            return ProblemError(422, error.cause, error.detail)
        case AddressNotAllowed():
            return ProblemError(403, "address_not_allowed", error.reason)
        case SecretLost():
            return ProblemError(503, "key_missing", str(error))
        case errors.SourceError():
            return ProblemError(503, error.state, error.reason)
        case _:
            return _mistake(error)


def _mistake(error: Exception) -> ProblemError:
    _log.error("a request failed", exc_info=error)
    return ProblemError(500, "internal_error", "the hub made a mistake; its log says which")


async def _on_problem(_: Request, error: Exception) -> JSONResponse:
    return respond(cast(ProblemError, error))


async def _on_hub_error(_: Request, error: Exception) -> JSONResponse:
    return respond(of_error(cast(errors.HubError, error)))


async def _on_http_exception(_: Request, error: Exception) -> JSONResponse:
    known = cast(HTTPException, error)
    code = _CODES.get(known.status_code, "http_error")
    return respond(ProblemError(known.status_code, code, str(known.detail), headers=known.headers))


async def _on_validation_error(_: Request, error: Exception) -> JSONResponse:
    items: list[ProblemItem] = []
    every = cast(RequestValidationError | WebSocketRequestValidationError, error).errors()
    for found in every[:MAX_ITEMS]:
        place = tuple(found["loc"])
        # What was sent is not repeated: it may be a password.
        message = str(found["msg"]).removeprefix("Value error, ")
        items.append(ProblemItem(file="", line=0, key=dotted(place[1:]), message=message))
    detail = "; ".join(f"{item.key}: {item.message}" if item.key else item.message for item in items[:5])
    if len(every) > MAX_ITEMS:
        detail += f"; {len(every)} mistakes in all"
    return respond(ProblemError(422, "invalid", detail, items=items))


async def _on_mistake(request: Request, error: Exception) -> JSONResponse:
    answer = respond(_mistake(error))
    # This one is made outside of all middleware.
    answer.headers.update(security_headers(request.url.path, request.scope["scheme"]))
    return answer


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem document."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(errors.HubError, _on_hub_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(WebSocketRequestValidationError, _on_validation_error)
    app.add_exception_handler(Exception, _on_mistake)
