"""Circles of rules that mute each other, also among very many."""

from __future__ import annotations

import time

from hub import document
from rules import inhibition, language

_RULE = "  - {name: %s, severity: major, summary: x, %s when: {metric: smoke, above: 1}}\n"


def _said(mutes: dict[str, list[str]]) -> list[str]:
    text = "rules:\n" + "".join(
        _RULE % (name, f"inhibits: [{', '.join(own)}]," if own else "") for name, own in mutes.items()
    )
    source = document.parse(text, "x.yaml")
    return [problem.message for problem in inhibition.check(language.parse(text, "x.yaml"), source_of=lambda _: source)]


def test_a_circle_is_told_once_whatever_leads_into_it_and_out_of_it() -> None:
    mutes = {"in": ["a"], "a": ["b", "out"], "b": ["c", "a"], "c": ["d"], "d": ["c"], "out": []}
    assert _said(mutes) == [
        "goes round in a circle, and so would mute nothing: a mutes b mutes a",
        "goes round in a circle, and so would mute nothing: c mutes d mutes c",
    ]
    assert not _said({"a": ["b"], "b": ["c"], "c": []})


def test_a_long_row_of_rules_is_no_matter_of_minutes() -> None:
    before = time.process_time()
    assert not _said({f"r{n}": [f"r{n + 1}"] if n < 799 else [] for n in range(800)})
    assert len(_said({f"r{n}": [f"r{(n + 1) % 800}"] for n in range(800)})) == 1
    assert time.process_time() - before < 20
