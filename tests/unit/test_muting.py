"""What mutes an alert, and that nothing is lost by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.muting import Facts, Muted, MutedBy, Muting, revise
from hub.model.alert import Severity
from hub.model.area import contains
from hub.model.pattern import globbed
from hub.model.silence import Field, How, Matcher, Silence
from hub.model.source import SourceState
from hub.model.topology import Names, Outage, Sign, Thing, ThingKind, Topology, find_cycle

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UP, GONE = SourceState.WATCHING, SourceState.UNREACHABLE


@dataclass(frozen=True)
class Subject:
    rule: str = "silent"
    severity: Severity = Severity.MINOR
    area: str = "qth/a/g1"
    sources: tuple[str, ...] = ("cam-1",)


LINE = Thing("line-2", ThingKind.POWER, down=(Sign(rule="power-lost"),), areas=("qth/a",))
SWITCH = Thing(
    "sw-3", ThingKind.SWITCH, ("line-2",), (Sign(source="sw-3-*"),), Names(("cam-1", "cam-7*", "sw-3-mgmt"))
)
TOPOLOGY = Topology([SWITCH, LINE])
POWER = Subject("power-lost", Severity.MAJOR, "qth/a/g2", ("meter-1",))


def why(
    alert: Subject,
    topology: Topology = TOPOLOGY,
    states: Mapping[str, SourceState] | None = None,
    active: Sequence[Subject] = (),
    inhibitions: Mapping[str, Sequence[str]] | None = None,
    silences: Sequence[Silence] = (),
) -> str | None:
    facts = Facts(NOW, silences, inhibitions, topology, active, states or {"sw-3-mgmt": UP})
    muted = Muting(facts).why(alert)
    return None if muted is None else muted.by


def test_what_hangs_on_a_switch_that_is_down_is_muted_and_names_it() -> None:
    muted = Muting(Facts(NOW, topology=TOPOLOGY, states={"sw-3-mgmt": GONE})).why(Subject(area="qth/b/g9"))
    assert muted == Muted(MutedBy.TOPOLOGY, "sw-3", "sw-3 is down (sw-3-mgmt is unreachable)")
    assert muted.by == "topology:sw-3"


def test_nothing_is_muted_while_everything_is_up() -> None:
    assert why(Subject()) is None


@pytest.mark.parametrize("state", [SourceState.WORKER_DOWN, SourceState.UNKNOWN, SourceState.DISABLED])
def test_a_switch_that_the_hub_does_not_see_is_not_called_down(state: SourceState) -> None:
    assert why(Subject(area="qth/b/g9"), states={"sw-3-mgmt": state}) is None


def test_by_its_sources_only_an_alert_all_of_whose_sources_hang_there_is_muted() -> None:
    down = {"sw-3-mgmt": GONE}
    assert why(Subject(area="qth/b", sources=("cam-1", "cam-77")), states=down) == "topology:sw-3"
    assert why(Subject(area="qth/b", sources=("cam-1", "smoke-1")), states=down) is None
    assert why(Subject(area="qth/b", sources=()), states=down) is None


def test_the_root_is_named_and_not_what_hangs_on_it() -> None:
    both = why(Subject(area="qth/b/g9"), states={"sw-3-mgmt": GONE}, active=[POWER])
    assert both == "topology:line-2"
    assert why(Subject(area="qth/b/g9"), active=[POWER]) == "topology:line-2"


def test_what_says_that_a_thing_is_down_is_not_muted_by_it() -> None:
    assert why(POWER, active=[POWER]) is None
    own = Subject(area="qth/b", sources=("sw-3-mgmt",))
    assert why(own, states={"sw-3-mgmt": GONE}) is None
    assert why(own, states={"sw-3-mgmt": GONE}, active=[POWER]) == "topology:line-2"


def test_a_critical_alert_is_muted_only_by_a_thing_that_names_its_rule() -> None:
    fire = Subject("fire", Severity.CRITICAL)
    assert why(fire, active=[POWER]) is None
    named = Thing("line-2", ThingKind.POWER, down=LINE.down, areas=LINE.areas, mutes=Names(("fi*",)))
    assert why(fire, Topology([named]), active=[POWER]) == "topology:line-2"
    assert why(Subject("heat"), Topology([named]), active=[POWER]) is None


def test_an_alert_above_brings_down_what_lies_below() -> None:
    assert why(Subject(), active=[Subject("power-lost", Severity.MAJOR, "qth", ("meter-1",))]) == "topology:line-2"


def test_what_is_shown_is_taken_away_by_a_silence_and_not_by_a_cause() -> None:
    silence = Silence(7, (Matcher(Field.RULE, How.EXACT, "silent"),), None, "otto", "x", NOW, NOW + timedelta(1), NOW)
    both = Muting(Facts(NOW, [silence], None, TOPOLOGY, [POWER], {}))
    cause = Muting(Facts(NOW, (), None, TOPOLOGY, [POWER], {}))
    shown, muted = (revise(both, Subject(), by) for by in (None, "silence:7"))
    assert shown is not None
    assert muted is not None
    assert (shown.by, muted.by, revise(cause, Subject(), None)) == ("silence:7", "topology:line-2", None)


def test_an_alert_elsewhere_does_not_bring_a_line_down() -> None:
    assert why(Subject(), active=[Subject("power-lost", Severity.MAJOR, "qth/b/g1")]) is None


def test_a_sign_may_name_the_area_and_the_source_of_an_alert() -> None:
    ups = Thing("ups", ThingKind.POWER, down=(Sign("meter-*", rule="low", area="qth/c"),), areas=("qth/a",))
    for area, source, expected in (("qth/c/g1", "meter-9", "topology:ups"), ("qth/a", "meter-9", None),
                                   ("qth/c/g1", "cam-1", None)):  # fmt: skip
        low = Subject("low", area=area, sources=(source,))
        assert why(Subject(), Topology([ups]), active=[low]) == expected


def test_a_rule_mutes_another_in_its_area_and_below_only() -> None:
    flood = Subject("flood", Severity.MAJOR, "qth/a")
    rules = {"flood": ["silent"]}
    assert why(Subject(), active=[flood], inhibitions=rules) == "inhibition:flood"
    assert why(Subject(area="qth/b/g1"), active=[flood], inhibitions=rules) is None
    assert why(Subject(area="qth"), active=[flood], inhibitions=rules) is None
    assert why(Subject("heat"), active=[flood], inhibitions=rules) is None


@pytest.mark.parametrize("rules", [{"a": ["b"], "b": ["a"]}, {"a": ["b"], "b": ["c"], "c": ["a"]}, {"a": ["a"]}])
def test_rules_that_mute_each_other_mute_nobody(rules: dict[str, list[str]]) -> None:
    active = [Subject(name) for name in rules]
    assert [why(alert, active=active, inhibitions=rules) for alert in active] == [None] * len(rules)


def test_a_consequence_of_what_is_down_mutes_no_other() -> None:
    lost, silent = POWER, Subject("silent", area="qth/a")
    assert why(lost, active=[lost, silent], inhibitions={"silent": ["power-lost"]}) is None


def test_of_several_the_known_cause_is_named_before_the_silence() -> None:
    silence = Silence(7, (Matcher(Field.RULE, How.GLOB, "*"),), None, "otto", "x", NOW, NOW + timedelta(1), NOW)
    assert why(Subject(), silences=[silence]) == "silence:7"
    assert why(Subject(), active=[POWER], silences=[silence]) == "topology:line-2"


def test_a_silence_that_is_over_or_has_not_begun_mutes_nothing() -> None:
    everything = (Matcher(Field.RULE, How.GLOB, "*"),)
    for begins, ends in ((-2, 0), (1, 2)):
        hours = NOW + timedelta(hours=begins), NOW + timedelta(hours=ends)
        assert why(Subject(), silences=[Silence(7, everything, None, "otto", "x", *hours, NOW)]) is None


def test_a_cycle_is_found_and_told_in_order() -> None:
    assert find_cycle({"a": ["b"], "b": ["c"], "c": []}) is None
    found = find_cycle({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})
    assert found is not None
    assert (found[0], set(found)) == (found[-1], {"a", "b", "c"})
    order = {"a": "b", "b": "c", "c": "a"}
    assert [order[name] for name in found[:-1]] == found[1:]


# --- over everything

RULES = ("power-lost", "sw-lost", "silent", "heat")
AREAS = ("qth", "qth/a", "qth/a/g1", "qth/b")
subjects = st.builds(
    Subject,
    st.sampled_from(RULES),
    st.sampled_from(list(Severity)),
    st.sampled_from(AREAS),
    st.lists(st.sampled_from(["s1", "s2", "s3"]), max_size=2, unique=True).map(tuple),
)
signs = st.one_of(
    st.builds(Sign, source=st.sampled_from(["s1", "s2", "s*"])),
    st.builds(
        Sign, rule=st.sampled_from(RULES), source=st.none() | st.just("s1"), area=st.none() | st.sampled_from(AREAS)
    ),
)


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """Each thing depends on earlier ones only."""
    things = []
    for index in range(draw(st.integers(0, 4))):
        needs = draw(st.lists(st.sampled_from([f"t{n}" for n in range(index)] or [""]), unique=True, max_size=2))
        things.append(
            Thing(
                f"t{index}",
                ThingKind.SWITCH,
                tuple(name for name in needs if name),
                tuple(draw(st.lists(signs, max_size=2))),
                Names(draw(st.lists(st.sampled_from(["s1", "s2", "s*"]), max_size=2))),
                tuple(draw(st.lists(st.sampled_from(AREAS), max_size=2))),
                draw(st.none() | st.just(Names(("*",)))),
            )
        )
    return Topology(draw(st.permutations(things)))


states_of = st.dictionaries(st.sampled_from(["s1", "s2", "s3"]), st.sampled_from([UP, GONE]))
inhibitions_of = st.dictionaries(st.sampled_from(RULES), st.lists(st.sampled_from(RULES), max_size=3))


@given(topologies(), states_of, st.lists(subjects, max_size=8), inhibitions_of)
def test_whatever_is_muted_by_a_rule_that_rule_is_on_there_and_is_no_consequence_itself(
    topology: Topology, states: dict[str, SourceState], active: list[Subject], inhibitions: dict[str, list[str]]
) -> None:
    muting = Muting(Facts(NOW, (), inhibitions, topology, active, states))
    for alert in active:
        muted = muting.why(alert)
        if muted is None or muted.kind is not MutedBy.INHIBITION:
            continue
        causes = [each for each in active if each.rule == muted.name and contains(each.area, alert.area)]
        assert any((muting.why(each) or muted).kind is not MutedBy.TOPOLOGY for each in causes)
        assert alert.rule in inhibitions[muted.name]


@given(topologies(), states_of, st.lists(subjects, min_size=1, max_size=8), inhibitions_of)
def test_rules_alone_never_mute_everything(
    topology: Topology, states: dict[str, SourceState], active: list[Subject], inhibitions: dict[str, list[str]]
) -> None:
    muting = Muting(Facts(NOW, (), inhibitions, Topology(()), active, states))
    assert any(muting.why(alert) is None for alert in active)


@given(topologies(), states_of, st.lists(subjects, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_what_is_on_does_not_matter(
    topology: Topology, states: dict[str, SourceState], active: list[Subject], random: object
) -> None:
    inhibitions = {"sw-lost": ["silent", "heat"]}
    one = Muting(Facts(NOW, (), inhibitions, topology, active, states))
    other = Muting(Facts(NOW, (), inhibitions, topology, active[::-1], states))
    assert [(one.why(alert) or None) is None for alert in active] == [other.why(alert) is None for alert in active]


@given(topologies(), states_of, st.lists(subjects, max_size=8))
def test_a_muted_alert_hangs_on_something_that_is_down_and_that_it_does_not_itself_announce(
    topology: Topology, states: dict[str, SourceState], active: list[Subject]
) -> None:
    muting = Muting(Facts(NOW, (), None, topology, active, states))
    for alert in active:
        muted = muting.why(alert)
        if muted is None:
            continue
        assert muted.name in muting.down
        assert not any(sign.shown_by(alert) for sign in topology.things[muted.name].down)
        hung = [thing for thing in topology.things.values() if thing.carries(alert)]
        assert any(muted.name in topology.above(thing.name) for thing in hung)


@given(topologies(), subjects)
def test_what_an_alert_hangs_on_is_found_as_by_looking_at_everything(topology: Topology, alert: Subject) -> None:
    assert topology.carrying(alert) == [thing for thing in topology.things.values() if thing.carries(alert)]


@given(st.lists(st.text("ab", min_size=1, max_size=3), unique=True), st.text("ab*", min_size=1, max_size=4))
def test_by_whatever_pattern_a_source_is_named_it_is_found(ids: list[str], pattern: str) -> None:
    states = dict.fromkeys(ids, GONE)
    thing = Thing("t", ThingKind.SWITCH, down=(Sign(source=pattern),))
    matching = sorted(source for source in ids if globbed(pattern, source))
    assert Outage(Topology([thing]), states, ()).down == ({"t": f"{matching[0]} is unreachable"} if matching else {})
