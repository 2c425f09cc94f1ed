"""A worker whose broker keeps nothing: what comes while the store is away is on its own disk, and is stored."""

from __future__ import annotations

from pathlib import Path

from hub.app.postgres import EmbeddedPostgres
from tests.fix_mqtt import City, Stream, WorkerProcess, wait_for
from tests.integration.test_mqtt_weather import own_city, own_postgres

__all__ = ["own_city", "own_postgres"]


def spooling(city: City, size: str) -> WorkerProcess:
    config = city.write_config(city.store.conninfo)
    text = config.read_text().replace("broker: {", f"broker: {{spool: {size}, ")
    config.write_text(text)
    worker = city.start_worker(config)
    city.wait_connected(worker)
    return worker


def spool_bytes(city: City) -> int:
    return sum(path.stat().st_size for path in (city.folder / "data" / "spool").glob("mqtt-0.sqlite*"))


def test_what_comes_while_the_store_is_away_survives_the_broker_and_the_worker(
    own_city: City, own_postgres: EmbeddedPostgres
) -> None:
    worker = spooling(own_city, "10MB")
    stream = Stream(own_city.device())
    stream.publish(10)
    stream.wait_promised()
    stream.check_stored(own_city)
    own_postgres.stop()
    before = spool_bytes(own_city)
    stream.publish(200)
    stream.wait_promised()
    wait_for(lambda: spool_bytes(own_city) > before + 10_000, "it is on the worker's disk")
    worker.kill()
    own_postgres.start()
    worker.start()
    stream.check_stored(own_city)
    assert len(own_city.stored()) == 210


def test_what_finds_no_room_in_the_spool_stays_unacknowledged(own_city: City, own_postgres: EmbeddedPostgres) -> None:
    spooling(own_city, "2kB")
    stream = Stream(own_city.device())
    stream.publish(10)
    stream.wait_promised()
    stream.check_stored(own_city)
    own_postgres.stop()
    stream.publish(200)
    stream.wait_promised()
    log = own_city.folder / "mqtt-0-of-1.log"
    wait_for(lambda: "the spool is full" in log.read_text(), "it says so")
    own_postgres.start()
    stream.check_stored(own_city)
    assert len(own_city.stored()) == 210
    assert Path(own_city.folder / "data" / "spool" / "mqtt-0.sqlite").exists()
