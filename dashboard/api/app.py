"""The application: its routes, its middleware, and what runs beside the requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from anyio import CapacityLimiter
from fastapi import APIRouter, FastAPI
from starlette.datastructures import State

from dashboard.api import (
    activity,
    alerts,
    areas,
    assignments,
    audit_log,
    availability,
    backtest,
    bookmarks,
    cameras,
    commands,
    device_accounts,
    device_list,
    devices,
    external,
    groups,
    incidents,
    live_view,
    load,
    me,
    onboarding,
    openapi,
    operations,
    outages,
    passkeys,
    people,
    problems,
    quarantine,
    rule_check,
    rule_holds,
    rules,
    series,
    session,
    silences,
    static,
    status,
    stream,
    system,
    tokens,
    unknown_devices,
    walls,
)
from dashboard.api.audit_book import Book
from dashboard.api.audited import Audited
from dashboard.api.board_cache import BoardCache, Forgetting
from dashboard.api.bodies import BodyLimit
from dashboard.api.channels import Channels
from dashboard.api.context import Context
from dashboard.api.cookies import Renewal
from dashboard.api.follow import Follower
from dashboard.api.headers import Headers
from dashboard.api.hosts import Hosts
from dashboard.api.live import Live
from dashboard.api.pace import AddressPace, Pace
from dashboard.api.parts import expected
from dashboard.api.pictures import Pictures
from dashboard.api.provider import Provider
from dashboard.api.rulebook import RuleBook
from dashboard.api.version import VERSION
from hub.clock import Clock
from hub.config import Config
from hub.store import Store
from hub.tally import Tally

_RESOURCES = (
    session,
    passkeys,
    external,
    me,
    people,
    tokens,
    availability,  # before areas: their paths take everything
    areas,
    onboarding,
    cameras,
    live_view,
    unknown_devices,  # before devices, whose paths take any word
    device_list,
    devices,
    device_accounts,
    quarantine,
    commands,
    series,
    alerts,
    assignments,
    outages,
    load,
    groups,
    silences,
    incidents,
    rules,
    rule_check,
    rule_holds,
    backtest,
    activity,
    bookmarks,
    walls,
    audit_log,
    stream,
    status,
    system,
)


def make_app(config: Config, store: Store, clock: Clock, tally: Tally) -> FastAPI:
    """The whole interface. The store may be away when this is called, and at any time later."""
    return furnish(assemble(), config, store, clock, tally)


def assemble() -> FastAPI:
    """The routes. It takes half a second to put them together."""
    app = FastAPI(
        title="gridhub",
        version=VERSION,
        description="A monitoring hub for a city governed by grids. Errors are RFC 9457 problem documents.",
        openapi_url=None,  # served by openapi.router, to people with a session
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,  # the pages of the library load from elsewhere
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        lifespan=_lifespan,
    )
    problems.install(app)
    api = APIRouter(prefix="/api/v1", responses=problems.RESPONSES)
    for resource in _RESOURCES:
        api.include_router(resource.router)
    app.include_router(api)
    app.include_router(openapi.router)
    app.include_router(operations.router)
    app.include_router(static.router_of(static.Console(static.ROOT)))
    # The library puts a route together when the first request comes by it. Now is better: a route that is wrong ends
    # the start, and no request waits for it or has it done by two threads at once.
    app.openapi()
    return app


def furnish(app: FastAPI, config: Config, store: Store, clock: Clock, tally: Tally) -> FastAPI:
    """Give the routes what they work with, instead of what they had before, while nobody serves them."""
    live, boards = Live(expected(config), clock, tally), BoardCache(clock)
    app.state = State()
    app.state.context = Context(
        config=config,
        store=store,
        clock=clock,
        tally=tally,
        live=live,
        provider=None if config.people.provider is None else Provider(config.people.provider, clock),
        verifying=CapacityLimiter(2),
        pictures=Pictures(config),
        channels=Channels(config, tally),
        rules=RuleBook(config),
        pace=Pace(clock, config.web.rate),
        boards=boards,
        started_at=clock.now(),
    )
    app.state.follower = Follower(store, live, clock)
    app.middleware_stack = None  # put together anew when the first request comes
    app.user_middleware.clear()
    app.add_middleware(Forgetting, boards=boards)
    _wrap(app, config, store, clock, tally, live)
    return app


def _wrap(app: FastAPI, config: Config, store: Store, clock: Clock, tally: Tally, live: Live) -> None:
    """What every request passes, the last one first."""
    app.add_middleware(BodyLimit)
    app.add_middleware(Renewal)
    book = Book(store, config.data_dir, clock, tally, lambda: live.store_is_away)
    app.add_middleware(Audited, book=book, clock=clock)
    app.add_middleware(AddressPace, pace=Pace(clock, 2.0 * config.web.rate), tally=tally)
    app.add_middleware(Hosts, names=config.web.hosts)
    app.add_middleware(Headers, tally=tally)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: Context = app.state.context
    follower: Follower = app.state.follower
    follower.start(asyncio.get_running_loop())
    ticking = asyncio.create_task(context.live.tick())
    try:
        yield
    finally:
        context.live.close()
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
        await follower.stop()
        await context.channels.close()
        await context.pictures.close()
