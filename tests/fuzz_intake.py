"""Damaged messages through the intake of the device worker, and into a store: nothing crashes, nothing is lost unseen.

    python -m tests.fuzz payloads --count 1000000

Of every message what went in is counted apart from the hub and held against what the hub counted: each value is stored,
refused with a cause, skipped on purpose, or known already, and the sums are equal. Every row and every refusal is then
written to a real PostgreSQL, and the rows there are counted. A child process reads the messages, so that a crash inside
a library costs one message and is named; ``tests.fuzz_payloads.fuzzed(number)`` makes it again.
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import subprocess
import sys
import tempfile
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from hub import document
from hub.app.postgres import EmbeddedPostgres
from hub.clock import SimulatedClock
from hub.config.settings import Accept, Config
from hub.model.observation import Observation, Refusal
from hub.model.source import SourceKind
from hub.store import Store, migrate
from hub.store.batches import BatchWriter
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt import codecs, topics
from ingest.mqtt.decoded import ONLINE_METRIC, Decoded
from ingest.mqtt.intake import Intake
from ingest.mqtt.mapping import build
from ingest.mqtt.mapping.router import Router
from ingest.mqtt.message import Message
from ingest.mqtt.presence import Presence
from tests.fuzz_payloads import MAPPINGS, NOW_S, SEEDS, Fuzzed, as_bytes, fuzzed

ACCEPT = Accept(past=timedelta(days=30), future=timedelta(minutes=5))
BATCH_ROWS = 5_000
HANG_S = 60.0
_T0 = datetime.fromtimestamp(NOW_S, UTC)
_REFUSED, _SKIPPED = "gridhub_mqtt_refused_total", "gridhub_mqtt_skipped_total"


@dataclass
class Outcome:
    """``wrong`` are the messages whose counts did not add up, with what was wrong; ``known``: retained news of old."""

    messages: int = 0
    values: int = 0
    stored: int = 0
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    known: int = 0
    announced: int = 0
    in_table: int = 0
    quarantined: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)
    crashed: list[int] = field(default_factory=list)
    hung: list[int] = field(default_factory=list)
    cpu_s: float = 0.0

    def add(self, other: Outcome) -> None:
        for name, value in vars(other).items():
            if name == "refused":
                self.refused.update(value)
            else:
                setattr(self, name, getattr(self, name) + value)

    @property
    def good(self) -> bool:
        adds_up = self.values == self.stored + self.repeated + self.refused.total() + self.skipped + self.known
        is_there = self.in_table == self.stored
        return adds_up and is_there and not (self.wrong or self.crashed or self.hung)


class Devices:
    """Those of which the undamaged messages speak are approved, but one; of all others every second one waits."""

    def __init__(self, router: Router) -> None:
        said = [router.read(Message(topic, as_bytes(tree), _T0)) for topic, tree in SEEDS]
        self.known = {item.source for decoded in said for item in decoded.observations} | {"smoke-1", "d2"}

    def approved(self, device: str) -> bool | None:
        if device in self.known:
            return True
        return False if zlib.crc32(device.encode()) % 2 else None


class _Watched(Router):
    """Remembers what the router made of the message at hand."""

    def __init__(self, router: Router) -> None:
        super().__init__(router.routes)
        self.last: Decoded | None = None

    def take(self) -> Decoded | None:
        found, self.last = self.last, None
        return found

    def read(self, message: Message) -> Decoded:
        self.last = super().read(message)
        return self.last


class Reader:
    """One message after the other through an intake of its own, each held against a count of our own."""

    def __init__(self) -> None:
        source = document.parse(f"areas: areas.geojson\n{MAPPINGS}", "hub.yaml")
        config = document.validate(source, Config)
        config._document = source
        self.tally = Tally()
        self._clock = SimulatedClock(_T0)

        def router() -> Router:
            return build.build(config, lambda _topic, _payload: None, lambda _device: True)

        self._router, self._devices, presence = _Watched(router()), Devices(router()), Presence()
        presence.know(self._devices.known, self._devices.known, 0.0)
        self._intake = Intake(Shard(0, 1), self._devices, presence, ACCEPT, self.tally, self._clock, self._router)

    def read(self, given: Fuzzed, outcome: Outcome) -> tuple[Sequence[Observation], Sequence[Refusal]]:
        """Raises AssertionError where the counts do not add up."""
        at = _T0 + timedelta(milliseconds=given.millis)
        message = Message(given.topic, given.payload, at, 1, True, given.again, given.retained)
        refused, skipped = self._causes(), self.tally.total(_SKIPPED)
        observations, refusals = self._intake.read(message)
        new = Counter(self._causes())
        new.subtract(refused)
        skips = int(self.tally.total(_SKIPPED) - skipped)
        decoded = self._router.take()
        if decoded is not None:
            values, known = self._of_mapping(decoded, message, observations)
            outcome.announced += len(decoded.announced)
        else:
            values, skips, known = self._of_contract(message, observations, new.total(), skips)
        told = len(observations) + new.total() + skips + known
        assert values == told, f"{values} values went in, {told} were accounted for"
        outcome.values += values
        outcome.refused.update(+new)
        outcome.skipped += skips
        outcome.known += known
        if given.number % 1000 == 0:
            self._intake.strangers.take()
            self._clock.advance(1.0)
        return observations, refusals

    def _causes(self) -> dict[str, int]:
        return {item.labels["cause"]: int(item.value) for item in self.tally.samples() if item.name == _REFUSED}

    def _of_mapping(self, decoded: Decoded, message: Message, said: Sequence[Observation]) -> tuple[int, int]:
        """How many values a foreign message held, and how many of them were known already."""
        count = len(decoded.observations) + sum(fault.count for fault in decoded.faults) + decoded.skipped
        assert count or decoded.announced, "it left no trace"
        online = [item for item in decoded.observations if item.metric == ONLINE_METRIC]
        known = [item for item in online if item not in said and self._devices.approved(item.source)]
        assert message.retained or not known, "news was taken for old"
        return count, len(known)

    def _of_contract(
        self, message: Message, said: Sequence[Observation], refused: int, skipped: int
    ) -> tuple[int, int, int]:
        """Of a message of the hub's own contract: values, skipped, known already. Refused samples count as one each."""
        try:
            address = topics.parse(message.topic)
        except ValueError:
            return 1, 0, 0
        if not self._devices.approved(address.device):
            return 1, 0, 0
        if address.kind is topics.Kind.STATUS:
            return 1, int(not message.payload), int(bool(message.payload) and not said and not refused)
        rows, faults = _one_by_one(address.device, message)
        assert (len(said) + skipped, refused) == (rows, faults), f"{rows} rows and {faults} faults, sample by sample"
        assert message.retained or not skipped, "news was taken for old"
        return rows + faults, skipped, 0


def _one_by_one(device: str, message: Message) -> tuple[int, int]:
    """What the samples of a message come to, each read alone by the plain way: rows and refusals."""
    try:
        found = json.loads(message.payload.decode(), parse_int=_whole, object_pairs_hook=_pairs)
        texts = [json.dumps(item) for item in found] if isinstance(found, list) else []
    except (ValueError, RecursionError):
        texts = []
    if not 0 < len(texts) <= 1000 or len(message.payload) > 256 * 1024:
        texts = []
    payloads = [text.encode() for text in texts] or [message.payload]
    if texts and any(text.startswith("[") for text in texts):  # a sample that is an array is wrong by itself
        payloads = [b"7" if text.startswith("[") else text.encode() for text in texts]
    decoded = [codecs.telemetry(device, payload, message.received_at, ACCEPT) for payload in payloads]
    return sum(len(one.observations) for one in decoded), sum(fault.count for one in decoded for fault in one.faults)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= 400 else float("inf")


def _pairs(pairs: list[tuple[str, Any]]) -> Any:
    """An object with a key twice is put in words that are refused."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else "twice"


class Rows:
    """What must be in the table, counted apart from it: by what a row is known by."""

    def __init__(self, store: Store) -> None:
        self._writer = BatchWriter(store, "mqtt-0", SourceKind.DEVICE)
        self._store = store
        self._arrivals: dict[tuple[str, str], datetime] = {}
        self._there: set[tuple[str, str, datetime, str]] = set()
        self._observations: list[Observation] = []
        self._refusals: list[Refusal] = []
        self.refusals = 0

    def put(self, observations: Iterable[Observation], refusals: Sequence[Refusal]) -> tuple[int, int]:
        """How many are new, and how many were there."""
        new = old = 0
        for item in observations:
            first = self._arrivals.setdefault((item.source, item.arrival_key), item.received_at)
            identity = (item.source, item.metric, item.ts, item.key)
            if (item.arrival_key and first != item.received_at) or identity in self._there:
                old += 1
            else:
                new += 1
                self._there.add(identity)
            self._observations.append(item)
        self._refusals += refusals
        self.refusals += len(refusals)
        if len(self._observations) >= BATCH_ROWS:
            self.flush()
        return new, old

    def flush(self) -> None:
        if self._observations or self._refusals:
            self._writer.append(self._observations, self._refusals)
        self._observations, self._refusals = [], []

    def counted(self) -> tuple[int, int]:
        """Rows and refusals in the store."""
        [row] = self._store.fetch("select count(*) as rows from observation")
        [other] = self._store.fetch("select count(*) as rows from quarantine")
        return int(row["rows"]), int(other["rows"])


def feed(numbers: Iterator[int], store: Store, begun: Callable[[int], None] = lambda _number: None) -> Outcome:
    """Read those messages; ``begun`` is told of each before it is read."""
    outcome, reader, rows = Outcome(), Reader(), Rows(store)
    began_s = time.process_time()
    for number in numbers:
        begun(number)
        outcome.messages += 1
        try:
            observations, refusals = reader.read(fuzzed(number), outcome)
        except Exception:  # noqa: BLE001  whatever it is, it is what is looked for
            outcome.wrong.append((number, traceback.format_exc(limit=-3)))
            continue
        new, old = rows.put(observations, refusals)
        outcome.stored += new
        outcome.repeated += old
    rows.flush()
    outcome.in_table, outcome.quarantined = rows.counted()
    if outcome.quarantined != rows.refusals:
        outcome.wrong.append((-1, f"{rows.refusals} refusals were kept, {outcome.quarantined} are in the store"))
    outcome.cpu_s = round(time.process_time() - began_s, 1)
    return outcome


def run(count: int, server: EmbeddedPostgres, chunk: int = 50_000) -> Outcome:
    """``count`` messages in children, each with a fresh store; what crashes or hangs one is noted and left out."""
    whole = Outcome()
    first = 0
    while first < count:
        last = min(count, first + chunk)
        stopped_at = _one_child(first, last, server, whole)
        first = last if stopped_at is None else stopped_at + 1
        sys.stderr.write(f"\r{first} of {count}, {len(whole.wrong)} wrong")
    sys.stderr.write("\n")
    return whole


def _one_child(first: int, last: int, server: EmbeddedPostgres, whole: Outcome) -> int | None:
    """The message at which the child ended early."""
    with tempfile.NamedTemporaryFile() as progress, fresh(server, f"fuzz_{first}") as url:
        progress.write(bytes(8))
        progress.flush()
        argv = [sys.executable, "-m", "tests.fuzz_intake", str(first), str(last), progress.name]
        child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            said, _ = child.communicate(url.encode(), timeout=HANG_S + (last - first) / 100)
        except subprocess.TimeoutExpired:
            whole.hung.append(_read(progress.name))
            return whole.hung[-1]
        finally:
            child.kill()
            child.wait()
        if child.returncode != 0:
            whole.crashed.append(_read(progress.name))
            return whole.crashed[-1]
        told = json.loads(said)
        wrong = [(int(number), str(words)) for number, words in told["wrong"]]
        whole.add(Outcome(**{**told, "refused": Counter(told["refused"]), "wrong": wrong}))
        return None


def _read(progress: str) -> int:
    return int.from_bytes(Path(progress).read_bytes()[:8], "little")


class fresh:  # noqa: N801  a context manager
    """An empty database with the schema, and its address."""

    def __init__(self, server: EmbeddedPostgres, name: str) -> None:
        self._server, self._name = server, name

    def __enter__(self) -> str:
        self._execute(f'create database "{self._name}"')
        url = self._server.conninfo(self._name)
        with Store.open(url, "fuzz") as store:
            migrate.upgrade(store)
        return url

    def __exit__(self, *_: object) -> None:
        self._execute(f'drop database "{self._name}" with (force)')

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz payloads", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="gridhub-fuzz-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", Path(folder) / "postgres" / "run", "a-test-password")
        server.prepare()
        server.start()
        try:
            outcome = run(options.count, server)
        finally:
            server.stop()
    refused = dict(outcome.refused.most_common())
    shown = {**vars(outcome), "refused": refused, "wrong": outcome.wrong[:20], "cpu_s": round(outcome.cpu_s)}
    sys.stdout.write(json.dumps({**shown, "all_wrong": len(outcome.wrong), "good": outcome.good}, indent=1) + "\n")
    return 0 if outcome.good else 1


def _child(first: int, last: int, progress: str) -> None:
    with open(progress, "r+b") as file, mmap.mmap(file.fileno(), 8) as place:  # noqa: PTH123  mmap wants a descriptor
        def begun(number: int) -> None:
            place[:] = number.to_bytes(8, "little")

        with Store.open(sys.stdin.read(), "fuzz") as store:
            outcome = feed(iter(range(first, last)), store, begun)
    sys.stdout.write(json.dumps(vars(outcome)))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    _child(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
