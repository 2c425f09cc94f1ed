"""The engine's process killed again and again while a town speaks, and what became of it against the oracle.

The town has districts of two grids and five sources each, which speak every half second or so, each by a story of its
own that is drawn by chance; the oracle reads the same stories. A crowd of meters beside them, which nothing is wrong
with, makes the load. What is checked in the end: each alert of the oracle is there with its start and its end, no other
is, and the journal says of each once that it was raised.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from hub.model.area import Area
from hub.model.observation import Observation
from hub.model.source import Source, SourceKind
from hub.store import Store, alerts, areas, batches, journal, offsets, series, sources
from tests.fix_rules import RuleProcess
from tests.unit.rules_cases import untold
from tests.unit.rules_of_oracle import RULES
from tests.unit.rules_oracle import TICK_S, Alerts, History, Seen, expected, source_text
from tests.unit.rules_timeline import PLACES

NAMES = (
    "threshold", "hysteresis-of-an-area", "held", "held-within", "kept-on", "kept-on-in-an-area", "counted-in-an-area",
    "both", "smoke-and-movement", "either", "two-sources", "but-not", "but-not-both", "one-after-the-other",
    "three-in-turn", "in-turn-and-more", "take-mean", "take-max-slow", "take-across", "silent", "silent-in-an-area",
)  # fmt: skip
"""Rules that need nothing but what sources say."""
_SETTLED_TICKS = 36  # after the last word nothing begins or ends any more
LONGEST_TICKS = 72
"""A story: for so long the oracle looks, less the time until all is settled. 36 s are a whole number of all windows."""
_MOST_S_A_KILL = 8.0
_METERS = 400


@dataclass
class Verdict:
    """``wrong`` says what was missed, repeated, or at another time."""

    kills: int
    observations: int
    alerts: int
    wrong: list[str] = field(default_factory=list)


class District:
    """Two grids and five sources that speak for so many ticks from ``first`` on. ``words`` are (tick of arrival,
    source, tick, value), counted from there."""

    def __init__(self, name: str, first: int, ticks: int, chance: Random) -> None:
        self.name, self.first = name, first
        self.words: list[tuple[int, str, int, float]] = []
        self.seen: History = {}
        for source in PLACES:
            metric, arrives = _metric(source), 0
            said: list[Seen] = []
            for tick in sorted(chance.sample(range(ticks), round(ticks * chance.uniform(0.1, 0.5)))):
                value = chance.choice([0.0, 0.2, 0.25, 0.3, 0.5])
                arrives = max(arrives, tick + chance.choice([0, 0, 1]))  # they do not overtake each other
                self.words += [(arrives, source, tick, value)] * chance.choice([1, 1, 1, 2])
                said.append(Seen(tick, tick * TICK_S, value))
            self.seen[source, metric] = said

    def source(self, source: str) -> str:
        return f"{source}-{self.name}"

    def area(self, source: str) -> str:
        return PLACES[source].replace("taoshan", self.name)

    def fingerprint(self, known: str) -> str:
        by, _, key = known.partition(":")
        return f"{by}:{self.source(key) if by == 'source' else key.replace('taoshan', self.name)}"


class Town(threading.Thread):
    """Speaks from ``began`` on, one story after the other, until it is ``enough``. ``ticks`` is for how long it spoke,
    ``late_s`` how far it fell behind at the worst."""

    def __init__(self, store: Store, districts: list[District], story: int, began: datetime, per_s: int) -> None:
        super().__init__(daemon=True)
        self.enough = threading.Event()
        self.late_s = 0.0
        self.ticks = 0
        self._story = story
        self.observations = 0
        self._writer = batches.BatchWriter(store, "mqtt-0", SourceKind.DEVICE)
        self._meters = batches.BatchWriter(store, "mqtt-1", SourceKind.DEVICE)
        self._began, self._per_tick = began, round(per_s * TICK_S)
        self.seqs: dict[str, int] = {}
        self._words: dict[int, list[Observation]] = {}
        for district in districts:
            for arrives, source, tick, value in district.words:
                times = (self._at(district.first + tick), self._at(district.first + arrives))
                said = Observation(district.source(source), _metric(source), *times, value)
                self._words.setdefault(district.first + arrives, []).append(said)

    def run(self) -> None:
        for tick in range(max(self._words) + 1):
            if tick % self._story == 0 and self.enough.is_set():
                break
            self.ticks = tick + 1
            due = self._at(tick)
            time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
            for found, writer in ((self._words.get(tick, []), self._writer), (self._crowd(tick, due), self._meters)):
                batch = writer.append(found) if found else None
                if batch is not None:
                    self.seqs[batch.writer] = batch.seq
                    self.observations += len(found)
            self.late_s = max(self.late_s, (datetime.now(UTC) - due).total_seconds())

    def _crowd(self, tick: int, due: datetime) -> list[Observation]:
        first = tick * self._per_tick
        spread = timedelta(seconds=TICK_S) / max(1, self._per_tick)
        return [
            Observation(f"meter-{(first + n) % _METERS}", "load", due - n * spread, due, 0.1)
            for n in range(self._per_tick)
        ]

    def _at(self, tick: int) -> datetime:
        return self._began + timedelta(seconds=tick * TICK_S)


def kill_engine(
    store: Store, folder: Path, seed: int, kills: int, districts: int, per_s: int, story: int = LONGEST_TICKS
) -> Verdict:
    """So many kills in a town with so many districts and so many meters' words a second; a story has ``story`` ticks, a
    multiple of 12. The store is empty but for its schema."""
    chance = Random(seed)
    most = round(kills * _MOST_S_A_KILL / TICK_S) + story
    town_of = [
        District(f"d{first}-{number}", first, story - 2, chance)
        for first in range(0, most, story)
        for number in range(districts)
    ]
    config = _prepare(store, folder, town_of)
    # A whole number of every window's steps, as these are counted from 1970.
    began = datetime.fromtimestamp((time.time() // 6 + 1) * 6, UTC)
    town = Town(store, town_of, story, began, per_s)
    with _running(config) as engine:
        town.start()
        for _ in range(kills):
            # Some kills meet the start, some the replay, most the work.
            if chance.random() < 0.7:
                wait_at_work(store, engine)
            time.sleep(chance.uniform(0.1, 1.5))
            engine.kill()
            engine.start()
        town.enough.set()
        town.join()
        done = began + timedelta(seconds=(town.ticks + _SETTLED_TICKS) * TICK_S)
        wait_read(store, engine, town, done)
    verdict = Verdict(kills, town.observations, 0)
    if town.late_s > 1.0:
        verdict.wrong.append(f"the town itself spoke {town.late_s:.1f} s late: this says nothing of the engine")
    spoken = [district for district in town_of if district.first < town.ticks]
    _compare(store, spoken, began, verdict, engine.log.read_text())
    return verdict


def wait_at_work(store: Store, engine: RuleProcess) -> None:
    """Until the engine commits."""
    before = offsets.load(store, "rules")
    engine.wait(lambda: offsets.load(store, "rules") != before, "it commits")


def wait_read(store: Store, engine: RuleProcess, town: Town, done: datetime) -> None:
    """Until the engine has read everything and looked at the clock after ``done``."""

    def has_looked() -> bool:
        read = offsets.load(store, "rules")
        if any(read.get(name, 0) < seq for name, seq in town.seqs.items()):
            return False
        # A checkpoint says how far the engine's clock had come.
        checkpoint = offsets.load_checkpoint(store, "rules")
        now_us = checkpoint.state["now"] if checkpoint else 0
        return datetime.fromtimestamp(now_us / 1e6, UTC) >= done

    left_s = (done - datetime.now(UTC)).total_seconds()
    engine.wait(has_looked, "it has read everything and looked at the clock", 100 + left_s, every_s=0.2)


@contextmanager
def _running(config: Path) -> Iterator[RuleProcess]:
    engine = RuleProcess(config)
    try:
        yield engine
    finally:
        engine.kill()


def _prepare(store: Store, folder: Path, districts: list[District]) -> Path:
    places = {"qth": "city"}
    for district in districts:
        places[f"qth/{district.name}"] = "district"
        places |= {district.area(source): "grid" for source in PLACES}
    features = [
        {"type": "Feature", "geometry": None, "properties": {"path": path, "name": path, "kind": kind}}
        for path, kind in places.items()
    ]
    (folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    known = source_text({name: RULES[name] for name in NAMES})
    crowd = "  - {name: crowd, severity: minor, summary: s, by: source, when: {metric: load, above: 0.5, for: 10s}}\n"
    (folder / "rules.yaml").write_text(known + crowd)
    path = folder / "hub.yaml"
    path.write_text(json.dumps({"areas": "areas.geojson", "rules": ["rules.yaml"], "store": {"url": store.conninfo}}))
    now = datetime.now(UTC)
    series.ensure(store, SourceKind.DEVICE, [now, now + timedelta(days=1)])
    with store.transaction() as tx:
        areas.put(tx, [Area(path, path, kind) for path, kind in places.items()])
        for district in districts:
            for source in PLACES:
                name, kind = district.source(source), source.partition("-")[0]
                sources.add(tx, Source(name, SourceKind.DEVICE, district.area(source), kind, name), now)
        for number in range(_METERS):
            sources.add(tx, Source(f"meter-{number}", SourceKind.DEVICE, "qth", "meter", "a meter"), now)
    return path


def _compare(store: Store, districts: list[District], began: datetime, verdict: Verdict, log: str) -> None:
    begins = {
        district.fingerprint(f"{by}:{key}"): began + timedelta(seconds=district.first * TICK_S)
        for district in districts
        for by, keys in (("source", PLACES), ("area", set(PLACES.values())))
        for key in keys
    }
    found: dict[tuple[str, str], Alerts] = {}
    for item in alerts.list_alerts(store, alerts.Filter(), limit=1_000_000):
        zero = begins.get(item.fingerprint, began)
        end = None if item.resolved_at is None else (item.resolved_at - zero).total_seconds()
        found.setdefault((item.rule, item.fingerprint), []).append(((item.started_at - zero).total_seconds(), end))
    verdict.alerts = sum(map(len, found.values()))
    was_deaf = "nothing was read for" in log  # then no silence is held against a source
    for district in districts:
        for name in NAMES:
            if was_deaf and name.startswith("silent"):
                continue
            for key, wanted in expected(RULES[name], district.seen).items():
                own = sorted(found.pop((name, district.fingerprint(key)), []))
                due = [alert for alert in wanted if not untold(alert, wanted, own)]
                if own != due:
                    verdict.wrong.append(f"{name} {district.fingerprint(key)}: {own}, and it should be {due}")
    verdict.wrong += [f"{key}: {own}, and nothing should be" for key, own in found.items() if not was_deaf]
    fired = Counter(
        entry.subject
        for entry in journal.after(store, 0, limit=1_000_000)
        if entry.kind == "alert" and entry.change == "fired"
    )
    verdict.wrong += [f"alert {number} was raised {count} times" for number, count in fired.items() if count > 1]


def _metric(source: str) -> str:
    return "motion" if source.startswith("cam") else "smoke"
