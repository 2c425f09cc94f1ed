"""The engine: batches from the store, through the evaluator, to alerts in the store.

The alerts of a batch and the offset that says it was read are committed together. From time to time a checkpoint, the
evaluator's state at offsets that were committed, is written beside that (``rules.checkpoints``). After a crash, or a
commit whose outcome is not known, the engine starts from the last checkpoint, feeds what it had read since, tells what
comes of it again, and goes on. See ``docs/rules.md``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hub import crash
from hub.cases import intake
from hub.clock import Clock
from hub.config.alarms import Alarms
from hub.config.device_types import TypeSettings
from hub.errors import ConfigError
from hub.model.alert import Decision
from hub.model.observation import Batch, Stored
from hub.model.source import Source
from hub.store import Store, alerts, areas, batches, health, mutes, offsets, sources
from hub.store.heart import Heart
from hub.store.listen import Listener
from hub.store.offsets import Checkpoint
from hub.tally import Tally
from rules import fusion
from rules.book import RuleFiles
from rules.checkpoints import Checkpoints
from rules.evaluator import LATENESS, Registry
from rules.orphans import orphans
from rules.report import Report
from rules.rule import Rule
from rules.sieve import Sieve
from rules.standing import Standing
from rules.strays import Strays
from rules.window import microseconds

READER = "rules"
CHANNELS = ("gridhub_batch", "gridhub_sources")
_BATCHES = 50  # read at once; each has at most a few thousand observations
_LOOK_EVERY_S = 1.0
_FILES_EVERY_S = 2.0
_SIGHT_EVERY_S = 5.0
_INTERRUPTION = timedelta(seconds=10)
"""A pause in reading that is longer than this was an interruption: the writers may have been cut off as well."""
_SET_BACK = timedelta(seconds=60)
_LATENESS = timedelta(microseconds=LATENESS)
_GRACE = timedelta(seconds=6)
"""For so long after an interruption the writers may still come with what they held back (their backoff is 5 s)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is configured around the rules: how alarms are kept, what is known of types of devices, and the files that
    the rules are read from again when they change (None: never)."""

    alarms: Alarms = field(default_factory=Alarms)
    types: Mapping[str, TypeSettings] = field(default_factory=dict)
    files: RuleFiles | None = None


class Engine:
    """One thread calls ``run_once``, under ``hub.supervise``."""

    def __init__(
        self,
        store: Store,
        rules: Sequence[Rule],
        clock: Clock,
        tally: Tally,
        heart: Heart,
        around: Surroundings | None = None,
    ) -> None:
        self._store = store
        self._around = around or Surroundings()
        self._rules = rules
        self._broken = ""  # what is wrong with the files, while the rules are still those before
        self._files_due_s = self._sight_due_s = 0.0
        self._clock = clock
        self._standing = Standing(clock, READER)
        self._evaluator: Sieve | None = None
        self._offsets: dict[str, int] = {}
        self._committed: dict[str, int] = {}
        self._replayed: list[Decision] = []  # what the replay decided, until it is committed
        self._read_at: datetime | None = None
        self._held_until: datetime | None = None
        self._checkpoints = Checkpoints(store, clock, READER)
        self._settled_at = clock.now()  # from then on it is known of every alert whether it is still held
        self._is_reconciled = False
        self._report = Report(tally, heart, clock)
        self._strays = Strays()

    def run_once(self, working: Callable[[], None], listener: Listener, stop: threading.Event) -> None:
        """Follow the batches until ``stop``. Raises StoreError; the next call starts from what was committed."""
        try:
            with self._checkpoints.beside():
                while not stop.is_set():
                    is_current = self.step()
                    working()
                    if is_current:
                        self._wait(listener)
        finally:
            # What is in memory may be ahead of what was committed.
            self._evaluator = None

    def step(self) -> bool:
        """Read and act once; whether there was nothing more to read. Raises StoreError."""
        evaluator = self._reload(self._evaluator or self._start())
        read_at = self._clock.now()
        if self._read_at is not None and read_at < self._read_at - _SET_BACK:
            evaluator = self._start_anew(read_at)
        found = batches.read_after(self._store, self._offsets, _BATCHES)
        is_current = len(found) < _BATCHES
        is_held = self._notice_interruption(evaluator, read_at)
        is_settled = is_current and not is_held and read_at >= self._settled_at
        decisions = self._feed(evaluator, found, is_held) + self._tell_what_is_confirmed(evaluator)
        again: Sequence[Decision] = ()
        if is_current and not is_held:
            decisions += self._look_who_sees(evaluator)
            decisions += evaluator.advance(read_at)
            if is_settled and not self._is_reconciled:
                # After a start: end what no rule holds any more, and say again what is on (known ones are recognised).
                decisions += orphans(alerts.active(self._store), evaluator.exact, read_at)
                again = evaluator.active()
        self._commit(evaluator, decisions, found, again)
        self._is_reconciled = self._is_reconciled or is_settled
        self._count(evaluator, found, read_at)
        return is_current

    def _start(self) -> Sieve:
        """The evaluator as it was when the last offsets were committed."""
        self._say_what_inhibits()
        evaluator = self._new()
        self._committed = committed = offsets.load(self._store, READER)
        checkpoint = self._checkpoints.last()
        self._offsets = {}
        if checkpoint is not None:
            try:
                evaluator.restore(checkpoint.state)
                self._offsets = dict(checkpoint.offsets)
                self._read_at = max(self._read_at or evaluator.now, evaluator.now)
            except ValueError as error:
                _log.warning("starting without the last checkpoint: %s", error)
                evaluator = self._new()
                self._offsets = dict(committed)
        # What the clock had settled may be open again by what came since, for as long as a word may be late.
        self._settled_at = self._clock.now() + _LATENESS
        replayed, self._replayed = self._replay(evaluator, committed)
        evaluator.exact.unseen.clear()
        evaluator.exact.strays.clear()
        self._strays = Strays()
        self._standing.read(self._store)
        self._evaluator = evaluator
        self._is_reconciled = False
        self._checkpoints.hasten()
        self._report.start_anew()
        _log.info("%d rules; %d batches replayed; %d alerts on", len(self._rules), replayed, len(evaluator.active()))
        return evaluator

    def _new(self) -> Sieve:
        return Sieve(self._rules, self._registry(), meter=time.thread_time_ns)

    def _say_what_inhibits(self) -> None:
        with self._store.transaction() as tx:
            mutes.put_inhibitions(tx, {rule.name: rule.inhibits for rule in self._rules})

    def _reload(self, evaluator: Sieve) -> Sieve:
        """Go on with the rules as their files are now: what decides as before keeps its state. Where a file is wrong
        the rules stay as they were."""
        files, now_s = self._around.files, self._clock.monotonic()
        if files is None or now_s < self._files_due_s:
            return evaluator
        self._files_due_s = now_s + _FILES_EVERY_S
        if not files.is_changed():
            return evaluator
        try:
            rules = files.load()
        except ConfigError as error:
            self._broken = str(error.problems[0])
            _log.error("the rules stay as they were: %s", error)
            return evaluator
        self._broken = ""
        self._rules = rules
        self._say_what_inhibits()
        after = self._new()
        after.restore(evaluator.snapshot())
        after.left_out.update(evaluator.left_out)
        after.exact.unseen.update(evaluator.exact.unseen)
        after.exact.strays += evaluator.exact.strays
        self._standing.look_again()
        self._evaluator = after
        self._is_reconciled = False
        self._checkpoints.hasten()  # the last one is of other rules
        self._report.start_anew()
        _log.info("%d rules were read again; %d go on as before", len(rules), len(after.kept))
        return after

    def _tell_what_is_confirmed(self, evaluator: Sieve) -> list[Decision]:
        confirmed = self._standing.confirmed(self._store, evaluator.exact)
        return evaluator.exact.confirm(confirmed) if confirmed else []

    def _look_who_sees(self, evaluator: Sieve) -> list[Decision]:
        """Evidence that nobody can see is not held against an event."""
        now_s = self._clock.monotonic()
        if now_s < self._sight_due_s:
            return []
        self._sight_due_s = now_s + _SIGHT_EVERY_S
        if not any(isinstance(node, fusion.Weigh) for rule in self._rules for node in fusion.nodes(rule.when)):
            return []
        return evaluator.see(health.not_watching(self._store))

    def _start_anew(self, read_at: datetime) -> Sieve:
        """The hub's clock was set back: by what is remembered everything that comes now would be too late."""
        _log.warning("the clock was set back from %s to %s; the rules begin afresh", self._read_at, read_at)
        self._evaluator = evaluator = self._new()
        evaluator.kept = frozenset(evaluator.rules)
        self._read_at = self._held_until = None
        self._settled_at = read_at
        self._is_reconciled = False
        self._checkpoints.hasten()
        self._report.start_anew()
        return evaluator

    def _replay(self, evaluator: Sieve, committed: dict[str, int]) -> tuple[int, list[Decision]]:
        """Feed what was read between the checkpoint and the crash: so many batches, and what was decided.

        Most of that was told before the crash, and is known. Not all: a group is looked at when something happens to
        it, which after a start is at once, and two writers' batches may be read in another order.
        """
        replayed, decisions = 0, list[Decision]()
        while True:
            found = batches.read_after(self._store, self._offsets, _BATCHES)
            known = [(batch, seen) for batch, seen in found if batch.seq <= committed.get(batch.writer, 0)]
            for batch, observations in known:
                # The clock goes on with what arrived, also where it was held then: without it silence is not noticed,
                # and an end is taken for settled that is not.
                decisions += evaluator.feed(observations)
                self._offsets[batch.writer] = batch.seq
                # By the clock of the database's host, which may be ahead of ours.
                read_at = min(batch.committed_at, self._clock.now())
                self._read_at = max(self._read_at or read_at, read_at)
            replayed += len(known)
            if not known:
                return replayed, decisions

    def _notice_interruption(self, evaluator: Sieve, read_at: datetime) -> bool:
        """Whether the evaluator's clock has to be held, since the hub was deaf until a moment ago."""
        if self._read_at is not None and read_at - self._read_at > _INTERRUPTION:
            pause_s = (read_at - self._read_at).total_seconds()
            _log.warning("nothing was read for %.0f s; the silence of sources is counted from now on", pause_s)
            evaluator.heard_nothing_until(read_at)
            self._held_until = read_at + _GRACE
        self._read_at = read_at
        return self._held_until is not None and read_at < self._held_until

    def _feed(self, evaluator: Sieve, found: Sequence[tuple[Batch, list[Stored]]], hold: bool) -> list[Decision]:
        decisions: list[Decision] = []
        for batch, observations in found:
            decisions += evaluator.feed(observations, hold=hold)
            self._offsets[batch.writer] = batch.seq
        return decisions

    def _commit(
        self,
        evaluator: Sieve,
        decisions: Sequence[Decision],
        found: Sequence[tuple[Batch, list[Stored]]],
        again: Sequence[Decision] = (),
    ) -> None:
        """``again``: what was decided before, and may be known."""
        is_due = self._checkpoints.is_due
        standing = self._standing
        self._strays.add(evaluator.exact.strays)
        evaluator.exact.strays.clear()
        strays = self._strays.due(self._clock.monotonic())
        every = [*self._replayed, *decisions, *again]
        if not (standing.is_changed(evaluator.exact) or every or found or is_due or strays):
            return
        now = self._clock.now()
        with self._store.transaction() as tx:
            offsets.hold(tx, READER, self._committed)
            told = standing.put(tx, evaluator.exact, now)
            # The journal comes last in a transaction, and the intake writes it.
            crash.point("rules_before_offsets")
            if found:
                offsets.save(tx, READER, self._offsets)
            crash.point("rules_after_offsets")
            changed = intake.carry_out(tx, every, now, alarms=self._around.alarms) if every else []
            intake.tell_left_out(tx, [(*stray.key, stray.sentence) for stray in strays], READER, now)
            for write in told:
                write()
            crash.point("rules_before_commit")
        if found:
            self._committed = {**self._committed, **self._offsets}
        self._replayed = []
        standing.was_put(evaluator.exact)
        crash.point("rules_after_commit")
        self._report.decided(decisions, changed)
        if is_due:
            self._checkpoints.write(Checkpoint(dict(self._offsets), evaluator.snapshot()), now)

    def _registry(self) -> Registry:
        known = sources.list_sources(self._store)
        return Registry(
            areas={area.path: area for area in areas.list_areas(self._store)},
            sources={source.id: replace(source, secret=None) for source in known},
            periods_us=self._periods_us(known),
        )

    def _periods_us(self, known: Sequence[Source]) -> dict[str, int]:
        """How often sources report by what their types say, or as was learnt of them."""
        found = {source: round(period_s * 1e6) for source, period_s in health.learnt_periods_s(self._store).items()}
        for source in known:
            of_type = self._around.types.get(source.type)
            if of_type is not None and of_type.period is not None:
                found[source.id] = microseconds(of_type.period)
        return found

    def _wait(self, listener: Listener) -> None:
        """Until something was committed, the next timer is due, or a second has gone by."""
        assert self._evaluator is not None  # noqa: S101  a step has just been made
        now = self._clock.now()
        is_held = self._held_until is not None and now < self._held_until
        due = self._held_until if is_held else self._evaluator.next_timer
        timeout_s = _LOOK_EVERY_S if due is None else (due - now).total_seconds()
        heard = listener.wait(min(_LOOK_EVERY_S, max(0.005, timeout_s)))
        if any(channel == "gridhub_sources" for channel, _ in heard):
            self._commit(self._evaluator, self._evaluator.renew(self._registry()), [])

    def _count(self, evaluator: Sieve, found: Sequence[tuple[Batch, list[Stored]]], read_at: datetime) -> None:
        if found:
            lag_s = (read_at - found[-1][0].committed_at).total_seconds()
            self._report.heard(sum(len(observations) for _, observations in found), lag_s)
        self._report.stands(evaluator, self._broken)
