"""What a broker that is killed (``kill -9``) can lose of what it had acknowledged, by its settings.

Devices publish 200 messages a second, QoS 1, while the hub's worker is connected or away; after 12 s the broker is
killed and started again. Lost is what it had acknowledged and the worker could not store; the window is the time from
the acknowledgement of the oldest of these to the kill, or, where the hub was connected, to the last of them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench.report import Row
from hub.app.postgres import EmbeddedPostgres
from hub.model.source import Source, SourceKind
from hub.store import Store, migrate, sources
from tests.fix_mqtt import GRID, Broker, City, populate, wait_for
from tests.torture_checks import missing
from tests.torture_rig import Publishers, steady_port, torture_devices

_RATE = 200.0
_BEFORE_S = 12.0
_AFTER_S = 4.0
_KILLS = 3


@dataclass(frozen=True, slots=True)
class Case:
    """``bound``: of the messages lost. Where a broker is known to lose, what is measured is told, not judged."""

    name: str
    broker: str
    settings: str
    hub_is_there: bool
    bound: str


_SECOND = "autosave_on_changes true\nautosave_interval 1\n"
CASES = (
    Case("nats-server, as embedded; hub away", "nats", "", False, "<= 0"),
    Case("nats-server, as embedded; hub connected", "nats", "", True, "<= 0"),
    Case("mosquitto 2.0, default; hub away", "mosquitto", "", False, ">= 0"),
    Case("mosquitto 2.0, default; hub connected", "mosquitto", "", True, ">= 0"),
    Case("mosquitto 2.0, autosave_interval 5; hub away", "mosquitto", "autosave_interval 5\n", False, ">= 0"),
    Case("mosquitto 2.0, saved with each change; hub away", "mosquitto", _SECOND, False, ">= 0"),
    Case("mosquitto 2.0, saved with each change; hub connected", "mosquitto", _SECOND, True, ">= 0"),
)


def broker_rows(seed: int) -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "postgres", folder / "run", "a-bench-password")
        server.prepare()
        server.start()
        try:
            for number, case in enumerate(CASES):
                found = [
                    measure(case, server, folder / f"{number}-{kill}", seed + kill) for kill in range(_KILLS)
                ]
                acknowledged, lost = (sum(counts) for counts in zip(*[one[:2] for one in found], strict=True))
                rows.append(Row(f"{case.name}: lost", lost, f"of {acknowledged}", case.bound))
                rows.append(Row(f"{case.name}: window", max(one[2] for one in found), "s", case.bound))
        finally:
            server.stop()
    return rows


def measure(case: Case, server: EmbeddedPostgres, folder: Path, seed: int) -> tuple[int, int, float]:
    """Acknowledged, lost, and the window in seconds, of one kill."""
    (folder / "broker").mkdir(parents=True)
    database = f"loss_{folder.name.replace('-', '_')}"
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute(f'create database "{database}"'.encode())
    broker = Broker(case.broker, folder / "broker", steady_port(), more=case.settings).start()
    with Store.open(server.conninfo(database), "bench") as store:
        migrate.upgrade(store)
        populate(store)
        with store.transaction() as tx:
            for device in torture_devices(32):
                sources.add(tx, Source(device, SourceKind.DEVICE, GRID, "number", device), datetime.now(UTC))
        city = City(store, broker, folder)
        try:
            return _kill(case, city, seed)
        finally:
            city.close()
            broker.stop()


def _kill(case: Case, city: City, seed: int) -> tuple[int, int, float]:
    worker = city.worker()
    if not case.hub_is_there:
        worker.stop()
    publishers = Publishers(city.broker.port, seed, _RATE, repeats=0.0).start()
    try:
        time.sleep(_BEFORE_S)
        assert city.broker.process is not None
        city.broker.process.kill()
        killed_at = time.monotonic()
        city.broker.process.wait(5)
        city.broker.start()
        time.sleep(_AFTER_S)
        publishers.stop()
    finally:
        publishers.kill()
    if not case.hub_is_there:
        worker.start()
    city.wait_connected(worker)
    _wait_quiet(city)
    known = publishers.known()
    with psycopg.connect(city.store.conninfo) as connection:
        lost = missing(connection, known)
    times = sorted(publishers.acknowledged[device][number] for device, number in lost)
    acknowledged = sum(len(numbers) for numbers in known.values())
    if not times:
        return acknowledged, 0, 0.0
    return acknowledged, len(lost), max(killed_at, times[-1]) - min(killed_at, times[0])


def _wait_quiet(city: City) -> None:
    """Until nothing more is stored for two seconds."""
    last: Sequence[int] = ()
    since = time.monotonic()

    def quiet() -> bool:
        nonlocal last, since
        [row] = city.store.fetch("select count(*) as count from batch")
        if (row["count"],) != last:
            last, since = (row["count"],), time.monotonic()
        return time.monotonic() - since > 2.0

    wait_for(quiet, "the worker has caught up", 60)
