"""The example as an integrator would run it, with own cameras, mosquitto and PostgreSQL: every rule raises its alert.

Then both servers are stopped for a while in the middle of it, and nothing that was acknowledged is lost.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from hub.app.postgres import EmbeddedPostgres
from ingest.simulate.faults import FaultServer, faulty_cameras
from tests.fix_hub import PASSWORD, Hub, wait_for
from tests.fix_mqtt import PASSWORD as BROKER_PASSWORD
from tests.fix_mqtt import Broker
from tests.fix_publisher import Publisher

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
OUTAGE_S = float(os.environ.get("GRIDHUB_TEST_OUTAGE_S", "20"))
"""How long the store and the broker are away; a full minute is GRIDHUB_TEST_OUTAGE_S=60."""


@dataclass
class Site:
    """What stands outside the hub."""

    hub: Hub
    cameras: FaultServer
    broker: Broker
    database: EmbeddedPostgres
    running_cameras: ExitStack


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    broker_folder = folder / "mosquitto"
    broker_folder.mkdir()
    database = EmbeddedPostgres(folder / "database", folder / "database" / "run", "of-the-database")
    database.prepare()
    database.start()
    broker = Broker("mosquitto", broker_folder)
    broker.start()
    hub = Hub(folder)
    with ExitStack() as running:
        cameras = running.enter_context(faulty_cameras(folder))
        write_example(hub, cameras, broker, database)
        hub.start()
        try:
            yield Site(hub, cameras, broker, database, running)
        finally:
            hub.stop()
            broker.stop()
            database.stop()


def write_example(hub: Hub, cameras: FaultServer, broker: Broker, database: EmbeddedPostgres) -> None:
    """The files of ``examples/``, with nothing changed but addresses and passwords."""
    shutil.copytree(EXAMPLES, hub.folder, dirs_exist_ok=True)
    text = hub.config.read_text()
    for old, new in (
        ("127.0.0.1:8000", f"127.0.0.1:{hub.port}"),
        ("postgresql://gridhub@127.0.0.1:5432/gridhub", database.conninfo()),
        ("127.0.0.1:1883", f"127.0.0.1:{broker.port}"),
        ("127.0.0.1:8554", f"127.0.0.1:{cameras.port}"),
    ):
        assert old in text
        text = text.replace(old, new)
    hub.config.write_text(text)
    (hub.folder / "broker.password").write_text(BROKER_PASSWORD)
    (hub.folder / "camera.password").write_text(cameras.accounts["locked"].password)


@pytest.fixture
def publisher(site: Site) -> Iterator[Publisher]:
    with Publisher.of_hub(site.hub.config) as made:
        yield made


def rules_that_fired(hub: Hub) -> set[str]:
    return {alert["rule"] for alert in hub.alerts()}


def test_every_source_is_watching_after_its_first_word(site: Site, publisher: Publisher) -> None:
    values = {"smoke-1": "smoke", "air-1": "pm25", "door-1": "open", "water-1": "water_level", "manhole-1": "tilt"}
    for device, metric in values.items():
        publisher.send_value(device, 0.0, metric)

    def all_watching() -> bool:
        sources = [*site.hub.get("/cameras")["items"], *site.hub.get("/devices")["items"]]
        return {source["state"] for source in sources} == {"watching"}

    wait_for(all_watching, 30, "two cameras and five devices are watching")


def test_every_rule_of_the_example_raises_its_alert(site: Site, publisher: Publisher) -> None:
    hub = site.hub

    def say() -> None:
        publisher.send_value("smoke-1", 0.6, "smoke")
        publisher.send_value("door-1", 1.0, "open")
        publisher.send_value("water-1", 2.5, "water_level")
        publisher.send_value("manhole-1", 40.0, "tilt")
        publisher.send_value("air-1", 220.0, "pm25")

    def fired_so_far() -> set[str] | None:
        say()
        time.sleep(0.5)
        expected = {"smoke", "smoke-and-movement", "door-at-night", "water-level", "manhole-open", "air-quality"}
        found = rules_that_fired(hub)
        return found if expected <= found else None

    wait_for(fired_so_far, 60, "the alerts of smoke, door, water, manhole and air")
    [fused] = [alert for alert in hub.alerts() if alert["rule"] == "smoke-and-movement"]
    assert fused["area"] == "town/yard"
    assert {item["source"] for item in fused["evidence"]} == {"smoke-1", "cam-yard"}


def test_a_device_that_says_goodbye_and_a_camera_that_goes_blind_are_alerts(site: Site, publisher: Publisher) -> None:
    publisher.say_status("water-1", "offline")
    site.running_cameras.close()
    wait_for(lambda: {"device-silent", "camera-blind"} <= rules_that_fired(site.hub), 40, "both are alerts")


@pytest.mark.parametrize("which", ["store", "broker"])
@pytest.mark.timeout(300)
def test_an_outage_loses_nothing_is_shown_and_ends_by_itself(site: Site, publisher: Publisher, which: str) -> None:
    hub = site.hub
    device = {"store": "air-1", "broker": "smoke-1"}[which]
    metric = f"{which}_outage"

    def stored() -> set[float]:
        times = {"from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}
        found = hub.client.get("/api/v1/series", params={"source": device, "metric": metric, **times})
        return set() if found.status_code == 404 else {point[1] for point in found.raise_for_status().json()["points"]}

    def down_parts() -> list[str]:
        try:
            return list(httpx.get(f"{hub.url}/readyz", timeout=10).json()["down"])
        except httpx.TransportError:
            return []

    server = site.database if which == "store" else site.broker
    for number in range(100):
        publisher.send_value(device, float(number), metric)
    server.stop()
    stopped_at = time.monotonic()
    for number in range(100, 200):
        publisher.send_value(device, float(number), metric)
    wait_for(lambda: which in down_parts(), 15, f"the dashboard says that the {which} is down")
    while time.monotonic() < stopped_at + OUTAGE_S:
        publisher.send_value(device, float(number := number + 1), metric)
        time.sleep(0.2)
    if which == "store":
        site.database.start()
    else:
        site.broker.start()
    wait_for(lambda: not down_parts(), 30, "everything is up again")
    wait_for(lambda: publisher.waiting() == 0, 30, "every message is acknowledged in the end")
    sent = {float(value) for value in range(number + 1)}
    assert publisher.acknowledged(device) >= sent
    wait_for(lambda: stored() >= sent, 30, f"all {len(sent)} values are stored")


def test_the_alerts_and_the_journal_are_whole_after_all_that(site: Site) -> None:
    with psycopg.connect(site.database.conninfo()) as connection:
        twice = connection.execute(
            "select count(*) from (select series, ts, key from observation group by 1, 2, 3 having count(*) > 1) t"
        ).fetchone()
        holes = connection.execute(
            "select count(*) from (select seq, row_number() over (partition by writer order by seq) as n from batch) t"
            " where seq <> n"
        ).fetchone()
    assert twice == holes == (0,)
    text = site.hub.tail(100_000)
    for secret in (BROKER_PASSWORD, "of-the-database", PASSWORD, site.cameras.accounts["locked"].password):
        assert secret not in text
