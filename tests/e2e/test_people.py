"""The door, and those who look after it, in a browser: second factors, passkeys, tokens, who is locked out, the log."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dashboard.api.app import make_app
from dashboard.api.server import Server
from hub.clock import SystemClock
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.store import Store, people
from hub.tally import Tally
from tests.e2e.fix_script import run
from tests.fix_api import GRID, OTHER_GRID, Api, fill, fire, wait_for, write_config
from tests.fix_provider import CLIENT, SECRET, serving_provider

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def door(store: Store, tmp_path: Path) -> Iterator[Api]:
    """A hub that browsers call localhost, whose operators need a second factor; zhao signs in elsewhere."""
    fill(store)
    people.add(store, Person("zhao", (Grant(Role.VIEWER),), external=True), None)
    (tmp_path / "secret").write_text(SECRET)
    listener = socket.create_server(("127.0.0.1", 0))  # passkeys are bound to the port as well
    url = f"http://localhost:{listener.getsockname()[1]}"
    with serving_provider() as provider:
        config, tally = write_config(
            tmp_path,
            f"people: {{origin: '{url}', second_factor: [operator], provider: {{issuer: '{provider.issuer}',"
            f" client_id: {CLIENT}, client_secret_file: secret}}}}\n",
        ), Tally()
        app = make_app(config, store, SystemClock(), tally)
        server = Server(app, None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="uvicorn")
        thread.start()
        try:
            wait_for(lambda: server.started, "the server starts")
            wait_for(lambda: app.state.context.live.last_id is not None, "the journal is being followed")
            yield Api(url, app, store, config, tally)
        finally:
            server.should_exit = True
            thread.join(10)


def test_somebody_is_added_comes_in_by_every_way_and_the_log_knows_of_it(door: Api) -> None:
    fire(door.store, GRID)
    fire(door.store, OTHER_GRID, "elsewhere")
    found = run("people.mjs", door.url)
    assert not found["faults"], "\n".join(found["faults"])
    assert found["wrong"].strip() == "User name or password is wrong."
    assert [text.strip() for text in found["added"][:2]] == ["Operator: 桃山区", "none"]
    assert (found["codes"], found["alerts"]) == (10, 1), "and of the two alerts the one of their area"
    assert not {"人员", "系统"} & set(found["pages"])
    assert found["factors"].strip() == "每次登录时需要。剩余恢复码 10 个。"
    assert "验证码不正确" in found["badCode"]
    assert found["shownAgain"] is False
    bearer = {"Authorization": f"Bearer {found['token']}"}
    with httpx.Client(base_url=f"{door.url}/api/v1", headers=bearer, trust_env=False) as program:
        assert program.get("/me").json()["rights"] == {"see": [""], "recordings": [""]}
        assert program.get("/people").status_code == 403
    assert (found["elsewhere"], found["notLetIn"].strip()[:32]) == ("zhao", "The provider did not let you in,")
    assert found["ended"] == "会话已结束，请重新登录；没有丢失任何内容。"
    assert "之后再登录" in found["locked"]
    assert found["chain"].strip().startswith("The chain is whole: ")
    assert {
        "begin_session", "add_person", "change_password", "confirm_totp", "add_passkey", "rename_passkey",
        "begin_session_by_passkey", "make_token", "end_session", "end_one_session", "come_back",
    } <= set(found["actions"])  # fmt: skip
    # That a code is asked for is an answer to a password that was right, and is kept as well.
    assert found["refused"].count("begin_session") == 3
    assert found["file"] == "audit.csv"
