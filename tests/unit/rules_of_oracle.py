"""The rules that the engine and the oracle are compared by; durations are ticks of the oracle."""

from __future__ import annotations

from typing import Any

TAKEN = {
    "min": 0.2, "max": 0.3, "mean": 0.25, "sum": 0.75, "count": 2, "last": 0.2, "median": 0.2, "p90": 0.3,
    "distinct": 1, "rate": 0.05, "change": 0.1,
}  # fmt: skip

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
    "two-sources": {"by": "area", "when": {**LEVEL, "sources": 2}},
    "two-sources-for-long": {"by": "area", "when": {**SMOKE, "for": 3, "sources": 2}, "keep_firing_for": 3},
    "but-not": {"by": "area", "when": {"all": [LEVEL, {"not": {**MOTION, "within": 4}}]}},
    "but-not-both": {
        "by": "area",
        "when": {"all": [{**SMOKE, "within": 5}, {"not": {"all": [MOTION, {**LOW, "for": 2}]}}]},
        "keep_firing_for": 2,
    },
    "two-of-three": {
        "by": "area",
        "when": {"at_least": {"count": 2, "of": [LEVEL, MOTION, {"metric": "smoke", "absent_for": 10}]}},
    },
    "one-after-the-other": {"by": "area", "when": {"sequence": [MOTION, LEVEL], "in": 12}},
    "one-after-itself": {"by": "source", "when": {"sequence": [LOW, {**SMOKE, "for": 2}], "in": 20}},
    "three-in-turn": {
        "by": "area",
        "when": {"sequence": [MOTION, {**SMOKE, "for": 1}, {"all": [LOW, {"not": MOTION}]}], "in": 30},
    },
    "in-turn-and-more": {
        "by": "area",
        "when": {"all": [{"sequence": [SMOKE, {**MOTION, "within": 8}], "in": 10}, {**LOW, "within": 4}]},
        "keep_firing_for": 2,
    },
    "weighed": {
        "by": "area",
        "when": {
            "weigh": {
                "prior": 0.05,
                "above": 0.5,
                "clear_below": 0.25,
                "evidence": [{**SMOKE, "ratio": 30, "ratio_absent": 0.8}, {**MOTION, "ratio": 10, "ratio_absent": 0.2}],
            }
        },
    },
    "weighed-windows": {
        "by": "area",
        "when": {
            "weigh": {
                "prior": 0.1,
                "above": 0.6,
                "evidence": [{**SMOKE, "count": 2, "in": 8, "ratio": 12}, {**MOTION, "within": 6, "ratio": 20}],
            }
        },
    },
    "of-some": {"by": "area", "when": {**SMOKE, "for": 2, "where": "source != 'smoke-2'"}},
    "silence-of-some": {"by": "area", "when": {"metric": "smoke", "where": "value > 0.2", "absent_for": 10}},
    "periods": {"by": "source", "when": {"metric": "smoke", "absent_for": "3 periods"}},
    "neighbours": {"by": "area", "when": {"all": [SMOKE, {**MOTION, "from": "neighbours", "within": 4}]}},
    "below-the-parent": {"by": "area", "when": {**LEVEL, "from": "parent", "sources": 2}},
    "below-the-district": {"by": "area", "when": {**SMOKE, "from": {"kind": "district"}, "count": 3, "in": 8}},
    "when-open": {"by": "source", "when": LEVEL, "open": [(10, 30), (38, 44), (70, 90)]},
    "when-open-kept": {"by": "area", "when": {**SMOKE, "for": 2}, "keep_firing_for": 6, "open": [(6, 25), (27, 70)]},
    "worse-with-time": {
        "by": "area",
        "when": LEVEL,
        "severity": {"start": "warning", "minor": {"after": 4}, "critical": {"after": 12}},
    },
    "worse-with-value": {
        "by": "area",
        "when": {"all": [{**SMOKE, "above": 0.2, "within": 3}]},
        "keep_firing_for": 4,
        "severity": {"start": "minor", "major": {"above": 0.25}, "critical": {"above": 0.4}},
    },
    "worse-alone": {
        "by": "source",
        "when": {**SMOKE, "above": 0.2},
        "severity": {"start": "minor", "major": {"after": 2}, "critical": {"above": 0.4}},
    },
    "elsewhere-lower": {"by": "area", "when": {**SMOKE, "for": 2}, "elsewhere": 0.2},
    **{
        f"take-{kind}{'-slow' if every == over else ''}": {
            "by": "source" if every == over else "area",
            "when": {"metric": "smoke", "take": kind, "over": over, "every": every, "above": limit},
        }
        for kind, limit in TAKEN.items()
        for every, over in ((2, 8), (6, 6))
    },
    "take-few": {"by": "source", "when": {"metric": "smoke", "take": "count", "over": 10, "every": 2, "below": 1}},
    "take-held": {
        "by": "source",
        "when": {"metric": "smoke", "take": "mean", "over": 8, "every": 2, "above": 0.25, "clear_below": 0.2, "for": 5},
    },
    "take-across": {
        "by": "area",
        "when": {"metric": "smoke", "take": "mean", "over": 8, "every": 4, "across": True, "above": 0.2},
    },
    "take-across-high": {
        "by": "area",
        "when": {
            "all": [{"metric": "smoke", "take": "median", "over": 12, "every": 2, "across": True, "above": 0.2}, MOTION]
        },
    },
}
