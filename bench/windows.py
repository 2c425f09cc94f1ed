"""What windows cost the rules: CPU time beside bytewax, and memory for each pair of a rule and a source."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from bench import rule_peers as peers
from bench.report import Row
from hub.model.observation import Stored
from rules.columns import Block, Book, Key
from rules.evaluator import Registry
from rules.language import parse
from rules.rule import Rule
from rules.sieve import Sieve
from rules.window import instant

T0 = datetime(2026, 3, 1, tzinfo=UTC)
KEYS = 1_000
EVENTS = 200_000
BATCH = 1_000
SOURCES = 4_000


def speed(_: float) -> list[Row]:
    """A mean of the last 30 s every 10 s over a thousand keys, the numbers that bytewax gets: as objects, as the engine
    has them from the store, and in columns, as a backtest has them. No number is beyond the limit, so that no mean has
    to be worked out. Told beside it: sums, of which each has to be, and means with an alert on at one key in thirty."""
    items = [_said(number) for number in range(EVENTS)]
    batches = [items[first : first + BATCH] for first in range(0, EVENTS, BATCH)]
    theirs = peers.python_peer("bytewax", EVENTS)
    print(f"bytewax: {theirs.us_each:.1f} us an event, {theirs.results} means", flush=True)
    book = Book()
    blocks = [replace(book.block(batch), items=None) for batch in batches]
    found = []
    quiet = _rules("mean", "30s", "10s", 1_000)
    for name, fed in (("", batches), (", in columns", blocks)):
        title = f"sliding mean of 1,000 keys, events per CPU second{name}"
        ours = _events_per_s(quiet, fed, book)
        found.append(Row(title, ours, "ev/s", ">= 10", "bytewax", EVENTS / theirs.cpu_s, of="ratio"))
    for name, kind, limit in (("sums", "sum", 40_000), ("an alert on at 3 %", "mean", 950)):
        ours = _events_per_s(_rules(kind, "30s", "10s", limit), batches, book)
        print(f"{name}: ratio {ours * theirs.cpu_s / EVENTS:.1f}", flush=True)
    return found


def _events_per_s(rules: Sequence[Rule], fed: Sequence[Block] | Sequence[list[Stored]], book: Book) -> float:
    sieve = Sieve(rules, Registry(), book=book)
    began_s = time.process_time()
    decisions = sum(len(sieve.feed(batch)) for batch in fed)
    spent_s = time.process_time() - began_s
    print(f"ours: {spent_s / EVENTS * 1e6:.2f} us an event, {decisions} decisions", flush=True)
    return EVENTS / spent_s


def memory(_: float) -> list[Row]:
    """All that is kept of 4,000 sources and one rule, which looks through a window of 5 min every 30 s."""
    _bytes_each("mean", 1000)  # what is loaded once
    found = [
        Row(f"memory of a (rule, source) pair, {kind} of 5 min", _bytes_each(kind, 1000), "bytes", "<= 1024")
        for kind in ("mean", "rate", "max", "p95", "distinct")
    ]
    print(f"while its alert is on, mean: {_bytes_each('mean', 1000, 500, on=1.0):,.0f} bytes", flush=True)
    some = _bytes_each("mean", 1000, on=0.03)
    return [*found, Row("the same, an alert on at 3 % of them, mean", some, "bytes", "<= 1024")]


def _bytes_each(kind: str, limit: float, sources: int = SOURCES, on: float = 0.0) -> float:
    """``on``: the share of the sources that has an alert on."""
    rules = _rules(kind, "5m", "30s", limit)
    names = [f"dev-{number}" for number in range(sources)]
    begin = instant(T0)
    gc.collect()
    tracemalloc.start()
    book = Book()
    sieve = Sieve(rules, Registry(), book=book)
    numbers = np.array([book.number(Key(name, "qth/g", "sensor", "value")) for name in names])
    for step in range(40):
        ts = begin + step * 10_000_000 + np.arange(sources) * 2_000
        value = (20 + step + np.arange(sources) % 7).astype(np.float64)
        value[: round(on * sources)] += limit
        sieve.feed(Block(book, numbers, ts, ts + 50_000, value))
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return taken / sources


def _rules(kind: str, over: str, every: str, limit: float) -> list[Rule]:
    when = f"{{metric: value, take: {kind}, over: {over}, every: {every}, above: {limit}}}"
    return parse(f"rules:\n  - {{name: r, severity: minor, summary: s, by: source, when: {when}}}\n", "bench.yaml")


def _said(number: int) -> Stored:
    at = T0 + timedelta(milliseconds=number)
    return Stored(f"k{number % KEYS}", "qth/g1", "sensor", "value", at, at, float(number % 997), None, None)
