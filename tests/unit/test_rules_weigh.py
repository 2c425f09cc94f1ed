"""Evidence: the sum of weights is Bayes' rule, what is blind says nothing, what is alike is damped."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.weigh import MAX_RATIO, MIN_CASES, Ratio, Weigher, effective_number, learn, probability_of

RATIOS = st.floats(0.01, 100)
HELD = st.sampled_from([True, False, None])


def bayes(prior: float, likelihoods: list[tuple[float, float]]) -> float:
    """By definition: P(event) Π P(eᵢ | event) over the same and its opposite."""
    yes = prior * math.prod(given_event for given_event, _ in likelihoods)
    no = (1 - prior) * math.prod(given_none for _, given_none in likelihoods)
    return yes / (yes + no)


@given(
    st.floats(0.001, 0.999),
    st.lists(st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.booleans()), max_size=6),
)
def test_independent_evidence_is_weighed_by_bayes_rule(prior: float, pieces: list[tuple[float, float, bool]]) -> None:
    ratios = [Ratio(str(index), yes / no, (1 - yes) / (1 - no)) for index, (yes, no, _) in enumerate(pieces)]
    found = Weigher(prior, ratios).weigh([held for _, _, held in pieces])
    likelihoods = [(yes, no) if held else (1 - yes, 1 - no) for yes, no, held in pieces]
    assert found.probability == pytest.approx(bayes(prior, likelihoods), rel=1e-9)


@given(
    st.floats(0.001, 0.999),
    st.lists(st.tuples(RATIOS, RATIOS, HELD, st.sampled_from(["", "a", "b"])), max_size=8),
)
def test_the_contributions_add_up_and_name_what_was_not_to_be_had(
    prior: float, pieces: list[tuple[float, float, bool | None, str]]
) -> None:
    ratios = [Ratio(f"e{index}", yes, no, kind) for index, (yes, no, _, kind) in enumerate(pieces)]
    held = [state for _, _, state, _ in pieces]
    found = Weigher(prior, ratios).weigh(held)
    total = found.prior_log_odds + sum(item.log_odds for item in found.contributions)
    assert found.log_odds == pytest.approx(total)
    assert found.probability == pytest.approx(probability_of(total))
    assert found.unavailable == tuple(f"e{index}" for index, state in enumerate(held) if state is None)
    assert [item.name for item in found.contributions] == [
        f"e{index}" for index, state in enumerate(held) if state is not None
    ]


def test_a_blind_source_changes_nothing() -> None:
    pieces = [Ratio("smoke", 30, 0.5), Ratio("heat", 10, 0.3)]
    assert Weigher(0.01, pieces).weigh([True, None]).probability == pytest.approx(
        Weigher(0.01, pieces[:1]).weigh([True]).probability
    )
    both = Weigher(0.01, pieces)
    assert both.weigh([True, False]).probability < both.weigh([True, None]).probability


def test_no_evidence_leaves_the_prior() -> None:
    assert Weigher(0.2, []).weigh([]).probability == pytest.approx(0.2)


def test_pieces_of_one_kind_are_worth_their_effective_number() -> None:
    alike = [Ratio(str(number), 10, 0.1, "smoke") for number in range(4)]
    found = Weigher(0.01, alike).weigh([True] * 4)
    assert found.log_odds - found.prior_log_odds == pytest.approx(effective_number(4, 0.5) * math.log(10))
    assert [item.damping for item in found.contributions] == pytest.approx([1, 1 / 3, 1 / 6, 1 / 10])
    apart = Weigher(0.01, [Ratio(str(number), 10) for number in range(4)]).weigh([True] * 4)
    assert apart.log_odds - apart.prior_log_odds == pytest.approx(4 * math.log(10))


def test_the_strongest_of_a_kind_counts_in_full_wherever_it_stands() -> None:
    found = Weigher(0.01, [Ratio("weak", 2, kind="k"), Ratio("strong", 50, kind="k")]).weigh([True, True])
    assert [item.damping for item in found.contributions] == pytest.approx([1 / 3, 1])


def test_what_speaks_for_and_what_speaks_against_are_damped_apart() -> None:
    pieces = [Ratio("a", 10, 0.1, "k"), Ratio("b", 10, 0.1, "k")]
    assert [item.damping for item in Weigher(0.5, pieces).weigh([True, False]).contributions] == [1, 1]


@given(st.lists(st.tuples(RATIOS, st.sampled_from(["", "a"])), min_size=1, max_size=6), st.floats(1, 100))
def test_more_evidence_for_it_never_makes_it_less_likely(pieces: list[tuple[float, str]], more: float) -> None:
    ratios = [Ratio(str(index), ratio, 1, kind) for index, (ratio, kind) in enumerate(pieces)]
    before = Weigher(0.1, ratios).weigh([True] * len(ratios))
    after = Weigher(0.1, [*ratios, Ratio("more", more, 1, "a")]).weigh([True] * (len(ratios) + 1))
    assert after.log_odds >= before.log_odds - 1e-12


def test_the_order_of_the_pieces_does_not_matter() -> None:
    pieces = [Ratio("a", 3, kind="k"), Ratio("b", 20, kind="k"), Ratio("c", 0.2, kind="k"), Ratio("d", 7)]
    found = {
        round(Weigher(0.1, order).weigh([True] * 4).log_odds, 9) for order in itertools.permutations(pieces)
    }
    assert len(found) == 1


def test_certainty_is_approached_and_never_overflows() -> None:
    found = Weigher(0.5, [Ratio(str(number), MAX_RATIO, 1 / MAX_RATIO) for number in range(100)])
    assert found.weigh([True] * 100).probability == pytest.approx(1)
    assert 0 <= found.weigh([False] * 100).probability < 1e-300


def test_weights_are_told_in_decibans() -> None:
    [only] = Weigher(0.5, [Ratio("a", 100)]).weigh([True]).contributions
    assert only.decibans == pytest.approx(20)


@pytest.mark.parametrize(("prior", "ratio"), [(0, 2), (1, 2), (0.5, 0), (0.5, -1), (0.5, 1e7), (0.5, math.nan)])
def test_what_is_no_probability_and_no_ratio_is_refused(prior: float, ratio: float) -> None:
    with pytest.raises(ValueError, match="is not a"):
        Weigher(prior, [Ratio("a", ratio)])


@pytest.mark.parametrize("ratio", [MAX_RATIO, 1 / MAX_RATIO])
def test_the_farthest_ratios_are_taken(ratio: float) -> None:
    assert Weigher(0.5, [Ratio("a", ratio)]).weigh([True]).log_odds == pytest.approx(math.log(ratio))


@pytest.mark.parametrize("correlation", [-0.1, 1.1, math.nan])
def test_what_is_no_correlation_is_refused(correlation: float) -> None:
    with pytest.raises(ValueError, match="correlation"):
        Weigher(0.5, [], correlation)


@pytest.mark.parametrize(("correlation", "worth"), [(0, 3), (1, 1)])
def test_pieces_of_a_kind_are_worth_what_their_correlation_leaves(correlation: float, worth: float) -> None:
    found = Weigher(0.5, [Ratio(str(number), 10, kind="k") for number in range(3)], correlation).weigh([True] * 3)
    assert found.log_odds == pytest.approx(worth * math.log(10))


def test_a_hundred_thousand_to_one_is_learnt_as_it_is_and_no_more_than_the_farthest() -> None:
    many = learn(10_000_000, 10_000_000, 0, 10_000_000)
    assert many is not None
    assert many.present == MAX_RATIO
    assert many.absent == 1 / MAX_RATIO


def test_another_number_of_pieces_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Weigher(0.5, [Ratio("a", 2), Ratio("b", 2)]).weigh([True])


def test_a_ratio_is_learnt_from_what_was_confirmed_and_dismissed() -> None:
    found = learn(80, 100, 10, 100)
    assert found is not None
    assert found.present == pytest.approx((80.5 / 101) / (10.5 / 101))
    assert found.absent == pytest.approx((20.5 / 101) / (90.5 / 101))
    assert found.low < found.present < found.high
    assert found.says_something
    assert (found.confirmed, found.dismissed) == (100, 100)


def test_the_interval_narrows_with_the_number_of_cases() -> None:
    few, many = learn(8, 10, 5, 10), learn(800, 1000, 500, 1000)
    assert few is not None
    assert many is not None
    assert few.low < many.low < many.high < few.high
    assert not few.says_something
    assert many.says_something


def test_the_interval_is_that_of_the_logarithm_of_two_shares() -> None:
    """Katz and others, Biometrics 34 (1978): the variance of ln(p/q) is (1-p)/(np) + (1-q)/(mq) for many cases."""
    found = learn(600, 1000, 300, 1000)
    assert found is not None
    error = math.sqrt(0.4 / 600 + 0.7 / 300)
    assert found.low == pytest.approx(2 * math.exp(-1.96 * error), rel=0.01)
    assert found.high == pytest.approx(2 * math.exp(1.96 * error), rel=0.01)


def test_nothing_that_was_never_seen_makes_a_ratio_infinite() -> None:
    found = learn(10, 10, 0, 10)
    assert found is not None
    assert found.present == pytest.approx(21)
    assert 0 < found.absent < 1


def test_too_few_cases_teach_nothing() -> None:
    assert learn(MIN_CASES - 1, MIN_CASES - 1, 5, 50) is None
    assert learn(5, 50, MIN_CASES - 1, MIN_CASES - 1) is None
    assert learn(MIN_CASES, MIN_CASES, MIN_CASES, MIN_CASES) is not None


@pytest.mark.parametrize("counts", [(11, 10, 0, 10), (0, 10, 11, 10), (-1, 10, 0, 10)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        learn(*counts)


def test_the_same_counts_always_teach_the_same() -> None:
    assert learn(30, 40, 10, 50) == learn(30, 40, 10, 50)
