"""The evaluator against an oracle that knows everything: it sorts all observations and applies the definitions.

Time is a grid of half seconds. The oracle asks at every tick whether a rule holds; the evaluator is given the same
observations in batches, in disorder within the lateness, some of them twice, with the clock moved on in between, and is
at times replaced by one restored from its snapshot.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.observation import Stored
from rules.evaluator import LATENESS, Evaluator
from rules.language import parse
from rules.window import SECOND
from tests.unit.rules_timeline import PLACES, REGISTRY, Wall, at, rule, said, seconds

TICK_S = 0.5
LATE_TICKS = int(LATENESS / SECOND / TICK_S)
LAST_TICK = 60
END = LAST_TICK + 60
AHEAD_S = 120.0  # the clock of smoke-3 is fast by this

# Each rule twice: as a person writes it, and as the oracle reads it (durations in ticks).
SMOKE = {"metric": "smoke", "above": 0.3}
LEVEL = {**SMOKE, "clear_below": 0.2}
LOW = {"metric": "smoke", "below": 0.2, "clear_above": 0.3}
MOTION = {"metric": "motion", "above": 0.3, "as": "movement"}
RULES: dict[str, dict[str, Any]] = {
    "threshold": {"by": "source", "when": SMOKE},
    "threshold-of-an-area": {"by": "area", "when": SMOKE},
    "hysteresis": {"by": "source", "when": LEVEL},
    "hysteresis-of-an-area": {"by": "area", "when": LEVEL},
    "below": {"by": "source", "when": LOW},
    "held": {"by": "source", "when": {**LEVEL, "for": 5}},
    "held-of-an-area": {"by": "area", "when": {**SMOKE, "for": 3}},
    "within": {"by": "area", "when": {**SMOKE, "within": 6}},
    "held-within": {"by": "area", "when": {**SMOKE, "for": 2, "within": 6}},
    "kept-on": {"by": "source", "when": SMOKE, "keep_firing_for": 5},
    "kept-on-in-an-area": {"by": "area", "when": {**LEVEL, "for": 2}, "keep_firing_for": 7},
    "silent": {"by": "source", "when": {"metric": "smoke", "absent_for": 12}},
    "silent-in-an-area": {"by": "area", "when": {"metric": "smoke", "absent_for": 10}},
    "counted": {"by": "source", "when": {**SMOKE, "count": 3, "in": 8}},
    "counted-in-an-area": {"by": "area", "when": {**SMOKE, "count": 3, "in": 10}},
    "both": {"by": "area", "when": {"all": [SMOKE, MOTION]}},
    "smoke-and-movement": {"by": "area", "when": {"all": [{**LEVEL, "for": 4}, {**MOTION, "within": 12}]}},
    "either": {"by": "area", "when": {"any": [{**SMOKE, "for": 3}, MOTION]}, "keep_firing_for": 2},
    "nested": {
        "by": "area",
        "when": {"all": [{"any": [{**SMOKE, "count": 2, "in": 6}, {"metric": "motion", "absent_for": 10}]}, MOTION]},
    },
}
DURATIONS = {"for", "within", "in", "absent_for", "keep_firing_for"}


def written(value: Any) -> Any:
    """The oracle's form of a rule in the words of the language."""
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, dict):
        return {key: duration(item) if key in DURATIONS else written(item) for key, item in value.items()}
    return value


def duration(ticks: int) -> str:
    return f"{round(ticks * TICK_S * 1000)}ms"


def source_text() -> str:
    text = "rules:\n"
    for name, known in RULES.items():
        when = json.dumps(named(written(known["when"]), iter("abcdefgh")))
        keys = {key: value for key, value in written(known).items() if key != "when"}
        text += rule(when, name, **keys)
    return text


def named(when: dict[str, Any], names: Any) -> dict[str, Any]:
    for key in ("all", "any"):
        if key in when:
            return {key: [named(part, names) for part in when[key]]}
    return {**when, "as": next(names)}


FILE = parse(source_text(), "rules.yaml")


# --- the oracle -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    tick: int
    ts: float
    value: float


History = dict[tuple[str, str], list[Seen]]


def history(observations: list[Stored]) -> History:
    """Every distinct observation at the time at which it counts, sorted."""
    found: dict[tuple[str, str], dict[float, Seen]] = {}
    for item in observations:
        when = min(item.ts, item.received_at)
        seen = Seen(round(seconds(when) / TICK_S), seconds(item.ts), item.value or 0.0)
        found.setdefault((item.source, item.metric), {}).setdefault(seen.ts, seen)
    return {key: sorted(own.values(), key=lambda seen: (seen.tick, seen.ts)) for key, own in found.items()}


def level_holds(when: dict[str, Any], own: list[Seen]) -> list[bool]:
    """At each tick, from the definition of a threshold with hysteresis."""
    holds, result, index = False, [], 0
    for tick in range(END):
        while index < len(own) and own[index].tick <= tick:
            value = own[index].value
            holds = passes(when, value) or (holds and not clears(when, value))
            index += 1
        result.append(holds)
    return result


def passes(when: dict[str, Any], value: float) -> bool:
    return bool(value > when["above"] if "above" in when else value < when["below"])


def clears(when: dict[str, Any], value: float) -> bool:
    if "clear_below" in when:
        return bool(value < when["clear_below"])
    if "clear_above" in when:
        return bool(value > when["clear_above"])
    return not passes(when, value)


def condition_holds(when: dict[str, Any], own: list[Seen]) -> list[bool]:
    if "absent_for" in when:
        return [
            any(seen.tick <= tick for seen in own)
            and tick - max(seen.tick for seen in own if seen.tick <= tick) >= when["absent_for"]
            for tick in range(END)
        ]
    base = level_holds(when, own)
    if hold := when.get("for"):
        base = [tick >= hold and all(base[tick - hold : tick + 1]) for tick in range(END)]
    if within := when.get("within"):
        base = [any(base[max(0, tick - within) : tick + 1]) for tick in range(END)]
    return base


def rule_holds(when: dict[str, Any], sources: list[str], seen: History) -> list[bool]:
    if "all" in when or "any" in when:
        judge = all if "all" in when else any
        parts = [rule_holds(part, sources, seen) for part in when.get("all") or when["any"]]
        return [judge(column) for column in zip(*parts, strict=True)]
    series = [seen.get((source, when["metric"]), []) for source in sources]
    if "count" in when:
        ticks = [item.tick for own in series for item in own if passes(when, item.value)]
        window = when["in"]
        return [sum(tick - window < then <= tick for then in ticks) >= when["count"] for tick in range(END)]
    return [any(column) for column in zip(*(condition_holds(when, own) for own in series), strict=True)]


def expected(name: str, seen: History) -> dict[str, list[tuple[float, float | None]]]:
    """fingerprint → the alerts of one rule, [start, end] in seconds."""
    known = RULES[name]
    groups: dict[str, list[str]] = {}
    for source, area in PLACES.items():
        groups.setdefault(source if known["by"] == "source" else area, []).append(source)
    result = {}
    for key, sources in groups.items():
        holds = rule_holds(known["when"], sources, seen)
        if keep := known.get("keep_firing_for"):
            holds = [any(holds[max(0, tick - keep) : tick + 1]) for tick in range(END)]
        alerts: list[tuple[float, float | None]] = []
        for tick in range(END):
            if holds[tick] and (tick == 0 or not holds[tick - 1]):
                alerts.append((tick * TICK_S, None))
            elif not holds[tick] and tick and holds[tick - 1]:
                alerts[-1] = (alerts[-1][0], tick * TICK_S)
        if alerts:
            result[f"{known['by']}:{key}"] = alerts
    return result


# --- the streams ----------------------------------------------------------------------------------------------------


@st.composite
def streams(draw: st.DrawFn, in_order: bool) -> list[Stored]:
    """Observations, each with the time at which the hub received it: less than the lateness after it happened.

    ``in_order``: those of one source do not overtake each other.
    """
    sources = draw(st.lists(st.sampled_from(sorted(PLACES)), min_size=1, max_size=5, unique=True))
    ticks = st.integers(0, LAST_TICK - LATE_TICKS)
    spoken = draw(
        st.lists(
            st.tuples(
                st.sampled_from(sources),
                ticks,
                st.sampled_from([0.0, 0.2, 0.25, 0.3, 0.5]),
                st.integers(0, LATE_TICKS - 1),
                st.one_of(st.none(), st.integers(0, 12)),
            ),
            min_size=10,
            max_size=60,
            unique_by=lambda item: (item[0], item[1]),
        )
    )
    observations = []
    reached: dict[str, int] = {}
    for source, tick, value, delay, again in sorted(spoken, key=lambda item: item[1]):
        if source == "smoke-3":
            # The times it claims come after those of arrival, so that these count.
            observations.append(said(source, tick * TICK_S + AHEAD_S, value, received=tick * TICK_S))
        else:
            first = max(delay, reached.get(source, 0) - tick) if in_order else delay
            reached[source] = tick + first
            delays = [first] if again is None else [first, first + again]
            observations += [said(source, tick * TICK_S, value, received=(tick + late) * TICK_S) for late in delays]
    return observations


def run(observations: list[Stored], chance: Random, in_order: bool) -> Wall:
    """Feed the observations as they arrive, in batches of any size and order, with the clock at any pace."""
    delays = {source: chance.uniform(0, 0.9) for source in PLACES}
    pace = chance.choice([0.1, 0.5, 1.0])
    wall = Wall()
    current = Evaluator(FILE, REGISTRY)
    waiting: list[Stored] = []
    for tick in range(END):
        waiting += [item for item in observations if round(seconds(item.received_at) / TICK_S) == tick]
        if chance.random() > pace and tick < END - 1:
            continue
        # Whatever the backlog, nothing overtakes what is older by the lateness.
        arrivals = []
        for item in waiting:
            way = delays[item.source] if in_order else chance.uniform(0, 0.9)
            arrivals.append((item.received_at + timedelta(seconds=TICK_S) * way, item.ts, item))
        waiting = [item for _, _, item in sorted(arrivals, key=lambda arrival: arrival[:2])]
        border = chance.randint(0, len(waiting))
        for batch in (waiting[:border], waiting[border:]):
            wall.see(current.feed(batch))
        waiting = []
        if chance.random() < 0.7:
            wall.see(current.advance(at(tick * TICK_S)))
        if chance.random() < 0.1:
            restored = Evaluator(FILE, REGISTRY)
            restored.restore(json.loads(json.dumps(current.snapshot())))
            assert restored.active() == current.active()
            current = restored
    wall.see(current.advance(at((END + AHEAD_S) * TICK_S)))
    assert not current.faults
    return wall


SETTINGS = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SETTINGS
@given(observations=streams(in_order=True), seed=st.integers(0, 2**32))
def test_the_alerts_are_those_of_the_oracle_however_the_sources_interleave(
    observations: list[Stored], seed: int
) -> None:
    compare(run(observations, Random(seed), in_order=True), observations, list(RULES))


@SETTINGS
@given(observations=streams(in_order=False), seed=st.integers(0, 2**32))
def test_the_alerts_are_those_of_the_oracle_though_a_source_overtakes_itself(
    observations: list[Stored], seed: int
) -> None:
    """A plain threshold of one source takes its source at its word, and is left out here."""
    names = [item.name for item in FILE if not item.is_plain]
    compare(run(observations, Random(seed), in_order=False), observations, names)


def compare(wall: Wall, observations: list[Stored], names: list[str]) -> None:
    seen = history(first_of_each(observations))
    for name in names:
        wanted = expected(name, seen)
        fingerprints = {known for rule_name, known in wall.alerts if rule_name == name} | wanted.keys()
        for fingerprint in fingerprints:
            own = wall.alerts.get((name, fingerprint), [])
            theirs = wanted.get(fingerprint, [])
            assert own == [alert for alert in theirs if not untold(alert, theirs, own)], (name, fingerprint)


def first_of_each(observations: list[Stored]) -> list[Stored]:
    """Of what was delivered twice, the first delivery counts."""
    return sorted(observations, key=lambda item: item.received_at)


def untold(
    alert: tuple[float, float | None], alerts: list[tuple[float, float | None]], told: list[tuple[float, float | None]]
) -> bool:
    """Whether an alert came and went less than the lateness before another began, which was raised at once.

    When the evaluator learns of the first, the second is on the wall already, and there is only one at a time.
    """
    following = [later for later in alerts if later > alert]
    return alert not in told and bool(following) and following[0][0] - alert[0] < LATENESS / SECOND
