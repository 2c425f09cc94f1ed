"""The evaluator against an oracle that knows everything: it sorts all observations and applies the definitions.

Time is a grid of half seconds. The oracle asks at every tick whether a rule holds; the engine is given the same
observations in batches, in disorder within the lateness, some of them twice and some too late, with the clock moved on
in between, and is killed and started again. Once with rules that were thought of, and once with random ones; of these
a million in ``bench/oracle.py``, each from a seed that gives the same again (``rules_cases.check``).
"""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.observation import Stored
from rules.evaluator import Evaluator
from tests.unit.rules_cases import check, untold
from tests.unit.rules_of_oracle import RULES
from tests.unit.rules_oracle import (
    AHEAD_S,
    END,
    FILE,
    LAST_TICK,
    LATE_TICKS,
    ORACLE_REGISTRY,
    TICK_S,
    expected,
    groups,
    history,
    severities,
)
from tests.unit.rules_timeline import PLACES, Wall, at, said, seconds

SEEDS_A_PART, PARTS, CASES = 22, 40, 250


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
    current = Evaluator(FILE, ORACLE_REGISTRY)
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
            restored = Evaluator(FILE, ORACLE_REGISTRY)
            restored.restore(json.loads(json.dumps(current.snapshot())))
            assert restored.active() == current.active()
            current = restored
    wall.see(current.advance(at((END + AHEAD_S) * TICK_S)))
    assert not current.faults
    return wall


SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.timeout(600)
@SETTINGS
@given(observations=streams(in_order=True), seed=st.integers(0, 2**32))
def test_the_alerts_are_those_of_the_oracle_however_the_sources_interleave(
    observations: list[Stored], seed: int
) -> None:
    compare(run(observations, Random(seed), in_order=True), observations, list(RULES))


@pytest.mark.timeout(600)
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
        wanted = expected(RULES[name], seen)
        fingerprints = {known for rule_name, known in wall.alerts if rule_name == name} | wanted.keys()
        for fingerprint in fingerprints:
            own = wall.alerts.get((name, fingerprint), [])
            theirs = wanted.get(fingerprint, [])
            assert own == [alert for alert in theirs if not untold(alert, theirs, own)], (name, fingerprint)
            if "severity" in RULES[name]:
                sources = groups(RULES[name])[fingerprint.partition(":")[2]]
                for start, end in own:
                    bad = severities(RULES[name], sources, seen, start)
                    ticks = range(round(start / TICK_S), END if end is None else round(end / TICK_S))
                    told = [severity_at(wall.steps[name, fingerprint], start, tick * TICK_S) for tick in ticks]
                    assert told == [bad[tick] for tick in ticks], (name, fingerprint, start)


def severity_at(steps: list[tuple[float, str]], start: float, second: float) -> str:
    """What was said last of it."""
    return [severity for since, severity in steps if start <= since <= second][-1]


def first_of_each(observations: list[Stored]) -> list[Stored]:
    """Of what was delivered twice, the first delivery counts."""
    return sorted(observations, key=lambda item: item.received_at)


@pytest.mark.parametrize("part", range(PARTS))
def test_random_rules_give_the_alerts_of_the_oracle_whatever_befalls_the_engine(part: int) -> None:
    """10,000 cases in all: so many random rules, a dozen of them over each story."""
    cases = told = 0
    for seed in range(part * SEEDS_A_PART, (part + 1) * SEEDS_A_PART):
        found = check(seed)
        cases, told = cases + found[0], told + found[1]
    assert cases >= CASES
    assert told > CASES / 2, "in most cases there is something to tell"
