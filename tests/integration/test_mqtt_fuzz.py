"""Damaged messages of every dialect: bounded here, 10⁶ with ``python -m tests.fuzz payloads --count 1000000``."""

from __future__ import annotations

from collections import Counter

import pytest

from hub.store import Store
from ingest.mqtt.intake import Intake
from tests import fuzz_intake
from tests.fuzz_payloads import SEEDS, fuzzed


def test_every_value_of_damaged_messages_is_stored_or_counted_and_nothing_crashes(store: Store) -> None:
    outcome = fuzz_intake.feed(iter(range(8_000)), store)
    assert not outcome.wrong, outcome.wrong[:3]
    assert outcome.good, outcome
    assert outcome.stored > 2_500
    assert len(outcome.refused) > 12, "most causes were met"
    assert min(outcome.repeated, outcome.skipped, outcome.known, outcome.announced) > 0


def test_the_same_number_is_the_same_message_and_every_dialect_is_among_them() -> None:
    first = {number: fuzzed(number) for number in range(2_000)}
    assert all(fuzzed(number) == found for number, found in reversed(first.items())), "whatever was made before it"
    said = Counter(fuzzed(number).topic for number in range(5_000))
    assert {topic for topic, _ in SEEDS} <= said.keys()


def test_a_value_that_is_lost_without_a_word_would_be_noticed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Intake._refuse
    monkeypatch.setattr(Intake, "_refuse", lambda self, origin, message, all_: real(self, origin, message, all_[1:]))
    outcome = fuzz_intake.feed(iter(range(300)), store)
    assert outcome.wrong
    assert not outcome.good
