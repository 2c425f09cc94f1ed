"""Cases for the oracle, each from a seed: some random rules, what sources said, and how the engine came to hear it.

A hub hears it in batches of two writers, in disorder, some of it twice and some too late. Its engine reads sooner or
later, is killed before and after commits, starts again from a checkpoint or from the first batch, and sources go from
one writer to the other, as when the number of workers changes. A case is one rule over one such story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from hub.model.observation import Stored
from rules.evaluator import Evaluator
from rules.rule import Rule
from rules.sieve import Sieve
from tests.unit.rules_hub import Books, Hub
from tests.unit.rules_oracle import (
    AHEAD_S,
    END,
    LAST_TICK,
    LATE_TICKS,
    LATENESS_S,
    ORACLE_REGISTRY,
    TICK_S,
    Alerts,
    Known,
    expected,
    groups,
    history,
    severities,
)
from tests.unit.rules_random import random_rules
from tests.unit.rules_timeline import PLACES, at, said, seconds

RULES_A_STORY = 12
_WRITERS = ("mqtt-0", "mqtt-1")
_SLOW_TICKS = 9  # a source whose clock is behind by this


@dataclass(frozen=True)
class Word:
    """What the hub receives at a tick. ``after`` is the number of a word of the same source that makes this one late
    and that must have been heard before: what is late counts for nothing, and the oracle is not told of it. ``again``
    is the number of the word that this one repeats."""

    number: int
    tick: int
    item: Stored
    after: int | None = None
    again: int | None = None


@dataclass
class Story:
    """``in_order``: the words of one source do not overtake each other, nor go to another writer."""

    seed: int
    known: Mapping[str, Known]
    rules: Sequence[Rule]
    words: list[Word]
    in_order: bool
    told: int = field(default=0)

    @classmethod
    def of(cls, seed: int) -> Story:
        chance = Random(seed)
        in_order, slow = chance.random() < 0.5, chance.random() < 0.15
        known, rules = random_rules(chance, RULES_A_STORY, "source" if slow else None)
        if not in_order:  # a plain threshold of one source takes the source at its word
            rules = [rule for rule in rules if not rule.is_plain]
        words = _words(chance, in_order, "cam-2" if slow else "")
        return cls(seed, known, rules, words, in_order)

    def run(self, words: Sequence[Word]) -> Books:
        """What the hub made of these words."""
        chance = Random(self.seed + 1)
        kind = Evaluator if chance.random() < 0.2 else Sieve
        hub = Hub(lambda: kind(self.rules, ORACLE_REGISTRY))
        pace, deaths = chance.choice([0.3, 0.6, 1.0]), chance.choice([0.0, 0.05, 0.2])
        home = {source: chance.choice(_WRITERS) for source in PLACES}
        heard: set[int] = set()
        waiting: list[Word] = []
        by_tick: dict[int, list[Word]] = {}
        for word in words:
            by_tick.setdefault(word.tick, []).append(word)
        for tick in range(END):
            before = len(hub.batches)
            waiting += by_tick.get(tick, ())
            for writer in _WRITERS if waiting else ():
                own = [word for word in waiting if home[word.item.source] == writer]
                now = [word for word in own if word.after is None or word.after in heard]
                for part in _batches(chance, now, self.in_order):
                    hub.write(writer, [word.item for word in part])
                heard.update(word.number for word in now if word.after is None)
                waiting = [word for word in waiting if word not in now]
            if not self.in_order and chance.random() < 0.1:
                home[chance.choice(sorted(home))] = chance.choice(_WRITERS)
            if chance.random() < pace or tick == END - 1:
                self._step(hub, chance, tick, before, deaths)
        for _ in range(2):
            hub.step(at((END + AHEAD_S) * TICK_S), save=False)
        return hub.books

    def _step(self, hub: Hub, chance: Random, tick: int, before: int, deaths: float) -> None:
        now, writer = at((tick + 0.999) * TICK_S), chance.choice(_WRITERS)
        if self.in_order and chance.random() < 0.3:  # one writer commits a little later than the other
            unseen = {place for place in range(before, len(hub.batches)) if hub.batches[place][0] == writer}
            hub.step(now, unseen=unseen, save=chance.random() < 0.2, dies=_death(chance, deaths))
        held = chance.random() < 2 * deaths  # as after an interruption: a while in which only the proved is told
        hub.step(now, save=chance.random() < 0.2, hold=held, dies=_death(chance, deaths))

    def wrong(self, words: Sequence[Word] | None = None, only: str = "") -> str:
        """Where the hub and the oracle differ (of one rule only); empty where they do not."""
        words = self.words if words is None else words
        books = self.run(words)
        observations = [word.item for word in words if word.after is None]
        seen = history(sorted(observations, key=lambda item: item.received_at))
        self.told = 0
        for rule in (rule for rule in self.rules if only in ("", rule.name)):
            known = self.known[rule.name]
            wanted = expected(known, seen)
            self.told += bool(wanted)
            keys = {key for name, key in books.alerts if name == rule.name} | wanted.keys()
            for key in sorted(keys):
                own, theirs = books.alerts.get((rule.name, key), []), wanted.get(key, [])
                if own != [alert for alert in theirs if not untold(alert, theirs, own)]:
                    return f"{rule.name} {known}\n{key}: engine {own}, oracle {theirs}"
                if "severity" in known:
                    sources = groups(known)[key.partition(":")[2]]
                    for start, end in own:
                        bad = severities(known, sources, seen, start)
                        steps = [step for step in books.steps[rule.name, key] if step[0] >= start]
                        for tick in range(round(start / TICK_S), END if end is None else round(end / TICK_S)):
                            told = [severity for since, severity in steps if since <= tick * TICK_S][-1]
                            if told != bad[tick]:
                                return f"{rule.name} {known}\n{key}: {told} at {tick * TICK_S} s, oracle {bad[tick]}"
        return ""

    def reduced(self, rule: str) -> list[Word]:
        """Fewer words of which the two still differ about a rule."""
        words, size = list(self.words), len(self.words) // 2
        while size:
            for first in range(0, len(words), size):
                fewer = words[:first] + words[first + size :]
                if self.wrong(_whole(fewer), rule):
                    words = _whole(fewer)
                    break
            else:
                size //= 2
        return words


def check(seed: int) -> tuple[int, int]:
    """How many cases one seed gave, and in how many of them an alert was due. Raises AssertionError with all that it
    takes to see why, where the engine and the oracle differ."""
    story = Story.of(seed)
    if wrong := story.wrong():
        rule = wrong.partition(" ")[0]
        words = story.reduced(rule)
        heard = "".join(
            f"\n  at {word.tick * TICK_S} s: {word.item.source} {word.item.value} of {seconds(word.item.ts)} s"
            for word in words
        )
        raise AssertionError(f"seed {seed}: {wrong}\nof these words too: {story.wrong(words, rule)}{heard}")
    return len(story.rules), story.told


def untold(alert: tuple[float, float | None], alerts: Alerts, told: Alerts) -> bool:
    """Whether an alert came and went less than the lateness before another began, which was raised at once.

    When the evaluator learns of the first, the second is on the wall already, and there is only one at a time.
    """
    following = [later for later in alerts if later > alert]
    return alert not in told and bool(following) and following[0][0] - alert[0] < LATENESS_S


def _words(chance: Random, in_order: bool, slow: str) -> list[Word]:
    found: list[Word] = []
    for source in chance.sample(sorted(PLACES), chance.randint(1, len(PLACES))):
        ticks = sorted(chance.sample(range(LAST_TICK - LATE_TICKS), chance.randint(3, 24)))
        behind, reached = _SLOW_TICKS if source == slow else 0, 0
        for tick in ticks:
            value = chance.choice([0.0, 0.2, 0.25, 0.3, 0.5])
            number, arrives = len(found), tick + chance.choice([0, 0, 1, 2, LATE_TICKS - 1])
            if source == "smoke-3":
                # The times it claims come after those of arrival, so that these count.
                found.append(_word(number, source, tick * TICK_S + AHEAD_S, value, tick))
                continue
            arrives = max(arrives, reached) if in_order else arrives
            reached = arrives
            found.append(_word(number, source, tick * TICK_S, value, arrives + behind))
            if chance.random() < 0.2:
                again = _word(len(found), source, tick * TICK_S, value, arrives + behind + chance.randint(0, 12))
                found.append(replace(again, again=number))
            if tick > LATE_TICKS and chance.random() < 0.15:
                late = (chance.randrange(tick - LATE_TICKS) + 0.5) * TICK_S
                received = arrives + behind + chance.randint(1, 8)
                word = _word(len(found), source, late, chance.choice([0.0, 0.5]), received)
                found.append(replace(word, after=number))
    return sorted(found, key=lambda word: (word.tick, word.item.ts))


def _word(number: int, source: str, second: float, value: float, tick: int) -> Word:
    return Word(number, tick, said(source, second, value, received=tick * TICK_S))


def _whole(words: Sequence[Word]) -> list[Word]:
    """Without late ones whose reason for being late is gone, and second deliveries without a first."""
    there = {word.number for word in words} | {None}
    return [word for word in words if word.after in there and word.again in there]


def _batches(chance: Random, words: Sequence[Word], in_order: bool) -> list[list[Word]]:
    mixed = list(words) if in_order else chance.sample(words, len(words))
    border = chance.randint(0, len(mixed))
    return [part for part in (mixed[:border], mixed[border:]) if part]


def _death(chance: Random, share: float) -> str:
    return chance.choice(["before", "after"]) if chance.random() < share else ""

