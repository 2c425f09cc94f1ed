"""Fusion of evidence: Bayes' rule in the form of odds. Pure.

    ln odds(event | evidence) = ln odds(event) + Σ wᵢ · ln(P(eᵢ | event) / P(eᵢ | no event))

The logarithm of a likelihood ratio is its *weight of evidence* (I. J. Good, Probability and the Weighing of Evidence,
1950). The sum is right where the pieces are independent given the event and given its absence (J. Pearl, Probabilistic
Reasoning in Intelligent Systems, 1988, ch. 2); pieces of one kind are not, and wᵢ damps them. The formulas, their
sources and their limits: ``docs/design/evidence.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MAX_RATIO = 1e6
"""And its inverse: no piece of evidence is held to be better than one error in a million."""
CORRELATION = 0.5
"""Between pieces of one kind at one place: without end of them, they are worth two independent ones."""
MIN_CASES = 10
"""So many confirmed and so many dismissed alerts, before a ratio is learnt from them."""
_DRAWS = 20_000


@dataclass(frozen=True, slots=True)
class Ratio:
    """A piece of evidence: how many times likelier it is where the event is than where it is not.

    ``present`` where it holds, ``absent`` where it does not (1: its absence says nothing). Pieces of the same ``kind``
    ("" for none) see the same thing with the same eyes, and are damped.
    """

    name: str
    present: float
    absent: float = 1.0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one piece adds to the log odds (natural logarithm). ``damping`` is the wᵢ that is in it already."""

    name: str
    held: bool
    log_odds: float
    damping: float

    @property
    def decibans(self) -> float:
        """Good's unit, 10 · log₁₀ of the odds: about the least difference that a person feels."""
        return self.log_odds * 10 / math.log(10)


@dataclass(frozen=True, slots=True)
class Weighed:
    """``log_odds`` is ``prior_log_odds`` and the sum of the contributions. ``unavailable`` names the pieces that nobody
    could see, which say nothing."""

    probability: float
    log_odds: float
    prior_log_odds: float
    contributions: tuple[Contribution, ...]
    unavailable: tuple[str, ...]


class Weigher:
    """Weighs the same pieces of evidence again and again. Raises ValueError, for a person."""

    def __init__(self, prior: float, ratios: Sequence[Ratio], correlation: float = CORRELATION) -> None:
        if not 0 < prior < 1:
            raise ValueError(f"the prior {prior:g} is not a probability between 0 and 1, neither included")
        if not 0 <= correlation <= 1:
            raise ValueError(f"the correlation {correlation:g} is not between 0 and 1")
        for ratio in ratios:
            check_ratio(ratio.present)
            check_ratio(ratio.absent)
        self.ratios = tuple(ratios)
        self._prior = math.log(prior) - math.log1p(-prior)
        self._correlation = correlation

    def weigh(self, held: Sequence[bool | None]) -> Weighed:
        """``held``: of each piece whether it holds; None where its source is blind. Raises ValueError for another
        number of pieces."""
        seen = [
            (index, math.log(ratio.present if state else ratio.absent))
            for index, (ratio, state) in enumerate(zip(self.ratios, held, strict=True))
            if state is not None
        ]
        damping = self._damping(seen)
        contributions = tuple(
            Contribution(self.ratios[index].name, bool(held[index]), weight * damping[index], damping[index])
            for index, weight in seen
        )
        log_odds = self._prior + math.fsum(item.log_odds for item in contributions)
        missing = tuple(ratio.name for ratio, state in zip(self.ratios, held, strict=True) if state is None)
        return Weighed(probability_of(log_odds), log_odds, self._prior, contributions, missing)

    def _damping(self, seen: Sequence[tuple[int, float]]) -> dict[int, float]:
        """Of the pieces of one kind that speak for the same side, the strongest counts in full, the k-th as much as a
        k-th observation adds to the effective number of equally correlated ones."""
        damping: dict[int, float] = {}
        numbers: dict[tuple[str, bool], int] = {}
        for index, weight in sorted(seen, key=lambda item: (-abs(item[1]), item[0])):
            kind = self.ratios[index].kind
            side = (kind, weight > 0)
            number = numbers[side] = numbers.get(side, 0) + 1
            is_alone = not kind or number == 1
            before = 0.0 if is_alone else effective_number(number - 1, self._correlation)
            damping[index] = 1.0 if is_alone else effective_number(number, self._correlation) - before
        return damping


@dataclass(frozen=True, slots=True)
class Learnt:
    """A ratio out of what people said of past alerts. ``low`` and ``high`` hold ``present`` with 95 % probability."""

    present: float
    absent: float
    low: float
    high: float
    confirmed: int
    dismissed: int

    @property
    def says_something(self) -> bool:
        """Whether it is settled on which side of 1 the ratio lies."""
        return self.low > 1 or self.high < 1


def learn(confirmed_with: int, confirmed: int, dismissed_with: int, dismissed: int) -> Learnt | None:
    """The ratio of a piece of evidence that held in ``confirmed_with`` of ``confirmed`` alerts that operators
    confirmed, and in ``dismissed_with`` of ``dismissed`` that they dismissed. None where there are fewer than
    ``MIN_CASES`` of either. Raises ValueError where the counts cannot be.

    Jeffreys' prior, Beta(1/2, 1/2), on either probability; the interval is of 20,000 draws from the posterior, with a
    fixed seed. Alerts that never came were judged by nobody: the ratio is of what rules did raise.
    """
    for count, total in ((confirmed_with, confirmed), (dismissed_with, dismissed)):
        if not 0 <= count <= total:
            raise ValueError(f"{count} of {total} cannot be")
    if min(confirmed, dismissed) < MIN_CASES:
        return None
    shapes = [(with_it + 0.5, total - with_it + 0.5) for with_it, total in
              ((confirmed_with, confirmed), (dismissed_with, dismissed))]  # fmt: skip
    of_event, of_none = (alpha / (alpha + beta) for alpha, beta in shapes)
    generator = np.random.default_rng(0)
    draws = [generator.beta(alpha, beta, _DRAWS) for alpha, beta in shapes]
    low, high = np.quantile(draws[0] / draws[1], (0.025, 0.975))
    return Learnt(
        present=_bounded(of_event / of_none),
        absent=_bounded((1 - of_event) / (1 - of_none)),
        low=_bounded(float(low)),
        high=_bounded(float(high)),
        confirmed=confirmed,
        dismissed=dismissed,
    )


def check_ratio(ratio: float) -> float:
    """``ratio`` itself. Raises ValueError, for a person."""
    if not 1 / MAX_RATIO <= ratio <= MAX_RATIO:
        bounds = f"between {1 / MAX_RATIO:g} and {MAX_RATIO:g}, 1 for what says nothing"
        raise ValueError(f"{ratio:g} is not a likelihood ratio: {bounds}")
    return ratio


def effective_number(number: int, correlation: float) -> float:
    """How many independent observations ``number`` equally correlated ones are worth: n / (1 + (n - 1) ρ).

    L. Kish, Survey Sampling, 1965, § 5.4 (the design effect of a cluster).
    """
    return number / (1 + (number - 1) * correlation)


def probability_of(log_odds: float) -> float:
    """The logistic function, without overflow at either end."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1 + odds)


def _bounded(ratio: float) -> float:
    return min(max(ratio, 1 / MAX_RATIO), MAX_RATIO)
