"""The hub restarts under ten open browsers: each says so, and each catches up without losing an event."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from dashboard.api import cookies
from dashboard.api.app import assemble, furnish
from dashboard.api.server import Server
from hub.cases import acts
from hub.clock import SystemClock
from hub.config import Config
from hub.model.alert import AlertChange
from hub.store import Store, sessions
from hub.tally import Tally
from tests.e2e.fix_script import SCRIPTS, environment_of
from tests.fix_api import GRID, PEOPLE, fire, wait_for, write_config
from tests.fix_timescale import free_port

pytestmark = [pytest.mark.timeout(300), pytest.mark.alone]

BROWSERS = 10


@contextmanager
def hub_at(port: int, app: FastAPI, config: Config, store: Store) -> Iterator[None]:
    """The interface at one port, as the supervisor starts it anew: it holds nothing of the one before."""
    server = Server(furnish(app, config, store, SystemClock(), Tally()))
    listener = socket.create_server(("127.0.0.1", port))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="uvicorn")
    thread.start()
    try:
        wait_for(lambda: server.started and app.state.context.live.last_id is not None, "the interface answers")
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive(), "the server does not stop"


def open_sessions(store: Store) -> str:
    """One for each browser, of everybody in turn: signing in has tests of its own."""
    now, names = datetime.now(UTC), sorted(PEOPLE)
    tokens = [f"browser-{number}" for number in range(BROWSERS)]
    for number, token in enumerate(tokens):
        sessions.open_session(store, names[number % len(names)], token, now, now + timedelta(hours=1))
    return ",".join(tokens)


def test_the_hub_restarts_under_ten_open_browsers_and_each_catches_up_without_losing_an_event(
    city: Store, tmp_path: Path
) -> None:
    app, config, port = assemble(), write_config(tmp_path), free_port()
    first = fire(city)
    given = environment_of(
        f"http://127.0.0.1:{port}", GRIDHUB_SESSIONS=open_sessions(city), GRIDHUB_COOKIE=cookies.SESSION
    )
    with subprocess.Popen(
        ["node", str(SCRIPTS / "restart.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=given,
    ) as browsers:  # fmt: skip
        try:
            assert browsers.stdout is not None
            assert browsers.stderr is not None
            with hub_at(port, app, config, city):
                assert browsers.stdout.readline() == "ready\n", browsers.stderr.read()
                second = fire(city, GRID, "just before")
            third = fire(city, GRID, "while it was away")
            acts.act(city, first.id, AlertChange.ACKNOWLEDGED, "otto", datetime.now(UTC))
            assert browsers.stdout.readline() == "lost\n", browsers.stderr.read()
            with hub_at(port, app, config, city):
                printed, errors = browsers.communicate("back\n", timeout=120)
        finally:
            browsers.kill()
    assert browsers.returncode == 0, printed + errors
    found = json.loads(printed.splitlines()[-1])
    assert all(told.startswith("Not connected since ") for told in found["told"])
    expected = [[first.id, True], [second.id, False], [third.id, False]]
    assert found["shown"] == [expected] * BROWSERS
    print(f"ten browsers were back after {found['backMs']} ms")  # noqa: T201  shown with pytest -s
