"""Everything is called by a string that would run, in the store and by MQTT, and every page is opened in a browser."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from psycopg.types.json import Jsonb

from dashboard.api.app import furnish
from hub.cases import acts, intake
from hub.clock import SystemClock
from hub.model.alert import Alert, AlertChange, Evidence, Fire, Severity
from hub.model.person import Person
from hub.model.rights import Grant, Right, Role
from hub.passwords import hash_password
from hub.store import Store, bookmarks, outages, people, processes, sessions, silences, walls
from hub.tally import Tally
from tests.e2e.fix_script import run
from tests.fix_api import PASSWORD, serving, wait_for, write_config
from tests.fix_mqtt import GRID, City

pytestmark = pytest.mark.timeout(300)

_RUN = "window.planted='ran'"
HOSTILE = (
    f"'\"></title></textarea><img src=x data-planted onerror={_RUN}><svg data-planted onload={_RUN}></svg>"
    f"<script data-planted>{_RUN}</script><iframe data-planted srcdoc='<script>parent.{_RUN}</script>'></iframe>"
    f"<a data-planted href=javascript:{_RUN}>x</a>{{{{{_RUN}}}}}${{{_RUN}}}\u202e\u2028"
)
ROUTES = Path(__file__).parents[2] / "dashboard" / "web" / "src" / "route.svelte.ts"
PLAIN = re.findall(r"^  \w+: '(/[^']*)',$", ROUTES.read_text(encoding="utf-8"), re.MULTILINE)
TABS = [f"/sources?tab={tab}" for tab in ("areas", "waiting", "refused", "import")]
TABS += ["/people?tab=audit"]
READ_ON = {"/", "/rules", "/silences", "/groups", "/sources", "/people", "/system", "/load"}
"""Where the string has to be seen, as text: or nothing was planted there."""


def by_mqtt(city: City) -> None:
    """What devices say: values, what is refused, a device that nobody knows, one that announces itself."""
    city.worker()
    device = city.device()
    device.say("smoke-1", {"values": {"smoke": HOSTILE}})
    device.send("gridhub/v1/devices/smoke-1/telemetry", HOSTILE)
    device.send("gridhub/v1/devices/smoke-1/telemetry", json.dumps({"values": {HOSTILE: 1}}))
    device.send("gridhub/v1/devices/nobody-1/telemetry", json.dumps({"values": {"smoke": HOSTILE}, HOSTILE: HOSTILE}))
    device.send("gridhub/v1/devices/<img src=x data-planted onerror=alert(1)>/telemetry", "{}")
    city.wait_stored([HOSTILE])
    wait_for(lambda: len(city.store.fetch("select 1 from quarantine")) >= 3, "what was refused is kept")
    wait_for(lambda: city.store.fetch("select 1 from unknown_device"), "the device that nobody knows is listed")


def in_the_store(store: Store) -> Alert:
    """What people and configurations call things, past every check of what a name may be."""
    now = datetime.now(UTC)
    later = now + timedelta(hours=1)
    seen = Evidence("smoke-1", "smoke", now, 0.5, attrs={"text": HOSTILE, "snapshot": HOSTILE})
    decision = Fire("smoke", "f", Severity.CRITICAL, GRID, ("smoke-1",), HOSTILE, now, (seen,))
    with store.transaction() as tx:
        [alert] = intake.carry_out(tx, [decision], now)
        silences.add(tx, [], GRID, HOSTILE, HOSTILE, now, later, now)
        bookmarks.add(tx, GRID, now, None, ["smoke-1"], alert.incident, HOSTILE, HOSTILE, now)
    outages.begin(store, None, None, GRID, HOSTILE, HOSTILE, now - timedelta(hours=2), now - timedelta(hours=1))
    acts.act(store, alert.id, AlertChange.COMMENTED, HOSTILE, now, HOSTILE)
    people.add(store, Person("anna", (Grant(Role.ADMINISTRATOR),)), hash_password(PASSWORD))
    people.add(store, Person(HOSTILE, (Grant(Role.OPERATOR, GRID),)), "x")
    sessions.open_session(store, "anna", "another", now, later, address=HOSTILE, agent=HOSTILE)
    sessions.add_token(store, "anna", HOSTILE, "ght_x", {Right.SEE}, "", now, later)
    body = {"kind": "layout", "tiles": [{"kind": "area", "path": GRID}]}
    walls.put(store, "anna", walls.Wall("<img src=x data-planted onerror=alert(1)>", body, now))
    processes.beat(store, "rules", 1, "degraded", HOSTILE, now, later, Tally().samples())
    with store.transaction() as tx:
        for change in (
            "update area set name = %(hostile)s", "update source set name = %(hostile)s",
            "update source_state set reason = %(hostile)s", "update incident set title = %(hostile)s",
        ):  # fmt: skip
            tx.execute(change.encode(), {"hostile": HOSTILE})
        tx.execute(
            "insert into command (id, device, name, params, topic, payload, answers, repeats, state, reason, late, by,"
            " timeout, created_at, expires_at, ended_at) values"
            " ('0123456789abcdef', 'smoke-1', %(hostile)s, %(params)s, '', '',"
            " true, false, 'failed', %(hostile)s, %(hostile)s, %(hostile)s, '10s', %(now)s, %(now)s, %(now)s)",
            {"hostile": HOSTILE, "params": Jsonb({HOSTILE: HOSTILE}), "now": now},
        )
    return alert


@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
def test_no_name_and_no_value_ever_runs_or_becomes_an_element(
    mqtt_city: City, store: Store, routes: FastAPI, tmp_path: Path
) -> None:
    by_mqtt(mqtt_city)
    in_the_store(store)
    folder = tmp_path / "web"
    folder.mkdir()
    mode = {"type": "text", "choices": [HOSTILE[:250]], "default": HOSTILE[:250]}
    types = {"smoke": {"commands": {"sound": {"params": {"mode": mode, "words": {**mode, "choices": []}}}}}}
    config = write_config(folder, f"types: {json.dumps(types)}\n")
    rules = folder / "rules" / "city.yaml"
    text = json.dumps(HOSTILE.replace("{", "(").replace("}", ")"))
    rules.write_text(
        f"rules: [{{name: smoke, severity: major, summary: {text}, procedure: {text},"
        " when: {metric: smoke, above: 0.3}}]\n"
    )
    app = furnish(routes, config, store, SystemClock(), Tally())
    with serving(app) as url:
        wait_for(lambda: app.state.context.live.last_id is not None, "the journal is being followed")
        pages = json.dumps([*PLAIN, *TABS])
        found = run("xss.mjs", url, GRIDHUB_USER="anna", GRIDHUB_PAGES=pages, GRIDHUB_HOSTILE=HOSTILE)
    assert found["ran"] == []
    assert found["elements"] == []
    assert found["faults"] == []
    assert found["onPurpose"] >= 5, "what is looked for would be seen"
    assert {name.partition(" ")[0] for name in found["read"]} >= READ_ON
    assert found["commands"] == {"offered": 2, "given": 3}, "commands of a device, as text"


def test_every_page_of_the_console_is_among_them() -> None:
    assert len(PLAIN) >= 12
    assert {"/", "/review", "/people", "/sources", "/system"} <= set(PLAIN)
