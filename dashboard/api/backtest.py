"""Rules run again over what was stored, before they are switched on: steps as they come, then the outcome.

One at a time, in a child process that ends when whoever asked goes away, or after ten minutes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from dashboard.api.auth import MayRules
from dashboard.api.context import Ctx
from dashboard.api.problems import ProblemError, invalid
from hub.model.times import rfc3339
from rules import language

router = APIRouter(tags=["rules"])

LONGEST = timedelta(days=92)
_TIMEOUT_S = 600.0
_LINE_BYTES = 64 * 1024 * 1024
_LINES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "one JSON object a line: `at`, `done` (0 to 1), `observations`, `alerts` while it runs; at the"
        " end `outcome`, or `failed` with the reason",
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    }
}


class Backtest(BaseModel):
    """``text`` is a rule file; ``file``: the name that it will have, so that it is held against what it replaces."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=500_000)]
    file: Annotated[str, Field(min_length=1, max_length=500)] = "rules.yaml"
    first: Annotated[AwareDatetime, Field(alias="from")]
    last: Annotated[AwareDatetime, Field(alias="to")]
    area: Annotated[str, Field(max_length=500)] | None = None


@router.post("/rules/backtest", response_class=StreamingResponse, responses=_LINES)
async def backtest_rules(asked: Backtest, caller: MayRules, ctx: Ctx, request: Request) -> StreamingResponse:
    """What these rules would have done to the alerts. To cancel it, close the connection. 409 `busy` while another one
    runs; 422 with all that is wrong with the rules."""
    if not timedelta() < asked.last - asked.first <= LONGEST:
        raise invalid("to", f"must come after from, by {LONGEST.days} days at most")
    await asyncio.to_thread(language.parse, asked.text, asked.file)  # long files take seconds
    within = caller.narrow(asked.area)
    if getattr(request.app.state, "backtest_runs", False):
        raise ProblemError(409, "busy", "another backtest is running: try again when it has ended")
    task = {
        "config": str(ctx.config.path),
        "text": asked.text,
        "file": asked.file,
        "from": rfc3339(asked.first),
        "to": rfc3339(asked.last),
        "within": within,
    }
    return StreamingResponse(_lines(request, task), media_type="application/x-ndjson")


async def _lines(request: Request, task: dict[str, Any]) -> AsyncIterator[bytes]:
    """What the child says. It is ended when this is: at the end, after the time, or when nobody reads any more."""
    if getattr(request.app.state, "backtest_runs", False):  # somebody was quicker by a moment
        yield _failed("another backtest is running: try again when it has ended")
        return
    process = None
    # Not before: of a client that has gone already nothing would ever take it back.
    request.app.state.backtest_runs = True
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dashboard.api.backtesting",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LINE_BYTES,
        )  # fmt: skip
        assert process.stdin is not None  # noqa: S101  both were asked for
        assert process.stdout is not None  # noqa: S101  both were asked for
        process.stdin.write(json.dumps(task).encode())
        process.stdin.close()
        is_told = False
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                async for line in process.stdout:
                    is_told = line.startswith((b'{"outcome"', b'{"failed"'))
                    yield line
        except TimeoutError:
            yield _failed(f"it took longer than {_TIMEOUT_S:.0f} s: take a shorter time or fewer rules")
        else:
            if not is_told:
                yield _failed("the backtest ended without an outcome; the log of the dashboard may say why")
    finally:
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        request.app.state.backtest_runs = False


def _failed(reason: str) -> bytes:
    return json.dumps({"failed": reason}).encode() + b"\n"
