"""What every endpoint may use, made once by ``app.make_app``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends
from fastapi.requests import HTTPConnection

from dashboard.api.board_cache import BoardCache
from dashboard.api.channels import Channels
from dashboard.api.live import Live
from dashboard.api.pace import Pace
from dashboard.api.pictures import Pictures
from dashboard.api.provider import Provider
from dashboard.api.rulebook import RuleBook
from hub.clock import Clock
from hub.config import Config
from hub.store import Store
from hub.tally import Tally


@dataclass(frozen=True, slots=True)
class Context:
    config: Config
    store: Store
    clock: Clock
    tally: Tally
    live: Live
    provider: Provider | None
    verifying: CapacityLimiter
    """How many passwords are looked at at a time: one takes 64 MiB and some 50 ms."""
    pictures: Pictures
    channels: Channels
    rules: RuleBook
    pace: Pace
    boards: BoardCache
    started_at: datetime


def _context(request: HTTPConnection) -> Context:
    context: Context = request.app.state.context
    return context


Ctx = Annotated[Context, Depends(_context)]
