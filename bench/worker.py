"""Our side: the video worker as ``gridhub up`` runs it, with a database of its own in an embedded PostgreSQL.

What the worker costs is the whole process, with its writer, its heartbeat and its socket. What it has seen is read back
from the store: a detection counts from the moment at which its batch was committed, which is when rules can see it.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql as compose

from hub.app.postgres import EmbeddedPostgres
from hub.model.area import Area
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, migrate, processes, readings, sources

ROOT = Path(__file__).resolve().parent.parent
AREA = "bench/g1"
_numbers = itertools.count(1)
_MOTION = """
select o.ts, o.value, b.committed_at
from observation o join batch b on b.id = o.batch
where o.series = (select id from series where source = %(source)s and metric = %(metric)s)
order by o.ts, b.committed_at
"""


@contextmanager
def database_server() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name:
        server = EmbeddedPostgres(Path(name) / "postgres", Path(name) / "postgres" / "run", "a-bench-password")
        server.prepare()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@dataclass(frozen=True, slots=True)
class Seen:
    """One value of a metric: the event's time, the value, and when its batch was committed; Unix time."""

    ts: float
    value: float
    committed: float


class VideoWorker:
    """``cameras``: id → settings, ``url`` among them. Running from the start to ``stop``."""

    def __init__(self, server: EmbeddedPostgres, folder: Path, cameras: Mapping[str, Mapping[str, Any]]) -> None:
        folder.mkdir(parents=True)
        name = f"bench_{next(_numbers)}"
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
            admin.execute(compose.SQL("create database {}").format(compose.Identifier(name)))
        self._store = Store.open(server.conninfo(name), "bench")
        migrate.upgrade(self._store)
        with self._store.transaction() as tx:
            areas.put(tx, [Area("bench", "Bench", "city"), Area(AREA, "Grid", "grid")])
            for camera, config in cameras.items():
                source = Source(camera, SourceKind.CAMERA, AREA, "camera", camera, dict(config))
                sources.add(tx, source, datetime.now(UTC))
        (folder / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
        config = {
            "store": {"url": server.conninfo(name)},
            "data_dir": str(folder / "var"),
            "areas": "areas.geojson",
            "network": {"cameras": ["127.0.0.0/8"]},
        }
        path = folder / "hub.yaml"
        path.write_text(json.dumps(config))
        self._stderr = folder / "stderr"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.video", "-c", str(path), "--shard", "0/1"],
            cwd=ROOT,
            stderr=self._stderr.open("w"),
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def last_words(self) -> str:
        """The last line on standard error."""
        return (self._stderr.read_text().splitlines() or [""])[-1]

    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        self._store.close()

    def seen(self, camera: str, metric: str = "motion") -> list[Seen]:
        rows = self._store.fetch(_MOTION, {"source": camera, "metric": metric})
        return [Seen(row["ts"].timestamp(), row["value"], row["committed_at"].timestamp()) for row in rows]

    def details(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Of each camera its state and what it tells of its stream."""
        rows = readings.source_page(self._store, SourceKind.CAMERA, limit=1000)
        return {row["id"]: (row["state"], dict(row["detail"] or {})) for row in rows}

    def counters(self) -> dict[str, float]:
        """The worker's own counters, summed over their labels."""
        totals: dict[str, float] = defaultdict(float)
        for row in processes.list_processes(self._store):
            for sample in row.samples:
                totals[sample["name"]] += sample["value"]
        return dict(totals)
